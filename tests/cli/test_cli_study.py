"""`mlp-core study`: the catalogue, its runs and their files."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mlp_core.cli import progress, study_run
from mlp_core.studies import STUDIES, RunStore, load_runs
from mlp_core.studies.runner import run_one
from mlp_core.studies.store import encode
from mlp_core.training import Run, RunConfig

TRIAL = ("--dataset", "digits", "--epochs", "1", "--seeds", "1")


@pytest.fixture
def stored(results):
    """Store two runs of the catalogue, as if made, with figures of digits."""
    run = Run.from_dict(run_one(RunConfig(epochs=2, hidden_sizes=(32, 16)).to_dict(), []))
    configs = STUDIES["learning-rate"].configs()[:2]
    for config in configs:
        run.config, run.environment["core_s"] = config, 1800.0
        RunStore("learning-rate", results).save(run)
    return configs


@pytest.fixture
def asked(monkeypatch):
    """Let no run be made; return what would be asked for: configs, store, callbacks."""
    calls = []
    monkeypatch.setattr(
        study_run, "run_missing", lambda *call: calls.append(call[:3]) or len(call[0])
    )
    return calls


def test_list(cli):
    lines = cli("study", "list").out.splitlines()
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
    assert table[0] == ["study", "stored", "core-hours", "to", "come"]
    # All runs of these two do the same arithmetic, half an hour each.
    assert ["learning-rate", "2/24", "1.00", "11.00"] in table
    assert ["momentum", "0/24", "0.00", "12.00"] in table
    total = sum(len(study.configs()) for study in STUDIES.values())
    assert table[-2][:3] == ["all", f"2/{total}", "1.00"]


def test_runs_without_their_processor_time_count_by_the_clock(cli, stored, results):
    for path in (results / "learning-rate").iterdir():
        values = json.loads(path.read_text()) | {"duration_s": 900.0}
        del values["environment"]["core_s"]
        path.write_text(json.dumps(values))
    *_, whole, note = cli("study", "status").out.splitlines()
    assert whole.split()[2] == "0.50"
    assert "wall time, pauses included" in note


def test_what_is_to_come_is_not_guessed_where_nothing_is_stored(cli, results):
    assert cli("study", "status").out.splitlines()[-2].split()[-1] == "-"


def test_status_says_that_there_is_no_such_folder_yet(cli, tmp_path):
    outcome = cli("study", "status", "--results", str(tmp_path / "typo"))
    assert outcome.status == 0
    assert f"no folder {tmp_path / 'typo'} yet" in outcome.err
    assert not cli("study", "status", "--results", str(tmp_path)).err


def test_a_damaged_file_is_reported_and_left_alone(cli, stored, results):
    damaged = results / "learning-rate" / "0123456789ab.json"
    damaged.write_text("{")
    outcome = cli("study", "status")
    assert outcome.status == 0
    assert "2/24" in outcome.out
    (line,) = outcome.err.splitlines()
    assert line.startswith("mlp-core: warning: ") and str(damaged) in line
    assert damaged.read_text() == "{"


def test_files_that_cannot_be_read_are_in_the_way_and_the_command_says_so(cli, results, asked):
    study = replace(STUDIES["learning-rate"], seeds=(1,))
    configs = study.configs(dataset="digits", epochs=1)
    store = RunStore("learning-rate", results.parent / "my-results")
    for config, text in zip(configs, ('{"schema": 2}', "{", encode_run(configs[2])), strict=False):
        path = store.path(config.run_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    outcome = cli("study", "run", "learning-rate", *TRIAL)
    ((todo, _, _),) = asked
    assert [config.run_id for config in todo] == [config.run_id for config in configs[3:]]
    assert (
        "5 runs made, 1 was stored before, 2 left out (their files cannot be read: move them away "
        "first); in my-results/learning-rate\n"
    ) in outcome.out
    lines = outcome.err.splitlines()[:2]
    assert all("it is left alone, and stands for its run" in line for line in lines)


def encode_run(config):
    run = Run.from_dict(run_one(RunConfig(epochs=1, hidden_sizes=(4,)).to_dict(), []))
    run.config = config
    return encode(run)


def test_changed_data_are_noticed(cli, results, tmp_path):
    """It said "0 runs made, 10 were stored before"; and each spelling made all runs anew."""
    table = "a,b,label\n" + "".join(f"{k},{k * k % 7},{'uv'[k % 2]}\n" for k in range(20))
    (tmp_path / "own.csv").write_text(table)
    command = ("study", "run", "seed-noise", "--epochs", "1", "--seeds", "1,2", "--dataset")
    assert "2 runs made, 0 were stored before; in" in cli(*command, "own.csv").out
    for spelling in ("./own.csv", ".//own.csv", tmp_path / "own.csv"):
        assert "0 runs made, 2 were stored before; in" in cli(*command, spelling).out
    (tmp_path / "own.csv").write_text(table.replace("3,2,v", "3,5,v"))
    outcome = cli(*command, "own.csv")
    assert (
        "2 runs made, 0 were stored before, 2 with the same settings are of other data; in"
        in outcome.out
    )
    runs = load_runs("seed-noise", tmp_path / "my-results")
    assert len({run.run_id for run in runs}) == 4 and len({run.fingerprint for run in runs}) == 2


@pytest.mark.parametrize("format", ["csv", "json"])
def test_export(cli, stored, results, tmp_path, format):
    command = ("study", "export", "learning-rate", "--format", format)
    printed = cli(*command).out
    outcome = cli(*command, "--output", "file")
    assert (outcome.status, outcome.out, outcome.err) == (0, "", "")
    assert (tmp_path / "file").read_bytes().decode() == printed
    runs = load_runs("learning-rate", results)
    if format == "json":
        content = json.loads(printed)
        assert (content["study"], content["every_epochs"]) == ("learning-rate", 1)
        as_stored = [{"schema": 1, **run} for run in content["runs"]]
        assert as_stored == [json.loads(encode(run)) for run in runs]
        return
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert [row["run_id"] for row in rows] == [config.run_id for config in stored]
    for row, run in zip(rows, runs, strict=True):
        assert float(row["learning_rate"]) == run.config.learning_rate
        assert float(row["test_accuracy"]) == run.summary["test_accuracy"]
        shown = [row[name] for name in ("hidden_sizes", "epochs", "status")]
        assert shown == ["128", "100", "completed"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["momentum"], "mlp-core study run momentum"),
        (["learning-rate", "--output", "no/such/file.csv"], "no/such/file.csv"),
    ],
)
def test_what_cannot_be_exported_is_explained(cli, stored, arguments, words):
    outcome = cli("study", "export", *arguments)
    assert (outcome.status, outcome.out) == (1, "")
    assert words in outcome.err


def test_results_names_another_folder(cli, results, asked):
    cli("study", "run", "momentum", *TRIAL, "--results", "elsewhere")
    ((configs, store, _),) = asked
    assert (len(configs), store.folder) == (8, Path("elsewhere") / "momentum")


def test_without_changes_the_catalogues_runs_go_to_results(cli, results, asked, monkeypatch):
    monkeypatch.setattr(study_run, "fits", lambda config: True)
    monkeypatch.setattr(study_run, "cost", lambda config: 1.0)
    outcome = cli("study", "run", "--all")
    assert outcome.status == 0
    assert len(outcome.out.splitlines()) == len(STUDIES)
    for (configs, store, callbacks), study in zip(asked, STUDIES.values(), strict=True):
        assert (configs, callbacks) == (study.configs(), study.callbacks)
        assert store.folder == results / study.name


def test_cells_that_the_dataset_is_too_small_for_are_left_out(cli, results, asked):
    outcome = cli("study", "run", "weight-decay-data-size", *TRIAL)
    assert "14 runs made, 0 were stored before, 14 left out" in outcome.out


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


def test_a_study_of_ones_own_is_run_shown_and_exported(cli, results, tmp_path):
    text = "seeds = [1]\n[base]\nepochs = 1\n[vary]\nhidden_sizes = [[4], [8]]\n"
    (tmp_path / "width.toml").write_text('question = "How wide?"\n' + text)
    shown = cli("study", "show", "width.toml").out
    assert shown.startswith("width: How wide?\n")
    assert shown.endswith("\n2 runs, 0 stored\n")
    made = cli("study", "run", "width.toml").out
    assert made == "width: 2 runs made, 0 were stored before; in my-results/width\n"
    assert not list(results.iterdir())
    out = cli("study", "export", "width.toml", "--results", "my-results").out
    assert [row["hidden_sizes"] for row in csv.DictReader(io.StringIO(out))] == ["4", "8"]
    again = cli("study", "run", "width.toml", "--seeds", "1", "2").out
    assert again == "width: 2 runs made, 2 were stored before; in my-results/width\n"


def test_a_study_of_ones_own_is_found_where_it_is_stored(cli, tmp_path, results):
    (tmp_path / "mine.toml").write_text("seeds = [1, 2]\n[base]\nepochs = 1\n")
    assert "found nothing" not in cli("study", "show", "mine.toml").err
    line = cli("study", "export", "mine.toml").err
    assert "mlp-core study run mine.toml" in line
    cli("study", "run", "mine.toml")
    assert cli("study", "show", "mine.toml").out.endswith("\n2 runs, 2 stored\n")
    assert len(cli("study", "export", "mine.toml").out.splitlines()) == 3
