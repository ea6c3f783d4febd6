"""`mlp-core study`: the catalogue, its runs and their files."""

import csv
import io
import json
import signal
from pathlib import Path

import pytest
from waiting import PATIENCE_S

from mlp_core.cli import progress
from mlp_core.studies import STUDIES, RunStore, load_runs
from mlp_core.studies.runner import run_one
from mlp_core.training import Run, RunConfig

TRIAL = ("--dataset", "digits", "--epochs", "1", "--seeds", "1")


@pytest.fixture
def stored(results):
    """Store two runs of the catalogue, as if made, with figures of digits."""
    run = Run.from_dict(run_one(RunConfig(epochs=2, hidden_sizes=(32, 16)).to_dict(), []))
    configs = STUDIES["learning-rate"].configs()[:2]
    for config in configs:
        run.config, run.duration_s = config, 1800.0
        RunStore("learning-rate", results).save(run)
    return configs


def test_list(cli):
    lines = cli("study", "list").out.splitlines()
    assert len(lines) == len(STUDIES)
    for line, study in zip(lines, STUDIES.values(), strict=True):
        assert line.split()[:3] == [study.name, str(len(study.configs())), "runs"]
        assert line.endswith(study.question)


@pytest.mark.parametrize("name", STUDIES)
def test_show(cli, results, name):
    outcome = cli("study", "show", name)
    assert outcome.status == 0
    study = STUDIES[name]
    assert outcome.out.startswith(f"{name}: {study.question}")
    for factor in study.factors:
        assert f"\n  {factor} " in outcome.out
    assert outcome.out.endswith(f"\n{len(study.configs())} runs, 0 stored\n")


def test_show_fits_a_terminal_and_tells_what_labels_stand_for(cli, results):
    out = cli("study", "show", "regularization").out
    assert max(map(len, out.splitlines())) <= 100
    assert "1000 (train_size=1000, epochs=100)" in out
    assert " l2 0.001, " in out  # a label that says it all
    assert "\nseeds 1, 2, 3\n" in out
    seeds_alone = cli("study", "show", "seed-noise").out
    assert "\nseeds 2022 to 2051\n" in seeds_alone
    assert "varies" not in seeds_alone


def test_status_counts_runs_and_hours(cli, stored):
    table = [line.split() for line in cli("study", "status").out.splitlines()]
    assert table[0] == ["study", "stored", "core-hours"]
    assert ["learning-rate", "2/24", "1.00"] in table
    assert ["momentum", "0/24", "0.00"] in table
    total = sum(len(study.configs()) for study in STUDIES.values())
    assert table[-1] == ["all", f"2/{total}", "1.00"]


def test_a_damaged_file_is_reported_and_left_alone(cli, stored, results):
    damaged = results / "learning-rate" / "0123456789ab.json"
    damaged.write_text("{")
    outcome = cli("study", "status")
    assert outcome.status == 0
    assert "2/24" in outcome.out
    (line,) = outcome.err.splitlines()
    assert line.startswith("mlp-core: warning: ") and str(damaged) in line
    assert damaged.read_text() == "{"


def test_export_csv(cli, stored):
    outcome = cli("study", "export", "learning-rate")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert [row["run_id"] for row in rows] == [config.run_id for config in stored]
    for row, config in zip(rows, stored, strict=True):
        assert float(row["learning_rate"]) == config.learning_rate
        assert row["hidden_sizes"] == "128"
        assert row["epochs"] == "100"
        assert row["status"] == "completed"
        assert 0 <= float(row["test_accuracy"]) <= 1


def test_export_json_to_a_file(cli, stored, results, tmp_path):
    flags = ("--format", "json", "--output", "runs.json")
    outcome = cli("study", "export", "learning-rate", *flags)
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    runs = json.loads((tmp_path / "runs.json").read_text())
    assert runs == [run.to_dict() for run in load_runs("learning-rate", results)]


@pytest.mark.parametrize("format", ["csv", "json"])
def test_a_file_and_standard_output_hold_the_same(cli, stored, tmp_path, format):
    flags = ("study", "export", "learning-rate", "--format", format)
    printed = cli(*flags).out
    cli(*flags, "--output", "file")
    assert (tmp_path / "file").read_bytes().decode() == printed


def test_export_of_nothing_says_how_to_make_it(cli, results):
    outcome = cli("study", "export", "momentum")
    assert outcome.status == 1
    assert outcome.out == ""
    assert "mlp-core study run momentum" in outcome.err


def test_export_to_a_folder_that_is_not_there(cli, stored):
    outcome = cli("study", "export", "learning-rate", "--output", "no/such/file.csv")
    assert outcome.status == 1
    assert "no/such/file.csv" in outcome.err


def test_a_trial_leaves_the_results_alone(program, results, tmp_path):
    outcome = program("study", "run", "learning-rate", *TRIAL)
    assert outcome.status == 0, outcome.err
    assert outcome.out == (
        "learning-rate: 8 runs made, 0 were stored before; in my-results/learning-rate\n"
    )
    first, *others = outcome.err.splitlines()
    assert first == "8 runs to make"
    assert [line.split()[0] for line in others] == [f"{n}/8" for n in range(1, 9)]
    assert not list(results.iterdir())
    runs = load_runs("learning-rate", tmp_path / "my-results")
    assert [run.config.learning_rate for run in runs] != []
    assert {(r.config.dataset, r.config.epochs, r.config.seed) for r in runs} == {("digits", 1, 1)}
    again = program("study", "run", "learning-rate", *TRIAL)
    assert again.out.startswith("learning-rate: 0 runs made, 8 were stored before")
    assert again.err == ""


def test_results_names_another_folder(cli, results, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(
        "mlp_core.cli.study_run.run_missing",
        lambda configs, store, *_: made.append((len(configs), store.folder)),
    )
    cli("study", "run", "momentum", *TRIAL, "--results", "elsewhere")
    assert made == [(8, type(tmp_path)("elsewhere") / "momentum")]


def test_without_changes_the_catalogues_runs_go_to_results(cli, results, monkeypatch):
    made = []
    monkeypatch.setattr("mlp_core.cli.study_run.fits", lambda config: True)
    monkeypatch.setattr("mlp_core.cli.study_run.cost", lambda config: 1.0)
    monkeypatch.setattr(
        "mlp_core.cli.study_run.run_missing",
        lambda configs, store, callbacks, *_: made.append((configs, store.folder, callbacks)),
    )
    outcome = cli("study", "run", "--all")
    assert outcome.status == 0
    assert len(outcome.out.splitlines()) == len(STUDIES)
    for (configs, folder, callbacks), study in zip(made, STUDIES.values(), strict=True):
        assert configs == study.configs()
        assert folder == results / study.name
        assert callbacks == study.callbacks


def test_cells_that_the_dataset_is_too_small_for_are_left_out(cli, results, monkeypatch):
    monkeypatch.setattr("mlp_core.cli.study_run.run_missing", lambda *_: None)
    outcome = cli("study", "run", "weight-decay-data-size", *TRIAL)
    assert "14 runs made, 0 were stored before, 14 left out" in outcome.out


def test_ctrl_c_finishes_the_runs_under_way(spawn, tmp_path):
    flags = ("--dataset", "digits", "--epochs", "300", "--seeds", "1")
    with spawn("study", "run", "learning-rate", *flags) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        assert process.stderr.readline().startswith("1/8 ")  # the next ones are under way
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    lines = err.splitlines()
    assert "mlp-core: finishing the runs under way; Ctrl-C again abandons them" in lines
    runs = load_runs("learning-rate", tmp_path / "my-results")
    assert 2 <= len(runs) < 8
    assert {len(run.history) for run in runs if run.status == "completed"} == {300}
    assert lines[-1] == (
        f"mlp-core: interrupted; {len(runs)} runs were stored, the same command makes the rest"
    )
    assert not list((tmp_path / "my-results").rglob("*.part"))


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_a_second_ctrl_c_abandons_them(spawn, workers_of):
    flags = ("--dataset", "digits", "--epochs", "10000000", "--seeds", "1")
    with spawn("study", "run", "momentum", *flags) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        workers_of(process)  # have begun; none of these runs ever ends
        process.send_signal(signal.SIGINT)
        assert process.stderr.readline() == "\n"
        assert "finishing" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("mlp-core: interrupted; 0 runs were stored")
    assert "Traceback" not in err


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_no_worker_outlives_a_parent_that_is_killed(spawn, workers_of, wait_for_the_end):
    flags = ("--dataset", "digits", "--epochs", "10000000", "--seeds", "1")
    with spawn("study", "run", "momentum", *flags) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        children = workers_of(process)
        process.kill()
    wait_for_the_end(children)


def test_the_bar_advances_by_cost(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    configs = [RunConfig(epochs=1), RunConfig(epochs=1, hidden_sizes=())]
    runs = [Run.from_dict(run_one(config.to_dict(), [])) for config in configs]
    costs = [(configs[0].run_id, 3.0), (configs[1].run_id, 1.0)]
    with progress.Progress(costs) as bar:
        for run in runs:
            bar.report(run)
    err = capsys.readouterr().err
    assert "0/2 runs   0%" in err
    assert "2/2 runs 100%" in err
    assert "left" in err
