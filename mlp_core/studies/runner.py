"""The runner: makes the runs of a study that are not stored yet, on any executor."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from itertools import pairwise
from typing import Any

from mlp_core.studies.store import RunStore
from mlp_core.studies.study import build_callbacks
from mlp_core.training import Run, RunConfig, train

Report = Callable[[Run], None]


def run_one(config: dict[str, Any], callbacks: Sequence[str]) -> dict[str, Any]:
    """Train one config; plain values in and out, so that it can travel to another process."""
    run = train(RunConfig.from_dict(config), build_callbacks(callbacks))
    return run.to_dict()


def available_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def estimate_cost(config: RunConfig, examples: int = 60000, in_features: int = 784) -> float:
    """Return a run's arithmetic in arbitrary units: what the time left is estimated from.

    Multiplications of the matrix products, plus a constant an update for everything else.
    """
    widths = [in_features, *config.hidden_sizes, 10]
    weights = sum(a * b for a, b in pairwise(widths))
    size = config.train_size or examples
    updates = -(-size // config.batch_size)
    return float(config.epochs * (size * weights + updates * (weights * 30 + 1_000_000)))


def missing(configs: Sequence[RunConfig], store: RunStore) -> list[RunConfig]:
    """Return the configs that are not stored, in order."""
    done = store.run_ids()
    return [config for config in configs if config.run_id not in done]


def run_missing(
    configs: Sequence[RunConfig],
    store: RunStore,
    callbacks: Sequence[str] = (),
    executor: Executor | None = None,
    report: Report = lambda run: None,
) -> int:
    """Make and store the runs that are missing.

    A run is stored as soon as it is finished, so that whatever ends this function, no finished
    run is lost and none is made twice. On the first Ctrl-C, or if a run fails, the runs under way
    are finished and stored, and nothing new is begun; a Ctrl-C meanwhile abandons them.

    Parameters
    ----------
    configs : sequence of RunConfig
    store : RunStore
    callbacks : sequence of str
        Names from `mlp_core.studies.study.CALLBACKS`.
    executor : concurrent.futures.Executor, optional
        Anything with `submit` whose futures are those of `concurrent.futures`, or a
        `distributed.Client`'s executor; by default a process a core, one BLAS thread each. (A
        script that calls this has to do so below ``if __name__ == "__main__":``.)
    report : callable, optional
        Called with every run once it is stored.

    Returns
    -------
    int
        How many runs were made.
    """
    todo = missing(configs, store)
    if not todo:
        return 0
    if executor is not None:
        return _collect(_submit(todo, callbacks, executor), store, report)
    workers = min(available_cores(), len(todo))
    # Spawned, not forked: a fork copies the locks that BLAS or a progress bar's thread may hold.
    context = multiprocessing.get_context("spawn")
    others = multiprocessing.active_children()
    with ProcessPoolExecutor(workers, context, _prepare_worker) as pool:
        try:
            return _collect(_submit(todo, callbacks, pool), store, report)
        except BaseException:
            # What could be finished is; leaving `with` would wait for all the rest.
            pool.shutdown(wait=False, cancel_futures=True)
            for process in set(multiprocessing.active_children()).difference(others):
                process.terminate()
            raise


def _submit(
    configs: Sequence[RunConfig], callbacks: Sequence[str], executor: Executor
) -> list[Future]:
    return [executor.submit(run_one, config.to_dict(), list(callbacks)) for config in configs]


def _collect(futures: list[Future], store: RunStore, report: Report) -> int:
    """Store the runs as they finish; whatever goes wrong, store those under way before it ends."""
    waiting = set(futures)

    def keep(future: Future) -> Run:
        run = Run.from_dict(future.result())
        store.save(run)
        waiting.discard(future)
        return run

    try:
        for future in as_completed(futures):
            report(keep(future))
    except BaseException:
        under_way = [future for future in waiting if not future.cancel()]
        done = [keep(f) for f in as_completed(under_way) if f.exception() is None]
        for run in done:
            report(run)
        raise
    return len(futures)


def _prepare_worker() -> None:
    """Leave Ctrl-C to the parent, which lets the runs under way finish; end where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
