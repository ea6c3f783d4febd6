"""Help, version and what a reader's terminal may do."""

import os
import subprocess
import sys

import pytest

from mlp_core import RunConfig, __version__

COMMANDS = [
    *(
        "train",
        "predict",
        "evaluate",
        "export",
        "info",
        "data",
        "data fetch",
        "data verify",
        "data info",
        "study",
    ),
    *("study list", "study show", "study run", "study search", "study status", "study export"),
]
HEAVY = {
    *("pandas", "matplotlib", "optuna", "distributed", "sklearn", "IPython", "wandb"),
    *("pooch", "tqdm", "requests"),
}


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_names_the_commands(cli, arguments):
    outcome = cli(*arguments)
    assert (outcome.status, outcome.err) == (0, "")
    for name in ("train", "predict", "evaluate", "export", "data", "study", "info"):
        assert f"\n    {name} " in outcome.out
    assert __version__ in outcome.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cli, command):
    outcome = cli(*command.split(), "--help")
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith(f"usage: mlp-core {command} ")
    assert "(default: None)" not in outcome.out.replace("or None (default: None)", "")


def test_help_tells_every_field_with_its_range_and_default(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    lines = " ".join(cli("train", "--help").out.split())
    for name, value in RunConfig().to_dict().items():
        assert f" --{name.replace('_', '-')} " in lines
        text = RunConfig.field_help(name)
        if not isinstance(value, bool):
            shown = " ".join(map(str, value)) if isinstance(value, list) else value
            text += f"; {RunConfig.legal_range(name)} (default: {shown})"
        assert text in lines


def test_version(program):
    outcome = program("--version")
    assert (outcome.status, outcome.out, outcome.err) == (0, f"mlp-core {__version__}\n", "")


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from mlp_core.cli import main; main(['--help']); "
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stderr.split())


@pytest.mark.skipif(os.name != "posix", reason="pipes close otherwise elsewhere")
def test_a_reader_that_goes_early(spawn):
    with spawn("train", "--help") as process:
        process.stdout.close()  # as `head` does
        err = process.stderr.read()
    assert "Traceback" not in err and "BrokenPipe" not in err
