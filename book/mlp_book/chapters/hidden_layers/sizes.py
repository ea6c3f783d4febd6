"""Results by the size of one hidden layer, from none at all: figure, table, where more stops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd

from mlp_book import by_level, sweep
from mlp_book.chapters.hidden_layers.regions import NAME
from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import frame, levels_of
from mlp_book.stats import compare, spread
from mlp_book.style import ReportFigure
from mlp_book.text import unbroken
from mlp_core import Run

ERROR = "error, %"


def count_parameters(in_features: int, hidden_sizes: Sequence[int], classes: int) -> int:
    """Return how many weights and biases a network has.

    >>> count_parameters(784, (), 10), count_parameters(784, (128,), 10)
    (7850, 101770)
    """
    return sum((n + 1) * m for n, m in pairwise([in_features, *hidden_sizes, classes]))


def plot_sizes(runs: Sequence[Run], examples: int = 60_000) -> ReportFigure:
    """Draw error and loss after the last epoch against the hidden size, "none" on the left.

    An error of zero has no place on the logarithmic axis: it stands where half an image of so many
    training examples would.
    """
    data = frame(runs)
    sets = [
        data.assign(
            **{"set": name, "loss": data[f"{split}_loss"]},
            **{ERROR: data[f"{split}_error"].clip(lower=50 / examples)},
        )
        for split, name in (("test", "test"), ("train", "training"))
    ]
    return sweep(
        pd.concat(sets), "hidden_sizes", (ERROR, "loss"), color="set", even=True, apart=(),
        band=True, log="y", xlabel="hidden units", height=5.6,
    )  # fmt: skip


def table_of_networks(runs: Sequence[Run], in_features: int, classes: int) -> pd.DataFrame:
    """Return one row per network: its hidden units, its parameters, and what it reached."""
    data = frame(runs)
    measures = ("test_accuracy", "train_accuracy", "test_loss", "train_loss")
    table = by_level(data, "hidden_sizes", measures, title="hidden units", best=False, count=False)
    sizes = levels_of(data["hidden_sizes"])
    parameters = [f"{count_parameters(in_features, own, classes):,}" for own in sizes]
    table.insert(0, "parameters", parameters)
    return table


def by_units(runs: Sequence[Run], measure: str = "test_accuracy") -> Levels:
    """Return a measure by hidden units, of networks with one hidden layer or none (0 units)."""
    data = frame([run for run in runs if len(run.config.hidden_sizes) <= 1])
    return Levels(data.assign(units=data["hidden_sizes"].map(sum)), "units", measure)


def enough_units(accuracy: Levels) -> int:
    """Return the smallest size from which on no network beats a smaller one by more than noise.

    All pairs from this size upwards are compared, not only neighbours: many small steps can add
    up to one that stands out. And not only with this size: one with a wide spread of its own
    would hide what its larger neighbours gain.
    """
    sizes = accuracy.levels
    beaten = [
        sizes.index(small)
        for small, large in combinations(sizes, 2)
        if accuracy[large].mean > accuracy[small].mean and accuracy.different(small, large)
    ]
    return int(sizes[max(beaten, default=-1) + 1])


@facts(NAME)
def digits(runs: Sequence[Run]) -> Iterator[Any]:
    """Say how few hidden units are too few for small digits."""
    accuracy = by_units(runs)
    enough = enough_units(accuracy)
    yield {f"digits-at-{n}": accuracy[n].text(1) for n in (0, 1, 2)}
    yield {"digits-at-enough": accuracy[enough].text(1), "digits-enough": enough}
    yield claim(
        "a layer of one or two units is worse than none",
        accuracy[1].high < 50 < accuracy[8].low and accuracy[2].high < accuracy[0].low,
    )
    yield claim(
        "the best size is between 4 and 64 units, and shown to be better than none",
        4 <= enough <= 64
        and accuracy.different(0, enough)
        and accuracy[0].mean < accuracy[enough].mean,
    )


@facts(NAME)
def mnist(runs: Sequence[Run], two_layers: Sequence[Run]) -> Iterator[Any]:
    """Say how many hidden units MNIST needs.

    Parameters
    ----------
    runs : sequence of Run
        Of the study ``hidden-size``.
    two_layers : sequence of Run
        Of the network with 256 and 128 units, with the same settings.
    """
    accuracy, training = by_units(runs), by_units(runs, "train_accuracy")
    enough, sizes = enough_units(accuracy), accuracy.levels
    largest = sizes[-1]
    by_heart = next((size for size in sizes if training[size].low >= 99.995), np.nan)
    double = spread(frame(two_layers)["test_accuracy"])
    parameters = {size: count_parameters(784, (size,) if size else (), 10) for size in sizes}
    yield {
        "runs": len(runs),
        "sizes": len(sizes),
        "seeds": len({run.config.seed for run in runs}),
        "at-none": accuracy[0],
        "training-none": training[0],
        **{f"at-{size}": accuracy[size] for size in (16, 128)},
        "enough": enough,
        "at-enough": accuracy[enough],
        "enough-effect": accuracy.effect(largest, enough).text(),
        "by-heart": by_heart,
        "at-by-heart": accuracy[by_heart],
        "largest": largest,
        "at-largest": accuracy[largest],
        "largest-effect": accuracy.effect(largest, by_heart).text(),
        "double": double,
        **{
            f"double-{n}": unbroken(compare(accuracy[n], double, accuracy.noise).text())
            for n in (128, 256, 512)
        },
        **{f"parameters-{n or 'none'}": f"{parameters[n]:,}" for n in (0, 16) if n in parameters},
        "parameters-largest": f"{parameters[largest]:,}",
        "answer": (
            f"On MNIST, a network without a hidden layer has {accuracy[0].text()} % test "
            f"accuracy, with 16 units {accuracy[16].text()} %, with 128 "
            f"{accuracy[128].text()} %. From {enough} units on, no larger size is shown to "
            "differ from a smaller one, nor to equal it: "
            f"{largest:,} minus {enough} units, {accuracy.effect(largest, enough).text()}."
        ),
    }
    yield claim("no run diverges", all(run.status == "completed" for run in runs))
    yield claim(
        "there is none, and every doubling from 16 to 2048 units",
        sizes == [0, *(2**n for n in range(4, 12))],
    )
    yield claim(
        "16 units are shown to be better than none, and more are better up to 128",
        accuracy.different(0, 16)
        and accuracy[0].mean < accuracy[16].mean < accuracy[32].mean < accuracy[64].mean
        and accuracy[64].mean < accuracy[128].mean,
    )
    yield claim(
        "the linear classifier gets less than 95 % of its training images right",
        training[0].high < 95,
    )
    yield claim(
        "between 32 and 256 units networks come to know their training images by heart",
        32 <= by_heart <= 256,
    )
    yield claim(
        "no larger one has a lower mean; the largest, with over a million parameters, is better",
        all(accuracy[size].mean >= accuracy[by_heart].mean for size in sizes if size > by_heart)
        and accuracy.different(by_heart, largest)
        and parameters[largest] > 1e6,
    )
    yield claim(
        "two layers are shown to be better than one of 128 units",
        compare(accuracy[128], double, accuracy.noise).direction
        and double.mean > accuracy[128].mean,
    )
