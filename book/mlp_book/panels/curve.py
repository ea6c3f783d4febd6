"""What a panel keeps of a run: the figures of its epochs, gathered from events, seed by seed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlp_core.what_if.panel import Panel
from mlp_core.what_if.train_panel import EPOCH_COLUMNS, Event


@dataclass
class Curve:
    """One run as a panel shows it; or several of the same values, one after the other.

    Attributes
    ----------
    values : dict
        The controls' values that it was trained with.
    columns : dict of str to list
        One value an epoch for each of `EPOCH_COLUMNS`, of the latest seed.
    status : str
        ``running``, then the status of the run.
    epochs, updates : int
        How many there are to be.
    dataset : dict
        Its name, train_size, test_size and classes.
    diverged_at_update : int or None
        Of the latest seed.
    seeds : int
        How many there are to be.
    earlier : list of Curve
        The seeds before the latest.
    """

    values: dict[str, Any]
    columns: dict[str, list[Any]] = field(default_factory=lambda: _empty())
    status: str = "running"
    epochs: int = 0
    updates: int = 0
    dataset: dict[str, Any] = field(default_factory=dict)
    diverged_at_update: int | None = None
    seeds: int = 1
    earlier: list[Curve] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Take in one event of `run_panel`; a second start begins another seed."""
        if event["kind"] == "start":
            if self.epochs:
                self.earlier.append(replace(self, earlier=[]))
                self.columns, self.diverged_at_update = _empty(), None
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
        """The number of epochs finished, over all seeds."""
        return sum(len(curve.columns["epoch"]) for curve in self.runs)

    @property
    def runs(self) -> list[Curve]:
        """The seeds begun so far, each a curve of its own."""
        return [*self.earlier, self]

    def band(self, name: str) -> list[tuple[float, float, float]]:
        """Return mean, lowest and highest of the seeds at each epoch.

        As soon as a seed has reached the last epoch, only such seeds count.
        """
        histories = [curve.columns[name] for curve in self.runs]
        whole = [history for history in histories if len(history) == self.epochs]
        used = whole or [history for history in histories if history]
        rows = [[v for v in row if v is not None] for row in zip(*used, strict=False)]
        nan = (math.nan,) * 3
        return [(sum(row) / len(row), min(row), max(row)) if row else nan for row in rows]

    def last(self, name: str) -> Any:
        """Return a column's latest mean, or None if there is none."""
        band = self.band(name)
        return band[-1][0] if band and not math.isnan(band[-1][0]) else None

    @property
    def diverged(self) -> list[Curve]:
        """The seeds whose loss ceased to be finite."""
        return [curve for curve in self.runs if curve.diverged_at_update is not None]

    @property
    def diverged_at_epoch(self) -> float | None:
        """Where on the axis of epochs the latest seed's loss ceased to be finite."""
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
        return replace(self, columns=columns, earlier=list(self.earlier))


def _empty() -> dict[str, list[Any]]:
    return {name: [] for name in EPOCH_COLUMNS}


def labels(panel: Panel, curves: Sequence[Curve]) -> list[str]:
    """Return for each curve what sets it apart: the values in which the curves differ.

    A single curve, and curves that are all alike, are named by the panel's first control. Data
    are named where the curves' differ, seeds where there are several.
    """
    varied = [
        control
        for control in panel.controls
        if len({repr(curve.values[control.name]) for curve in curves}) > 1
    ] or list(panel.controls[:1])
    several_data = len({curve.dataset.get("name") for curve in curves}) > 1
    names = []
    for curve in curves:
        parts = [f"{one.label} {format_value(curve.values[one.name])}" for one in varied]
        if several_data:
            parts.append(curve.dataset.get("name", "…"))
        if curve.seeds > 1:
            parts.append(f"{curve.seeds} seeds")
        names.append(", ".join(parts))
    return names


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
