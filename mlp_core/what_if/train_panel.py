"""The one function that trains what a panel's controls say, and reports it by events."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from mlp_core.data import Dataset
from mlp_core.training import Callback, Run, Training, train
from mlp_core.training.build import build_loss
from mlp_core.training.evaluation import evaluate
from mlp_core.what_if.frames import INSIDE_COLUMNS, describe_shown, finite, look
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

PROGRESS_S = 0.2  # how often an epoch that takes longer says how far it is


class _Messenger(Callback):
    """Sends the events of a run and asks after every update whether to go on."""

    def __init__(self, send: Callable[[Event], object], should_stop: Callable[[], bool]) -> None:
        self._send = send
        self._should_stop = should_stop
        self._per_epoch, self._due = 1, 0.0

    def on_train_begin(self, training: Training) -> None:
        config, dataset = training.config, training.dataset
        self._per_epoch = -(-dataset.train_size // config.batch_size)
        self._due = time.monotonic() + PROGRESS_S
        loss, accuracy = evaluate(training.network, build_loss(config), dataset, "test")
        self._send(
            {
                "kind": "start",
                "config": config.to_dict(),
                "dataset": {**describe_data(dataset), "shown": describe_shown(dataset)},
                "epochs": config.epochs,
                "updates": config.epochs * self._per_epoch,
                "before": {"epoch": 0, "test_loss": finite(loss), "test_accuracy": accuracy},
            }
        )
        self._send({"kind": "frame", **look(training)["frame"]})

    def on_update_end(self, training: Training) -> None:
        if self._should_stop():
            training.request_stop("stopped by the reader")
        if time.monotonic() >= self._due:
            done = training.update % self._per_epoch / self._per_epoch
            self._send({"kind": "progress", "epoch": training.epoch, "share": round(done, 3)})
            self._due = time.monotonic() + PROGRESS_S

    def on_epoch_end(self, training: Training) -> None:
        seen = look(training)
        row = {**training.history.row(-1), **seen["inside"]}
        self._due = time.monotonic() + PROGRESS_S
        names = (*EPOCH_COLUMNS, "layers")
        self._send({"kind": "epoch", **{name: row[name] for name in names}})
        self._send({"kind": "frame", **seen["frame"]})


def describe_data(dataset: Dataset) -> dict[str, Any]:
    """Return what a panel shows of its data; of square images the side and the largest pixel."""
    names = ("name", "train_size", "test_size", "classes", "pixel_max")
    side = math.isqrt(dataset.in_features)
    is_square = dataset.pixel_max is not None and side**2 == dataset.in_features
    return {**{n: getattr(dataset, n) for n in names}, "side": side if is_square else None}


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
        epochs, updates, and ``before``: test loss and accuracy of the first weights), then
        ``epoch`` for every finished one (`EPOCH_COLUMNS`, and ``layers`` of `look`), and within
        one that takes long ``progress`` (the share that is done), last ``end`` (status,
        stop_reason, diverged_at_update, summary). After ``start`` and after each ``epoch`` comes
        a ``frame`` of `look`.
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
