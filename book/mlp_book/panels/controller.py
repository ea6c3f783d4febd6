"""The working of a panel without its looks: start, stop, keep, compare; one thread at most."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mlp_book.panels.curve import Curve
from mlp_book.panels.panel_figure import MAX_KEPT
from mlp_book.panels.panel_job import Job, make_job, require_data
from mlp_core.data import DataError
from mlp_core.training import ConfigError, Run
from mlp_core.what_if.panel import Panel
from mlp_core.what_if.train_panel import Event, run_panel

BUSY = ("waiting", "running")


@dataclass(frozen=True)
class Snapshot:
    """What a panel shows at one moment.

    Attributes
    ----------
    state : str
        ``idle`` before the first run; ``waiting`` and ``running``; then ``completed``,
        ``diverged`` or ``stopped`` as the run ended, or ``failed`` if it could not begin.
    current : Curve or None
    kept : tuple of Curve
    message : str
        Why it failed, or why something cannot be done; else empty.
    trained : Run or None
        The latest run that ended, with its network.
    """

    state: str
    current: Curve | None
    kept: tuple[Curve, ...]
    message: str
    trained: Run | None = None

    @property
    def busy(self) -> bool:
        """Whether a run is under way or about to begin."""
        return self.state in BUSY


class PanelController:
    """Runs a panel's values in a thread of its own and keeps what they gave.

    Only the latest job counts: a new one cancels the run before it, and what a cancelled run
    still sends is ignored. The thread ends when there is nothing to do.

    Parameters
    ----------
    panel : Panel
    on_change : callable
        Called without arguments after every change, from whichever thread made it.
    run : callable
        Does what `run_panel` does; tests put another in its place.
    """

    def __init__(
        self,
        panel: Panel,
        on_change: Callable[[], object] = lambda: None,
        run: Callable[..., object] = run_panel,
    ) -> None:
        self.panel = panel
        self.on_change = on_change
        self._run = run
        self._wake = threading.Condition()
        self._pending: Job | None = None
        self._job: Job | None = None  # the latest that was asked for, begun or not
        self._thread: threading.Thread | None = None
        self._state, self._message = "idle", ""
        self._current: Curve | None = None
        self._kept: tuple[Curve, ...] = ()
        self._trained: Run | None = None

    @property
    def busy(self) -> bool:
        """Whether a run is under way or about to begin."""
        return self._state in BUSY

    @property
    def snapshot(self) -> Snapshot:
        """The present state; its current curve is a copy."""
        with self._wake:
            current = self._current.copy() if self._current else None
            return Snapshot(self._state, current, self._kept, self._message, self._trained)

    def start(
        self,
        values: Mapping[str, Any],
        delay: float = 0.0,
        seeds: int = 1,
        dataset: str | None = None,
    ) -> None:
        """Cancel the run under way and train these values.

        Parameters
        ----------
        values : mapping
            From control names to values.
        delay : float
            Seconds to wait for yet newer values before training begins.
        seeds : int
            How many to train, from the one in the values or in the panel's base on.
        dataset : str, optional
            What to train on instead of the panel's own.
        """
        with self._wake:
            self._cancel()
            try:
                job = make_job(self.panel, values, seeds, dataset)
            except ConfigError as error:
                self._state, self._message = "failed", str(error)
            else:
                self._state, self._message = "waiting", ""
                job.due = time.monotonic() + delay
                self._job = self._pending = job
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._work, name=f"panel {self.panel.name}", daemon=True
                    )
                    self._thread.start()
                self._wake.notify_all()
        self.on_change()

    def stop(self) -> None:
        """Cancel the run under way; its curve stays as far as it got."""
        with self._wake:
            if self._state in BUSY:
                self._state = "stopped"
            self._cancel()
        self.on_change()

    def reset(self, curve: Curve | None = None, run: Run | None = None) -> None:
        """Cancel the run under way, forget all curves, and show a finished one if it is given."""
        with self._wake:
            self._cancel()
            self._kept, self._message = (), ""
            self._trained = run
            self._current, self._state = curve, curve.status if curve else "idle"
        self.on_change()

    def keep(self) -> None:
        """Keep the current curve for comparison with the runs to come."""
        with self._wake:
            if self._current is None or not self._current.epoch:
                self._message = "There is no curve to keep yet."
            elif len(self._kept) >= MAX_KEPT:
                self._message = f"At most {MAX_KEPT} runs can be kept: clear them first."
            else:
                self._message = ""
                self._kept = (*self._kept, self._current.copy())
        self.on_change()

    def clear(self) -> None:
        """Forget the kept curves."""
        with self._wake:
            self._kept, self._message = (), ""
        self.on_change()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is running; return whether that came true in time."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return self._thread is None

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancelled = True
        if self._current is not None and self._current.status == "running":
            self._current.status = "stopped"
        self._job = self._pending = None
        self._wake.notify_all()

    def _work(self) -> None:
        try:
            while (job := self._next_job()) is not None:
                self._train(job)
        except BaseException:  # on_change failed: the next start makes a new thread
            with self._wake:
                self._thread = None
            raise

    def _next_job(self) -> Job | None:
        """Wait for the pending job to be due; None, and the thread's end, if there is none."""
        with self._wake:
            while self._pending is not None:
                job, left = self._pending, self._pending.due - time.monotonic()
                if left <= 0:
                    self._pending = None
                    self._current = Curve(job.runs[0][1], seeds=len(job.runs))
                    self._state = "running"
                    return job
                self._wake.wait(left)
            self._thread = None
            return None

    def _train(self, job: Job) -> None:
        try:
            for number, (panel, values) in enumerate(job.runs, 1):
                if job.cancelled:
                    return
                require_data(panel.config(values).dataset)
                last = number == len(job.runs)
                run = self._run(
                    panel,
                    values,
                    lambda event, last=last: self._take(job, event, last),
                    lambda: job.cancelled,
                )
                self._hold(run)
        except (ConfigError, DataError) as error:
            self._fail(job, str(error))
        except Exception as error:  # a fault of ours: the reader gets a message all the same
            self._fail(job, f"The run failed: {type(error).__name__}: {error}")

    def _take(self, job: Job, event: Event, last: bool) -> None:
        with self._wake:
            if job.cancelled or self._current is None:
                return
            self._current.add(event)
            if event["kind"] == "end":
                if last:
                    self._current.status = self._ending(self._current)
                    self._state = self._current.status
                else:
                    self._current.status = "running"
        self.on_change()

    @staticmethod
    def _ending(curve: Curve) -> str:
        return "diverged" if curve.diverged else curve.status

    def _hold(self, run: object) -> None:
        """Keep a run that has ended, for its network."""
        with self._wake:
            self._trained = run if isinstance(run, Run) else None
        self.on_change()

    def _fail(self, job: Job, message: str) -> None:
        with self._wake:
            if job.cancelled:
                return
            self._state, self._message = "failed", message
        self.on_change()
