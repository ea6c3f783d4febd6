"""A finished run: what was asked, what happened, and on which machine."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field, fields
from typing import Any

from mlp_core.nn import MLP
from mlp_core.training.config import RunConfig
from mlp_core.training.history import History


@dataclass
class Run:
    """The result of `train`.

    Attributes
    ----------
    config : RunConfig
    history : History
        One row per epoch.
    status : {"completed", "diverged", "stopped"}
        ``diverged``: a loss was not finite, and training ended there. ``stopped``: a callback
        asked for it.
    stop_reason : str or None
        Why a run ended before its last epoch.
    diverged_at_update : int or None
        Number of the first update whose loss was not finite, counted from 1. If all of them
        were but the evaluation after them was not, the number of the last update before it.
    records : dict of str to list
        What callbacks recorded, one entry per epoch.
    epoch_ms_per_update : list of float
        Wall time of each epoch's updates (gather to parameter change) over their number, in
        milliseconds.
    duration_s : float
        Wall time of the run with its evaluations, in seconds.
    environment : dict
        Versions and machine; see `describe_environment`.
    network : MLP or None
        The trained network; not stored with the run.
    """

    config: RunConfig
    history: History
    status: str
    stop_reason: str | None = None
    diverged_at_update: int | None = None
    records: dict[str, list[Any]] = field(default_factory=dict)
    epoch_ms_per_update: list[float] = field(default_factory=list)
    duration_s: float = 0.0
    environment: dict[str, Any] = field(default_factory=dict)
    network: MLP | None = field(default=None, repr=False, compare=False)

    @property
    def ms_per_update(self) -> float | None:
        """Median over the epochs, in milliseconds; None if no epoch was finished."""
        times = self.epoch_ms_per_update
        return statistics.median(times) if times else None

    @property
    def summary(self) -> dict[str, Any]:
        """The run in one row; accuracies are fractions, losses means per example.

        The figures are those of the last finished epoch, and None where the run diverged.
        """
        names = ("train_accuracy", "train_loss", "test_accuracy", "test_loss")
        diverged = self.status == "diverged"
        figures = {name: None if diverged else self.history.last(name) for name in names}
        return {
            "run_id": self.config.run_id,
            "status": self.status,
            **figures,
            "epochs": len(self.history),
            "updates": self.diverged_at_update if diverged else self.history.last("updates") or 0,
            "ms_per_update": self.ms_per_update,
            "duration_s": self.duration_s,
            "stop_reason": self.stop_reason,
            "diverged_at_update": self.diverged_at_update,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the run as plain JSON values, without the network."""
        return {
            "run_id": self.config.run_id,
            "config": self.config.to_dict(),
            "status": self.status,
            "stop_reason": self.stop_reason,
            "diverged_at_update": self.diverged_at_update,
            "summary": self.summary,
            "history": self.history.to_dict(),
            "records": self.records,
            "epoch_ms_per_update": self.epoch_ms_per_update,
            "duration_s": self.duration_s,
            "environment": self.environment,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Run:
        """Build a run from what `to_dict` returned."""
        plain = [f.name for f in fields(cls) if f.name not in ("config", "history", "network")]
        return cls(
            config=RunConfig.from_dict(values["config"]),
            history=History(values["history"]),
            **{name: values[name] for name in plain},
        )
