"""Ctrl-C at any moment, closed streams, other locales, values beyond measure: one line at most."""

import os
import signal
import subprocess
import sys

import pytest
from cli_program import PROGRAM, needs_proc, working_children
from waiting import PATIENCE_S

# Presses Ctrl-C as soon as a module of that name is looked for.
INTERRUPT_AT = """
import os, signal, sys
class Finder:
    def find_spec(name, path=None, target=None):
        if name == where:
            os.kill(os.getpid(), signal.SIGINT)
where = sys.argv.pop(1)
sys.meta_path.insert(0, Finder)
from mlp_core.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "module",
    ["mlp_core.cli.program", "numpy", "numpy.linalg", "mlp_core.data.dataset", "mlp_core.training",
     "mlp_core.studies.store", "threadpoolctl"],
)  # fmt: skip
def test_ctrl_c_while_the_program_is_loaded(tmp_path, module):
    """It was a traceback from among the imports, or it was lost there."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPT_AT, module, "train", "--epochs", "1000000"],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "mlp-core: interrupted\n"


@needs_proc
def test_a_worker_that_is_killed_is_one_line(spawn):
    command = ("study", "run", "learning-rate", "--dataset", "digits", "--seeds", "1")
    with spawn(*command, "--epochs", "10000000") as process:
        assert process.stderr.readline() == "8 runs to make\n"
        for pid in working_children(process)[1:]:  # the first keeps track of semaphores
            os.kill(int(pid), signal.SIGKILL)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (1, "")
    (line,) = err.splitlines()
    assert line.startswith("mlp-core: a process that made runs for ") and "was killed" in line


def test_results_that_cannot_be_written_are_one_line_before_the_first_run(program, tmp_path):
    (tmp_path / "file").write_text("")
    command = ("study", "run", "learning-rate", "--dataset", "digits", "--seeds", "1")
    outcome = program(*command, "--epochs", "10000000", "--results", "file")
    assert (outcome.status, outcome.out) == (1, "")
    first, line = outcome.err.splitlines()
    assert (first, line[:10]) == ("8 runs to make", "mlp-core: ") and "file" in line


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams(tmp_path, closed):
    """With nothing open as 1 and 2, the next file opened took their place."""
    command = f'exec "{sys.executable}" "{PROGRAM}" train --epochs 1 --history h.csv {closed}'
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    lines = (tmp_path / "h.csv").read_text().splitlines()
    assert lines[0].startswith("epoch,") and len(lines) == 2


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("stream", ["", "2"])
def test_a_full_disk_behind_a_stream(tmp_path, stream):
    command = (
        f'exec "{sys.executable}" "{PROGRAM}" train --epochs 1 --log-interval 1 {stream}>/dev/full'
    )
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_a_locale_without_utf_8_tells_classes_apart(spawn, tmp_path):
    rows = "".join(f"{k % 2 * 9 + k % 5},{k % 3},{'äö'[k % 2]}\n" for k in range(60))
    (tmp_path / "ü.csv").write_text("a,b,label\n" + rows, encoding="utf-8")
    (tmp_path / "x.csv").write_text("a,b\n1,1\n11,1\n")
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    env |= {"PYTHONWARNINGS": ""}

    def run(*arguments):
        with spawn(*arguments, env=env, encoding="ascii") as process:
            out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        return out

    run("train", "--dataset", "ü.csv", "--epochs", "30", "--save-model", "m.npz")
    assert [line.split(",")[0] for line in run("predict", "m.npz", "x.csv").splitlines()] == [
        "class", "\\xe4", "\\xf6",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "flags",
    [("--dataset", "~nosuch"), ("--dataset", "a" * 5000), ("--dataset", "a/" * 5000),
     ("--hidden-sizes", "100000", "100000"), ("--epochs", "9" * 400, "--schedule", "cosine"),
     ("--epochs", "9" * 5000), ("--seed", "9" * 5000), ("--learning-rate", "9" * 5000),
     ("--resume", "a" * 5000), ("--start-from", "a" * 5000), ("--checkpoint", "a" * 5000),
     ("--dataset", "\udcff"), ("--save-model", "x\udcff/y")],
    ids=lambda flags: f"{flags[0]} {flags[1][:8]!r} of {len(flags[1])}",
)  # fmt: skip
def test_values_beyond_measure_are_one_line(cli, flags):
    assert len(cli("train", "--epochs", "1", *flags).error_line()) < 11_000
