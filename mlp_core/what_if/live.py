"""Several seeds of a panel's values, trained for someone who watches: events come in small lots."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlp_core.training import ConfigError, Run
from mlp_core.what_if.frames import finite
from mlp_core.what_if.panel import Panel
from mlp_core.what_if.train_panel import Event, Player

AT_ONCE = ("start", "paused", "change", "end")
FRAME_S = 0.1  # how often a network that learns quickly is looked at
LOT_S = 0.03  # what happens within so short a time is told together


class Lots:
    """Gathers events and sends them as lists: start and first epoch at once, others by `LOT_S`."""

    def __init__(self, send: Callable[[list[Event]], object]) -> None:
        self._send = send
        self._waiting: list[Event] = []
        self._due = 0.0

    def add(self, event: Event) -> None:
        """Take an event; what is not `finite` becomes None."""
        self._waiting.append({name: finite(value) for name, value in event.items()})
        is_first = event["kind"] == "epoch" and event["epoch"] == 1
        if is_first or event["kind"] in AT_ONCE or time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self._send(self._waiting)
        self._waiting = []
        self._due = time.monotonic() + LOT_S


class LiveRuns:
    """Runs of a panel, one after the other, played by `turn` and led by `take`.

    Parameters
    ----------
    panel : Panel
    runs : sequence of mapping
        Each with ``values`` and a ``seed``.
    send : callable
        Gets lists of the events of a `Player`, each with the ``index`` of its run; the first run
        alone has frames, every `FRAME_S` seconds at most.

    Attributes
    ----------
    last : Run or None
        The last one that has ended.
    """

    def __init__(
        self,
        panel: Panel,
        runs: Sequence[Mapping[str, Any]],
        send: Callable[[list[Event]], object],
    ) -> None:
        self.last: Run | None = None
        self._panel, self._lots = panel, Lots(send)
        self._runs, self._next = runs, 0
        self._player: Player | None = None
        self._early: list[Mapping[str, Any]] = []  # commands from before the first turn

    def take(self, command: Mapping[str, Any]) -> None:
        """Obey a command of a `Player`; settings are changed of a single run alone."""
        if command.get("do") == "set" and len(self._runs) > 1:
            raise ConfigError("settings are changed on the way of one seed alone: choose one seed")
        if self._player is None:
            self._early.append(command)
        else:
            self._player.take(command)

    def turn(self) -> float | None:
        """Train for a moment; return what `Player.turn` returns, None after the last run."""
        if self._player is None or self._player.run is not None:
            if self._next == len(self._runs):
                return None
            self._begin_next()
        player = self._player
        assert player is not None
        wait = player.turn()
        if player.run is not None:
            self.last, wait = player.run, 0.0 if self._next < len(self._runs) else None
        if wait != 0:
            self._lots.flush()
        return wait

    def _begin_next(self) -> None:
        """Begin a run as the one before it was played: at its speed, or paused."""
        index, before = self._next, self._player
        run = self._runs[index]

        def add(event: Event) -> None:
            self._lots.add({**event, "index": index})

        panel = self._panel.with_base(seed=run["seed"])
        player = Player(panel, run["values"], add, has_frames=index == 0, frame_s=FRAME_S)
        self._next += 1
        if before is not None:
            player.wait_s = before.wait_s
            if not before.is_playing:
                player.take({"do": "pause"})
        for command in self._early:
            player.take(command)
        self._early, self._player = [], player
