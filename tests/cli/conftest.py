"""Ways to run the command line: in this process, or as the installed program."""

import pytest
from cli_program import Outcome, start
from waiting import PATIENCE_S

from mlp_core.cli import main


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path):
    """Run a command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Outcome(status, *capsys.readouterr())

    return run


@pytest.fixture
def spawn(tmp_path):
    """Start the installed program in an empty folder, its output as pipes of lines."""
    return lambda *arguments, **options: start(*arguments, cwd=tmp_path, **options)


@pytest.fixture
def program(spawn):
    """Run the installed program to its end, in an empty folder."""

    def run(*arguments, **options):
        with spawn(*arguments, **options) as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        return Outcome(process.returncode, out, err)

    return run


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Make an empty folder of results that must not be touched by a trial."""
    monkeypatch.delenv("MLP_CORE_RESULTS", raising=False)
    folder = tmp_path / "results"
    folder.mkdir()
    return folder
