"""What a run's figures depend on besides its config: versions, BLAS, processor, threads."""

from __future__ import annotations

import contextlib
import datetime
import platform
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core._version import __version__


@cache
def _fixed_environment() -> dict[str, Any]:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "mlp_core": __version__,
        "commit": code_commit(),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "cpu": cpu_name(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def code_commit() -> str | None:
    """Return the commit that last changed this package, with "+" if files differ from it.

    None where the package is not run from a checkout.
    """
    package = Path(__file__).parents[1]
    try:
        commit = _git(package, "log", "-1", "--format=%H", "--", ".")
        changed = _git(package, "status", "--porcelain", "--", ".")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}+" if commit and changed else commit or None


def _git(folder: Path, *words: str) -> str:
    # Without its locks `git status` writes nothing: else a full disk or a kill could leave one.
    command = ["git", "--no-optional-locks", "-C", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()


def cpu_name() -> str:
    """Return the processor's name as the system gives it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def describe_environment(dtype: str) -> dict[str, Any]:
    """Return versions, BLAS, processor, precision and date (UTC) as plain JSON values."""
    date = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return {**_fixed_environment(), "dtype": dtype, "date": date}


@cache
def _blas_controller() -> Any:
    """Return a threadpoolctl controller, or None where the package is not installed."""
    try:
        import threadpoolctl
    except ImportError:
        return None
    return threadpoolctl.ThreadpoolController()


class _OneBlasThread:
    """A limit that the first of several concurrent runs sets and the last one lifts.

    The number of threads belongs to the process: were each run to restore what it found, one
    that ends would give its threads back to those that are still under way.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._limit = contextlib.ExitStack()

    def __enter__(self) -> None:
        controller = _blas_controller()
        with self._lock:
            if self._runs == 0 and controller is not None:
                self._limit.enter_context(controller.limit(limits=1, user_api="blas"))
            self._runs += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._runs -= 1
            if self._runs == 0:
                self._limit.close()


_one_blas_thread = _OneBlasThread()


def one_blas_thread() -> contextlib.AbstractContextManager[None]:
    """Limit matrix products to one thread: products this small lose from more.

    Without threadpoolctl (in a browser, say) nothing is limited.
    """
    return _one_blas_thread
