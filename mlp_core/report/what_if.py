"""What-if panels as data, and the one function that trains what a panel's controls say."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlp_core.report.control import Control
from mlp_core.training import Callback, ConfigError, Run, RunConfig, Training, train

Event = dict[str, Any]


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


_LEARNING_RATE = Panel(
    name="learning-rate",
    title="What if the steps were larger?",
    question="How large may the learning rate be before training falls apart?",
    controls=(
        Control("learning_rate", "learning rate", "log", 0.05, low=1e-5, high=1000.0, step=0.1),
        Control("momentum", "momentum", "slider", 0.9, low=0.0, high=0.99, step=0.01),
        Control(
            "batch_size", "batch size", "choice", 100, choices=(1, 10, 20, 50, 100, 200, 500, 1000)
        ),
        Control("epochs", "epochs", "choice", 100, choices=(1, 10, 20, 50, 100, 200, 500, 1000)),
        Control("seed", "seed", "int", 2022, low=0, high=999_999, step=1),
    ),
    study="learning-rate",
)

_NUMERICAL_STABILITY = Panel(
    name="numerical-stability",
    title="What if the formulas were the plain ones?",
    question="Which formula breaks first, and does more precision save it?",
    controls=(
        Control(
            "loss", "loss", "choice", "naive_cross_entropy",
            choices=("cross_entropy", "naive_cross_entropy", "naive_cross_entropy_epsilon"),
        ),
        Control(
            "activation", "activation", "choice", "relu",
            choices=("relu", "sigmoid", "naive_sigmoid"),
        ),
        Control("init_std", "std of the first weights", "log", 0.01, low=0.01, high=10.0, step=0.1),
        Control("learning_rate", "learning rate", "log", 0.05, low=0.01, high=10.0, step=0.1),
        Control("dtype", "precision", "choice", "float32", choices=("float32", "float64")),
    ),
    base={"epochs": 30},
    study="numerical-stability",
)  # fmt: skip

_ENGINE = Panel(
    name="engine",
    title="What if the engine had other parts?",
    question="Does half the precision cost accuracy, and what do more layers buy?",
    controls=(
        Control(
            "hidden_sizes", "hidden units", "choice", [128],
            choices=([], [8], [32], [128], [512], [64, 32], [32, 32, 32]),
        ),
        Control(
            "activation", "activation", "choice", "relu",
            choices=("relu", "gelu", "sigmoid", "tanh"),
        ),
        Control("dtype", "precision", "choice", "float32", choices=("float32", "float64")),
        Control("seed", "seed", "int", 2022, low=0, high=999_999, step=1),
    ),
)  # fmt: skip

PANELS: dict[str, Panel] = {
    panel.name: panel for panel in (_LEARNING_RATE, _NUMERICAL_STABILITY, _ENGINE)
}

EPOCH_COLUMNS = (
    "epoch",
    "updates",
    "learning_rate",
    "running_loss",
    "running_accuracy",
    "test_loss",
    "test_accuracy",
)


class _Messenger(Callback):
    """Sends the events of a run and asks after every update whether to go on."""

    def __init__(self, send: Callable[[Event], object], should_stop: Callable[[], bool]) -> None:
        self._send = send
        self._should_stop = should_stop

    def on_train_begin(self, training: Training) -> None:
        config, dataset = training.config, training.dataset
        updates = config.epochs * -(-dataset.train_size // config.batch_size)
        facts = {name: getattr(dataset, name) for name in ("name", "train_size", "test_size")}
        self._send(
            {
                "kind": "start",
                "config": config.to_dict(),
                "dataset": {**facts, "classes": dataset.classes},
                "epochs": config.epochs,
                "updates": updates,
            }
        )

    def on_update_end(self, training: Training) -> None:
        if self._should_stop():
            training.request_stop("stopped by the reader")

    def on_epoch_end(self, training: Training) -> None:
        row = training.history.row(-1)
        self._send({"kind": "epoch", **{name: row[name] for name in EPOCH_COLUMNS}})


def run_panel(
    panel: Panel,
    values: Mapping[str, Any],
    on_event: Callable[[Event], object],
    should_stop: Callable[[], bool] = lambda: False,
) -> Run:
    """Train what the controls say and report every epoch.

    Parameters
    ----------
    panel : Panel
    values : mapping
        From control names to values; what is missing takes its default.
    on_event : callable
        Gets plain dicts of JSON values, by their ``kind``: first ``start`` (config, dataset,
        epochs, updates), then ``epoch`` for every finished one (`EPOCH_COLUMNS`), last ``end``
        (status, stop_reason, diverged_at_update, summary).
    should_stop : callable
        Asked after every update; True ends the run with the status ``stopped``.

    Returns
    -------
    Run

    Raises
    ------
    ConfigError
        Before any event, if a value is not legal.
    DataError
        Before any event, if the dataset is missing or damaged.
    """
    run = train(panel.config(values), [_Messenger(on_event, should_stop)])
    summary = run.summary
    ending = {name: summary[name] for name in ("status", "stop_reason", "diverged_at_update")}
    on_event({"kind": "end", **ending, "summary": summary})
    return run
