"""Report B's full grid: three levels of seven parameters, answered by a fifth of the runs."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from mlp_book.frames import FIELDS
from mlp_book.stats import LEVEL, pooled_std
from mlp_book.text import unbroken
from mlp_core.studies import STUDIES
from mlp_core.studies.effort import Effort, effort_until
from mlp_core.studies.grid import EPOCHS, Grid, load_grid, one_at_a_time
from mlp_core.studies.search import Trial

STUDY = "full-factorial"
EPOCH_LEVELS = (5, 14, 25)
# nll and cross-entropy are one function of a network that ends in log-softmax: one set of runs.
LOSSES = ("nll", "nll", "log_softmax_mse")
WORDS = {
    "batch_size": ("batch size", ("256", "64", "16")),
    "hidden_sizes": ("hidden layers", ("1", "3", "5")),
    "activation": ("activation", ("ReLU", "sigmoid", "tanh")),
    "loss": ("loss", ("nll", "cross-entropy", "mse")),
    "regularization": ("regularization", ("none", "L2 10⁻⁴", "dropout 0.2")),
    "learning_rate": ("learning rate", ("0.1", "1", "10")),
    EPOCHS: ("epochs", ("5", "14", "25")),
}
# The report's own setting, from which it varied one parameter at a time.
DEFAULT = {
    "batch size": "64",
    "hidden layers": "1",
    "activation": "ReLU",
    "loss": "nll",
    "regularization": "none",
    "learning rate": "1",
    "epochs": "14",
}


def load_full_grid(root: str | Path | None = None) -> Grid:
    """Return the test accuracies of report B's grid, factors and levels named as in the text."""
    return _in_words(load_grid(STUDIES[STUDY], root, epochs=EPOCH_LEVELS))


def load_seconds(root: str | Path | None = None) -> Grid:
    """Return what each cell took: the duration that its run noted, as far as its epochs go."""
    grid = load_grid(STUDIES[STUDY], root, "duration_s")
    shares = np.array(EPOCH_LEVELS) / max(EPOCH_LEVELS)
    levels = {**grid.levels, EPOCHS: EPOCH_LEVELS}
    return _in_words(Grid.from_values(levels, grid.table[..., None] * shares, grid.objective))


def _in_words(grid: Grid) -> Grid:
    return grid.keep_levels("loss", LOSSES).rename(WORDS)


def describe_cell(cell: Sequence[str]) -> str:
    """Return a cell in words.

    >>> describe_cell(("64", "1", "ReLU", "nll", "none", "1", "14"))
    '1 hidden layer, ReLU, nll, batches of 64, no regularization, learning rate 1, 14 epochs'
    """
    batch, layers, activation, loss, regularization, rate, epochs = cell
    return (
        f"{layers} hidden layer{'s' * (layers != '1')}, {activation}, {loss}, batches of {batch}, "
        f"{'no regularization' if regularization == 'none' else unbroken(regularization)}, "
        f"learning rate {rate}, {epochs} epochs"
    )


def cells_of(grid: Grid) -> pd.DataFrame:
    """Return one row per cell: its level of each factor, and its test error in percent."""
    cells = grid.to_dataframe()
    return cells.assign(test_error=100 * (1 - cells["test_accuracy"]))


def factors_of(cells: pd.DataFrame) -> list[str]:
    """Return the columns that are factors."""
    return list(cells.select_dtypes("category"))


def level_shares(cells: pd.DataFrame) -> pd.Series:
    """Return which share of some cells has which level, by factor and level."""
    return pd.concat(
        {f: cells[f].value_counts(normalize=True, sort=False) for f in factors_of(cells)}
    )


def mean_errors(cells: pd.DataFrame, lines: str, across: str) -> pd.DataFrame:
    """Return the mean test error of all cells that share two levels: ``lines`` down."""
    return cells.pivot_table("test_error", lines, across, observed=False)


def exact_importance(shares: pd.DataFrame) -> pd.Series:
    """Return each factor's share of what `variance_shares` says that single factors explain."""
    alone = shares[shares["kind"] == "factor"].set_index("term")["share"]
    return alone / alone.sum()


def from_everywhere(grid: Grid) -> np.ndarray:
    """Return the value that changing one factor at a time finds, from each cell in turn."""
    starts = product(*grid.levels.values())
    bases = (dict(zip(grid.levels, cell, strict=True)) for cell in starts)
    return np.array([one_at_a_time(grid, base).found_value for base in bases])


def without_interactions(grid: Grid) -> Grid:
    """Return the grid as it would be if each cell were the sum of its factors' effects."""
    mean, axes = grid.table.mean(), range(grid.table.ndim)
    effects = (
        grid.table.mean(axis=tuple(set(axes) - {axis}), keepdims=True) - mean for axis in axes
    )
    return replace(grid, table=mean + sum(effects))


def count_efforts(
    searches: Mapping[str, Sequence[Sequence[Trial]]], goals: Mapping[str, float]
) -> dict[str, dict[str, Effort]]:
    """Return by goal and kind of search how soon searches reach at least that accuracy."""
    seconds = load_seconds()
    return {
        name: {
            kind: effort_until(played, partial(operator.le, goal - 1e-12), seconds)
            for kind, played in searches.items()
        }
        for name, goal in goals.items()
    }


def pooled_noise(data: pd.DataFrame) -> float:
    """Return the spread of test accuracies over seeds that the settings of a frame share."""
    setting = [name for name in FIELDS if name != "seed"]
    return pooled_std(own for _, own in data.groupby(setting, dropna=False)["test_accuracy"])


def smallest_gap(std: float, first: int = 1, second: int = 1, comparisons: int = 1) -> float:
    """Return how far two means must lie apart so that seeds alone seldom explain it.

    Parameters
    ----------
    std : float
        Standard deviation over seeds, known well.
    first, second : int
        How many runs each mean is of.
    comparisons : int
        In how many places such a gap is looked for: the chance of even one false alarm stays at
        5 % (Bonferroni's correction).

    Examples
    --------
    >>> round(smallest_gap(1.0), 2), round(smallest_gap(1.0, 1, 1, comparisons=100), 2)
    (2.77, 4.92)
    """
    quantile = float(stats.norm.isf(LEVEL / 2 / comparisons))
    return quantile * std * math.sqrt(1 / first + 1 / second)


def expected_best(count: int) -> float:
    """Return the expected largest of so many independent normal values, in standard deviations.

    So much the best of equally good settings seems to stand above them, if each has one run.

    >>> round(expected_best(2), 4), round(expected_best(100), 2)
    (0.5642, 2.51)
    """
    return float(stats.order_statistic(stats.Normal(), r=count, n=count).mean())
