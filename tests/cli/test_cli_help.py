"""Help, version and what a reader's terminal may do."""

import os
import subprocess
import sys

import pytest

from mlp_core import __version__

COMMANDS = [
    ["train"],
    ["data"],
    ["data", "fetch"],
    ["data", "verify"],
    ["data", "info"],
    ["study"],
    ["study", "list"],
    ["study", "show"],
    ["study", "run"],
    ["study", "search"],
    ["study", "status"],
    ["study", "export"],
    ["info"],
]
HEAVY = {
    "pandas",
    "matplotlib",
    "optuna",
    "distributed",
    "sklearn",
    "IPython",
    "wandb",
    "pooch",
    "tqdm",
}


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_the_commands(cli, arguments):
    outcome = cli(*arguments)
    assert outcome.status == 0
    assert outcome.err == ""
    for name in ("train", "data", "study", "info"):
        assert f"• {name} " in outcome.out
    assert __version__ in outcome.out


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help(cli, command):
    outcome = cli(*command, "--help")
    assert outcome.status == 0
    assert outcome.out.startswith("usage: mlp-core ")
    assert "(default: None)" not in outcome.out.replace("or None (default: None)", "")


def test_version(program):
    outcome = program("--version")
    assert (outcome.status, outcome.out, outcome.err) == (0, f"mlp-core {__version__}\n", "")


def test_help_loads_nothing_heavy(tmp_path):
    code = (
        "import sys; from mlp_core.cli import main; main(['--help']); "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stderr.split())


def test_help_on_a_terminal_without_its_signs(program):
    outcome = program("--help", env={"PYTHONIOENCODING": "ascii"})
    assert outcome.status == 0
    assert "train" in outcome.out


@pytest.mark.skipif(os.name != "posix", reason="pipes close otherwise elsewhere")
def test_a_reader_that_goes_early(spawn):
    with spawn("train", "--help") as process:
        process.stdout.close()  # as `head` does
        err = process.stderr.read()
    assert "Traceback" not in err and "BrokenPipe" not in err
