"""The one function that trains what a panel's controls say, and reports it by events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mlp_core.training import Callback, Run, Training, train
from mlp_core.what_if.inside import INSIDE_COLUMNS, look_inside
from mlp_core.what_if.panel import Panel

Event = dict[str, Any]

EPOCH_COLUMNS = (
    "epoch",
    "updates",
    "learning_rate",
    "running_loss",
    "running_accuracy",
    "test_loss",
    "test_accuracy",
    *INSIDE_COLUMNS,
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
        row = {**training.history.row(-1), **look_inside(training)}
        names = (*EPOCH_COLUMNS, "layers")
        self._send({"kind": "epoch", **{name: row[name] for name in names}})


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
        epochs, updates), then ``epoch`` for every finished one (`EPOCH_COLUMNS`, and ``layers``
        of `look_inside`), last ``end`` (status, stop_reason, diverged_at_update, summary).
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
    run = train(panel.config(values), callbacks=[_Messenger(on_event, should_stop)])
    summary = run.summary
    ending = {name: summary[name] for name in ("status", "stop_reason", "diverged_at_update")}
    on_event({"kind": "end", **ending, "summary": summary})
    return run
