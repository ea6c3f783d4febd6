"""The chapter on weight decay: a pulled minimum, half-lives, small digits, MNIST, few images."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import epochs, frame, records
from mlp_book.quadratic import shrink_factor
from mlp_book.stats import spread
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE, format_number
from mlp_core import Run, RunConfig
from mlp_core.nn import SGD

NAME = "weight-decay"
IMAGES = 60_000  # of MNIST to train on


def shrinkage(config: RunConfig) -> float:
    """Return by what factor an update shrinks a weight that gets no gradient, in the long run.

    Without momentum it is 1 - learning_rate * weight_decay. With momentum the pull has itself a
    curvature, that of the parabola weight_decay / 2 * w^2.

    >>> shrinkage(RunConfig(learning_rate=0.1, momentum=0.0, weight_decay=0.01))
    0.999
    """
    if not config.weight_decay:
        return 1.0
    return shrink_factor(config.learning_rate * config.weight_decay, config.momentum)


def half_life(config: RunConfig) -> float:
    """Return after about how many updates half of such a weight is left; infinity without decay.

    >>> round(half_life(RunConfig(learning_rate=0.1, momentum=0.0, weight_decay=0.01)))
    693
    """
    pull = config.learning_rate * config.weight_decay / (1 - config.momentum)
    return math.log(2) / pull if pull else math.inf


def count_to_half(config: RunConfig) -> int:
    """Return after how many of the optimizer's updates half of such a weight is left."""
    weight = np.array([1.0])
    optimizer = SGD(
        config.learning_rate, momentum=config.momentum, weight_decay=config.weight_decay
    )
    while weight[0] > 0.5:
        optimizer.step(weight, np.zeros(1))
    return optimizer.steps


def table_of_half_lives(configs: Sequence[RunConfig], train_size: int = IMAGES) -> pd.DataFrame:
    """Return one row per config: half-life in updates and epochs, and what a whole run leaves."""
    rows = {}
    for config in configs:
        updates = -(-train_size // config.batch_size)
        life, left = half_life(config), shrinkage(config) ** (updates * config.epochs)
        rows[format_number(config.weight_decay)] = {
            "half-life, updates": _rounded(life),
            "half-life, epochs": _rounded(life / updates),
            f"left after {config.epochs} epochs": f"{100 * left:.0f} %" if left > 0.005 else "none",
        }
    return table_of_rows(rows, "weight decay")


def _rounded(value: float) -> str:
    if math.isinf(value):
        return NONE
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 1000 else f"{rounded:g}"


@facts(NAME)
def parabola(curvatures: np.ndarray, rests: Mapping[float, np.ndarray]) -> Iterator[Any]:
    """Say where the optimizer comes to rest, by the strength of the decay."""
    yield claim(
        "the walk ends where the formula says",
        all(np.allclose(p, curvatures / (curvatures + s), atol=1e-6) for s, p in rests.items()),
    )
    low, high = curvatures.min(), curvatures.max()
    halved = {s: np.interp(0.5, p, curvatures) for s, p in rests.items() if low < s < high}
    yield claim(
        "a curve passes one half where the curvature equals the decay",
        halved and all(abs(curvature / s - 1) < 0.05 for s, curvature in halved.items()),
    )


@facts(NAME)
def half_lives() -> Iterator[Any]:
    """Check the formula against the optimizer, and say what the published decay leaves."""
    published, strong = RunConfig(), RunConfig(weight_decay=1e-3)
    counted, life = count_to_half(strong), half_life(strong)
    an_epoch = IMAGES / published.batch_size
    left = shrinkage(published) ** (an_epoch * published.epochs)
    yield claim("the optimizer halves a weight as the formula says", abs(counted / life - 1) < 0.02)
    yield claim("the published decay leaves most of such a weight", 0.7 < left < 0.8)
    yield {
        "counted": f"{counted:,}",
        "formula": f"{life:,.0f}",
        "default": published.weight_decay,
        "default-left": f"{100 * left:.0f}",
    }


@facts(NAME)
def digits(runs: Sequence[Run]) -> Iterator[Any]:
    """Say what the decay does to weights and losses on small digits; needs `NormStatistics`."""
    data, norms = frame(runs), records(runs, "weight_norm")
    ends = norms[norms["epoch"] == norms["epoch"].max()]
    hidden, output = (
        Levels(ends[ends["layer"] == layer], "weight_decay", "weight_norm") for layer in (1, 2)
    )
    training, testing, learned, accuracy = (
        Levels(data, "weight_decay", name)
        for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
    )
    steps = list(pairwise(hidden.levels))

    yield claim(
        "each step of the decay makes the weights smaller",
        all(hidden[weaker].low > hidden[stronger].high for weaker, stronger in steps),
    )
    yield claim(
        "both layers' norms are the same within a few percent",
        all(abs(hidden[d].mean / output[d].mean - 1) < 0.03 for d in hidden.levels),
    )
    yield claim(
        "each step of the decay raises the training loss",
        all(training[weaker].high < training[stronger].low for weaker, stronger in steps),
    )
    yield claim("0.001 lowers the test loss", testing[1e-3].high < testing[0.0].low)
    yield claim("without decay all training images are learned", learned[0.0].low == 100)
    yield claim(
        "up to 0.001 the digits are learned, at 0.1 they are not",
        min(accuracy[d].low for d in (0.0, 1e-4, 1e-3)) > 96 and accuracy[0.1].high < 90,
    )
    yield claim(
        "no harm of 0.001 to the test accuracy is shown",
        accuracy[0.0].high < accuracy[1e-3].mean + 0.5
        and accuracy.effect(1e-3, 0.0).direction >= 0,
    )
    yield {
        "norm-none": hidden[0.0].text(2),
        "norm-much": hidden[0.1].text(2),
        "test-loss-none": testing[0.0].text(3),
        "test-loss-some": testing[1e-3].text(3),
        "digits-much": accuracy[0.1].text(1),
        "digits-effect": accuracy.effect(1e-3, 0.0).text(),
    }


@facts(NAME)
def mnist(runs: Sequence[Run]) -> Iterator[Any]:
    """Say whether any decay beats none on MNIST, by accuracy and by loss."""
    data, curves = frame(runs), epochs(runs)
    accuracy = Levels(data, "weight_decay")
    test_loss, train_loss = (
        Levels(data, "weight_decay", name, larger_is_better=False)
        for name in ("test_loss", "train_loss")
    )
    decays, none = accuracy.levels, accuracy[0.0]
    higher = {decay for decay in decays if accuracy[decay].mean > none.mean}
    outside = [decay for decay in decays if accuracy.different(decay, 0.0)]
    undecayed = curves[curves["weight_decay"] == 0]
    lowest = undecayed.loc[undecayed.groupby("row")["test_loss"].idxmin()]
    lowest_loss = spread(lowest["test_loss"])

    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "only the published decay has a higher mean accuracy than none, by less than 0.02",
        higher <= {1e-5} and accuracy[1e-5].mean - none.mean < 0.02,
    )
    yield claim("only 0.01 and 0.1 are shown to differ from none", outside == [1e-2, 1e-1])
    yield claim(
        "two gentle decays are shown to lower the test loss, the second one most",
        _better_than_none(test_loss) == [1e-5, 1e-4] and test_loss.best == 1e-4,
    )
    yield claim(
        "the training loss rises with every step of the decay",
        all(train_loss[a].mean < train_loss[b].mean for a, b in pairwise(decays)),
    )
    yield claim(
        "without decay the test loss is lowest early and rises, while the accuracy goes up",
        lambda: (
            lowest["epoch"].max() <= 30
            and lowest_loss.high < test_loss[0.0].low
            and (accuracy.values(0.0) > lowest["test_accuracy"]).all()
        ),
    )
    yield claim(
        "at 0.001 the seeds lie far apart, and their mean is below that of every weaker decay",
        accuracy[1e-3].std > 4 * accuracy[1e-4].std
        and all(accuracy[1e-3].mean < accuracy[decay].mean for decay in decays if decay < 1e-3),
    )
    yield {
        "runs": len(runs),
        "levels": len(decays),
        "seeds": data["seed"].nunique(),
        "at-none": none,
        "at-0.1": accuracy[1e-1],
        "loss-none": test_loss[0.0].text(3),
        "loss-default": test_loss[1e-5].text(3),
        "loss-1e-4": test_loss[1e-4].text(3),
        "loss-effect": test_loss.effect(1e-4, 0.0).text(3),
        "lowest-none": lowest_loss.text(3),
        "lowest-at": lowest["epoch"].max(),
        "training-none": train_loss[0.0].text(-2),
        "training-1e-4": train_loss[1e-4].text(-2),
        "outside": outside,
        "effect-default": accuracy.effect(1e-5, 0.0).text(),
        "effect-0.01": accuracy.effect(1e-2, 0.0).text(),
        "answer": (
            "On all of MNIST no strength of decay is shown to beat training without it, "
            f"{none.text()} % test accuracy (10⁻⁵: {accuracy.effect(1e-5, 0.0).text()}), and from "
            "0.01 on the accuracy is far lower. But a little decay lowers the test loss, "
            f"from {test_loss[0.0].text(3)} without decay to {test_loss[1e-4].text(3)} at "
            f"{format_number(1e-4)}."
        ),
    }


def _better_than_none(levels: Levels) -> list[float]:
    """Return the decays that are shown to have a lower measure than none."""
    none = levels[0.0]
    return [d for d in levels.levels if levels.different(d, 0.0) and levels[d].mean < none.mean]


@facts(NAME)
def few(runs: Sequence[Run]) -> Iterator[Any]:
    """Say whether decay helps more where training images are fewer."""
    data = frame(runs)
    error, loss = (
        {
            # A seed draws its own images: each is compared with itself.
            int(size): Levels(own, "weight_decay", name, False, paired=size < IMAGES)
            for size, own in data.groupby("train_size")
        }
        for name in ("test_error", "test_loss")
    )
    best = {size: own.best for size, own in loss.items()}
    updates = data.groupby("train_size")["updates"].first()

    yield claim(
        "every setting has three seeds",
        set(data.groupby(["train_size", "weight_decay"]).size()) == {3},
    )
    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim(
        "at no size is any decay shown to have a lower test error than none",
        all(own[0.0].n > 1 and not _better_than_none(own) for own in error.values()),
    )
    yield claim(
        "at every size the strongest decay has a higher one, in every seed",
        all(own[0.1].low > own[0.0].high for own in error.values()),
    )
    yield claim(
        "at every size some decay is shown to lower the test loss",
        all(own.best in _better_than_none(own) for own in loss.values()),
    )
    yield claim(
        "the fewer the images, the stronger the best decay",
        lambda: (
            all(best[fewer] >= best[more] for fewer, more in pairwise(sorted(best)))
            and best[500] > best[IMAGES]
        ),
    )
    yield {
        "few-sizes": [f"{size:,}" for size in best],
        "few-seeds": data["seed"].nunique(),
        "few-best": [
            f"{format_number(best[size])} with {size:,}" for size in (min(best), max(best))
        ],
    }
    decays = [decay for decay in error[500].levels if decay]
    nearest = min(decays, key=lambda decay: error[500][decay].mean, default=None)
    yield {
        "few-loss-none": loss[500][0.0].text(2),
        "few-loss-best": loss[500][best[500]].text(2),
        "few-loss-effect": loss[500].effect(best[500], 0.0).text(),
        "few-error-none": error[500][0.0].text(1),
        "few-nearest": nearest,
        "few-nearest-effect": error[500].effect(nearest, 0.0).text(),
        "few-updates": f"{updates[500]:,}",
        "few-updates-all": f"{updates[IMAGES]:,}",
    }


@facts(NAME)
def exercises(fifty: Sequence[Run]) -> Iterator[Any]:
    """Answer the exercises; `fifty` train on fifty small digits."""
    plain, moved = (
        count_to_half(RunConfig(learning_rate=0.1, momentum=momentum, weight_decay=0.01))
        for momentum in (0.0, 0.9)
    )
    yield claim(
        "momentum takes a little more than a tenth of the updates",
        abs(plain - np.log(2) / 0.001) < 2 and 1.05 < 10 * moved / plain < 1.3,
    )
    yield {"ex1-plain": plain, "ex1-momentum": moved}

    accuracy = Levels(frame(fifty), "weight_decay")
    yield claim(
        "with fifty images no decay has a higher test accuracy than none",
        all(
            accuracy[decay].mean < accuracy[0.0].mean + 1 and not accuracy.different(decay, 0.0)
            for decay in (1e-3, 1e-2)
        ),
    )
    yield claim("the strongest has a far lower one", accuracy[0.1].high < accuracy[0.0].low)
    yield {
        "ex2-none": accuracy[0.0].text(1),
        "ex2-little": accuracy[1e-3].text(1),
        "ex2-more": accuracy[1e-2].text(1),
        "ex2-much": accuracy[0.1].text(1),
    }
