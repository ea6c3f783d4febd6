"""The installed program as a process: started, interrupted, and watched with its workers."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from waiting import PATIENCE_S, wait_for

PROGRAM = Path(sys.executable).with_name("mlp-core")
# Any warning is an error, but Ctrl-C may come between the opening of a file and its `with`.
WARNINGS = ("-W", "error", "-W", "ignore:unclosed file:ResourceWarning")

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")


@dataclass
class Outcome:
    status: int
    out: str
    err: str

    def error_line(self) -> str:
        """Return what a bad command line printed: one line on standard error, and status 2."""
        assert (self.status, self.out) == (2, ""), self
        (line,) = self.err.splitlines()
        assert line.startswith("mlp-core: ")
        return line


def start(*arguments, cwd, env=None, **options):
    """Start the installed program."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(
        [sys.executable, *WARNINGS, PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        **{**pipes, **options},
    )


def interrupt(process) -> list[str]:
    """Press Ctrl-C; return the lines of standard error that follow until the end."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err, err
    return err.splitlines()


def working_children(process) -> list[str]:
    """Wait until a program's workers are at work; return the processes that it has started."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    # A worker that has begun has used the processor for a while: itself, and the system for it.
    ticks = 0.3 * os.sysconf("SC_CLK_TCK")
    wait_for(
        lambda: any(sum(map(int, _stat(pid)[11:13])) > ticks for pid in path.read_text().split())
    )
    return path.read_text().split()


def wait_for_the_end(pids) -> None:
    """Wait until processes are gone, or only wait for their parent to ask."""
    wait_for(lambda: all(_stat(pid)[:1] in ([], ["Z"], ["X"]) for pid in pids))


def _stat(pid: str) -> list[str]:
    """Return what the system tells about a process after its name; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return []
