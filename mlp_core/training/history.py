"""The record of a run: one row per epoch, in named columns."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING, Any

from mlp_core.training.legal import LARGEST

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    "epoch": "number of passes over the training set so far",
    "updates": "number of parameter changes so far",
    "examples": "number of training examples seen so far",
    "learning_rate": "the epoch's learning rate",
    "running_loss": "mean training loss over the epoch's batches, each before its own update",
    "running_accuracy": "share of the epoch's training examples classified correctly, likewise",
    "train_loss": "mean training loss, evaluated after the epoch (None if not asked for)",
    "train_accuracy": "training accuracy, evaluated after the epoch (None if not asked for)",
    "test_loss": "mean test loss, evaluated after the epoch",
    "test_accuracy": "test accuracy, evaluated after the epoch",
}
# Only where there are validation examples.
VALIDATION_COLUMNS = {
    "validation_loss": "mean validation loss, evaluated after the epoch",
    "validation_accuracy": "validation accuracy, evaluated after the epoch",
}


class History:
    """One row per epoch. Accuracies are fractions, losses are means per example.

    Only what follows from the config and the data is in it: two runs of both have equal histories.
    It has the `VALIDATION_COLUMNS` if one of them is filled.

    Examples
    --------
    >>> history = History()
    >>> history.append(epoch=1, test_accuracy=0.5)
    >>> history["test_accuracy"]
    [0.5]
    """

    def __init__(self, columns: dict[str, list[Any]] | None = None) -> None:
        columns = columns or {}
        if not isinstance(columns, dict):
            raise ValueError("a history must be columns by their names")
        _check_names(columns)
        for name, values in columns.items():
            if not isinstance(values, list) or not all(map(is_figure, values)):
                raise ValueError(f"the column {name} must be a list of finite numbers, or None")
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        (length,) = lengths or {0}
        self._columns = {name: list(columns.get(name, [None] * length)) for name in COLUMNS}
        self._columns |= {n: list(columns[n]) for n in VALIDATION_COLUMNS if n in columns}

    def append(self, **row: float | None) -> None:
        """Add an epoch; columns that are not named hold None."""
        _check_names(row)
        for name in VALIDATION_COLUMNS:
            if name in row:
                self._columns.setdefault(name, [None] * len(self))
        for name, values in self._columns.items():
            values.append(row.get(name))

    def amend(self, index: int, **values: float) -> None:
        """Fill in columns of an epoch that were left None; -1 is the latest."""
        for name, value in values.items():
            self._columns[name][index] = value

    def __getitem__(self, name: str) -> list[Any]:
        """Return a column as a list with one value per epoch."""
        if name not in self._columns:
            without = "; without validation examples" if name in VALIDATION_COLUMNS else ""
            known = ", ".join(self._columns)
            raise KeyError(f"{name!r}: no such column{without}; the columns are {known}")
        return list(self._columns[name])

    @property
    def has_validation(self) -> bool:
        """Whether there are validation figures."""
        return "validation_loss" in self._columns

    def last(self, name: str) -> Any:
        """Return a column's latest value, or None before the first epoch."""
        values = self._columns[name]
        return values[-1] if values else None

    def row(self, index: int) -> dict[str, Any]:
        """Return an epoch's row as a dict; -1 is the latest."""
        return {name: values[index] for name, values in self._columns.items()}

    def __len__(self) -> int:
        return len(self._columns["epoch"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self._columns == other._columns

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"History({len(self)} epochs)"

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the columns as plain lists."""
        return {name: list(values) for name, values in self._columns.items()}

    def to_dataframe(self) -> pd.DataFrame:
        """Return the history as a pandas DataFrame, one row per epoch."""
        import pandas as pd

        return pd.DataFrame(self._columns)


def is_figure(value: Any) -> bool:
    """Return whether a value is a finite number, or None."""
    if value is None or type(value) is int:
        return value is None or abs(value) < LARGEST
    return isinstance(value, float) and isfinite(value)


def _check_names(names: Iterable[str]) -> None:
    unknown = sorted(map(str, set(names) - set(COLUMNS) - set(VALIDATION_COLUMNS)))
    if unknown:
        raise ValueError(f"no such column: {', '.join(unknown):.200}")
