"""Settings: what of a training may be changed between two updates, and the list of changes."""

from __future__ import annotations

from typing import Any

from mlp_core.nn import Optimizer
from mlp_core.training.config import NOT_NEGATIVE, RunConfig
from mlp_core.training.legal import ConfigError, integer, shown

WHOLE = integer(0)
NAMES = ("learning_rate", "momentum", "weight_decay", "batch_size")


class Settings:
    """Learning rate, momentum, weight decay and batch size as they are at the moment.

    Attributes
    ----------
    batch_size : int
    changes : list of dict
        What was changed: each with the ``update`` after which, and the setting's value.
    """

    def __init__(self, config: RunConfig, optimizer: Optimizer) -> None:
        self._config, self._optimizer = config, optimizer
        self.batch_size = config.batch_size
        self.changes: list[dict[str, Any]] = []

    def get(self, name: str) -> Any:
        """Return a setting's value."""
        if name not in NAMES:
            raise ConfigError(f"{name}: no setting to change on the way; these are {NAMES}")
        if name == "batch_size":
            return self.batch_size
        return getattr(self._optimizer, name, getattr(self._config, name))

    def change(self, name: str, value: float, update: int) -> None:
        """Set a setting after an update, or raise a ConfigError if the value is not legal."""
        before = self.get(name)
        value = self._check(name, value)
        if value != before or self._ends_schedule(name):
            self._set(name, value)
            # Of what was set between the same two updates, the last counts.
            earlier = [c for c in self.changes if c["update"] == update and name in c]
            self.changes = [c for c in self.changes if c not in earlier]
            self.changes.append({"update": update, name: value})

    def restore(self, changes: list[dict[str, Any]]) -> None:
        """Make the changes that were made before a checkpoint; all of them or, as errors, none."""
        steps = [(k, v) for change in changes for k, v in change.items() if k != "update"]
        for change in changes:
            WHOLE.check("update", change["update"])
        for name, value in steps:
            self._check_settable(name, value)
            self._check(name, value)
        for name, value in steps:
            self._set(name, value)
        self.changes = list(changes)

    def _ends_schedule(self, name: str) -> bool:
        """Return whether to set this, even to what it is, changes later epochs."""
        scheduled = name == "learning_rate" and self._config.schedule != "constant"
        return scheduled and not self.has_changed(name)

    def has_changed(self, name: str) -> bool:
        """Return whether a setting was ever changed."""
        return any(name in change for change in self.changes)

    def _set(self, name: str, value: Any) -> None:
        self._check_settable(name, value)
        if name == "batch_size":
            self.batch_size = value
        else:
            setattr(self._optimizer, name, value)

    def _check_settable(self, name: str, value: Any) -> None:
        has = name == "batch_size" or (name in NAMES and hasattr(self._optimizer, name))
        if not has:
            words = f"{name}={shown(value)} is not legal"
            raise ConfigError(f"{words}: {self._config.optimizer} has none")

    def _check(self, name: str, value: Any) -> Any:
        """Return a legal value, alone and together with what the config says besides."""
        if name == "learning_rate":
            return NOT_NEGATIVE.check(name, value)
        return getattr(self._config.replace(**{name: value}), name)


class Setting:
    """An attribute of a training that reads and changes one of its settings."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, training: Any, owner: type | None = None) -> Any:
        return training.settings.get(self._name)

    def __set__(self, training: Any, value: float) -> None:
        training.settings.change(self._name, value, training.update)
