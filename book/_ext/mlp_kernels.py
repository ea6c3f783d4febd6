"""Kernels that are forked from the build: what every notebook imports is there already."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from importlib.metadata import EntryPoint
from multiprocessing import get_context
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

import matplotlib.pyplot
import scipy.stats  # noqa: F401
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

import mlp_book.panels  # noqa: F401

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess
    from subprocess import Popen

    from jupyter_client.connect import KernelConnectionInfo


class ForkedKernel(LocalProvisioner):
    """A kernel in a fork of the process that asks for it, in place of a new Python."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Meet the kernel at files of its own: a port may be taken by another before its use."""
        self.meeting_place = TemporaryDirectory(prefix="kernel-")
        self.parent.transport, self.parent.ip = "ipc", f"{self.meeting_place.name}/socket"
        return await super().pre_launch(**kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the files too."""
        await super().cleanup(restart)
        self.meeting_place.cleanup()

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork, with the arguments that a new Python would get."""
        arguments = cmd[cmd.index("-f") :]
        fork = Fork(get_context("fork").Process(target=serve, args=(arguments, kwargs)))
        self.process, self.pid = cast("Popen[bytes]", fork), fork.process.pid
        return self.connection_info


class Fork:
    """What the provisioner asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkProcess) -> None:
        self.process = process
        process.start()
        self.kill, self.terminate = process.kill, process.terminate

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        return self.process.exitcode

    def wait(self) -> int | None:
        """Wait for the kernel's end."""
        self.process.join()
        return self.process.exitcode

    def send_signal(self, signum: int) -> None:
        """Signal the kernel."""
        os.kill(self.process.pid, signum)  # type: ignore[arg-type]


def serve(arguments: list[str], settings: dict[str, Any]) -> None:
    """Be a kernel until the notebook's end."""
    gc.freeze()  # The parent's sockets are not this process's to close.
    # Nor are its signals: through this descriptor, the interrupt that ends a kernel ends the build.
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    asyncio.set_event_loop_policy(None)
    asyncio.set_event_loop(asyncio.new_event_loop())
    os.environ.update(settings["env"])
    os.chdir(settings["cwd"])
    sys.path.insert(0, "")
    matplotlib.rcParams["backend"] = "module://matplotlib_inline.backend_inline"
    IPKernelApp.launch_instance([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


def fork_kernels() -> None:
    """Make this the way that kernels start. Elsewhere a fork may break the system's libraries."""
    if sys.platform == "linux":
        factory = KernelProvisionerFactory.instance()
        entry = EntryPoint("forked", f"{__name__}:{ForkedKernel.__name__}", "")
        factory.provisioners[entry.name] = entry
        factory.default_provisioner_name = entry.name
