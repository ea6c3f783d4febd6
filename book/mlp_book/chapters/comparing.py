"""The chapter on reading a comparison: how often a test of so many seeds is right, and wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from mlp_book import interactive
from mlp_book.charts import lines
from mlp_book.facts import claim, facts
from mlp_book.frames import broke, frame
from mlp_book.stats import (
    LEVEL,
    MARGIN,
    RESOLUTION,
    Effect,
    compare,
    detectable,
    judge_family,
    spread,
)
from mlp_book.style import COLOURS, UNDECIDED, ReportFigure
from mlp_book.tables import table_of_rows
from mlp_book.text import signed, unbroken
from mlp_core import Run
from mlp_core.studies import STUDIES, load_runs

NAME = "comparing"
SEEDS = (2, 3, 5, 10, 20, 50)
SHIFTS = (0.0, 0.05, 0.1, 0.2, 0.3)  # points
DRAWS = 4_000
OUTCOMES = ["different", "equivalent", "undecided"]
# As in the live picture; grey is what is undecided in the verdicts, too.
PALETTE = dict(zip(OUTCOMES, (COLOURS[0], COLOURS[2], UNDECIDED), strict=True))
# Each has several settings with the same seeds, on all training images.
WITH_SHARED_SEEDS = (
    "activations-losses-depth", "learning-rate", "batch-size", "momentum", "weight-decay",
    "hidden-size", "depth-activation", "margin-init", "batch-rate", "one-at-a-time", "schedules",
)  # fmt: skip


def best_stored(*names: str) -> tuple[str, list[Run]]:
    """Return the first study of which runs are stored, and these."""
    for name in names:
        try:
            runs = load_runs(name)
        except FileNotFoundError:
            continue
        if len(runs) == len(STUDIES[name].configs()):
            return name, runs
    raise FileNotFoundError(f"none of {names} is complete: mlp-core study run {names[0]}")


def draw_tests(
    values: np.ndarray, seeds: int, shift: float, draws: int = DRAWS, level: float = LEVEL
) -> dict[str, float]:
    """Draw two groups of seeds of one setting, shift one, and say how often a test says what.

    Returns
    -------
    dict
        Shares of draws, in percent: ``different``, ``equivalent`` (within `MARGIN`), ``undecided``.
    """
    rng = np.random.default_rng(seeds)
    picked = rng.choice(values, size=(draws, 2, seeds))
    first, second = picked[:, 0] + shift, picked[:, 1]
    square = (first.var(axis=1, ddof=1) + second.var(axis=1, ddof=1)) / 2
    error = np.sqrt(np.maximum(square, RESOLUTION**2) * 2 / seeds)
    off = first.mean(axis=1) - second.mean(axis=1)
    reach = special.stdtrit(2 * seeds - 2, 1 - level / 2) * error
    different = abs(off) > reach
    alike = ~different & (abs(off) + reach < MARGIN)
    return {
        "different": 100 * float(different.mean()),
        "equivalent": 100 * float(alike.mean()),
        "undecided": 100 * float((~different & ~alike).mean()),
    }


def shares(runs: Sequence[Run], level: float = LEVEL) -> pd.DataFrame:
    """Return one row per number of seeds and true difference: how often which outcome is said."""
    values = frame(runs)["test_accuracy"].to_numpy()
    return pd.DataFrame(
        [
            {"seeds": seeds, "true difference": f"{shift:g} points",
             **draw_tests(values - values.mean(), seeds, shift, level=level)}
            for shift in SHIFTS for seeds in SEEDS
        ]
    )  # fmt: skip


def plot_power(found: pd.DataFrame, height: float = 3.4) -> ReportFigure:
    """Draw how often a difference is shown, over the seeds per side."""
    said = "said to be different, %"
    return lines(
        found.rename(columns={"different": said}),
        "seeds", said, color="true difference", log="x", xlabel="seeds per side",
        label_title="true\ndifference", height=height,
    )  # fmt: skip


def play_power(runs: Sequence[Run], found: pd.DataFrame, level: float) -> interactive.Interactive:
    """Return the same question to take in hand; where it stands still, it is `plot_power`."""
    values = frame(runs)["test_accuracy"].to_numpy()
    return interactive.Interactive(
        "power", plot_power(found), values=(values - values.mean()).round(4).tolist(),
        margin=MARGIN, resolution=RESOLUTION, level=level,
    )  # fmt: skip


def plot_outcomes(found: pd.DataFrame, seeds: Sequence[int]) -> ReportFigure:
    """Draw how often each outcome is said, with one panel per number of seeds."""
    across = "true difference, points"
    data = found[found["seeds"].isin(seeds)].melt(
        ["seeds", "true difference"], OUTCOMES, var_name="outcome"
    )
    return lines(
        data.assign(
            panel=data["seeds"].map("share of the draws, %: {} seeds per side".format),
            **{across: data["true difference"].str.split().str[0].astype(float)},
        ),
        across, color="outcome", panel="panel", palette=PALETTE, markers=True,
        height=2.2 * len(seeds),
    )  # fmt: skip


def table_of_outcomes(found: pd.DataFrame, seeds: int) -> pd.DataFrame:
    """Return how often which outcome is said with so many seeds, by the true difference."""
    rows = {
        unbroken(one["true difference"]): {name: f"{one[name]:.0f} %" for name in OUTCOMES}
        for one in found[found["seeds"] == seeds].to_dict("records")
    }
    return table_of_rows(rows, f"true difference, {seeds} seeds per side")


def many_nothings(runs: Sequence[Run], settings: int, seeds: int = 3) -> dict[str, float]:
    """Draw settings that are all the same, and say how often one seems to differ from the first.

    Returns
    -------
    dict
        Shares of draws in percent, "without" and "with" the correction for the family.
    """
    values, rng = frame(runs)["test_accuracy"].to_numpy(), np.random.default_rng(settings)
    count = {"without": 0, "with": 0}
    draws = 300
    for _ in range(draws):
        first, *others = rng.choice(values, size=(settings, seeds))
        effects: list[Effect] = [compare(own, first) for own in others]
        count["without"] += any(one.p < LEVEL for one in effects)
        count["with"] += any(one.adjusted < LEVEL for one in judge_family(effects))
    return {name: 100 * found / draws for name, found in count.items()}


def best_of_equals(runs: Sequence[Run], settings: int) -> float:
    """Return by how many points the best of equal settings, one run each, beats its new run."""
    values, rng = frame(runs)["test_accuracy"].to_numpy(), np.random.default_rng(0)
    return float(rng.choice(values, size=(DRAWS, settings)).max(axis=1).mean() - values.mean())


def _seeds_between(too_few: Sequence[int]) -> str:
    """Return between which of the `SEEDS` enough seeds lie, from those that are too few."""
    if not too_few:
        return f"at most {SEEDS[0]}"
    if too_few[-1] == SEEDS[-1]:
        return f"more than {SEEDS[-1]}"
    return f"between {too_few[-1]} and {SEEDS[SEEDS.index(too_few[-1]) + 1]}"


def correlation_of(runs: Sequence[Run]) -> float:
    """Return how two settings of a study are correlated over its seeds, in the mean of all pairs.

    Settings that break, or that lack a seed, take no part.
    """
    data = frame(runs).assign(setting=[run.config.replace(seed=0).run_id for run in runs])
    by_seed = data[~broke(data)].pivot_table("test_accuracy", "setting", "seed").dropna()
    by_seed = by_seed[by_seed.std(axis=1) > 0]
    (settings, seeds), off = by_seed.shape, by_seed.sub(by_seed.mean(axis=1), axis=0)
    squares = (off.div(by_seed.std(axis=1), axis=0).sum() ** 2).sum() / (seeds - 1)
    return float((squares - settings) / (settings * (settings - 1)))


def _about(share: float) -> str:
    """Return a share of draws to the next five percent: other draws give another."""
    return f"{5 * round(share / 5)}"


@facts(NAME)
def pairs(studies: Sequence[str] = WITH_SHARED_SEEDS) -> Iterator[Any]:
    """Say how runs of two settings with the same seed are correlated, in the mean over studies."""
    found = spread([correlation_of(load_runs(name)) for name in studies])
    low, high = found.interval
    yield {
        "correlation": f"{signed(found.mean)}\u00a0[{signed(low)}, {signed(high)}]",
        "correlated-studies": found.n,
    }
    yield claim(
        "the correlation is small and not shown to differ from zero",
        low < 0 < high and abs(found.mean) < 0.2,
    )


@facts(NAME)
def seen(runs: Sequence[Run], found: pd.DataFrame) -> Iterator[Any]:
    """Say how many seeds a difference needs, from the runs of one setting."""
    own = spread(frame(runs)["test_accuracy"])
    at = found.set_index(["true difference", "seeds"])["different"]
    nothing, tenth = at["0 points"], at["0.1 points"]
    enough = _seeds_between([seeds for seeds in SEEDS if tenth[seeds] < 80])
    values = frame(runs)["test_accuracy"].to_numpy()
    strict = draw_tests(values, 10, 0.1, level=LEVEL / 2)["different"]
    many, luck = many_nothings(runs, 10), best_of_equals(runs, 24)
    yield {
        "runs": len(runs),
        "std": f"{own.std:.2f}",
        "tenth-three": _about(tenth[3]),
        "ex1-usual": _about(tenth[10]),
        "ex1-strict": _about(strict),
        **{f"power-{n}": f"{detectable(own.std, n):.2f}" for n in (3, 5, 10, 20)},
        "many-without": f"{many['without']:.0f}",
        "many-with": f"{many['with']:.0f}",
        "luck": f"{luck:.2f}",
        "answer": (
            f"Runs of one setting scatter by {own.std:.2f} points. To find a true difference of "
            f"0.1 points in four of five cases takes {enough} "
            f"seeds per side; with 3, it would have to be {detectable(own.std, 3):.2f} points."
        ),
    }
    yield claim("where nothing differs, about 5 % of tests say different", 2 < nothing[3] < 8)
    yield claim("more seeds find more", tenth[3] < tenth[10] < tenth[50])
    yield claim("a stricter level finds less", strict < tenth[10])
    yield claim("the correction keeps false alarms rare", many["with"] < many["without"])
