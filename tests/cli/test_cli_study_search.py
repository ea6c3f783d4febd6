"""`mlp-core study search`: what it prints, stores and leaves alone."""

import shutil
import signal
import sys

import pytest
from waiting import PATIENCE_S

from mlp_core.studies import RunStore, load_runs

pytest.importorskip("optuna")

FLAGS = ("study", "search", "learning-rate", "--dataset", "digits", "--epochs", "2")


def test_a_search_and_the_same_again(program, results, tmp_path):
    command = (*FLAGS, "--seeds", "1", "2", "--trials", "4", "--seed", "3")
    outcome = program(*command)
    assert outcome.status == 0, outcome.err
    first, second, level = outcome.out.splitlines()
    runs = load_runs("learning-rate", tmp_path / "my-results")
    cells = len(runs) // 2
    assert first == f"learning-rate: 4 trials by tpe, {cells} of 8 cells, {2 * cells} runs made"
    assert second.startswith("best test_accuracy 0.")
    assert ", mean of 2 seeds, first in trial " in second
    assert level.split()[0] == "learning_rate"
    lines = outcome.err.splitlines()
    assert len(lines) == 4
    assert sum(line.endswith(" (2 runs made)") for line in lines) == cells
    assert not list(results.iterdir())
    again = program(*command)
    assert again.err == ""
    assert again.out.splitlines() == [
        f"learning-rate: 4 trials by tpe, {cells} of 8 cells, 0 runs made",
        second,
        level,
    ]
    # Without its file the search asks again, and finds its runs.
    (tmp_path / "my-results" / "learning-rate" / "search.sqlite").unlink()
    assert program(*command).out == again.out


def test_a_finished_study_costs_nothing(program, results, tmp_path):
    changes = ("--dataset", "digits", "--epochs", "1", "--seeds", "1")
    assert program("study", "run", "learning-rate", *changes).status == 0
    shutil.copytree(tmp_path / "my-results" / "learning-rate", results / "learning-rate")
    shutil.rmtree(tmp_path / "my-results")
    before = {path: path.stat().st_mtime_ns for path in results.rglob("*")}
    outcome = program("study", "search", "learning-rate", *changes, "--sampler", "grid")
    assert outcome.out.startswith("learning-rate: 8 trials by grid, 8 of 8 cells, 0 runs made\n")
    assert outcome.err == ""
    assert {path: path.stat().st_mtime_ns for path in results.rglob("*")} == before
    assert not RunStore("learning-rate", tmp_path / "my-results").run_ids()


def test_ctrl_c_keeps_what_was_made(spawn, program, tmp_path):
    flags = ("--dataset", "digits", "--epochs", "100", "--seeds", "1")
    command = ("study", "search", "momentum", *flags, "--trials", "8", "--sampler", "random")
    with spawn(*command) as process:
        assert process.stderr.readline().endswith(" runs to make\n")
        assert process.stderr.readline().startswith("1/")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    stored = len(load_runs("momentum", tmp_path / "my-results"))
    assert err.splitlines()[-1].startswith(f"mlp-core: interrupted; {stored} runs were stored, ")
    outcome = program(*command)
    total = len(load_runs("momentum", tmp_path / "my-results"))
    assert f"{total} of 8 cells, {total - stored} runs made" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["momentun"], ["'momentun'", "perhaps you meant momentum"]),
        (["seed-noise"], ["'seed-noise' varies nothing"]),
        (["momentum", "--sampler", "cma"], ["--sampler='cma'", "grid, random, tpe"]),
        (["momentum", "--trials", "0"], ["--trials=0", "an integer >= 1"]),
        (["momentum", "--trials", "x"], ["--trials='x'", "an integer >= 1"]),
        (["momentum", "--seed", "-1"], ["--seed=-1", "an integer >= 0"]),
        (["momentum", "--objective", "mood"], ["--objective='mood'", "test_accuracy, "]),
        (["momentum", "--epochs", "0"], ["--epochs=0", "an integer >= 1"]),
    ],
    ids=lambda words: " ".join(words),
)
def test_a_bad_command_line(cli, results, arguments, told):
    outcome = cli("study", "search", *arguments, "--dataset", "digits")
    assert (outcome.status, outcome.out) == (2, "")
    (line,) = outcome.err.splitlines()
    for words in told:
        assert words in line


def test_without_the_package(cli, results, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    outcome = cli(*FLAGS)
    assert outcome.status == 2
    assert outcome.err == (
        "mlp-core: a search needs the package optuna: pip install 'mlp-core[studies]'\n"
    )
