"""One frozen description of a run: every choice, its legal range and what it means."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from mlp_core.data import DATASETS, INPUT_SCALINGS
from mlp_core.files import parse_json
from mlp_core.nn import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from mlp_core.training.legal import (
    ConfigError,
    choice,
    integer,
    integer_tuple,
    name_in,
    name_or_path,
    nearest,
    number,
    shown,
)

POSITIVE = number("> 0")
NOT_NEGATIVE = number(">= 0")
SHARE = number(">= 0", "< 1")
SWITCH = choice(False, True)


def _field(default: Any, legal: Any, help: str) -> Any:
    """Declare a field with its legal range and its help text."""
    return dataclasses.field(default=default, metadata={"legal": legal, "help": help})


@dataclass(frozen=True)
class RunConfig:
    """Everything that a training run depends on.

    The defaults are those of the report that this project starts from, with the embedded
    digits as the dataset. A value outside its legal range raises `ConfigError`, which names
    the field, the value and the range.

    Examples
    --------
    >>> config = RunConfig(hidden_sizes=(64, 32), learning_rate=0.1)
    >>> config.batch_size
    100
    >>> RunConfig.from_json(config.to_json()) == config
    True
    >>> RunConfig(learning_rate=-1)
    Traceback (most recent call last):
    ...
    mlp_core.training.legal.ConfigError: learning_rate=-1 is not legal: must be a finite number > 0
    """

    dataset: str = _field(
        "digits",
        name_or_path(DATASETS),
        "digits, mnist, or the path of data of your own (folder, npz, CSV)",
    )
    input_scaling: str = _field(
        "centered",
        choice(*INPUT_SCALINGS),
        "unit: 0 to 1; standardized: mean 0, std 1; centered: pixels about -0.5 to 0.5, all else "
        "standardized; raw: as is",
    )
    train_size: int | None = _field(
        None, integer(1, optional=True), "training examples to use, drawn by the seed; all if unset"
    )
    validation_size: int = _field(
        0, integer(0), "training examples set apart to validate with, drawn by the seed"
    )
    hidden_sizes: tuple[int, ...] = _field(
        (128,), integer_tuple(1), "units of each hidden layer; none for a linear classifier"
    )
    activation: str = _field("relu", name_in(ACTIVATIONS), "activation of the hidden units")
    loss: str = _field("cross_entropy", choice(*LOSSES), "what is minimized")
    hinge_margin: float = _field(0.1, POSITIVE, "margin of the hinge loss")
    target_scale: float = _field(1.0, POSITIVE, "height of the one-hot target of mse")
    init: str = _field("normal", choice(*INITIALIZERS), "how the weights start")
    init_std: float = _field(0.01, NOT_NEGATIVE, "standard deviation of the normal initialization")
    optimizer: str = _field("sgd", choice(*OPTIMIZERS), "how a gradient becomes an update")
    learning_rate: float = _field(0.05, POSITIVE, "size of a step")
    momentum: float = _field(0.9, SHARE, "share of the last step that is kept (sgd)")
    nesterov: bool = _field(False, SWITCH, "look ahead along the momentum (sgd)")
    weight_decay: float = _field(
        1e-5, NOT_NEGATIVE, "pull of every parameter towards 0, added to the gradient"
    )
    adadelta_rho: float = _field(0.9, SHARE, "memory of the running averages (adadelta)")
    adam_beta1: float = _field(0.9, SHARE, "memory of the mean gradient (adam)")
    adam_beta2: float = _field(0.999, SHARE, "memory of the squared gradient (adam)")
    l1_penalty: float = _field(0.0, NOT_NEGATIVE, "adds this times sum |w| to the loss")
    l2_penalty: float = _field(0.0, NOT_NEGATIVE, "adds half this times sum w^2 to the loss")
    dropout: float = _field(0.0, SHARE, "share of the hidden units dropped while training")
    schedule: str = _field("constant", choice(*SCHEDULES), "how the rate changes over the epochs")
    schedule_step_epochs: int = _field(30, integer(1), "epochs between two steps (schedule step)")
    schedule_step_factor: float = _field(
        0.1, number("> 0", "<= 1"), "factor of the rate at each step (schedule step)"
    )
    batch_size: int = _field(100, integer(1), "examples per update; the last batch may be smaller")
    epochs: int = _field(100, integer(1), "passes over the training set")
    evaluate_train: bool = _field(
        False, SWITCH, "evaluate the training set after every epoch, not only after the last"
    )
    dtype: str = _field("float32", choice("float32", "float64"), "precision of all arithmetic")
    seed: int = _field(
        2022, integer(0), "feeds initialization, batch order, dropout and the two sizes, each apart"
    )

    def __post_init__(self) -> None:
        for name, field in self.__dataclass_fields__.items():
            value = getattr(self, name)
            if value is not field.default:  # which is legal, and of its plain type
                object.__setattr__(self, name, field.metadata["legal"].check(name, value))
        if self.nesterov and self.momentum == 0:
            raise ConfigError("nesterov=True is not legal with momentum=0: set momentum above 0")

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """Return the names of all fields, in order."""
        return tuple(cls.__dataclass_fields__)

    @classmethod
    def field_help(cls, name: str) -> str:
        """Return what a field means, in one line."""
        return str(cls.__dataclass_fields__[name].metadata["help"])

    @classmethod
    def legal_range(cls, name: str) -> str:
        """Return a field's legal range in words."""
        return str(cls.__dataclass_fields__[name].metadata["legal"])

    @classmethod
    def check(cls, name: str, value: Any) -> Any:
        """Return a field's value in its plain Python type, or raise a ConfigError."""
        return cls.__dataclass_fields__[name].metadata["legal"].check(name, value)

    def replace(self, **changes: Any) -> RunConfig:
        """Return a copy with some fields changed; errors are those of `from_dict`."""
        return RunConfig.from_dict({**self.to_dict(), **changes})

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dict of plain JSON values."""
        values = {name: getattr(self, name) for name in self.field_names()}
        return {**values, "hidden_sizes": list(self.hidden_sizes)}

    def changes(self) -> dict[str, Any]:
        """Return only the fields that differ from their defaults, as plain JSON values.

        >>> RunConfig(seed=7, hidden_sizes=()).changes()
        {'hidden_sizes': [], 'seed': 7}
        """
        default = _defaults()
        return {name: v for name, v in self.to_dict().items() if v != default[name]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunConfig:
        """Build a config from plain values; missing fields take their defaults.

        A ConfigError is raised if a key is no field, or a value is not legal.
        """
        if not isinstance(values, Mapping):
            raise ConfigError(f"a config must be a mapping from fields to values: {shown(values)}")
        unknown = sorted(map(str, set(values) - set(cls.field_names())))
        if unknown:
            names, legal = shown(", ".join(unknown))[1:-1], ", ".join(cls.field_names())
            hint = nearest(unknown[0], cls.field_names())
            raise ConfigError(f"{names}: no such field{hint}; the fields are {legal}")
        return cls(**values)

    def to_json(self) -> str:
        """Return the config as one line of JSON."""
        return json.dumps(self.to_dict())

    @classmethod
    def from_json(cls, line: str) -> RunConfig:
        """Build a config from what `to_json` returned; errors are those of `from_dict`."""
        try:
            values = parse_json(line)
        except ValueError as error:
            raise ConfigError(f"not a JSON object: {error}") from None
        return cls.from_dict(values)

    @cached_property
    def run_id(self) -> str:
        """Twelve hexadecimal digits, a hash of the content.

        Fields at their default do not enter, so that a field added later renames no earlier run.
        """
        return hash_of(self.changes())

    def run_id_on(self, fingerprint: str) -> str:
        """Return the id of a run on data of one's own: their content counts, not their name."""
        return hash_of({**self.changes(), "dataset": fingerprint})


def hash_of(values: Any) -> str:
    """Return twelve hexadecimal digits, a hash of plain JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


@cache
def _defaults() -> dict[str, Any]:
    return RunConfig().to_dict()
