"""Checkpoints: a run in progress, written to an npz file without pickle and read back."""

from __future__ import annotations

import copy
import json
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.data import Dataset
from mlp_core.data.npz import read_arrays
from mlp_core.files import Claim, whole_file
from mlp_core.training.config import RunConfig
from mlp_core.training.history import History, is_figure
from mlp_core.training.legal import ConfigError, integer
from mlp_core.training.loop import Callback, Training
from mlp_core.training.model_file import read_header
from mlp_core.training.settings import WHOLE

FORMAT = 1
_STATE = "optimizer_"


@dataclass
class Snapshot:
    """Everything that the rest of a run depends on, taken between two epochs."""

    config: dict[str, Any]
    parameters: np.ndarray
    optimizer_state: dict[str, np.ndarray]
    optimizer_steps: int
    random_states: dict[str, Any]
    epoch: int
    update: int
    history: dict[str, list[Any]]
    records: dict[str, list[Any]]
    epoch_ms_per_update: list[float]
    data: str = ""
    fingerprint: str | None = None
    kept_epoch: int | None = None
    kept_parameters: np.ndarray | None = None
    given: dict[str, Any] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def take(cls, training: Training) -> Snapshot:
        """Copy what the next epoch depends on."""
        return cls(
            config=training.config.to_dict(),
            parameters=training.network.parameters.copy(),
            optimizer_state={k: v.copy() for k, v in training.optimizer.state.items()},
            optimizer_steps=training.optimizer.steps,
            random_states={
                "order": training.streams.order.bit_generator.state,
                "dropout": training.streams.dropout.bit_generator.state,
            },
            epoch=training.epoch,
            update=training.update,
            history=training.history.to_dict(),
            records=training.records,
            epoch_ms_per_update=training.epoch_ms_per_update,
            data=training.data.describe(),
            fingerprint=training.data.fingerprint,
            kept_epoch=training.kept[0] if training.kept else None,
            kept_parameters=training.kept[1] if training.kept else None,
            given=training.given,
            changes=training.settings.changes,
        )

    def restore(self, training: Training) -> None:
        """Let a training that has not begun continue from here.

        Whatever does not fit it is a ConfigError, and changes nothing.
        """
        try:
            history = self._check(training)
        except ConfigError:
            raise
        except Exception as error:  # values of other kinds raise almost anything
            raise ConfigError(f"the checkpoint is damaged: {error}") from error
        training.settings.restore(self.changes)
        training.network.parameters[...] = self.parameters
        training.optimizer.load_state(self.optimizer_state, self.optimizer_steps)
        training.streams.order.bit_generator.state = self.random_states["order"]
        training.streams.dropout.bit_generator.state = self.random_states["dropout"]
        training.epoch, training.update = self.epoch, self.update
        training.examples = self.epoch * training.dataset.train_size
        training.history = history
        training.records = self.records
        training.epoch_ms_per_update = self.epoch_ms_per_update
        if self.kept_epoch is not None and self.kept_parameters is not None:
            training.kept = self.kept_epoch, self.kept_parameters

    def _check(self, training: Training) -> History:
        """Return the history if everything here is such as this training could have left."""
        self.check_data(training.data)
        self.check_config(training.config)
        if self.given != training.given:
            raise ConfigError(
                f"the checkpoint belongs to a run that was given {self.given or 'no network'}, "
                f"this one was given {training.given or 'none'}"
            )
        history = History(self.history)
        for name in ("epoch", "update", "optimizer_steps"):
            WHOLE.check(name, getattr(self, name))
        _require(history["epoch"] == list(range(1, self.epoch + 1)), "its history is of others")
        _require(self.update == (history.last("updates") or 0), f"update {self.update}")
        times = self.epoch_ms_per_update
        _require(isinstance(times, list) and len(times) == self.epoch, "its times are of others")
        _require(all(map(is_figure, times)), "a time is no number")
        lists = isinstance(self.records, dict) and map(_is_list, self.records.values())
        _require(lists and all(lists), "its records are no lists")
        self._check_arrays(training)
        for name in ("order", "dropout"):
            np.random.default_rng(0).bit_generator.state = self.random_states[name]
        copy.deepcopy(training.settings).restore(self.changes)
        return history

    def _check_arrays(self, training: Training) -> None:
        """Raise a ValueError unless the arrays are those of this network and this optimizer."""
        parameters, optimizer = training.network.parameters, training.optimizer
        kept, epoch = self.kept_parameters, self.kept_epoch
        _require((kept is None) == (epoch is None), "what was kept is not whole")
        _require(epoch is None or 1 <= epoch <= self.epoch, "it kept no such epoch")
        for array in (self.parameters, *(() if kept is None else (kept,))):
            _require(_is_like(array, parameters), f"parameters {array.shape} of {array.dtype}")
            _require(np.isfinite(array).all(), "a parameter is not finite")
        vectors, scalars = optimizer.vectors, optimizer.scalars
        names = {*vectors, *scalars} if self.optimizer_steps else set()
        _require(set(self.optimizer_state) == names, f"a state of {sorted(self.optimizer_state)}")
        for name, array in self.optimizer_state.items():
            # A running average may be infinite, and the parameters beside it may not.
            if name in scalars:
                legal = _is_like(array, np.array(0.0)) and bool(0 < array < np.inf)
            else:
                legal = _is_like(array, parameters) and not np.isnan(array).any()
            _require(legal, f"the optimizer's {name} is damaged")

    def check_data(self, data: Dataset) -> None:
        """Raise ConfigError unless the snapshot was taken on these data."""
        if self.fingerprint not in (None, data.fingerprint):
            raise ConfigError(
                f"the checkpoint belongs to other data: {self.data}, fingerprint "
                f"{self.fingerprint}, there; {data.describe()}, fingerprint "
                f"{data.fingerprint}, here"
            )

    def check_config(self, config: RunConfig) -> None:
        """Raise ConfigError unless the snapshot belongs to this config.

        A constant or step schedule may go on for more epochs than it was begun with.
        """
        free = set() if config.schedule == "cosine" else {"epochs"}
        if self.fingerprint is not None:
            free.add("dataset")  # the data are the same, whatever they are called
        there = RunConfig.from_dict(self.config).to_dict()
        differences = [
            f"{name}: {there[name]!r} there, {value!r} here"
            for name, value in config.to_dict().items()
            if name not in free and there[name] != value
        ]
        if differences:
            pairs = ", ".join(differences)
            raise ConfigError(f"the checkpoint belongs to another config ({pairs})")
        if self.epoch > config.epochs:
            raise ConfigError(
                f"epochs={config.epochs} is not legal for a checkpoint of epoch {self.epoch}: "
                f"must be at least {self.epoch}"
            )

    def save(self, path: str | Path) -> None:
        """Write the snapshot; a file of that name stays as it is until the new one is complete."""
        apart = {"parameters", "optimizer_state", "kept_parameters"}
        plain = {name: value for name, value in vars(self).items() if name not in apart}
        arrays = {_STATE + name: array for name, array in self.optimizer_state.items()}
        arrays["parameters"] = self.parameters
        if self.kept_parameters is not None:
            arrays["kept_parameters"] = self.kept_parameters
        plain |= {"format": FORMAT, "arrays": sorted(arrays)}
        with whole_file(path) as file:
            np.savez(file, plain=np.array(json.dumps(plain)), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: str | Path) -> Snapshot:
        """Read a snapshot; a ConfigError if the file is not there or is none."""
        try:
            arrays = read_arrays(path)
            _require("plain" in arrays, "it holds no snapshot")
            plain = read_header(arrays.pop("plain"))
            _require(plain.pop("format") == FORMAT, "another format")
            _require(plain.pop("arrays", sorted(arrays)) == sorted(arrays), "an array is missing")
            return cls(
                parameters=arrays.pop("parameters"),
                kept_parameters=arrays.pop("kept_parameters", None),
                optimizer_state={k.removeprefix(_STATE): v for k, v in arrays.items()},
                **plain,
            )
        except Exception as error:  # a damaged zip file raises almost anything
            raise ConfigError(f"{path} is not a checkpoint that can be resumed: {error}") from error


def resume(training: Training, path: str | Path) -> None:
    """Let a training that has not begun continue from a file; a ConfigError names it."""
    snapshot = Snapshot.load(path)
    try:
        snapshot.restore(training)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def _require(condition: Any, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_like(array: np.ndarray, other: np.ndarray) -> bool:
    return (array.shape, array.dtype) == (other.shape, other.dtype)


class Checkpoint(Callback):
    """Writes everything needed to resume, every few epochs and after the last.

    While it trains, a file beside the checkpoint's says so: to a second training on the same one,
    that is a ConfigError.

    Parameters
    ----------
    path : str or Path
        The file, replaced each time; give it to ``train(..., resume_from=path)``.
    every : int, default 1
        Epochs between two writes; at least 1.
    """

    runs_last = True  # it is to hold what the other callbacks recorded in the same epoch

    def __init__(self, path: str | Path, every: int = 1) -> None:
        self.path = Path(path)
        self.every = integer(1).check("every", every)

    def on_train_begin(self, training: Training) -> None:
        """Claim the file until the training ends, or is forgotten."""
        self._claim = Claim(self.path.with_name(f".{self.path.name}.claim"))
        if not self._claim.take():
            raise ConfigError(
                f"checkpoint={self.path} is not legal: another training writes it; name another "
                f"file, or wait for its end"
            )
        self._release = weakref.finalize(self, self._claim.release)

    def on_epoch_end(self, training: Training) -> None:
        """Write a snapshot if it is due."""
        if training.epoch % self.every == 0 or training.epoch == training.config.epochs:
            Snapshot.take(training).save(self.path)
        self._claim.touch()

    def on_train_end(self, training: Training) -> None:
        """Give the file free."""
        self._release()
