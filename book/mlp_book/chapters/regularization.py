"""The chapter on regularization: one weight, one unit, weights of digits, MNIST by dose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.charts import dots, sweep, tidy
from mlp_book.charts.shared import GUIDE, draw_zero
from mlp_book.facts import Levels, claim, facts
from mlp_book.findings.claims import ask, split
from mlp_book.findings.regularization import FEW, FIELDS, MANY, UNTREATED, by_treatment
from mlp_book.frames import MEASURES, epochs, frame, label_of
from mlp_book.stats import Effect, compare, spread
from mlp_book.style import COLOURS, ReportFigure
from mlp_book.tables import treatments
from mlp_book.text import MINUS
from mlp_core import Run

NAME = "regularization"
# As in the figures that draw "none" too.
PALETTE = dict(zip((UNTREATED, *FIELDS), COLOURS, strict=False))
DOSES = {"L1": "strength", "L2": "strength", "dropout": "rate"}
STRONG = "L1\u00a00.001"
NEAR_ZERO = 0.003  # a weight smaller than this


def shares_below(runs: Mapping[str, Sequence[Run]]) -> pd.DataFrame:
    """Return by treatment the share of all weights that are smaller than a size, to draw."""
    limits = np.geomspace(1e-5, 0.1, 81)
    shares = {
        name: 100 * np.searchsorted(np.sort(sizes), limits) / len(sizes)
        for name, own in runs.items()
        if len(sizes := weight_sizes(own))
    }
    title = "share of the weights below a size, %"
    return tidy("size of a weight, |w|", limits, {title: shares})


def weight_sizes(runs: Sequence[Run]) -> np.ndarray:
    """Return the absolute values of all weights of all runs."""
    networks = [run.network for run in runs if run.network is not None]
    parts = [net.parameters[part] for net in networks for part in net.weight_slices]
    return np.abs(np.concatenate(parts)) if parts else np.empty(0)


def plot_doses(data: pd.DataFrame, measure: str, title: str | None = None) -> ReportFigure:
    """Draw a measure by dose, a panel for each kind, a line for each number of images.

    Parameters
    ----------
    data : DataFrame
        From `by_treatment`.
    measure : str
        A column.
    title : str, optional
        What it is, with its unit.
    """
    several = len(set(data["images"])) > 1
    heads = {kind: f"{title or label_of(measure)}: {kind}" for kind in FIELDS}
    y = "y" if measure in MEASURES and MEASURES[measure].log else ""
    untreated = data[data["dose"] == 0].drop_duplicates("row")
    return sweep(
        data[data["dose"] > 0].assign(panel=data["kind"].map(heads)), "dose", measure,
        panel="panel",
        title="",
        color="images" if several else "kind",
        palette=None if several else PALETTE,
        band=not several,
        reference={
            f"{UNTREATED}, {images.split()[0]}" if several else UNTREATED: own
            for images, own in untreated.groupby("images", sort=False)
        },
        log={heads[kind]: ("x" if dose == "strength" else "") + y for kind, dose in DOSES.items()},
        xlabel={heads[kind]: dose for kind, dose in DOSES.items()},
        height=6.4 if several else 6.2,
    )  # fmt: skip


def plot_best(data: pd.DataFrame) -> ReportFigure:
    """Draw what the best dose of each kind gains, on all images and on few.

    The test accuracies of `by_treatment` are compared with those of the untreated network.
    """
    rows = []
    for images, own in data.groupby("images", sort=False):
        alone = own.drop_duplicates("row")
        means = own[own["dose"] > 0].groupby(["kind", "treatment"])["test_accuracy"].mean()
        effects = (
            against_twins(alone) if images == FEW else Levels(alone, "treatment").against(UNTREATED)
        )
        for kind in means.index.levels[0].intersection(FIELDS, sort=False):
            name = means[kind].idxmax()
            one = effects[name]
            rows.append((name, images, one.difference, one.low, one.high))
    table = pd.DataFrame(rows, columns=["treatment", "images", "gain", "low", "high"])
    figure = dots(
        table, "treatment", "gain", group="images", interval=("low", "high"),
        title="test accuracy gained by the best dose, points", height=2.7,
    )  # fmt: skip
    draw_zero(figure.axes[0], GUIDE)
    return figure


def table_of_treatments(data: pd.DataFrame) -> pd.DataFrame:
    """Return the test accuracy of each treatment against none, from what `by_treatment` gave."""
    columns = {
        images: {
            name: x["test_accuracy"]
            for name, x in own.drop_duplicates("row").groupby("treatment", sort=False)
        }
        for images, own in data.groupby("images", sort=False)
    }
    few = data[data["images"] == FEW].drop_duplicates("row")
    return treatments(columns, UNTREATED, "treatment", effects={FEW: against_twins(few)})


@facts(NAME)
def weight(
    wanted: np.ndarray, ended: Mapping[str, np.ndarray], strength: float, rate: float
) -> Iterator[Any]:
    """Say where weights end under each penalty, and how L1 jitters about zero."""
    soft = np.sign(wanted) * np.maximum(np.abs(wanted) - strength, 0)
    step = rate * strength
    inside = (np.abs(wanted) < strength - 1e-9) & (np.abs(wanted) > 1e-9)
    yield {"step": f"{step:.3f}"}
    yield claim(
        "L2 shrinks every weight by the same factor",
        lambda: np.allclose(ended["L2"], wanted / (1 + strength), atol=1e-6),
    )
    jitter = np.abs(ended["L1"][inside])
    yield {"jitter": f"{jitter.max():.3f}"}
    large = np.abs(wanted) > strength + 0.1
    yield claim(
        "L1 is the soft threshold, exactly so for large weights",
        np.allclose(ended["L1"], soft, atol=2 * step)
        and np.allclose(ended["L1"][large], soft[large], atol=1e-6),
    )
    yield claim("small weights never are zero", jitter.min() > 0 and jitter.max() <= 2 * step)


@facts(NAME)
def dropout(seen: Mapping[float, np.ndarray]) -> Iterator[Any]:
    """Say what masks do to a unit's output, by rate."""
    noise = {rate: np.sqrt(rate / (1 - rate)) for rate in seen}
    yield claim(
        "a unit gives 0 or 1 / (1 - p)",
        all(np.allclose(np.unique(out), [0, 1 / (1 - rate)]) for rate, out in seen.items()),
    )
    yield claim(
        "its mean stays 1, and its noise is the square root of p / (1 - p)",
        all(
            abs(out.mean() - 1) < 5 * noise[rate] / np.sqrt(len(out))
            and abs(out.std() - noise[rate]) < 0.05
            for rate, out in seen.items()
        ),
    )


@facts(NAME)
def digits(runs: Mapping[str, Sequence[Run]]) -> Iterator[Any]:
    """Say what becomes of the weights of small digits under each treatment."""
    sizes = {name: weight_sizes(runs.get(name, [])) for name in (UNTREATED, *FIELDS)}
    tiny = {name: 100 * spread(own < NEAR_ZERO).mean for name, own in sizes.items()}
    typical = {name: np.sqrt(spread(own**2).mean) for name, own in sizes.items()}
    accuracy = Levels(frame(runs), "group")
    yield {
        "near": NEAR_ZERO,
        **{f"tiny-{name.lower()}": f"{tiny[name]:.0f}" for name in (UNTREATED, "L1", "L2")},
        **{f"digits-{name.lower()}": accuracy[name].text() for name in (UNTREATED, "L1")},
    }
    yield claim(
        "L1 brings most weights near zero, L2 some, dropout none",
        tiny["L1"] > 70 > 30 > max(tiny[name] for name in (UNTREATED, "L2", "dropout"))
        and tiny["L2"] > 3 * tiny[UNTREATED]
        and abs(tiny["dropout"] - tiny[UNTREATED]) < 1,
    )
    yield claim(
        "both penalties make weights smaller, dropout makes them larger",
        max(typical["L1"], typical["L2"]) < typical[UNTREATED] < typical["dropout"],
    )
    yield claim(
        "L1 still learns, and dropout is not worse",
        accuracy["L1"].low > 94 and accuracy.effect("dropout", UNTREATED).direction >= 0,
    )


def against_twins(data: pd.DataFrame) -> dict[str, Effect]:
    """Return each treatment against none, seed by seed: a seed draws its own 1,000 images."""
    settings = split(data, "treatment")
    asked = [(name, "some larger", UNTREATED) for name in settings if name != UNTREATED]
    return {one.first: one.effect for one in ask(settings, asked, paired=True).comparisons}


@facts(NAME)
def mnist(runs: Sequence[Run]) -> Iterator[Any]:
    """Say which treatments help on all images and on few, and what else they do."""
    data = by_treatment(frame(runs)).drop_duplicates("row")
    data["gap"] = data["train_accuracy"] - data["test_accuracy"]
    by_epoch = epochs(runs).groupby("row")["test_accuracy"]
    data["tail"] = data["row"].map(by_epoch.apply(lambda own: own.tail(10).mean()))
    data["jump"] = data["row"].map(by_epoch.apply(lambda own: own.tail(20).diff().abs().mean()))
    on_many, on_few = (data[data["images"] == images] for images in (MANY, FEW))
    many, few = Levels(on_many, "treatment"), Levels(on_few, "treatment")
    none_many, none_few, gain = many[UNTREATED], few[UNTREATED], few[few.best].mean
    gap, training = (Levels(on_many, "treatment", name) for name in ("gap", "train_accuracy"))
    late, jump = (Levels(on_few, "treatment", name) for name in ("tail", "jump"))
    loss_many, loss_few = (
        Levels(own, "treatment", "test_loss", False) for own in (on_many, on_few)
    )
    running, whole = (Levels(on_many, "treatment", name) for name in ("running_loss", "train_loss"))
    effects_many, effects_few = many.against(UNTREATED), against_twins(on_few)
    verdicts_many, verdicts_few = (
        {name: one.direction for name, one in found.items()}
        for found in (effects_many, effects_few)
    )
    worse = [name for name, direction in verdicts_many.items() if direction < 0]
    dropped = [name for name in few.levels if name.startswith("dropout")]
    # Each run with dropout against the untreated one of the same seed, so of the same images.
    by_seed = on_few.pivot_table("test_accuracy", "seed", "treatment")
    twins = by_seed[dropped].sub(by_seed[UNTREATED], axis=0)
    mild_many, mild_few = loss_many.best, loss_few.best
    dosed = "dropout\u00a00.5"
    yield {
        "seeds": data["seed"].nunique(),
        "runs": len(runs),
        "none-many": none_many,
        "none-few": none_few,
        "best-many": many.best,
        "best-few": few.best,
        "at-best-few": few[few.best],
        "gain-few": f"{gain - none_few.mean:.2f}",
        "gained-few": effects_few[few.best].in_points(),
        "worse-many": worse,
        "effect-many": effects_many[many.best].text(),
        "effect-few": effects_few[few.best].text(),
        "effect-mild-many": effects_many[mild_many].text(),
        "loss-effect-many": loss_many.effect(mild_many, UNTREATED).text(3),
        "twins": twins.size,
        "twins-low": f"{twins.min(axis=None):.2f}",
        "twins-high": f"{twins.max(axis=None):.2f}",
        "few-effect": compare(none_few, none_many).in_points(),
        "gap-none": gap[UNTREATED],
        "gap-strong": gap[STRONG].text().replace("-", MINUS),
        "train-strong": training[STRONG],
        "test-strong": many[STRONG],
        "mild-many": mild_many,
        "loss-mild-many": loss_many[mild_many].text(3),
        "loss-none-many": loss_many[UNTREATED].text(3),
        "ex2-running": f"{running[dosed].mean:.3f}",
        "ex2-train": f"{whole[dosed].mean:.3f}",
        "answer": (
            "With all 60,000 images no treatment is shown to be better than none "
            f"({none_many.text()} % test "
            f"accuracy); the best, {many.best}: {effects_many[many.best].text()}. "
            f"With 1,000 images, {few.best} is better: {effects_few[few.best].text()}. "
            "For L1 and L2 it is undecided, and too much of any treatment does harm."
        ),
    }
    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "with all images no treatment is shown to be better",
        max(verdicts_many.values()) <= 0 and verdicts_many[many.best] == 0,
    )
    yield claim(
        "with all images too much of L1 or of dropout is worse",
        {"L1\u00a010⁻⁴", STRONG, "dropout\u00a00.35", dosed} <= set(worse),
    )
    yield claim(
        "with few images one rate of dropout alone is better",
        [name for name, way in verdicts_few.items() if way > 0] == [few.best]
        and few.best in dropped,
    )
    yield claim(
        "every run with dropout is better than its untreated twin",
        twins.size == 12 and twins.min(axis=None) > 0,
    )
    yield claim(
        "strong L1 closes the gap from above",
        gap[STRONG].high < gap[UNTREATED].low - 1 and training[STRONG].mean < 96,
    )
    yield claim(
        "L2 has the lowest test loss, at an accuracy that is not shown to differ from that of none",
        lambda: (
            mild_few.startswith("L2")
            and mild_many.startswith("L2")
            and verdicts_few[mild_few] == verdicts_many[mild_many] == 0
        ),
    )
    yield claim(
        "with few images and strong L1 the accuracy jumps, and its late mean is worse",
        jump[STRONG].mean > 10 * jump[UNTREATED].mean
        and late.effect(STRONG, UNTREATED).direction < 0,
    )
    without = abs(running[UNTREATED].mean - whole[UNTREATED].mean)
    yield claim(
        "dropout's running loss is far above that of the whole network, without it they are alike",
        running[dosed].mean > 1.5 * whole[dosed].mean and without < 0.01,
    )
    yield {"ex2-none": f"{np.ceil(1e3 * without) / 1e3:.3f}"}


@facts(NAME)
def exercises(weight: np.ndarray, seen: Mapping[float, np.ndarray]) -> Iterator[Any]:
    """Answer the exercises: a weight under both penalties, and dropout without its division."""
    yield claim("both penalties together end at a third", np.isclose(weight[0], 1 / 3))
    yield {"ex1": f"{weight[0]:.3f}"}
    undivided = seen[0.5].mean() * 0.5
    yield claim("undivided outputs are half as large", abs(undivided - 0.5) < 0.05)
    yield {"ex3": f"{1 / undivided:.1f}"}
