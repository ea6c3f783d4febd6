"""Ways to run the command line: in this process, or as the installed program."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

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
            out, err = process.communicate(timeout=60)
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


@pytest.fixture
def has_ended():
    """Return whether a process is gone, or is only waiting for its parent to ask."""

    def ended(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except FileNotFoundError:
            return True

    return ended
