"""The runner: what is missing, once each, on one process or two, whatever ends it."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from made_runs import Inline, content
from waiting import PATIENCE_S

from mlp_core import RunConfig
from mlp_core.studies import RunStore, missing, run_missing, runner
from mlp_core.studies.runner import available_cores, estimate_cost, run_one

CONFIGS = [RunConfig(epochs=2, hidden_sizes=(8,), seed=seed) for seed in range(6)]


@pytest.fixture
def store(tmp_path):
    return RunStore("a-study", tmp_path / "one")


def test_one_process_and_two_make_the_same_files(store, tmp_path, monkeypatch):
    run_missing(CONFIGS, store, ["norm_statistics"], Inline())
    monkeypatch.setattr(runner, "available_cores", lambda: 2)
    other = RunStore("a-study", tmp_path / "two")
    assert run_missing(CONFIGS, other, ["norm_statistics"]) == len(CONFIGS)
    assert content(store) == content(other)
    assert len(content(store)) == len(CONFIGS)


def test_only_what_is_missing_is_made(store):
    made = []
    assert run_missing(CONFIGS[:2], store, (), Inline()) == 2
    before = {path: path.stat().st_mtime_ns for path in store.folder.iterdir()}
    assert missing(CONFIGS, store) == CONFIGS[2:]
    count = run_missing(CONFIGS, store, (), Inline(), lambda run: made.append(run.config))
    assert count == 4
    assert sorted(made, key=lambda config: config.seed) == CONFIGS[2:]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert missing(CONFIGS, store) == []
    assert run_missing(CONFIGS, store) == 0  # without so much as a process


def test_a_run_is_stored_before_it_is_reported(store):
    seen = []
    run_missing(
        CONFIGS, store, (), Inline(), lambda run: seen.append(run.config.run_id in store.run_ids())
    )
    assert seen == [True] * len(CONFIGS)


def test_records_of_named_callbacks(store):
    run_missing(CONFIGS[:1], store, ["activation_statistics", "norm_statistics"], Inline())
    records = store.load(CONFIGS[0].run_id).records
    assert {"active_units", "dead_units", "weight_norm", "gradient_norm"} <= set(records)


class Gate:
    """Lets a run begin and holds it until it is opened."""

    def __init__(self, monkeypatch):
        self.begun, self.open = threading.Event(), threading.Event()
        plain = runner.run_one

        def gated(config, callbacks):
            if config["seed"] == 1:
                self.begun.set()
                assert self.open.wait(PATIENCE_S)
            return plain(config, callbacks)

        monkeypatch.setattr(runner, "run_one", gated)


def interrupted(store, monkeypatch, error):
    """Fail in the report of the first run while the second is under way; return the reports."""
    gate, reports, futures = Gate(monkeypatch), [], []

    def report(run):
        reports.append(run.config.seed)
        if len(reports) == 1:
            assert gate.begun.wait(PATIENCE_S)
            raise error

    class Watched(ThreadPoolExecutor):
        """Lets the run under way end once all that wait for it have been cancelled."""

        def submit(self, *args):
            futures.append(super().submit(*args))
            futures[-1].add_done_callback(self.look)
            return futures[-1]

        def look(self, _):
            if len(futures) == len(CONFIGS) and all(f.cancelled() for f in futures[2:]):
                gate.open.set()

    with Watched(1) as executor, pytest.raises(type(error)):
        run_missing(CONFIGS, store, (), executor, report)
    return reports


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a bug in a report")], ids=repr)
def test_runs_under_way_are_finished_and_stored(store, monkeypatch, error):
    """Of six runs, the first was stored and the second is under way when it is interrupted."""
    reports = interrupted(store, monkeypatch, error)
    assert reports == [0, 1]
    assert store.run_ids() == {config.run_id for config in CONFIGS[:2]}
    # The rest is made by the same call.
    monkeypatch.undo()
    assert run_missing(CONFIGS, store, (), Inline()) == 4
    assert not missing(CONFIGS, store)


def test_a_run_that_fails_loses_no_other(store):
    """A train_size that the dataset does not have is known only when the data are there."""
    bad = RunConfig(train_size=10**6)
    with pytest.raises(ValueError, match="train_size=1000000 is not legal"):
        run_missing([*CONFIGS[:2], bad, *CONFIGS[2:]], store, (), Inline())
    assert store.run_ids() >= {config.run_id for config in CONFIGS[:2]}
    assert not missing(CONFIGS, store)  # the executor had made all of them


def test_processes_survive_a_run_that_fails(store):
    bad = RunConfig(train_size=10**6)
    with pytest.raises(ValueError, match="train_size=1000000 is not legal"):
        run_missing([bad, *CONFIGS[:2]], store)
    assert store.run_ids() <= {config.run_id for config in CONFIGS[:2]}
    run_missing(CONFIGS[:2], store)
    assert not missing(CONFIGS[:2], store)


def test_run_one_takes_and_gives_plain_values():
    values = run_one(CONFIGS[0].to_dict(), [])
    assert json.loads(json.dumps(values, allow_nan=False)) == values


def test_cost_grows_with_all_that_takes_time():
    base = RunConfig()
    cost = estimate_cost(base)
    assert estimate_cost(base.replace(epochs=200)) == 2 * cost
    for changes in ({"hidden_sizes": (256, 128)}, {"batch_size": 10}):
        assert estimate_cost(base.replace(**changes)) > cost
    for changes in ({"train_size": 1000}, {"hidden_sizes": ()}, {"batch_size": 1000}):
        assert estimate_cost(base.replace(**changes)) < cost
    assert estimate_cost(base, examples=1000, in_features=64) < cost


def test_cores(monkeypatch):
    assert available_cores() >= 1
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    assert available_cores() >= 1
