"""What figures and tables show of a run: names, units, and how to read them from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mlp_core.training import Run

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Measure:
    """A quantity of a run, in the unit in which it is shown.

    Attributes
    ----------
    column : str
        Of the history and of the summary.
    label : str
        For axes and table heads, with the unit.
    log : bool
        Whether an axis of it is logarithmic.
    digits : int
        Decimals in tables; negative for so many significant digits.
    convert : callable
        From the stored value to the one that is shown.
    """

    column: str
    label: str
    log: bool
    digits: int
    convert: Callable[[float], float]

    def of_guessing(self, classes: int) -> float | None:
        """Return what a network reaches that gives every class the same probability."""
        if self.column.endswith("accuracy"):
            return self.convert(1 / classes)
        if self.column.endswith("loss"):
            return self.convert(math.log(classes))
        return None

    def of_epochs(self, run: Run) -> list[float]:
        """Return one value an epoch; epochs without one are left out."""
        return [self.convert(value) for value in run.history[self.column] if value is not None]

    def of_run(self, run: Run) -> float | None:
        """Return the value after the last epoch, or None where the run diverged."""
        value = run.summary.get(self.column)
        if value is None and run.status != "diverged":
            value = run.history.last(self.column)
        return None if value is None else self.convert(value)


def _same(value: float) -> float:
    return value


def _percent(value: float) -> float:
    return 100 * value


def _error_percent(accuracy: float) -> float:
    return 100 * (1 - accuracy)


LEARNED = 50.0  # percent of test accuracy: a network below it has lost what it learns with

MEASURES: dict[str, Measure] = {
    "test_accuracy": Measure("test_accuracy", "test accuracy, %", False, 2, _percent),
    "train_accuracy": Measure("train_accuracy", "training accuracy, %", False, 2, _percent),
    "running_accuracy": Measure("running_accuracy", "running accuracy, %", False, 2, _percent),
    "test_error": Measure("test_accuracy", "test error, %", True, 2, _error_percent),
    "train_error": Measure("train_accuracy", "training error, %", True, 2, _error_percent),
    "test_loss": Measure("test_loss", "test loss", True, -3, _same),
    "train_loss": Measure("train_loss", "training loss", True, -3, _same),
    "running_loss": Measure("running_loss", "training loss, running mean", True, -3, _same),
    "ms_per_update": Measure("ms_per_update", "ms an update", False, -3, _same),
}


def values_of(runs: Sequence[Run], measure: str | Measure) -> list[float]:
    """Return a measure after the last epoch, one value a run; diverged runs have none."""
    shown = MEASURES[measure] if isinstance(measure, str) else measure
    return [value for run in runs if (value := shown.of_run(run)) is not None]


def all_learned(runs: Sequence[Run]) -> bool:
    """Say whether every run came to its end and gets more than half of the test images right.

    One seed that collapsed makes the spread so wide that a test of means tells nothing any more.
    """
    values = values_of(runs, "test_accuracy")
    return len(values) == len(runs) and min(values, default=0.0) > LEARNED


def round_level(level: float) -> float:
    """Return a level without the last bits of its arithmetic, so that equal ones meet.

    >>> round_level(0.4 / 0.02**2) == round_level(0.1 / 0.01**2) == 1000
    True
    """
    return float(f"{level:.6g}")


def group_by(runs: Sequence[Run], key: Callable[[Run], Key]) -> dict[Key, list[Run]]:
    """Return the runs by what a function says of each, in the order in which that is met first.

    Raises
    ------
    ValueError
        If there are no runs.
    """
    if not runs:
        raise ValueError("no runs to show: load them with load_runs(study)")
    groups: dict[Key, list[Run]] = {}
    for run in runs:
        groups.setdefault(key(run), []).append(run)
    return groups


def group_runs(runs: Sequence[Run], factor: str) -> dict[Any, list[Run]]:
    """Return the runs by the value of a config field, numbers from small to large.

    Raises
    ------
    ValueError
        If there are no runs.
    """
    groups = group_by(runs, lambda run: getattr(run.config, factor))
    if all(isinstance(level, int | float) for level in groups):
        return dict(sorted(groups.items()))
    return groups
