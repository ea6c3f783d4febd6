"""A finished run: what was asked, what happened, and on which machine."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from mlp_core.data import DATASETS, Dataset
from mlp_core.nn import Network
from mlp_core.training.config import RunConfig, hash_of
from mlp_core.training.diagnosis import Finding, diagnose
from mlp_core.training.evidence import Evidence
from mlp_core.training.history import History, is_figure
from mlp_core.training.legal import shown
from mlp_core.training.model import Model

STATUSES = ("completed", "diverged", "stopped")
# Not in the files of early runs, nor where they are None.
_LATER = ("fingerprint", "kept_epoch", "given", "changes")
# What a run is read from, besides config and history.
_KINDS: dict[str, Any] = {
    "status": str,
    "stop_reason": str | None,
    "diverged_at_update": int | None,
    "records": dict,
    "epoch_ms_per_update": list,
    "duration_s": float | int,
    "environment": dict,
    "fingerprint": str | None,
    "kept_epoch": int | None,
    "given": dict | None,
    "changes": list | None,
}
_NEEDED = {"config", "history", *_KINDS} - {*_LATER}
_DERIVED = {"run_id", "summary"}


def run_id_of(
    config: RunConfig, fingerprint: str | None, given: Any = None, changes: Any = None
) -> str:
    """Return the id of a run of a config on data of a fingerprint.

    What else the run depends on enters only where there is something.
    """
    builtin = config.dataset in DATASETS
    run_id = config.run_id if builtin or fingerprint is None else config.run_id_on(fingerprint)
    return hash_of([run_id, given, changes]) if given or changes else run_id


@dataclass
class Run:
    """The result of `train`.

    Attributes
    ----------
    config : RunConfig
    history : History
        One row per epoch.
    fingerprint : str or None
        Of the data; see `Dataset.fingerprint`. None for runs stored before there was one.
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
    kept_epoch : int or None
        The epoch whose weights the network has, if it is not the last; see `EarlyStopping`.
    environment : dict
        Versions and machine; see `describe_environment`.
    given : dict or None
        What the run was given besides config and data: ``network``, the layers of a network of
        one's own and a hash of its parameters, or ``start_from``, that of a model's.
    changes : list of dict or None
        Settings that were changed on the way: each with the ``update`` after which, and its value.
    model : Model or None
        The trained network with all that it takes to use it; not stored with the run.
    dataset : Dataset or None
        What it was trained on; not stored either.
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
    fingerprint: str | None = None
    kept_epoch: int | None = None
    given: dict[str, Any] | None = None
    changes: list[dict[str, Any]] | None = None
    model: Model | None = field(default=None, repr=False, compare=False)
    dataset: Dataset | None = field(default=None, repr=False, compare=False)

    @property
    def network(self) -> Network | None:
        """The trained network, in evaluation mode; None if the run was read from a file."""
        return None if self.model is None else self.model.network

    @property
    def diagnosis(self) -> list[Finding]:
        """What went wrong, with evidence and what to try; looked for at every call."""
        now = {k: v for change in self.changes or () for k, v in change.items() if k != "update"}
        if now.get("learning_rate") == 0:
            del now["learning_rate"]
        return diagnose(
            Evidence(
                self.config.replace(**now),
                self.history,
                self.stop_reason,
                self.diverged_at_update,
                self.model,
                self.dataset,
            )
        )

    @property
    def run_id(self) -> str:
        """That of the config; on data that are not built in, of the config and these data."""
        return run_id_of(self.config, self.fingerprint, self.given, self.changes)

    @property
    def ms_per_update(self) -> float | None:
        """Median over the epochs, in milliseconds; None if no epoch was finished."""
        times = self.epoch_ms_per_update
        return statistics.median(times) if times else None

    @property
    def core_s(self) -> float:
        """Processor time in seconds; of runs stored without it the wall time, with its pauses."""
        return float(self.environment.get("core_s", self.duration_s))

    @property
    def summary(self) -> dict[str, Any]:
        """The run in one row; accuracies are fractions, losses means per example.

        The figures are those of the network: of the epoch that was kept, or the last finished
        one. They are None where the run diverged.
        """
        diverged = self.status == "diverged"
        splits = (
            ("train", "validation", "test") if self.history.has_validation else ("train", "test")
        )
        names = [f"{split}_{figure}" for split in splits for figure in ("accuracy", "loss")]
        row = self.history.row((self.kept_epoch or 0) - 1) if len(self.history) else {}
        figures = {name: None if diverged else row.get(name) for name in names}
        kept = {} if self.kept_epoch is None else {"kept_epoch": self.kept_epoch}
        return {
            "run_id": self.run_id,
            "status": self.status,
            **figures,
            **kept,
            "epochs": len(self.history),
            "updates": self.diverged_at_update if diverged else self.history.last("updates") or 0,
            "ms_per_update": self.ms_per_update,
            "duration_s": self.duration_s,
            "stop_reason": self.stop_reason,
            "diverged_at_update": self.diverged_at_update,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the run as plain JSON values, without the network."""
        later = {name: getattr(self, name) for name in _LATER}
        return {
            "run_id": self.run_id,
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
            **{name: value for name, value in later.items() if value is not None},
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Run:
        """Build a run from what `to_dict` returned; a ValueError if these are other values."""
        if not isinstance(values, dict) or (lacking := _NEEDED - values.keys()):
            words = f"it lacks {', '.join(sorted(lacking))}" if isinstance(values, dict) else "none"
            raise ValueError(f"a run must be a dict as of Run.to_dict: {words}")
        if unknown := values.keys() - _NEEDED - {*_LATER} - _DERIVED:
            raise ValueError(f"{shown(unknown)}: a run has no such fields")
        stored = {name: values.get(name) for name in _KINDS}
        for name, kind in _KINDS.items():
            value = stored[name]
            if not isinstance(value, kind) or (isinstance(value, float) and not isfinite(value)):
                raise ValueError(f"{name}={shown(value)} is not legal in a run")
        history = History(values["history"])
        _check_lists(stored, len(history))
        config = RunConfig.from_dict(values["config"])
        return cls(config=config, history=history, **stored)  # type: ignore[arg-type]


def _check_lists(stored: dict[str, Any], epochs: int) -> None:
    """Raise a ValueError if what is in the lists of a run is of another kind."""
    legal = {
        "status": stored["status"] in STATUSES,
        "records": all(isinstance(values, list) for values in stored["records"].values()),
        "epoch_ms_per_update": all(map(is_figure, stored["epoch_ms_per_update"])),
        "kept_epoch": stored["kept_epoch"] is None or 1 <= stored["kept_epoch"] <= epochs,
        "changes": all(isinstance(change, dict) for change in stored["changes"] or ()),
    }
    for name, is_legal in legal.items():
        if not is_legal:
            raise ValueError(f"{name}={shown(stored[name])} is not legal in a run")
