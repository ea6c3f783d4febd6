"""Ways to run the command line: in this process, or as the installed program."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from waiting import PATIENCE_S, wait_for

from mlp_core.cli import main

PROGRAM = Path(sys.executable).with_name("mlp-core")


@dataclass
class Outcome:
    status: int
    out: str
    err: str


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path):
    """Run a command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return run


def start(*arguments, cwd, **options):
    """Start the installed program; any warning it gives is an error."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", PROGRAM, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **options.pop("env", {})},
        stdin=subprocess.DEVNULL,
        **options,
    )


@pytest.fixture
def program(tmp_path):
    """Run the installed program to its end, in an empty folder."""

    def run(*arguments, **options):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with start(*arguments, cwd=tmp_path, **{**pipes, **options}) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        return Outcome(process.returncode, out, err)

    return run


@pytest.fixture
def spawn(tmp_path):
    """Start the installed program with its standard error as a pipe of lines."""

    def run(*arguments):
        return start(
            *arguments, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return run


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Make an empty folder of results that must not be touched by a trial."""
    monkeypatch.delenv("MLP_CORE_RESULTS", raising=False)
    folder = tmp_path / "results"
    folder.mkdir()
    return folder


def children_of(process):
    """Return the processes that a program has started."""
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return path.read_text().split()


def stat_of(pid):
    """Return what the system says of a process after its name; nothing if it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return []


def has_ended(pid):
    """Return whether a process is gone, or is only waiting for its parent to ask."""
    return stat_of(pid)[:1] in ([], ["Z"], ["X"])


def is_at_work(pid):
    """Return whether a process has used the processor for a while, as one that has begun has."""
    spent = sum(map(int, stat_of(pid)[11:13]))  # by itself and by the system for it, in ticks
    return spent > 0.3 * os.sysconf("SC_CLK_TCK")


@pytest.fixture
def workers_of():
    """Wait until a program's workers are at work; return the processes that it has started."""

    def find(process):
        wait_for(lambda: any(map(is_at_work, children_of(process))))
        return children_of(process)

    return find


@pytest.fixture
def wait_for_the_end():
    """Wait until some processes have ended."""
    return lambda pids: wait_for(lambda: all(map(has_ended, pids)))
