"""Report B's whole grid: three levels of seven parameters, answered by a fifth of the runs.

The study goes through one batch size after another. While it runs, those stand for the grid of
which every run is stored; with the last run it is the whole grid.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mlp_core.studies import STUDIES
from mlp_core.studies.grid import EPOCHS, Grid, load_grid
from mlp_core.studies.search import Cell

if TYPE_CHECKING:
    import pandas as pd

STUDY = "full-factorial"
EPOCH_LEVELS = (5, 14, 25)
# nll and cross-entropy are one function of a network that ends in log-softmax: one set of runs.
LOSSES = ("nll", "nll", "log_softmax_mse")
OUTERMOST = "batch_size"  # the factor whose levels are run one after another
WORDS = {
    "hidden_sizes": ("hidden layers", ("1", "3", "5")),
    "activation": ("activation", ("relu", "sigmoid", "tanh")),
    "loss": ("loss", ("nll", "cross-entropy", "mse")),
    "regularization": ("regularization", ("none", "L2 10⁻⁴", "dropout 0.2")),
    "learning_rate": ("learning rate", ("0.1", "1", "10")),
    EPOCHS: ("epochs", ("5", "14", "25")),
}
# The report's own setting, from which it varied one parameter at a time.
DEFAULT = {
    "batch size": "64",
    "hidden layers": "1",
    "activation": "relu",
    "loss": "nll",
    "regularization": "none",
    "learning rate": "1",
    "epochs": "14",
}


def describe_cell(cell: Cell) -> str:
    """Return a cell in words.

    >>> describe_cell(("64", "1", "relu", "nll", "none", "1", "14"))
    '1 hidden layer, relu, nll, batches of 64, no regularization, learning rate 1, 14 epochs'
    """
    batch, layers, activation, loss, regularization, rate, epochs = cell
    return (
        f"{layers} hidden layer{'s' * (layers != '1')}, {activation}, {loss}, batches of {batch}, "
        f"{'no regularization' if regularization == 'none' else regularization}, "
        f"learning rate {rate}, {epochs} epochs"
    )


def load_full_factorial(root: str | Path | None = None, objective: str = "test_accuracy") -> Grid:
    """Return the cells of report B's grid, factors and levels named as a reader sees them.

    Batch sizes of which runs are missing are left out, as long as two remain.

    Parameters
    ----------
    root : path, optional
        The folder of results; by default what `find_results` finds.
    objective : {"test_accuracy", "test_loss"}

    Raises
    ------
    FileNotFoundError
        If fewer than two batch sizes are whole; says how many runs are missing.
    """
    grid = load_grid(STUDIES[STUDY], root, objective, epochs=EPOCH_LEVELS, only_complete=OUTERMOST)
    return _in_words(grid)


def load_seconds(root: str | Path | None = None) -> Grid:
    """Return what each cell took: its run's duration, as far as its epochs go.

    The levels are those of `load_full_factorial`. The durations are those that the runs noted,
    on whatever machine they were made and beside whatever else it did.
    """
    grid = load_grid(STUDIES[STUDY], root, "duration_s", only_complete=OUTERMOST)
    shares = np.array(EPOCH_LEVELS) / max(EPOCH_LEVELS)
    whole = replace(
        grid,
        levels={**grid.levels, EPOCHS: tuple(map(str, EPOCH_LEVELS))},
        table=grid.table[..., None] * shares,
        diverged=np.repeat(grid.diverged[..., None], len(shares), axis=-1),
    )
    return _in_words(whole)


def _in_words(grid: Grid) -> Grid:
    words = {**WORDS, OUTERMOST: ("batch size", grid.levels[OUTERMOST])}
    return grid.keep_levels("loss", LOSSES).rename(words)


def missing_batches(grid: Grid) -> list[str]:
    """Return the batch sizes that the study plans and the grid does not have (yet)."""
    planned = map(str, STUDIES[STUDY].grids[0][OUTERMOST])
    return [batch for batch in planned if batch not in grid.levels["batch size"]]


def describe_part(grid: Grid) -> str:
    """Return in a sentence which part of the study the grid is, if it is not the whole."""
    missing = missing_batches(grid)
    if not missing:
        return "All of them are stored."
    here, later = " and ".join(grid.levels["batch size"]), " and ".join(missing)
    return (
        f"Not all of them are made yet: this page rests on the {grid.table.size:,} cells with "
        f"batches of {here}, and takes in those with {later} (in brackets above) by itself "
        "as soon as the last of their runs is stored."
    )


def table_of_levels(grid: Grid) -> pd.DataFrame:
    """Return a row a factor: its levels, in brackets those that are missing, and the default."""
    import pandas as pd

    missing = [f"({batch})" for batch in missing_batches(grid)]
    levels = {
        factor: [*labels, *(missing if factor == "batch size" else [])]
        for factor, labels in grid.levels.items()
    }
    table = pd.DataFrame.from_dict(levels, orient="index", columns=["first", "second", "third"])
    return table.assign(default=pd.Series(DEFAULT)).rename_axis(columns="levels")
