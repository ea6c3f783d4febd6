"""The runner: what is missing, once each, on one process, two or a cluster, whatever ends it."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from concurrent.futures import Executor, Future

import pytest
from made_runs import Inline, content
from waiting import wait_for

from mlp_core import RunConfig
from mlp_core.studies import RunStore, missing, run_missing, runner
from mlp_core.studies.runner import available_cores, connect_cluster, estimate_cost, run_one
from mlp_core.training import ConfigError

CONFIGS = [RunConfig(epochs=2, hidden_sizes=(8,), seed=seed) for seed in range(6)]
# Long enough to be killed or interrupted in the middle, and different enough to be told apart.
LONG = [RunConfig(epochs=150, hidden_sizes=(64,), seed=seed) for seed in range(8)]
BAD = RunConfig(train_size=10**6)  # known only when the data are there
BAD_MESSAGE = "train_size=1000000 is not legal"


@pytest.fixture
def store(tmp_path):
    return RunStore("a-study", tmp_path / "one")


def test_only_what_is_missing_is_made_and_stored_before_it_is_reported(store):
    assert run_missing(CONFIGS[:2], store, (), Inline()) == 2
    before = {path: path.stat().st_mtime_ns for path in store.folder.iterdir()}
    assert missing(CONFIGS, store) == CONFIGS[2:]
    reports = []

    def report(run):
        reports.append((run.config, run.config.run_id in store.run_ids()))

    assert run_missing(CONFIGS, store, (), Inline(), report) == 4
    assert sorted(reports, key=lambda each: each[0].seed) == [(c, True) for c in CONFIGS[2:]]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert missing(CONFIGS, store) == []
    assert run_missing(CONFIGS, store) == 0  # without so much as a process


def test_one_process_and_two_make_the_same_files_with_records(store, tmp_path, monkeypatch):
    callbacks = ["activation_statistics", "norm_statistics"]
    run_missing(CONFIGS, store, callbacks, Inline())
    records = store.load(CONFIGS[0].run_id).records
    assert {"active_units", "dead_units", "weight_norm", "gradient_norm"} <= set(records)
    monkeypatch.setattr(runner, "available_cores", lambda: 2)
    other = RunStore("a-study", tmp_path / "two")
    assert run_missing(CONFIGS, other, callbacks) == len(CONFIGS)
    assert content(store) == content(other)
    assert len(content(store)) == len(CONFIGS)


class Staged(Executor):
    """Makes the first run at once; the second is under way until all others are cancelled."""

    def __init__(self):
        self.futures, self.calls = [], []

    def submit(self, function, /, *arguments):
        future = Future()
        self.futures.append(future)
        self.calls.append(lambda: future.set_result(function(*arguments)))
        if len(self.futures) <= 2:
            future.set_running_or_notify_cancel()
        else:
            future.add_done_callback(self.finish_second)
        if len(self.futures) == 1:
            self.calls[0]()
        return future

    def finish_second(self, _):
        if len(self.futures) == len(CONFIGS) and all(f.cancelled() for f in self.futures[2:]):
            self.calls[1]()


class InterruptedAtTheSecond(Inline):
    """An executor to which Ctrl-C comes when it is given a second run."""

    def submit(self, *args, **kwargs):
        if getattr(self, "is_used", False):
            raise KeyboardInterrupt
        self.is_used = True
        return super().submit(*args, **kwargs)


def test_a_run_is_reported_whose_successor_was_interrupted(store):
    reported = []
    with pytest.raises(KeyboardInterrupt):
        runner._make(CONFIGS, store, (), InterruptedAtTheSecond(), reported.append, 1)
    assert [run.config for run in reported] == CONFIGS[:1]
    assert len(store.run_ids()) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("a bug in a report")], ids=repr)
def test_runs_under_way_are_finished_and_stored(store, error):
    reports = []

    def report(run):
        reports.append(run.config.seed)
        if len(reports) == 1:
            raise error

    with pytest.raises(type(error)):
        run_missing(CONFIGS, store, (), Staged(), report)
    assert reports == [0, 1]
    assert store.run_ids() == {config.run_id for config in CONFIGS[:2]}
    assert run_missing(CONFIGS, store, (), Inline()) == 4  # the rest is made by the same call
    assert not missing(CONFIGS, store)


def test_a_run_that_fails_loses_no_other(store):
    with pytest.raises(ValueError, match=BAD_MESSAGE):
        run_missing([*CONFIGS[:2], BAD, *CONFIGS[2:]], store, (), Inline())
    assert not missing(CONFIGS, store)  # the executor had made all of them


def test_processes_survive_a_run_that_fails(store):
    with pytest.raises(ValueError, match=BAD_MESSAGE):
        run_missing([BAD, *CONFIGS[:2]], store)
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


# --- on a cluster ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster():
    """Start two workers, each a process with one thread, and a nanny that replaces it."""
    with local_cluster(2) as cluster:
        yield cluster


def local_cluster(workers):
    distributed = pytest.importorskip("distributed")
    options = {"threads_per_worker": 1, "dashboard_address": ":0", "processes": True}
    return distributed.LocalCluster(n_workers=workers, **options)


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """Make all long runs one after another in this process."""
    store = RunStore("a-study", tmp_path_factory.mktemp("serial"))
    run_missing(LONG, store, (), Inline())
    return content(store)


@contextlib.contextmanager
def client_of(cluster):
    import distributed

    with distributed.Client(cluster, set_as_default=False) as client:
        yield client


def workers_at_work(cluster):
    """Return the process of every worker that has a run."""
    with client_of(cluster) as client:
        busy = [address for address, keys in client.processing().items() if keys]
        return list(client.run(os.getpid, workers=busy).values()) if busy else []


def test_a_cluster_that_loses_a_worker_makes_the_same_files(cluster, serial, store):
    reports, killed = Counter(), []

    def report(run):
        reports[run.config.run_id] += 1
        if not killed and (at_work := workers_at_work(cluster)):
            killed.append(at_work[0])
            os.kill(killed[0], signal.SIGKILL)

    with connect_cluster(cluster.scheduler_address) as executor:
        assert run_missing(LONG, store, (), executor, report) == len(LONG)
    assert killed
    assert reports == Counter(config.run_id for config in LONG)
    assert content(store) == serial


def test_an_interrupted_study_on_a_cluster_keeps_the_runs_under_way(cluster, serial, store):
    reports = []

    def report(run):
        reports.append(run.config.run_id)
        if len(reports) == 1:
            raise KeyboardInterrupt

    address = cluster.scheduler_address
    with pytest.raises(KeyboardInterrupt), connect_cluster(address) as executor:
        run_missing(LONG, store, (), executor, report)
    assert 2 <= len(reports) < len(LONG)
    assert store.run_ids() == set(reports)
    with connect_cluster(address) as executor:
        assert run_missing(LONG, store, (), executor) == len(LONG) - len(reports)
    assert content(store) == serial


def test_the_own_executor_of_dask_will_do(cluster, serial, store):
    with client_of(cluster) as client:
        assert run_missing(LONG[:2], store, (), client.get_executor()) == 2
    assert content(store).items() <= serial.items()


def test_a_run_that_fails_on_a_cluster_fails_with_its_own_error(cluster, store):
    address = cluster.scheduler_address
    with pytest.raises(ConfigError, match=BAD_MESSAGE), connect_cluster(address) as executor:
        run_missing([BAD], store, (), executor)


def test_a_scheduler_that_goes_away_is_named(store):
    def lose():
        wait_for(lambda: workers_at_work(lost), rest=lambda: time.sleep(0.2))
        lost.close()

    with local_cluster(1) as lost:
        address = lost.scheduler_address
        with (
            pytest.raises(ConnectionError, match=f"the Dask scheduler at {address} is gone"),
            connect_cluster(address, timeout_s=5) as executor,
        ):
            assert executor.workers == 1
            threading.Thread(target=lose).start()
            run_missing([RunConfig(epochs=10_000_000)], store, (), executor)


def refused(address, message, **options):
    with pytest.raises(ConfigError, match=message), connect_cluster(address, **options):
        pass


def test_nobody_at_the_address():
    pytest.importorskip("distributed")
    with socket.socket() as taken:  # bound but not listening: nobody else can answer there
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        started = time.monotonic()
        refused(address, rf"^dask='{address}': nobody answered within 0.5 s", timeout_s=0.5)
    assert time.monotonic() - started < 20  # Dask itself would try for half a minute


@pytest.mark.parametrize("address", ["nonsense", "tcp://host:port", "post://127.0.0.1:8786"])
def test_an_address_that_is_none(address):
    pytest.importorskip("distributed")
    refused(address, r"is not legal: .*; must be such as tcp://")


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused("tcp://127.0.0.1:8786", r"pip install 'mlp-core\[dask\]'")
