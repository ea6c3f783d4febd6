"""Several seeds of a panel's values, trained for someone who watches: events come in small lots."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlp_core.training import Run
from mlp_core.what_if.frames import finite
from mlp_core.what_if.panel import Panel
from mlp_core.what_if.train_panel import Event, run_panel

LOT_S = 0.03  # what happens within so short a time is told together


class Lots:
    """Gathers events and sends them as lists: the first at once, later ones by `LOT_S`."""

    def __init__(self, send: Callable[[list[Event]], object]) -> None:
        self._send = send
        self._waiting: list[Event] = []
        self._due = 0.0

    def add(self, event: Event) -> None:
        """Take an event; what is not `finite` becomes None."""
        self._waiting.append({name: finite(value) for name, value in event.items()})
        if event["kind"] in ("start", "end") or time.monotonic() >= self._due:
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self._send(self._waiting)
        self._waiting = []
        self._due = time.monotonic() + LOT_S


def run_seeds(
    panel: Panel,
    runs: Sequence[Mapping[str, Any]],
    send: Callable[[list[Event]], object],
    should_stop: Callable[[], bool] = lambda: False,
) -> Run | None:
    """Train one run after the other.

    Parameters
    ----------
    panel : Panel
    runs : sequence of mapping
        Each with ``values`` and a ``seed``.
    send : callable
        Gets lists of the events of `run_panel`, each with the ``index`` of its run.
    should_stop : callable
        Asked after every update; True ends the run under way, and those after it are not begun.

    Returns
    -------
    Run or None
        The last one that was begun.
    """
    lots, last = Lots(send), None
    for index, run in enumerate(runs):
        if should_stop():
            break

        def add(event: Event, index: int = index) -> None:
            lots.add({**event, "index": index})

        last = run_panel(panel.with_base(seed=run["seed"]), run["values"], add, should_stop)
    lots.flush()
    return last
