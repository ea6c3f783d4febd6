"""The store: one file per run, complete or not there, untouched when it cannot be read."""

import json
import math
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_core import RunConfig, train
from mlp_core.studies import (
    STUDIES,
    RunStore,
    StoreWarning,
    find_results,
    load_runs,
    load_study,
    missing,
)
from mlp_core.studies.store import decode, encode, round_figures
from mlp_core.training import ActivationStatistics, NormStatistics, Run, Training

CONFIG = RunConfig(epochs=3, hidden_sizes=(16,), learning_rate=0.0123456789)


@pytest.fixture(scope="module")
def run():
    return train(CONFIG, callbacks=[NormStatistics(examples=100)])


@pytest.fixture
def store(tmp_path):
    return RunStore("a-study", tmp_path / "results")


def with_config(run, config):
    return Run.from_dict({**run.to_dict(), "config": config.to_dict()})


def test_a_run_comes_back_to_5_digits(store, run):
    path = store.save(run)
    assert path == store.folder / f"{run.config.run_id}.json"
    again = store.load(run.config.run_id)
    assert (again.config, again.status) == (CONFIG, "completed")  # no setting is rounded
    assert (again.environment, again.network) == (run.environment, None)
    for name in ("test_loss", "running_accuracy", "updates"):
        np.testing.assert_allclose(again.history[name], run.history[name], rtol=5e-5)
    assert again.records["weight_norm"][-1] == pytest.approx(run.records["weight_norm"][-1], 1e-4)
    # What was stored once stays the same, however often it is read and stored.
    assert encode(again) == path.read_text()


def test_a_file_is_one_line_of_json_with_its_schema(store, run):
    text = store.save(run).read_text()
    assert text.endswith("\n") and text.count("\n") == 1
    values = json.loads(text)
    assert (values["schema"], values["run_id"]) == (1, run.config.run_id)
    assert values["config"] == run.config.to_dict()
    assert set(values["environment"]) >= {"numpy", "blas", "cpu", "dtype", "date", "mlp_core"}
    for loss in values["history"]["test_loss"]:
        assert len(f"{loss:.15g}".replace("0.", "").replace(".", "").lstrip("0")) <= 5


@pytest.mark.parametrize("callbacks", [[], [ActivationStatistics(), NormStatistics()]], ids=len)
def test_100_epochs_fit_into_12_kb(store, callbacks):
    path = store.save(
        train(RunConfig(evaluate_train=True, hidden_sizes=(32,)), callbacks=callbacks)
    )
    assert path.stat().st_size < (24_000 if callbacks else 12_000)


def test_a_diverged_run_is_stored(store):
    run = train(RunConfig(learning_rate=1e6, epochs=3))
    store.save(run)
    again = store.load(run.config.run_id)
    assert (again.status, again.diverged_at_update) == ("diverged", run.diverged_at_update)
    assert again.summary["test_accuracy"] is None


def test_figures_that_are_not_finite_become_null(store, run):
    store.save(Run.from_dict({**run.to_dict(), "records": {"gradient_norm": [[math.inf, 1.0]]}}))
    assert store.load(run.config.run_id).records == {"gradient_norm": [[None, 1.0]]}


@settings(deadline=None, derandomize=True)
@given(st.floats(-1e300, 1e300))
def test_rounding_keeps_5_digits(value):
    rounded = round_figures(value)
    assert rounded == pytest.approx(value, rel=5.1e-5)
    assert round_figures(rounded) == rounded == float(f"{value:.5g}")


def test_rounding_leaves_all_else():
    values = {"a": [1, True, None, "0.123456789", {"b": (0.5,)}], "c": 123456789}
    assert round_figures(values) == values
    assert round_figures([math.nan, math.inf, -math.inf]) == [None, None, None]


# --- complete or not there ----------------------------------------------------------------------


def test_a_write_that_fails_leaves_the_file_that_was_there(store, run, monkeypatch):
    path = store.save(run)
    before = path.read_text()

    def fail(self, *_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        store.save(run)
    assert path.read_text() == before
    assert store.run_ids() == {run.config.run_id}  # the partial file beside it does not count


def save_often(folder, values, enough):
    store, run = RunStore("a-study", folder), Run.from_dict(values)
    while not enough.is_set():
        store.save(run)


def test_many_writers_and_a_reader(tmp_path, run, store):
    """Whoever reads finds a complete file, whoever else writes."""
    context = multiprocessing.get_context("spawn")
    enough, reads = context.Event(), 0
    arguments = (tmp_path / "results", run.to_dict(), enough)
    writers = [context.Process(target=save_often, args=arguments, daemon=True) for _ in range(2)]
    for writer in writers:
        writer.start()
    while reads < 300 and all(writer.is_alive() for writer in writers):
        for found in store:  # a partial file would be a StoreWarning, and so an error
            assert found.config == run.config
            reads += 1
    enough.set()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert reads == 300
    assert [path.name for path in store.folder.iterdir()] == [f"{run.config.run_id}.json"]


# --- files that cannot be read ------------------------------------------------------------------

NOT_A_RUN = {"empty": b"", "no object": b"[1, 2]", "not text": b"\xff\xfe\x00"}
CHANGES = {
    "later schema": {"schema": 2},
    "history of another shape": {"history": {"epoch": 3}},
    "unknown column": {"history": {"mood": [1]}},
    "unknown field": {"config": {"colour": "red"}},
    "unknown field of the run": {"colour": "red"},
    "bad value": {"config": {"epochs": 0}},
    "another run": {"config": {"seed": 1}},
}
LEFT_OUT = {"no schema": "schema", "no history": "history"}


def damaged(run, kind):
    """Return the damaged content of a run's file."""
    text = encode(run)
    values = json.loads(text)
    if kind in NOT_A_RUN:
        return NOT_A_RUN[kind]
    if kind == "half":
        return text[: len(text) // 2].encode()
    values.pop(LEFT_OUT.get(kind), None)
    changes = dict(CHANGES.get(kind, {}))
    if "config" in changes:
        changes["config"] = {**values["config"], **changes["config"]}
    return json.dumps({**values, **changes}).encode()


@pytest.mark.parametrize("kind", [*NOT_A_RUN, "half", *CHANGES, *LEFT_OUT])
def test_a_file_that_cannot_be_read_is_reported_and_left_alone(store, run, kind):
    content = damaged(run, kind)
    other = with_config(run, RunConfig(epochs=1))
    store.save(other)
    path = store.path(run.config.run_id)
    path.write_bytes(content)
    with pytest.warns(StoreWarning, match="cannot be read: .*; it is left alone") as caught:
        assert store.run_ids() == {other.config.run_id}
    assert str(path) in str(caught[0].message)
    problem = "its schema is 2, this version reads 1" if kind == "later schema" else ""
    with pytest.raises(ValueError, match=f"cannot be read: .*{problem}"):
        store.load(run.config.run_id)
    with pytest.raises(ValueError, match=f"'a-study' are damaged: .*{path.name}.* Restore the"):
        load_study("a-study", store.folder.parent)
    assert path.read_bytes() == content


def as_it_is(path):
    """Return what a change would change; reading changes the time of the last reading."""
    found = path.lstat()
    return found.st_ino, found.st_size, found.st_mtime_ns


@pytest.mark.parametrize("kind", [*NOT_A_RUN, "half", *CHANGES, *LEFT_OUT, "folder", "link"])
def test_a_file_that_cannot_be_read_is_never_replaced(store, run, kind):
    """A later schema was "left alone" by the reader, and then written over by the runner."""
    path = store.path(run.run_id)
    path.parent.mkdir(parents=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(path.with_name("gone"))
    else:
        path.write_bytes(damaged(run, kind))
    before = as_it_is(path)
    other = RunConfig(epochs=1)
    with pytest.warns(StoreWarning, match="it is left alone, and stands for its run"):
        assert missing([run.config, other], store) == [other]
    with pytest.raises(FileExistsError, match="it is not replaced: move it away"):
        store.save(run)
    assert as_it_is(path) == before
    assert [each.name for each in store.folder.iterdir()] == [path.name]


def test_a_file_that_can_be_read_is_replaced(store, run):
    store.save(run)
    slower = Run.from_dict({**run.to_dict(), "duration_s": 99.0})
    store.save(slower)
    assert store.load(run.run_id).duration_s == 99


def test_runs_on_data_of_ones_own_are_stored_by_their_content(store, tmp_path):
    """Storing a run on other data left one file: both were named after the config."""
    rows, labels = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    quick = RunConfig(epochs=1, hidden_sizes=(4,))
    runs = [train(quick, data) for data in ((rows, labels), (rows * [1, 2, 3], labels))]
    runs.append(train(quick))
    for each in runs:
        store.save(each)
    assert store.run_ids() == {each.run_id for each in runs} and len(store.run_ids()) == 3
    assert {each.fingerprint for each in store} == {each.fingerprint for each in runs}
    path = store.path(runs[0].run_id)
    path.write_text(path.read_text().replace(runs[0].fingerprint, runs[1].fingerprint))
    with pytest.raises(ValueError, match=f"its config and data belong to run {runs[1].run_id}"):
        store.load(runs[0].run_id)


def test_a_changed_file_makes_its_runs_missing_again(store, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = "a,b,label\n" + "".join(f"{k},{k * k % 7},{'uv'[k % 2]}\n" for k in range(20))
    Path("own.csv").write_text(table)
    config = RunConfig(dataset="own.csv", epochs=1, hidden_sizes=(4,))
    store.save(train(config))
    spelled = [config.replace(dataset=name) for name in ("./own.csv", str(tmp_path / "own.csv"))]
    assert missing([config, *spelled], store) == []
    Path("own.csv").write_text(table.replace("3,2,v", "3,5,v"))
    assert missing([config], store) == [config]


def test_a_run_whose_settings_were_changed_keeps_its_name(store):
    training = Training(RunConfig(epochs=2))
    for _ in training:
        training.learning_rate = 0.0123456789  # more digits than figures are stored with
    run = training.finish()
    store.save(run)
    assert store.load(run.run_id).changes == run.changes


def test_a_run_that_is_not_stored(store):
    with pytest.raises(FileNotFoundError):
        store.load("0123456789ab")
    assert store.run_ids() == set()
    with pytest.raises(FileNotFoundError, match="mlp-core study run a-study"):
        load_runs("a-study", store.folder.parent)
    assert load_study("a-study", store.folder.parent).runs == []


# --- where, and in which order ------------------------------------------------------------------


def test_results_are_looked_for_in_parent_folders(tmp_path, monkeypatch):
    monkeypatch.delenv("MLP_CORE_RESULTS", raising=False)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_results(deep) == deep / "results" or find_results(deep).is_dir()
    (tmp_path / "results").mkdir()
    assert find_results(deep) == tmp_path / "results"
    (deep / "results").mkdir()
    assert find_results(deep) == deep / "results"
    monkeypatch.chdir(deep.parent)
    assert find_results() == tmp_path / "results"
    monkeypatch.setenv("MLP_CORE_RESULTS", os.fspath(tmp_path / "elsewhere"))
    assert find_results(deep) == tmp_path / "elsewhere"


def test_runs_are_loaded_in_the_order_of_the_catalogue(tmp_path, run):
    configs = STUDIES["momentum"].configs()[:6]
    unknown = RunConfig(seed=99)
    store = RunStore("momentum", tmp_path)
    for config in [unknown, *reversed(configs)]:
        store.save(with_config(run, config))
    assert [r.config for r in load_runs("momentum", tmp_path)] == [*configs, unknown]
    stored = load_study("momentum", tmp_path)
    assert stored.question == STUDIES["momentum"].question
    assert (len(stored.planned_ids), len(stored.planned_runs), len(stored.runs)) == (24, 6, 7)
    assert [r.config for r in stored.planned_runs] == configs
    (tmp_path / "momentum").rename(tmp_path / "my-own")
    own = load_study("my-own", tmp_path)
    assert (own.question, len(own.planned_ids), len(own.planned_runs), len(own.runs)) == (
        "",
        0,
        0,
        7,
    )


def test_the_books_runs_keep_their_names():
    """Whatever fields are added to a config: a run is in the file that is named after it."""
    files = find_results(Path(__file__).parent).glob("*/*.json")
    paths = [path for path in files if path.parent.name != "stops"]  # those hold many runs each
    assert len(paths) > 1500
    assert [path.stem for path in paths if decode(path).run_id != path.stem] == []


def test_all_runs_of_the_book_are_loaded_within_three_seconds():
    results = find_results(Path(__file__).parent)
    names = {path.parent.name for path in results.glob("*/*.json")} - {"stops"}
    times = []
    for _ in range(3):  # the first time, files come from the disk
        started = time.process_time()  # not the time that others take from this process
        runs = sum(len(load_runs(name, results)) for name in names)
        times.append(time.process_time() - started)
    assert runs > 2000
    assert min(times) < 3
