"""A what-if panel as data: a question, the settings that a reader can change, and a config."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlp_core.training import ConfigError, RunConfig
from mlp_core.what_if.control import Control


@dataclass(frozen=True)
class Panel:
    """A question, the settings that a reader can change, and the config under them.

    Attributes
    ----------
    name, title, question : str
    controls : tuple of Control
    base : mapping
        Config fields that all runs of the panel share, where they differ from the defaults of
        `RunConfig`. Like the controls' defaults and ends they are checked at once.
    study : str or None
        The stored study whose runs answer the same question at full scale.
    """

    name: str
    title: str
    question: str
    controls: tuple[Control, ...]
    base: Mapping[str, Any] = field(default_factory=dict)
    study: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "controls", tuple(self.controls))
        names = [control.name for control in self.controls]
        if len(set(names)) < len(names):
            raise ConfigError(f"panel {self.name!r}: two controls set the same field: {names}")
        self.config({})
        for control in self.controls:
            for value in control.choices or (control.low, control.high):
                self.config({control.name: value})

    @property
    def defaults(self) -> dict[str, Any]:
        """The controls' default values."""
        return {control.name: control.default for control in self.controls}

    def clean(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a legal value for every control; what is missing takes its default.

        Raises
        ------
        ConfigError
            If a name is no control, or a value is not legal.
        """
        unknown = sorted(str(name) for name in set(values) - set(self.defaults))
        if unknown:
            known = ", ".join(self.defaults)
            raise ConfigError(f"{', '.join(unknown)}: no such control; the controls are {known}")
        return {c.name: c.clean(values.get(c.name, c.default)) for c in self.controls}

    def config(self, values: Mapping[str, Any]) -> RunConfig:
        """Return the config that the controls' values stand for.

        Raises
        ------
        ConfigError
            If a value is not legal, or the values do not go together.
        """
        return RunConfig.from_dict({**self.base, **self.clean(values)})

    def with_base(self, **fields: Any) -> Panel:
        """Return a panel on another base, such as another dataset."""
        return dataclasses.replace(self, base={**self.base, **fields})

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain JSON values."""
        controls = [dataclasses.asdict(control) for control in self.controls]
        for control in controls:
            control["choices"] = list(control["choices"])
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return json.loads(json.dumps({**plain, "base": dict(self.base), "controls": controls}))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Panel:
        """Build a panel from what `to_dict` returned."""
        controls = tuple(Control(**control) for control in values["controls"])
        return cls(**{**values, "controls": controls})
