"""What goes on beside a study's runs: progress, Ctrl-C, and where they are made."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from mlp_core.studies.runner import connect_cluster
from mlp_core.training import Run

if TYPE_CHECKING:
    from tqdm import tqdm


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as "1 run" or "5 runs"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


class Progress:
    """A bar with the time left in a terminal, one line per run elsewhere; on standard error.

    Parameters
    ----------
    costs : sequence of (str, float)
        The run_id and the estimated cost of each run: runs differ in length by far, so the bar
        advances by cost.
    """

    def __init__(self, costs: Sequence[tuple[str, float]]) -> None:
        self.made = 0
        self._runs = len(costs)
        self._total = sum(cost for _, cost in costs)
        self._cost = dict(costs)  # two studies may share a run, at the same cost
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty() and self._runs:
            from tqdm import tqdm

            self._bar = tqdm(
                total=self._total,
                bar_format="{desc}{percentage:3.0f}%|{bar}| {elapsed} gone, {remaining} left",
            )
            self._bar.set_description_str(f"0/{self._runs} runs ")
        elif self._runs:
            print(f"{counted(self._runs, 'run')} to make", file=sys.stderr, flush=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def report(self, run: Run) -> None:
        """Advance by a run that was stored."""
        self.made += 1
        count = f"{self.made}/{self._runs}"
        if self._bar is None:
            print(f"{count} {run.run_id} {run.status}, {run.duration_s:.1f} s", file=sys.stderr)
        else:
            self._bar.set_description_str(f"{count} runs ", refresh=False)
            self._bar.update(self._cost[run.run_id])


@contextlib.contextmanager
def interruptible(made: Callable[[], int]) -> Iterator[None]:
    """Let a first Ctrl-C finish the runs under way, and a second end the process.

    Both say how many runs were stored, as `made` returns it. The second raises nothing: an
    exception among the locks of an executor may leave one held. Files are whole at any time, and
    workers end with their parent.
    """

    def finish(*_: object) -> None:
        signal.signal(signal.SIGINT, abandon)
        _write("finishing the runs under way; Ctrl-C again abandons them")
        raise KeyboardInterrupt

    def abandon(*_: object) -> None:
        _write(outcome())
        os._exit(130)

    def outcome() -> str:
        return f"interrupted; {made()} runs were stored, the same command makes the rest"

    before = signal.signal(signal.SIGINT, finish)
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(outcome()) from None
    finally:
        signal.signal(signal.SIGINT, before)


def _write(line: str) -> None:
    """Write to standard error from a signal handler, where `print` may be under way already."""
    os.write(2, f"\nmlp-core: {line}\n".encode())


@contextlib.contextmanager
def executor_at(dask: str | None) -> Iterator[Executor | None]:
    """Give a Dask cluster's executor, or None for processes on this machine."""
    if dask is None:
        yield None
        return
    with connect_cluster(dask) as executor:
        if not executor.workers:
            print("mlp-core: the cluster has no worker yet; the runs wait", file=sys.stderr)
        yield executor
