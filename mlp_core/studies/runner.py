"""The runner: makes the runs that are not stored yet, on this machine or on a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from mlp_core.studies.catalogue import build_callbacks
from mlp_core.studies.store import RunStore
from mlp_core.training import ConfigError, Run, RunConfig, planned_run_id, train

CONNECT_TIMEOUT_S = 5.0

Report = Callable[[Run], None]


def run_one(config: dict[str, Any], callbacks: Sequence[str]) -> dict[str, Any]:
    """Train one config; plain values in and out, so that it can travel to another process."""
    started = time.thread_time()
    run = train(RunConfig.from_dict(config), callbacks=build_callbacks(callbacks))
    run.environment["core_s"] = round(time.thread_time() - started, 1)
    return run.to_dict()


def available_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def estimate_cost(config: RunConfig, examples: int = 60000, in_features: int = 784) -> float:
    """Return the arithmetic of a run in arbitrary units, from which the time left is estimated.

    Multiplications of the matrix products, plus a constant per update for everything else.
    """
    widths = [in_features, *config.hidden_sizes, 10]
    weights = sum(a * b for a, b in itertools.pairwise(widths))
    size = config.train_size or examples
    updates = -(-size // config.batch_size)
    return float(config.epochs * (size * weights + updates * (weights * 30 + 1_000_000)))


def missing(
    configs: Sequence[RunConfig], store: RunStore, stored: Collection[str] | None = None
) -> list[RunConfig]:
    """Return the configs that are not stored, in order.

    The ids of those that are stored may be given; else the store is read. A run whose file is
    there but cannot be read is not missing: the file would be in its way.
    """
    stored = store.run_ids() if stored is None else stored
    ids = {config: planned_run_id(config) for config in configs}
    lacking = [config for config in configs if ids[config] not in stored]
    return [config for config in lacking if not store.is_unreadable(ids[config])]


def run_missing(
    configs: Sequence[RunConfig],
    store: RunStore,
    callbacks: Sequence[str] = (),
    executor: Executor | None = None,
    report: Report = lambda run: None,
) -> int:
    """Make and store the runs that are missing; return how many were made.

    A run is stored as soon as it is finished, so that whatever ends this function, no finished
    run is lost and none is made twice. On the first Ctrl-C, or if a run fails, the runs under way
    are finished and stored, and no other is begun; a Ctrl-C meanwhile abandons them. Two
    processes never make runs for one folder at once: the second waits, and makes what is left.

    Parameters
    ----------
    configs : sequence of RunConfig
    store : RunStore
    callbacks : sequence of str
        Names from `mlp_core.studies.catalogue.CALLBACKS`.
    executor : concurrent.futures.Executor, optional
        Anything with `submit` whose futures are those of `concurrent.futures`, such as that of
        `connect_cluster`; by default one process per core, each with one BLAS thread. (A script
        that calls this has to do so below ``if __name__ == "__main__":``.)
    report : callable, optional
        Called with every run once it is stored.
    """
    todo = missing(configs, store)
    if not todo:
        return 0
    with store.claim():
        # Another process may have made some since.
        todo = [c for c in todo if not os.path.lexists(store.path(planned_run_id(c)))]
        if not todo:
            return 0
        if executor is not None:
            return _make(todo, store, callbacks, executor, report, len(todo))
        return _make_in_processes(todo, store, callbacks, report)


def _make_in_processes(
    todo: Sequence[RunConfig], store: RunStore, callbacks: Sequence[str], report: Report
) -> int:
    """Make runs on all cores of this machine; a worker that dies is a ChildProcessError."""
    workers = min(available_cores(), len(todo))
    # Spawned, not forked: a fork copies the locks that BLAS or a progress bar's thread may hold.
    context = multiprocessing.get_context("spawn")
    others = multiprocessing.active_children()
    with ProcessPoolExecutor(workers, context, _prepare_worker) as pool:
        try:
            return _make(todo, store, callbacks, pool, report, workers)
        except BrokenProcessPool as error:  # the pool has ended all others already
            raise ChildProcessError(
                f"a process that made runs for {store.folder} was killed, by the system if "
                "memory ran out; what was stored stays, the same command makes the rest"
            ) from error
        except BaseException:
            # What could be finished is; leaving `with` would wait for all the rest.
            pool.shutdown(wait=False, cancel_futures=True)
            for process in set(multiprocessing.active_children()).difference(others):
                process.terminate()
            raise


def _make(
    configs: Sequence[RunConfig],
    store: RunStore,
    callbacks: Sequence[str],
    executor: Executor,
    report: Report,
    width: int,
) -> int:
    """Store the runs as they finish; whatever goes wrong, store those under way before it ends.

    Not more than `width` are given away at a time: of a pool of processes, what waits in its
    queue would begin after a Ctrl-C.
    """
    names, rest = list(callbacks), iter(configs)
    waiting: set[Future[Any]] = set()
    untold: list[Run] = []  # stored, and not reported yet: a Ctrl-C may come between the two

    def begin() -> None:
        for config in itertools.islice(rest, width - len(waiting)):
            waiting.add(executor.submit(run_one, config.to_dict(), names))

    def keep(future: Future[Any]) -> None:
        run = Run.from_dict(future.result())
        store.save(run)
        waiting.discard(future)
        untold.append(run)

    def tell() -> None:
        while untold:
            report(untold.pop(0))

    try:
        begin()
        while waiting:
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                keep(future)
                begin()
                tell()
    except BaseException:
        under_way = [future for future in waiting if not future.cancel()]
        for future in as_completed(under_way):
            if future.exception() is None:
                with contextlib.suppress(OSError):  # of a full disk the first error tells
                    keep(future)
        tell()
        raise
    return len(configs)


def _prepare_worker() -> None:
    """Leave Ctrl-C to the parent, which lets the runs under way finish; end where it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class ClusterExecutor(Executor):
    """The executor of a Dask client, except that a run under way cannot be cancelled.

    Dask cannot stop a thread either: it would let the run go on and drop its result. Here an
    interrupted study waits for those runs and keeps them, as on one machine.
    """

    def __init__(self, client: Any) -> None:  # a distributed.Client
        self._client = client
        # Not pure: else the cluster would remember a run that failed, and fail again at once.
        # No retries: a run that fails would fail again. The runs of a worker that is gone are
        # given to others without being asked for.
        self._executor = client.get_executor(pure=False)

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Let a worker call the function; a worker runs one at a time on each of its threads."""
        key = f"{function.__name__}-{uuid.uuid4().hex}"
        future = self._executor.submit(function, *args, key=key, **kwargs)
        return _ClusterFuture(future, lambda: self._is_under_way(key))

    def _is_under_way(self, key: str) -> bool:
        return any(key in keys for keys in self._client.processing().values())

    @property
    def workers(self) -> int:
        """How many workers there are at the moment."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])


class _ClusterFuture(Future[Any]):
    """Follows a future of Dask's executor, which never says that its call has begun."""

    def __init__(self, followed: Future[Any], is_under_way: Callable[[], bool]) -> None:
        super().__init__()
        self._followed = followed
        self._is_under_way = is_under_way
        followed.add_done_callback(self._follow)

    def cancel(self) -> bool:
        if self.done():
            return self.cancelled()
        if self._is_under_way():
            return False
        self._followed.cancel()
        return super().cancel()

    def _follow(self, followed: Future[Any]) -> None:
        if followed.cancelled():
            super().cancel()
            self.set_running_or_notify_cancel()  # wakes up whoever waits
        elif (error := followed.exception()) is not None:
            self.set_exception(error)
        else:
            self.set_result(followed.result())


@contextlib.contextmanager
def connect_cluster(
    address: str, timeout_s: float = CONNECT_TIMEOUT_S
) -> Iterator[ClusterExecutor]:
    """Connect to a Dask scheduler at an address, and yield an executor for `run_missing`.

    Its workers need this package and, for MNIST, the data. A worker that is lost costs nothing
    but time: Dask gives its runs to the others. A cluster that is lost, or a run that takes
    several workers down with it, is a ConnectionError.
    """
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise ConfigError(
            "a Dask cluster needs the package distributed: pip install 'mlp-core[dask]'"
        ) from None
    _find_scheduler(address, timeout_s)
    with Client(address, timeout=timeout_s, set_as_default=False) as client:
        try:
            yield ClusterExecutor(client)
        except KilledWorker as error:
            raise ConnectionError(f"the Dask cluster gave up on a run: {error}") from None
        except CancelledError:
            raise ConnectionError(
                f"the Dask scheduler at {address} is gone; what was stored stays, "
                "the same command makes the rest"
            ) from None


def _find_scheduler(address: str, timeout_s: float) -> None:
    """Check that a scheduler answers: a client that finds none complains long afterwards."""
    from distributed.comm import connect

    async def call() -> None:
        comm = await connect(address, timeout=timeout_s)
        await comm.close()

    try:
        asyncio.run(call())
    except OSError:
        raise ConfigError(
            f"dask={address!r}: nobody answered within {timeout_s:g} s; start a scheduler there "
            "(dask scheduler) or give another address"
        ) from None
    except ValueError as error:
        raise ConfigError(
            f"dask={address!r} is not legal: {error}; must be such as tcp://127.0.0.1:8786"
        ) from None
