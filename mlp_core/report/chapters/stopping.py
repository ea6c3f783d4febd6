"""Early stopping, read off stored histories: where it would have stopped, and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlp_core.report.measures import MEASURES
from mlp_core.report.spread import seed_spread
from mlp_core.report.tables import table_of_rows
from mlp_core.training import Run


@dataclass(frozen=True)
class Stop:
    """What early stopping does to one run.

    Attributes
    ----------
    stopped : int
        The last epoch that is trained.
    kept : int
        The epoch whose network is kept: the best one so far, by the column that is watched.
    early : bool
        Whether it stopped before the run was over.
    """

    stopped: int
    kept: int
    early: bool


def find_stop(values: Sequence[float], patience: int, rising: bool = False) -> Stop:
    """Return where early stopping would have ended a run, and which epoch it would have kept.

    The rule is that of `mlp_core.training.EarlyStopping`: it ends training once the column has
    not improved for `patience` epochs.

    Parameters
    ----------
    values : sequence of float
        The column that is watched, one value an epoch.
    patience : int
        At least 1.
    rising : bool
        Whether larger values are better.

    Examples
    --------
    >>> find_stop([0.5, 0.3, 0.4, 0.35, 0.2], patience=2)
    Stop(stopped=4, kept=2, early=True)
    """
    best = 0
    for epoch in range(1, len(values)):
        better = values[epoch] > values[best] if rising else values[epoch] < values[best]
        if better:
            best = epoch
        elif epoch - best >= patience:
            return Stop(epoch + 1, best + 1, True)
    return Stop(len(values), best + 1, False)


def table_of_patience(
    runs: Sequence[Run], patiences: Sequence[int], column: str = "test_loss"
) -> pd.DataFrame:
    """Return what each patience would have done to the runs, as means over them.

    Parameters
    ----------
    runs : sequence of Run
    patiences : sequence of int
        A row each, then one for no early stopping at all.
    column : str
        The column of the history that is watched.
    """
    rising = column.endswith("accuracy")
    watched = [run.history[column] for run in runs]
    rows = {}
    for patience in patiences:
        stops = [find_stop(values, patience, rising) for values in watched]
        trained = [stop.stopped for stop in stops]
        rows[str(patience)] = _row(runs, trained, [stop.kept for stop in stops])
    ends = [len(values) for values in watched]
    rows["none"] = _row(runs, ends, ends)
    return table_of_rows(rows, "patience")


def _row(runs: Sequence[Run], trained: Sequence[int], kept: Sequence[int]) -> dict[str, str]:
    accuracy = MEASURES["test_accuracy"]
    reached = [accuracy.of_epochs(run)[epoch - 1] for run, epoch in zip(runs, kept, strict=True)]
    return {
        "epochs trained": _range(trained),
        "epoch kept": _range(kept),
        f"its {accuracy.label}": seed_spread(reached).text(),
    }


def _range(epochs: Sequence[int]) -> str:
    """Return mean and extremes of some epochs, such as "12 (9 to 14)"."""
    low, high = min(epochs), max(epochs)
    mean = f"{np.mean(epochs):.1f}".removesuffix(".0")
    return mean if low == high else f"{mean} ({low}\u00a0to\u00a0{high})"
