"""A panel's values in training: played by turns, with commands between updates, or to the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mlp_core.data import SOURCES, Dataset
from mlp_core.training import ConfigError, Run, Training
from mlp_core.training.build import build_loss
from mlp_core.training.environment import one_blas_thread
from mlp_core.training.evaluation import evaluate
from mlp_core.what_if.frames import INSIDE_COLUMNS, describe_shown, finite, look
from mlp_core.what_if.next_step import FARTHEST, NextStep
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

TURN_S = 0.03  # how long a turn trains: so soon a command is heard
PACE_S = 0.005  # and how long it trains without a look at the clock
PROGRESS_S = 0.2  # how often an epoch that takes longer says how far it is
GOALS = {"play": "end", "epoch": "epoch", "update": "update"}  # of commands that go on


class Player:
    """A run that is played: `turn` trains for a moment, and `take` changes what comes next.

    Attributes
    ----------
    training : Training
    run : Run or None
        Once it has ended.
    wait_s : float
        How long it rests after an epoch.

    Parameters
    ----------
    panel, values, on_event
        As of `run_panel`; a ConfigError if a value is not legal.
    has_frames : bool
        Whether it tells what pictures are drawn from.
    frame_s : float
        How many seconds apart, while it plays on and does not rest: an eye sees no more. Where it
        rests or stops, at the first and last epoch and at those that a control names, always.
    """

    def __init__(
        self,
        panel: Panel,
        values: Mapping[str, Any],
        on_event: Callable[[Event], object],
        has_frames: bool = True,
        frame_s: float = 0.0,
    ) -> None:
        self._frame_s, self._frame_due, self._framed = frame_s, 0.0, 0
        epochs = [control.stops for control in panel.controls if control.name == "epochs"]
        self._always_framed = {1, *(epochs[0] if epochs else ())}
        self.training = Training(panel.config(values))
        self.run: Run | None = None
        self.wait_s = 0.0
        self._send, self._has_frames = on_event, has_frames
        self._goal: str | None = "end"  # how far it goes on; None where it is paused
        self._rest_until = self._progress_due = 0.0
        self._has_begun = self._has_looked = False
        self._next_step: NextStep | None = None  # while it is paused
        self._pace = 1  # how many updates take no more than `PACE_S`

    @property
    def is_playing(self) -> bool:
        """Whether it goes on to the end by itself."""
        return self._goal == "end"

    def take(self, command: Mapping[str, Any]) -> None:
        """Obey a command, between two updates.

        Parameters
        ----------
        command : mapping
            ``do``: "pause"; "play", which goes on; "epoch" or "update", which go on to the end of
            the epoch or for one update and pause there; "speed", which rests ``wait_s`` seconds
            after each epoch; "set", which gives the setting ``name`` of the training a ``value``.

        Raises
        ------
        ConfigError
            If there is no such command. A value that is not legal is told by an event.
        """
        self._begin()  # what a command tells comes after the start
        do = command.get("do")
        if do == "pause":
            self._pause()
        elif do in GOALS:
            self._go_on(GOALS[do])
        elif do == "speed":
            self.wait_s, self._rest_until = command["wait_s"], 0.0
        elif do == "set":
            self._change(command["name"], command["value"])
        else:
            raise ConfigError(f"do={do!r:.40} is not legal: must be one of {COMMANDS}")

    def turn(self) -> float | None:
        """Train for a moment.

        Returns
        -------
        float or None
            How many seconds to wait for a command before the next turn: inf while it is paused.
            None once it has ended.
        """
        with one_blas_thread(), np.errstate(all="ignore"):
            self._begin()
            if self.run is None and self._goal is None:
                self._look_ahead()
                return math.inf
            end = time.monotonic() + TURN_S
            while self.run is None and self._goal and (now := time.monotonic()) < end:
                if now < self._rest_until:
                    return self._rest_until - now
                self._advance()
        return 0.0 if self.run is None else None

    def _begin(self) -> None:
        if self._has_begun:
            return
        self._has_begun, training = True, self.training
        config, dataset = training.config, training.dataset
        with one_blas_thread(), np.errstate(all="ignore"):
            loss, accuracy = evaluate(training.network, build_loss(config), dataset, "test")
        self._send(
            {
                "kind": "start",
                "config": config.to_dict(),
                "dataset": {**describe_data(dataset), "shown": describe_shown(dataset)},
                "epochs": config.epochs,
                "updates": config.epochs * -(-dataset.train_size // config.batch_size),
                "before": {"epoch": 0, "test_loss": finite(loss), "test_accuracy": accuracy},
            }
        )
        if self._has_frames:
            self._send({"kind": "frame", **look(training)["frame"]})
        self._progress_due = time.monotonic() + PROGRESS_S

    def _advance(self) -> None:
        """Make an update, or several quick ones, and tell what is to tell of them."""
        training, has_epoch = self.training, False
        if self._train() and training.is_between_epochs:
            has_epoch = True
            self._tell_epoch()
        if training.is_over:
            self._end()
        elif self._goal == "update" or (self._goal == "epoch" and has_epoch):
            self._pause()
        elif has_epoch:
            self._rest_until = time.monotonic() + self.wait_s
        elif time.monotonic() >= self._progress_due:
            share = round(self._place % 1, 3)
            self._send({"kind": "progress", "epoch": training.epoch, "share": share})
            self._progress_due = time.monotonic() + PROGRESS_S

    def _train(self) -> bool:
        """Make updates for about `PACE_S`; return whether training may go on."""
        most, started = 1 if self._goal == "update" else self._pace, time.monotonic()
        may_go_on = self.training.run_update(most)
        took = time.monotonic() - started
        self._pace = max(1, self._pace // 2) if took > PACE_S else min(2 * self._pace, 64)
        return may_go_on

    @property
    def _place(self) -> float:
        """How many epochs have been trained, parts of them too."""
        return round(self.training.examples / self.training.dataset.train_size, 3)

    @property
    def _is_frame_due(self) -> bool:
        """Whether the epoch that has just ended is to be seen."""
        training = self.training
        is_quick = self._goal == "end" and not self.wait_s and not training.is_over
        is_between = training.epoch not in self._always_framed
        return not (is_quick and is_between and time.monotonic() < self._frame_due)

    def _tell_frame(self, frame: dict[str, Any]) -> None:
        self._send({"kind": "frame", **frame})
        self._framed, self._frame_due = frame["epoch"], time.monotonic() + self._frame_s

    def _tell_epoch(self) -> None:
        has_frame = self._has_frames and self._is_frame_due
        seen = look(self.training, has_frame=has_frame)
        row = {**self.training.history.row(-1), **seen["inside"]}
        self._progress_due = time.monotonic() + PROGRESS_S
        names = (*EPOCH_COLUMNS, "layers")
        self._send({"kind": "epoch", **{name: row[name] for name in names}})
        if has_frame:
            self._tell_frame(seen["frame"])

    def _pause(self) -> None:
        if self._goal is not None and self.run is None:
            is_unseen = self._has_frames and self._framed != self.training.epoch
            if is_unseen and self.training.is_between_epochs:
                self._tell_frame(look(self.training)["frame"])
            self._goal, self._has_looked, self._next_step = None, False, None
            self._send({"kind": "paused", "update": self.training.update, "at": self._place})

    def _go_on(self, goal: str) -> None:
        if self._goal is None:
            self._send({"kind": "playing"})
        self._goal, self._rest_until, self._next_step = goal, 0.0, None

    def _change(self, name: str, value: Any) -> None:
        """Change a setting, and tell what was changed or why not."""
        training, before = self.training, None
        changes = list(training.settings.changes)
        try:
            before = training.settings.get(name)
            training.settings.change(name, value, training.update)
        except ConfigError as error:
            self._send({"kind": "refused", "name": name, "value": before, "message": str(error)})
            return
        if training.settings.changes != changes:
            self._has_looked = False
            if name != "learning_rate":  # which only makes the same step longer or shorter
                self._next_step = None
            now = {"from": before, "to": training.settings.get(name)}
            where = {"update": training.update, "at": self._place}
            self._send({"kind": "change", "name": name, **now, **where})

    def _look_ahead(self) -> None:
        """Tell where the next update leads, once for each pause and change."""
        if self._has_looked:
            return
        rate, step = self.training.next_learning_rate, self._next_step
        if step is None or rate > FARTHEST * step.rate:
            step = self._next_step = NextStep(self.training)
        self._has_looked = True
        self._send({"kind": "ahead", **step.describe()})

    def _end(self) -> None:
        run = self.run = self.training.finish()
        summary = run.summary
        ending = {name: summary[name] for name in ("status", "stop_reason", "diverged_at_update")}
        at = {"diverged_at": self._diverged_at()}
        noticed = {"diagnosis": [str(finding) for finding in run.diagnosis]}
        self._send({"kind": "end", **ending, **at, **noticed, "summary": summary})

    def _diverged_at(self) -> float | None:
        """After how many epochs the first loss was not finite."""
        training, update = self.training, self.training.diverged_at_update
        if update is None:
            return None
        begun = [updates for updates in training.history["updates"] if updates < update]
        per_epoch = -(-training.dataset.train_size // training.batch_size)
        return round(len(begun) + (update - (begun or [0])[-1]) / per_epoch, 2)


COMMANDS = ("pause", *GOALS, "speed", "set")


def describe_data(dataset: Dataset) -> dict[str, Any]:
    """Return what a panel shows of its data; of square images the side and the largest pixel."""
    names = ("name", "train_size", "test_size", "classes", "pixel_max")
    title = SOURCES[dataset.name].title if dataset.name in SOURCES else dataset.name
    side = math.isqrt(dataset.in_features)
    is_square = dataset.pixel_max is not None and side**2 == dataset.in_features
    shown = {n: getattr(dataset, n) for n in names}
    return {**shown, "title": title, "side": side if is_square else None}


def run_panel(panel: Panel, values: Mapping[str, Any], on_event: Callable[[Event], object]) -> Run:
    """Train what the controls say to the end, and report every epoch.

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
        stop_reason, diverged_at_update, ``diverged_at`` in epochs, ``diagnosis``: a sentence for
        each finding, and summary). After ``start`` and after each ``epoch`` comes a ``frame`` of
        `look`.

        A `Player` also tells what commands have done: ``paused`` (update, and ``at``: epochs so
        far) and then ``ahead`` (`NextStep.describe`), ``playing``, ``change`` (name, from, to,
        update, at) and ``refused`` (name, the value that stays, message).

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
    player = Player(panel, values, on_event)
    while player.run is None:
        player.turn()
    return player.run
