"""The chapter on the batch size: the noise of a gradient, small digits, MNIST, worse or later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import epochs, frame
from mlp_book.stats import EXACT, Spread, compare, judge_family, spread
from mlp_book.tables import by_level
from mlp_book.text import MINUS, format_number, unbroken
from mlp_core import Run, RunConfig
from mlp_core.data import Dataset
from mlp_core.nn import CrossEntropy, Network

NAME = "batch-size"
# Ways to train on small digits that come equally far: updates times rate.
AS_FAR = ("100", "500, 500 epochs", "500, rate 0.25", "20, rate 0.01")
# Batch sizes, and the rates that are the same for each image with batches of 100.
SAME_PER_IMAGE = {50: 0.1, 500: 0.01, 5000: 0.001}
EARLY, LATE = 0.05, 0.005  # training losses at which batch sizes are compared


@dataclass(frozen=True)
class GradientNoise:
    """How far the gradient of a batch lies from that of all examples, at fixed parameters.

    Noise is the root of the mean squared distance; batches are drawn without replacement.
    """

    length: float  # Euclidean norm of the gradient over all examples
    single: float  # noise of a single example
    examples: int
    batch_sizes: tuple[int, ...]
    measured: tuple[float, ...]  # noise of batches, one value per batch size

    def expected(self, batch_size: Any) -> Any:
        """Return the noise of a batch, or of batches of several sizes, as theory has it.

        A mean of `batch_size` independent gradients is less noisy by the square root of their
        number; drawn without replacement, the last batch, of all examples, has no noise left.
        """
        size = np.asarray(batch_size)
        return self.single * np.sqrt((self.examples - size) / (self.examples - 1) / size)

    @property
    def break_even(self) -> float:
        """How many independent examples make the noise of a batch as long as the gradient."""
        return (self.single / self.length) ** 2

    @property
    def crossing(self) -> float:
        """The same of examples drawn without replacement, where `expected` crosses the gradient."""
        return self.examples * self.break_even / (self.examples - 1 + self.break_even)

    @property
    def slope(self) -> float:
        """The slope of the measured noise by batch size, both logarithmic; -1/2 in theory.

        Batches of more than a tenth of the examples are left out: they run out of others.
        """
        few = [size for size in self.batch_sizes if size <= self.examples / 10]
        return float(np.polyfit(np.log(few), np.log(self.measured[: len(few)]), 1)[0])

    def ratio(self, size: int, factor: int) -> float:
        """Return what is left of the noise if a batch grows by a factor; nan if not measured."""
        known = dict(zip(self.batch_sizes, self.measured, strict=True))
        return known.get(factor * size, np.nan) / known.get(size, np.nan)


def measure_gradient_noise(
    network: Network,
    dataset: Dataset,
    batch_sizes: Sequence[int],
    draws: int = 100,
    seed: int = 2022,
) -> GradientNoise:
    """Measure the noise of gradients of the cross-entropy over training examples.

    The network's parameters stay, its `gradients` are overwritten. Batch sizes go from small to
    large; of each so many batches are drawn.
    """
    count = dataset.train_size
    images, labels = dataset.inputs("train", dtype=network.dtype), dataset.train_labels
    of_all = _gradient(network, images, labels)

    def noise(batches: Any) -> float:
        apart = (_gradient(network, images[b], labels[b]) - of_all for b in batches)
        return float(np.sqrt(np.mean([distance @ distance for distance in apart])))

    rng = np.random.default_rng(seed)
    return GradientNoise(
        length=float(np.linalg.norm(of_all)),
        single=noise([i] for i in range(count)),
        examples=count,
        batch_sizes=tuple(batch_sizes),
        measured=tuple(
            noise(rng.choice(count, size, replace=False) for _ in range(draws))
            for size in batch_sizes
        ),
    )


def _gradient(network: Network, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    loss = CrossEntropy()
    loss.forward(network.forward(images), labels)
    network.backward(loss.backward())
    return network.gradients.astype(np.float64)


@facts(NAME)
def noise(measured: Mapping[int, GradientNoise]) -> Iterator[Any]:
    """Say how noisy a batch is, by the epochs that its network was trained for."""
    every = list(measured.values())
    early, late = every[0], every[-1]
    near = [
        np.allclose(seen.measured, seen.expected(seen.batch_sizes), rtol=0.25, atol=0)
        for seen in (early, late)
    ]
    yield {
        "slope-early": f"{early.slope:.2f}".replace("-", MINUS),
        "slope-late": f"{late.slope:.2f}".replace("-", MINUS),
        "break-even-early": float(f"{early.break_even:.2g}"),
        "break-even-late": float(f"{late.break_even:.2g}"),
        "crossing-late": float(f"{late.crossing:.2g}"),
    }
    yield claim(
        "the noise falls with the square root of the batch size",
        max(abs(early.slope + 0.5), abs(late.slope + 0.5)) < 0.05 and all(near),
    )
    yield claim(
        "early a few images outweigh the noise, late all of them do not",
        early.break_even < 100 < early.examples < late.break_even,
    )


def table_of_ways(ways: Mapping[str, Sequence[Run]]) -> pd.DataFrame:
    """Return how far each way to train comes, and where it ends."""
    data = frame(ways)
    table = by_level(
        data, "group", ("train_loss", "test_accuracy"), title="batch", best=False, count=False
    )
    first = data.drop_duplicates("group")
    steps = first["updates"] * first["learning_rate"]
    table.insert(0, "updates", [f"{count:,}" for count in first["updates"]])
    table.insert(1, "updates times rate", [format_number(value) for value in steps])
    # A narrow table breaks a way's name behind its comma alone.
    return table.rename(index=lambda way: unbroken(way).replace(",\u00a0", ", "))


@facts(NAME)
def digits(ways: Mapping[str, Sequence[Run]]) -> Iterator[Any]:
    """Say that what matters on small digits is how far the steps lead together."""
    data = frame(ways)
    data["steps"] = data["updates"] * data["learning_rate"]
    loss, accuracy, steps = (
        Levels(data, "group", name) for name in ("train_loss", "test_accuracy", "steps")
    )
    means = np.array([accuracy[name].mean for name in AS_FAR])
    apart = means.max() - means.min()
    least, *_, most = sorted((loss[name] for name in AS_FAR), key=lambda own: own.mean)

    yield claim(
        "after as many epochs at the same rate, the smaller batch has the lower training loss",
        loss["20"].high < loss["100"].low < loss["100"].high < loss["500"].low,
    )
    yield claim(
        "four ways come equally far, and end at about the same training loss",
        all(
            abs(steps[name].mean / steps["100"].mean - 1) < 0.05
            and abs(loss[name].mean / loss["100"].mean - 1) < 0.15
            for name in AS_FAR
        ),
    )
    yield claim("their test accuracies lie within a point", apart < 1)
    yield claim("batches of 500 end behind 100", accuracy["500"].high < accuracy["100"].low)
    yield {
        "accuracies-within": f"{np.ceil(10 * apart) / 10:.1f}",
        "loss-100": loss["100"].text(4),
        "loss-least": least.text(4),
        "loss-most": most.text(4),
    }


def error_at_loss(run: Run, loss: float) -> float:
    """Return the test error, in percent, where the running training loss first falls to a level.

    Between two epochs it is interpolated, along the logarithm of the loss. It is nan if the loss
    never falls so low, or is lower after the first epoch already.
    """
    losses = np.asarray(run.history["running_loss"])
    errors = 100 * (1 - np.asarray(run.history["test_accuracy"]))
    reached = np.flatnonzero(losses <= loss)
    if not reached.size or reached[0] == 0:
        return float("nan")
    around = [reached[0], reached[0] - 1]  # from the lower loss to the higher
    return float(np.interp(np.log(loss), np.log(losses[around]), errors[around]))


def _larger_at_loss(runs: Sequence[Run], loss: float) -> dict[int, Spread]:
    """Return `error_at_loss` of the sizes above 100 of which every run gets there."""
    data = frame(runs).assign(error=[error_at_loss(run, loss) for run in runs])
    return {
        int(size): spread(own["error"])
        for size, own in data[data["batch_size"] > 100].groupby("batch_size")
        if own["error"].notna().all()
    }


@facts(NAME)
def mnist(runs: Sequence[Run], rate_runs: Sequence[Run], thirty: Sequence[Run]) -> Iterator[Any]:
    """Say what the batch size does on MNIST, and whether large batches are worse or only late.

    `rate_runs` is the study of the learning rate; `thirty` are many seeds with batches of 100.
    """
    data, curves = frame(runs), epochs(runs)
    accuracy, training, loss = (
        Levels(data, "batch_size", name)
        for name in ("test_accuracy", "train_accuracy", "train_loss")
    )
    then = curves[curves["updates"] == 600]
    at_600 = Levels(then, "batch_size", "test_error")
    large = [at_600[size].mean for size in at_600.levels if size >= 500] or [np.nan]
    low, high = min(large), max(large)
    by_rate = Levels(frame(rate_runs), "learning_rate")
    updates = data.groupby("batch_size")["updates"].first()
    best, tied = accuracy.best, accuracy.tied
    outside = {size for size in accuracy.levels if accuracy.different(size, best)}
    of_thirty = spread(frame(thirty)["test_accuracy"])
    against_thirty = accuracy.against_other(of_thirty)
    outside_thirty = {size for size, one in against_thirty.items() if one.direction}
    sizes = list(SAME_PER_IMAGE)
    same_per_image = dict(zip(sizes, judge_family(
        [compare(accuracy[size], by_rate[SAME_PER_IMAGE[size]], accuracy.noise) for size in sizes]
    ), strict=True))  # fmt: skip
    apart = [size for size, one in same_per_image.items() if one.direction]
    early, late = (_larger_at_loss(runs, level) for level in (EARLY, LATE))
    early_100, late_100 = (
        spread(error_at_loss(run, level) for run in thirty) for level in (EARLY, LATE)
    )
    worse = [
        size
        for found, reference in ((early, early_100), (late, late_100))
        for size, own in found.items()
        if compare(own, reference, EXACT).direction and own.mean > reference.mean
    ]

    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "batches of 10 hardly learn, batches of 20 do, batches of 50 do better",
        accuracy[10].high < 50 < 90 < accuracy[20].high < accuracy[50].low,
    )
    yield claim(
        "from 50 images up, the training loss grows with the batch",
        all(loss[a].mean < loss[b].mean for a, b in pairwise(s for s in loss.levels if s >= 50)),
    )
    yield claim(
        "at the same rate for each image, three seeds distinguish none of the pairs",
        not apart
        and all(all(one.n) for one in same_per_image.values())
        and all(_same_per_image(size, rate) for size, rate in SAME_PER_IMAGE.items()),
    )
    yield claim(
        "what breaks batches of 10 breaks batches of 100 at the same rate for each image",
        by_rate[0.5].high < 20 and _same_per_image(10, 0.5),
    )
    yield claim(
        "the largest batch makes in all the 600 updates that batches of 100 make in an epoch",
        updates.get(10_000) == 600 and set(then.loc[then["batch_size"] == 100, "epoch"]) == {1},
    )
    yield claim(
        "after as many updates, the largest batch is ahead",
        at_600.different(10_000, 100) and at_600[10_000].mean < at_600[100].mean,
    )
    yield claim(
        "from 500 images up, a larger batch gets no further by then",
        high - low < 0.6 and high < at_600[100].mean - 0.6,
    )
    yield claim(
        "the highest mean is that of batches of 100, which the thirty seeds have too",
        best == 100 and all(set(run.config.changes()) <= {"dataset", "seed"} for run in thirty),
    )
    yield claim(
        "three seeds distinguish it from 500 and 2000, but not from 50, 200 and 1000",
        set(tied) == {50, 200, 1000} and {500, 2000} <= outside,
    )
    yield claim(
        "nor do thirty seeds",
        not {50, 200, 1000} & outside_thirty and {500, 2000} <= outside_thirty,
    )
    yield {
        "effects-thirty": "; ".join(
            f"{format_number(size)}: {against_thirty[size].text()}"
            for size in (50, 200, 500, 1000)
            if size in against_thirty
        ),
        "tied-effects": "; ".join(
            f"{format_number(n)}: {accuracy.effect(n, best).text()}" for n in sorted(tied)
        ),
        "effect-500": accuracy.effect(500, best).text(),
        "pair-effects": "; ".join(one.text() for one in same_per_image.values()),
        **{
            f"late-effect-{size}": compare(own, late_100, EXACT).text()
            for size, own in late.items()
            if size == 500
        },
    }
    yield claim(
        "batches of up to 2000 get to the early training loss, of up to 500 to the late one",
        [*early] == [200, 500, 1000, 2000] and [*late] == [200, 500],
    )
    yield claim("at the same training loss no larger batch has a higher test error", not worse)
    yield {
        "runs": len(runs),
        "levels": len(accuracy.levels),
        "seeds": data["seed"].nunique(),
        "fewest": f"{updates.min():,}",
        "most": f"{updates.max():,}",
        "best": best,
        "tied": tied,
        "at-best": accuracy[best],
        "at-10": accuracy[10].text(1),
        **{f"at-{size}": accuracy[size] for size in (20, 500, 10_000)},
        "training-10000": training[10_000],
        "at-rate-0.5": by_rate[0.5],
        "late-error": at_600[10_000],
        "early-error": at_600[100],
        "after-600-lowest": f"{low:.2f}",
        "after-600-highest": f"{high:.2f}",
        "thirty": of_thirty,
        "early-level": EARLY,
        "late-level": LATE,
        "early-arrived": [*early],
        "early-100": early_100,
        "late-100": late_100,
        "late-500": late.get(500, spread([])),
        "answer": (
            "It changes how many steps an epoch has. In 100 epochs at a rate of 0.05 on MNIST, "
            f"batches of {best} have the highest test accuracy, {accuracy[best].text()} %. Batches "
            "of 10 break, because the rate is too large for them. Large ones are only late: at the "
            "same training loss, none is shown to have a higher test error."
        ),
    }


def _same_per_image(size: int, rate: float) -> bool:
    """Say whether a batch size has the rate for each image that a rate has by default."""
    base = RunConfig()
    return bool(np.isclose(base.learning_rate / size, rate / base.batch_size))


@facts(NAME)
def exercises(
    measured: Mapping[int, GradientNoise],
    ways: Mapping[str, Sequence[Run]],
    whole: Sequence[Run],
    runs: Sequence[Run],
) -> Iterator[Any]:
    """Answer the exercises; `whole` are batches of all small digits at rates 0.05, 0.72 and 5."""
    ratios = [seen.ratio(size, 4) for seen in measured.values() for size in (5, 50)]
    yield claim("four times the images, half the noise", all(0.4 < r < 0.6 for r in ratios))
    yield {"ex1-ratios": [f"{ratio:.2f}" for ratio in ratios]}

    data = frame(whole)
    loss, accuracy = (Levels(data, "learning_rate", n) for n in ("train_loss", "test_accuracy"))
    yield claim(
        "with all images in a batch, the rate in proportion ends below batches of 100",
        lambda: loss[0.72].high < frame(ways["100"])["train_loss"].min() < 0.1 < loss[0.05].low,
    )
    yield claim("at a rate of 5 the network guesses", accuracy[5.0].high < 30)
    yield {
        "ex3-rate": f"{0.05 * data['batch_size'].iloc[0] / 100:.2f}",
        "ex3-loss": loss[0.72].text(4),
        "ex3-loss-slow": loss[0.05].text(2),
        "ex3-broken": accuracy[5.0].text(1),
    }
    updates = frame(runs).groupby("batch_size")["updates"].first().reindex([10, 100, 10_000])
    yield {
        "ex2-updates": [f"{count:,.0f}" for count in updates],
        "ex2-epochs": f"{100 * updates[100] / updates[10_000]:,.0f}",
    }
