"""Report B's whole grid: three levels of seven parameters, answered by a fifth of the runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mlp_core.studies import STUDIES
from mlp_core.studies.grid import EPOCHS, Grid, load_grid
from mlp_core.studies.space import Cell
from mlp_core.studies.subgrid import keep_levels, rename

STUDY = "full-factorial"
EPOCH_LEVELS = (5, 14, 25)
# nll and cross-entropy are one function of a network that ends in log-softmax: one set of runs.
LOSSES = ("nll", "nll", "log_softmax_mse")
WORDS = {
    "batch_size": ("batch size", ("256", "64", "16")),
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
    """Return all cells of report B's grid, factors and levels named as a reader sees them.

    Parameters
    ----------
    root : path, optional
        The folder of results; by default what `find_results` finds.
    objective : {"test_accuracy", "test_loss"}

    Raises
    ------
    FileNotFoundError
        If runs are missing; says how many.
    """
    grid = load_grid(STUDIES[STUDY], root, objective, epochs=EPOCH_LEVELS)
    return rename(keep_levels(grid, "loss", LOSSES), WORDS)


def load_seconds(root: str | Path | None = None) -> Grid:
    """Return what each cell took: its run's duration, as far as its epochs go.

    The levels are those of `load_full_factorial`. The durations are those that the runs noted,
    on whatever machine they were made and beside whatever else it did.
    """
    grid = load_grid(STUDIES[STUDY], root, "duration_s")
    shares = np.array(EPOCH_LEVELS) / max(EPOCH_LEVELS)
    whole = replace(
        grid,
        levels={**grid.levels, EPOCHS: tuple(map(str, EPOCH_LEVELS))},
        table=grid.table[..., None] * shares,
        diverged=np.repeat(grid.diverged[..., None], len(shares), axis=-1),
    )
    return rename(keep_levels(whole, "loss", LOSSES), WORDS)
