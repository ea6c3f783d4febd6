"""`mlp-core study search`: what it prints, stores and leaves alone."""

import shutil
from dataclasses import replace

import pytest
from cli_program import interrupt

from mlp_core.studies import STUDIES, RunStore, load_runs

pytest.importorskip("optuna")


def test_a_search_and_the_same_again(cli, results, tmp_path):
    seeds = ("--seeds", "1", "2")
    flags = ("--dataset", "digits", "--epochs", "2", *seeds, "--trials", "4", "--seed", "3")
    command = ("study", "search", "learning-rate", *flags)
    outcome = cli(*command)
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
    again = cli(*command)
    assert again.err == ""
    assert again.out.splitlines() == [
        f"learning-rate: 4 trials by tpe, {cells} of 8 cells, 0 runs made",
        second,
        level,
    ]
    # Without its file the search asks again, and finds its runs.
    (tmp_path / "my-results" / "learning-rate" / "search.sqlite").unlink()
    assert cli(*command).out == again.out


def test_a_finished_study_costs_nothing(cli, results, tmp_path):
    changes = ("--dataset", "digits", "--epochs", "1", "--seeds", "1")
    assert cli("study", "run", "learning-rate", *changes).status == 0
    shutil.copytree(tmp_path / "my-results" / "learning-rate", results / "learning-rate")
    shutil.rmtree(tmp_path / "my-results")
    before = {path: path.stat().st_mtime_ns for path in results.rglob("*")}
    outcome = cli("study", "search", "learning-rate", *changes, "--sampler", "grid")
    assert outcome.out.startswith("learning-rate: 8 trials by grid, 8 of 8 cells, 0 runs made\n")
    assert outcome.err == ""
    assert {path: path.stat().st_mtime_ns for path in results.rglob("*")} == before
    assert not RunStore("learning-rate", tmp_path / "my-results").run_ids()


def test_a_result_that_cannot_be_read_is_one_line_before_the_first_run(cli, results, tmp_path):
    """It was a traceback, after all others had been made."""
    config = replace(STUDIES["learning-rate"], seeds=(1,)).configs(dataset="digits", epochs=1)[-1]
    path = RunStore("learning-rate", tmp_path / "my-results").path(config.run_id)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    flags = ("--dataset", "digits", "--epochs", "1", "--seeds", "1", "--sampler", "grid")
    outcome = cli("study", "search", "learning-rate", *flags)
    assert (outcome.status, outcome.out) == (1, "")
    warning, last = outcome.err.splitlines()[0], outcome.err.splitlines()[-1]
    assert warning.startswith("mlp-core: warning: ") and "it is left alone" in warning
    assert last.startswith("mlp-core: my-results") and last.endswith("move it away")
    assert path.read_text() == "{" and [*path.parent.glob("*.json")] == [path]


def test_ctrl_c_keeps_what_was_made(spawn, program, tmp_path):
    flags = ("--dataset", "digits", "--epochs", "100", "--seeds", "1")
    command = ("study", "search", "momentum", *flags, "--trials", "8", "--sampler", "random")
    with spawn(*command) as process:
        assert process.stderr.readline().endswith(" runs to make\n")
        assert process.stderr.readline().startswith("1/")
        line = interrupt(process)[-1]
    stored = len(load_runs("momentum", tmp_path / "my-results"))
    assert line.startswith(f"mlp-core: interrupted; {stored} runs were stored, ")
    outcome = program(*command)
    total = len(load_runs("momentum", tmp_path / "my-results"))
    assert f"{total} of 8 cells, {total - stored} runs made" in outcome.out
