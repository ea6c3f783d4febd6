"""What a panel keeps of one run: the figures of its epochs, gathered from events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mlp_core.report.what_if import EPOCH_COLUMNS, Event, Panel


@dataclass
class Curve:
    """One run as a panel shows it.

    Attributes
    ----------
    values : dict
        The controls' values that it was trained with.
    columns : dict of str to list
        One value an epoch for each of `EPOCH_COLUMNS`.
    status : str
        ``running``, then the status of the run.
    epochs, updates : int
        How many there are to be.
    dataset : dict
        Its name, train_size, test_size and classes.
    diverged_at_update : int or None
    """

    values: dict[str, Any]
    columns: dict[str, list[Any]] = field(
        default_factory=lambda: {name: [] for name in EPOCH_COLUMNS}
    )
    status: str = "running"
    epochs: int = 0
    updates: int = 0
    dataset: dict[str, Any] = field(default_factory=dict)
    diverged_at_update: int | None = None

    def add(self, event: Event) -> None:
        """Take in one event of `run_panel`."""
        if event["kind"] == "start":
            self.epochs, self.updates = event["epochs"], event["updates"]
            self.dataset = event["dataset"]
        elif event["kind"] == "epoch":
            for name, values in self.columns.items():
                values.append(event[name])
        else:
            self.status = event["status"]
            self.diverged_at_update = event["diverged_at_update"]

    @property
    def epoch(self) -> int:
        """The number of epochs finished."""
        return len(self.columns["epoch"])

    def last(self, name: str) -> Any:
        """Return a column's latest value, or None before the first epoch is over."""
        values = self.columns[name]
        return values[-1] if values else None

    @property
    def diverged_at_epoch(self) -> float | None:
        """Where on the axis of epochs the loss ceased to be finite."""
        if self.diverged_at_update is None:
            return None
        return self.diverged_at_update / (self.updates / self.epochs)

    @property
    def guesses(self) -> bool:
        """Whether the network classifies hardly better than by always naming one class."""
        accuracy = self.last("test_accuracy")
        return accuracy is not None and accuracy < 1.5 / self.dataset["classes"]

    def copy(self) -> Curve:
        """Return a copy that later events leave alone."""
        columns = {name: list(values) for name, values in self.columns.items()}
        return Curve(**{**vars(self), "columns": columns})


def labels(panel: Panel, curves: Sequence[Curve]) -> list[str]:
    """Return for each curve what sets it apart: the values in which the curves differ.

    A single curve, and curves that are all alike, are named by the panel's first control.
    """
    varied = [
        control
        for control in panel.controls
        if len({repr(curve.values[control.name]) for curve in curves}) > 1
    ] or list(panel.controls[:1])
    return [
        ", ".join(
            f"{control.label} {format_value(curve.values[control.name])}" for control in varied
        )
        for curve in curves
    ]


def format_value(value: Any) -> str:
    """Return a control's value as text.

    >>> format_value(0.00002), format_value(0.050), format_value(100), format_value([64, 32])
    ('0.00002', '0.05', '100', '64, 32')
    """
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".") if value else "0"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)
