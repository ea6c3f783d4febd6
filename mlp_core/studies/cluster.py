"""A Dask cluster as the place where runs are made, for those who outgrow one machine."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

from mlp_core.training import ConfigError

CONNECT_TIMEOUT_S = 5.0


class ClusterExecutor(Executor):
    """Dask's own executor, except that a run under way cannot be cancelled.

    Dask cannot stop a thread either: it would let the run go on and drop its result. Here an
    interrupted study waits for those runs and keeps them, as on one machine.

    Parameters
    ----------
    client : distributed.Client
    """

    def __init__(self, client: Any) -> None:
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
    """Connect to a Dask scheduler, and give an executor for `run_missing`.

    Its workers need this package and, for MNIST, the data. A worker that is lost costs nothing
    but time: Dask gives its runs to the others.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://127.0.0.1:8786``.
    timeout_s : float
        How long to wait for an answer, in seconds.

    Raises
    ------
    ConfigError
        If the package distributed is missing, or no scheduler answers at the address.
    ConnectionError
        If the cluster is lost meanwhile, or a run took several workers down with it.
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
    """Make sure that somebody answers: a client that finds nobody complains long afterwards."""
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
