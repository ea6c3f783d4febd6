"""The first steps of training: gradients before any update, and what the first epochs reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.cells import DEPTHS, by_cell, name_depth, with_cells
from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import epochs, frame, label_of
from mlp_book.stats import spread
from mlp_book.tables import table_of_rows
from mlp_book.text import format_level, format_number, unbroken
from mlp_core import Run, RunConfig
from mlp_core.training import Training

NAME = "activations-losses"
FIRST, LAST = "gradient, layer 1", "gradient, last layer"


def measure_starts(configs: Iterable[RunConfig], examples: int = 1000) -> pd.DataFrame:
    """Measure networks before their first update, on so many of their training images.

    Returns
    -------
    DataFrame
        One row per config, by depth, loss and activation: the Euclidean norm of the gradient of
        each layer's weights; ``hidden output``, the mean of the last hidden layer; ``its
        variation`` from image to image (standard deviation, mean over the units); and ``common``,
        which share of the last layer's gradient is the same for all hidden units.
    """
    rows = {}
    for config in configs:
        training = Training(config)
        training.compute_gradients(examples)
        hidden = training.network.activation_layers[-1].outputs
        *others, last = (layer.grad_weight for layer in training.network.linear_layers)
        rows[name_depth(config.hidden_sizes), config.loss, config.activation] = {
            **{f"{FIRST[:-1]}{n}": np.linalg.norm(own) for n, own in enumerate(others, 1)},
            LAST: np.linalg.norm(last),
            "hidden output": hidden.mean(),
            "its variation": hidden.std(axis=0).mean(),
            "common": 1 - np.var(last, axis=0).sum() / np.mean(last**2, axis=0).sum(),
        }
    return pd.DataFrame(list(rows.values()), pd.MultiIndex.from_tuples(rows), dtype=float)


def table_of_starts(starts: pd.DataFrame) -> pd.DataFrame:
    """Return what `measure_starts` measured as text: gradients, hidden outputs, their variation."""
    layers = sorted(name for name in starts if name.startswith(FIRST[:-1]))
    shown = starts[[*layers, LAST, "hidden output", "its variation"]]
    names = []
    for depth, loss, activation in starts.index:
        name = f"{format_level(activation)}, {depth}"
        names.append(unbroken(name if loss == RunConfig().loss else f"{name}, with {loss}"))
    return shown.map(_two_digits).set_axis(names)


def _two_digits(value: float) -> str:
    if value >= 1e-4:
        return f"{value:#.2g}"
    return format_number(float(f"{value:.1e}"))


def table_of_epochs(runs: Sequence[Run], shown: Sequence[int]) -> pd.DataFrame:
    """Return one row per cell: the test accuracy after some epochs, mean and spread over seeds."""
    data = epochs(runs)
    rows = {
        cell.row_name: {
            unbroken(f"epoch {epoch}"): spread(after["test_accuracy"]).text(1)
            for epoch, after in own.groupby("epoch")
        }
        for cell, own in by_cell(data[data["epoch"].isin(shown)]).items()
    }
    return table_of_rows(rows, label_of("test_accuracy"))


def first_epoch(runs: Sequence[Run]) -> Levels:
    """Return the test accuracy of each cell after the first epoch."""
    return Levels(with_cells(epochs(runs).query("epoch == 1")), "cell")


def arrival(runs: Sequence[Run], level: float, count: str = "epoch") -> pd.Series[float]:
    """Return for each run when its test accuracy first reaches so many percent; nan if never."""
    data = epochs(runs)
    first = data[data["test_accuracy"] >= level].groupby("row")[count].min()
    return first.reindex(range(len(runs))).astype(float)


def waits(runs: Sequence[Run], level: float, count: str = "epoch") -> Levels:
    """Return `arrival` of each cell."""
    return Levels(with_cells(frame(runs).assign(wait=arrival(runs, level, count))), "cell", "wait")


@facts(NAME)
def starts(measured: pd.DataFrame) -> Iterator[Any]:
    """Say which gradients networks begin with; from `measure_starts`."""
    single, double = (measured.loc[depth].loc["cross_entropy"] for depth in DEPTHS)
    relu, sigmoid = single.loc["relu"], single.loc["sigmoid"]
    yield {
        "sigmoid-first": f"{relu[FIRST] / sigmoid[FIRST]:.1f}",
        "sigmoid-output": f"{sigmoid['hidden output']:.2f}",
        "sigmoid-variation": f"{sigmoid['its variation']:.3f}",
        "sigmoid-first-double": f"{double[FIRST]['relu'] / double[FIRST]['sigmoid']:.1f}",
    }
    yield claim(
        "the outputs of sigmoids are a half and hardly vary, those of ReLUs do",
        np.isclose(sigmoid["hidden output"], 0.5, atol=0.01)
        and sigmoid["its variation"] < sigmoid["hidden output"] / 25
        and relu["its variation"] > relu["hidden output"] / 2,
    )
    yield claim(
        "their last gradient is long and nearly the same for all units, their first one short",
        relu["common"] < 0.1 < 0.9 < sigmoid["common"]
        and sigmoid[LAST] > 2 * relu[LAST]
        and sigmoid[FIRST] < relu[FIRST] / 2
        and double[FIRST]["sigmoid"] < double[LAST]["sigmoid"] / 50,
    )
    yield claim(
        "a second layer makes the first gradient shorter with every activation",
        (double[FIRST] < single[FIRST] / 5).all(),
    )
    hinge = measured.loc["single", "hinge", "relu"]
    yield claim(
        "hinge starts with ten times the gradient of cross-entropy",
        np.allclose(hinge[[FIRST, LAST]], 10 * relu[[FIRST, LAST]], rtol=0.02),
    )


@facts(NAME)
def slow(runs: Sequence[Run]) -> Iterator[Any]:
    """Say after how many updates small networks classify half of the test images."""
    half = waits(runs, 50, "updates")
    found = {(cell.activation, cell.depth): half[cell] for cell in half.levels}
    seeds = max(own.n for own in found.values())
    yield {
        f"wait-{name}-{depth}": own.text(0) if own.std else f"{own.mean:.0f} with each seed"
        for (name, depth), own in found.items()
        if own.n == seeds
    }
    yield claim(
        "the sigmoid waits longer than ReLU, and with two layers it never gets there",
        lambda: (
            found["relu", "single"].high < found["sigmoid", "single"].low
            and [key for key, own in found.items() if own.n < seeds] == [("sigmoid", "double")]
            and found["sigmoid", "double"].n == 0
        ),
    )
    yield claim(
        "a second layer costs updates, and more of them with GELU than with ReLU",
        lambda: (
            found["gelu", "single"].high < found["gelu", "double"].low
            and found["relu", "single"].high < found["relu", "double"].low
            and found["relu", "double"].high < found["gelu", "double"].low
        ),
    )
