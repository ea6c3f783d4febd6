"""Settings: what of a training may be changed between two updates, and the list of changes."""

from __future__ import annotations

from typing import Any

from mlp_core.nn import Optimizer
from mlp_core.training.config import NOT_NEGATIVE, RunConfig
from mlp_core.training.legal import ConfigError, integer, shown

SETTINGS = ("learning_rate", "momentum", "weight_decay", "batch_size")
WHOLE = integer(0)


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
        if name == "batch_size":
            return self.batch_size
        return getattr(self._optimizer, name, getattr(self._config, name))

    def change(self, name: str, value: float, update: int) -> None:
        """Set a setting after an update, or raise a ConfigError if the value is not legal."""
        value = _check(name, value)
        if value != self.get(name) or self._ends_schedule(name):
            self._set(name, value)
            self.changes.append({"update": update, name: value})

    def restore(self, changes: list[dict[str, Any]]) -> None:
        """Make the changes that were made before a checkpoint; all of them or, as errors, none."""
        steps = [(k, v) for change in changes for k, v in change.items() if k != "update"]
        for change in changes:
            WHOLE.check("update", change["update"])
        for name, value in steps:
            self._check_settable(name, value)
            _check(name, value)
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
        has = name == "batch_size" or (name in SETTINGS and hasattr(self._optimizer, name))
        if not has:
            words = f"{name}={shown(value)} is not legal"
            raise ConfigError(f"{words}: {self._config.optimizer} has none")


def _check(name: str, value: Any) -> Any:
    check = NOT_NEGATIVE.check if name == "learning_rate" else RunConfig.check
    return check(name, value)


class Setting:
    """An attribute of a training that reads and changes one of its settings."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, training: Any, owner: type | None = None) -> Any:
        return training.settings.get(self._name)

    def __set__(self, training: Any, value: float) -> None:
        training.settings.change(self._name, value, training.update)
