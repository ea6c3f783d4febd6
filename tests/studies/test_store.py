"""The store: a file a run, whole or not there, and never touched when it is not understood."""

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
    to_dataframe,
)
from mlp_core.studies.store import encode, round_figures
from mlp_core.training import ActivationStatistics, NormStatistics, Run


@pytest.fixture(scope="module")
def run():
    return train(RunConfig(epochs=3, hidden_sizes=(16,)), [NormStatistics(examples=100)])


@pytest.fixture
def store(tmp_path):
    return RunStore("a-study", tmp_path / "results")


def test_a_run_comes_back_to_5_digits(store, run):
    path = store.save(run)
    assert path == store.folder / f"{run.config.run_id}.json"
    again = store.load(run.config.run_id)
    assert again.config == run.config
    assert again.status == "completed"
    assert again.environment == run.environment
    assert again.network is None
    for name in ("test_loss", "running_accuracy", "updates"):
        np.testing.assert_allclose(again.history[name], run.history[name], rtol=5e-5)
    assert again.records["weight_norm"][-1] == pytest.approx(run.records["weight_norm"][-1], 1e-4)
    # What was stored once stays the same, however often it is read and stored.
    assert encode(again) == path.read_text()


def test_a_file_is_one_line_of_json_with_its_schema(store, run):
    text = store.save(run).read_text()
    assert text.endswith("\n") and text.count("\n") == 1
    values = json.loads(text)
    assert values["schema"] == 1
    assert values["run_id"] == run.config.run_id
    assert values["config"] == run.config.to_dict()
    assert set(values["environment"]) >= {"numpy", "blas", "cpu", "dtype", "date", "mlp_core"}
    for loss in values["history"]["test_loss"]:
        assert len(f"{loss:.15g}".replace("0.", "").replace(".", "").lstrip("0")) <= 5


def test_a_config_is_not_rounded(store):
    config = RunConfig(epochs=1, learning_rate=0.123456789)
    store.save(train(config))
    assert store.load(config.run_id).config == config


@pytest.mark.parametrize("callbacks", [[], [ActivationStatistics(), NormStatistics()]], ids=len)
def test_100_epochs_fit_into_12_kb(store, callbacks):
    path = store.save(train(RunConfig(evaluate_train=True, hidden_sizes=(32,)), callbacks))
    size = path.stat().st_size
    assert size < (24_000 if callbacks else 12_000)


def test_a_diverged_run_is_stored(store):
    run = train(RunConfig(learning_rate=1e6, epochs=3))
    store.save(run)
    again = store.load(run.config.run_id)
    assert (again.status, again.diverged_at_update) == ("diverged", run.diverged_at_update)
    assert again.summary["test_accuracy"] is None


def test_figures_that_are_not_finite_become_null(store, run):
    other = Run.from_dict({**run.to_dict(), "records": {"gradient_norm": [[math.inf, 1.0]]}})
    store.save(other)
    assert store.load(run.config.run_id).records == {"gradient_norm": [[None, 1.0]]}


@settings(deadline=None, derandomize=True)
@given(st.floats(-1e300, 1e300))
def test_rounding_keeps_5_digits(value):
    rounded = round_figures(value)
    assert rounded == pytest.approx(value, rel=5.1e-5)
    assert round_figures(rounded) == rounded
    assert float(f"{value:.5g}") == rounded


def test_rounding_leaves_all_else():
    values = {"a": [1, True, None, "0.123456789", {"b": (0.5,)}], "c": 123456789}
    assert round_figures(values) == values
    assert round_figures([math.nan, math.inf, -math.inf]) == [None, None, None]


# --- whole or not there -------------------------------------------------------------------------


def test_a_write_that_fails_leaves_the_file_that_was_there(store, run, monkeypatch):
    path = store.save(run)
    before = path.read_text()

    def fail(self, *_, **__):
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        store.save(run)
    assert path.read_text() == before
    assert store.run_ids() == {run.config.run_id}  # the half file beside it counts for nothing


def save_often(folder, values, enough):
    store = RunStore("a-study", folder)
    run = Run.from_dict(values)
    while not enough.is_set():
        store.save(run)


def test_many_writers_and_a_reader(tmp_path, run, store):
    """Whoever reads finds a whole file, whoever else writes."""
    context = multiprocessing.get_context("spawn")
    enough, reads = context.Event(), 0
    arguments = (tmp_path / "results", run.to_dict(), enough)
    writers = [context.Process(target=save_often, args=arguments, daemon=True) for _ in range(2)]
    for writer in writers:
        writer.start()
    while reads < 300 and all(writer.is_alive() for writer in writers):
        for found in store:  # a half file would be a StoreWarning, and so an error
            assert found.config == run.config
            reads += 1
    enough.set()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert reads == 300
    assert [path.name for path in store.folder.iterdir()] == [f"{run.config.run_id}.json"]


# --- files that are not understood ----------------------------------------------------------------


def damaged(run):
    text = encode(run)
    values = json.loads(text)
    without_history = {k: v for k, v in values.items() if k != "history"}
    other_field = {**values, "config": {**values["config"], "colour": "red"}}
    bad_value = {**values, "config": {**values["config"], "epochs": 0}}
    other_run = {**values, "config": {**values["config"], "seed": 1}}
    return {
        "empty": "",
        "half": text[: len(text) // 2],
        "no object": "[1, 2]",
        "no schema": json.dumps({k: v for k, v in values.items() if k != "schema"}),
        "later schema": json.dumps({**values, "schema": 2}),
        "no history": json.dumps(without_history),
        "history of another shape": json.dumps({**values, "history": {"epoch": 3}}),
        "unknown column": json.dumps({**values, "history": {"mood": [1]}}),
        "unknown field": json.dumps(other_field),
        "bad value": json.dumps(bad_value),
        "another run": json.dumps(other_run),
        "not text": b"\xff\xfe\x00",
    }


KINDS = [
    *("empty", "half", "no object", "no schema", "later schema", "no history"),
    *("history of another shape", "unknown column", "unknown field", "bad value"),
    *("another run", "not text"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_cannot_be_read_is_reported_and_left_alone(store, run, kind):
    content = damaged(run)[kind]
    content = content if isinstance(content, bytes) else content.encode()
    path = store.path(run.config.run_id)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    other = train(RunConfig(epochs=1))
    store.save(other)
    with pytest.warns(StoreWarning, match="cannot be read: .*; it is left alone") as caught:
        assert store.run_ids() == {other.config.run_id}
    assert str(path) in str(caught[0].message)
    with pytest.raises(ValueError, match="cannot be read"):
        store.load(run.config.run_id)
    assert path.read_bytes() == content


def test_the_table_of_damages_is_whole(run):
    assert list(damaged(run)) == KINDS


def test_an_unknown_schema_is_named(store, run):
    store.folder.mkdir(parents=True)
    store.path(run.config.run_id).write_text(damaged(run)["later schema"])
    with pytest.raises(ValueError, match="its schema is 2, this version reads 1"):
        store.load(run.config.run_id)


def test_a_run_that_is_not_stored(store):
    with pytest.raises(FileNotFoundError):
        store.load("0123456789ab")
    assert store.run_ids() == set()
    assert list(store) == []


# --- where, and in which order --------------------------------------------------------------------


def test_results_are_looked_for_in_parent_folders(tmp_path, monkeypatch):
    monkeypatch.delenv("MLP_CORE_RESULTS", raising=False)
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_results(deep) == deep / "results" or (find_results(deep).is_dir())
    (tmp_path / "results").mkdir()
    assert find_results(deep) == tmp_path / "results"
    (deep / "results").mkdir()
    assert find_results(deep) == deep / "results"
    monkeypatch.chdir(deep.parent)
    assert find_results() == tmp_path / "results"
    monkeypatch.setenv("MLP_CORE_RESULTS", os.fspath(tmp_path / "elsewhere"))
    assert find_results(deep) == tmp_path / "elsewhere"


def test_runs_are_loaded_in_the_catalogues_order(tmp_path, run):
    configs = STUDIES["momentum"].configs()[:6]
    unknown = RunConfig(seed=99)
    store = RunStore("momentum", tmp_path)
    for config in [unknown, *reversed(configs)]:
        store.save(Run.from_dict({**run.to_dict(), "config": config.to_dict()}))
    assert [r.config for r in load_runs("momentum", tmp_path)] == [*configs, unknown]


def test_500_runs_are_loaded_within_a_second(tmp_path):
    configs = STUDIES["full-factorial"].configs() + STUDIES["momentum"].configs()[:14]
    run = train(RunConfig(epochs=25, hidden_sizes=(16,)))
    store = RunStore("full-factorial", tmp_path)
    for config in configs:
        run.config = config
        store.save(run)
    load_runs("full-factorial", tmp_path)  # the first time, files come from the disk
    times = []
    for _ in range(3):
        started = time.process_time()  # not the time that others take from this process
        assert len(load_runs("full-factorial", tmp_path)) == 500
        times.append(time.process_time() - started)
    assert min(times) < 1


def test_no_runs_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match="mlp-core study run momentum"):
        load_runs("momentum", tmp_path)


def test_dataframe(run):
    other = train(RunConfig(learning_rate=1e6, epochs=2))
    frame = to_dataframe([run, other])
    assert list(frame["run_id"]) == [run.config.run_id, other.config.run_id]
    assert list(frame["epochs"]) == [3, 2]  # as asked for, not as reached
    assert list(frame["status"]) == ["completed", "diverged"]
    assert frame["hidden_sizes"][0] == (16,)
    assert frame["test_accuracy"].isna().tolist() == [False, True]
