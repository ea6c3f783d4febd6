"""A Dask cluster of separate processes: equal runs, a worker killed, an interruption, no answer."""

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter

import pytest
from made_runs import Inline, content
from waiting import wait_for

from mlp_core import RunConfig
from mlp_core.studies import RunStore, run_missing, runner
from mlp_core.studies.cluster import connect_cluster
from mlp_core.training import ConfigError

distributed = pytest.importorskip("distributed")

# Long enough to be killed or interrupted in the middle, and different enough to be told apart.
CONFIGS = [RunConfig(epochs=150, hidden_sizes=(64,), seed=seed) for seed in range(8)]


@pytest.fixture(scope="module")
def cluster():
    """Start two workers, each a process with one thread, and a nanny that replaces it."""
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with distributed.LocalCluster(processes=True, **options) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """Make all runs one after another in this process."""
    store = RunStore("a-study", tmp_path_factory.mktemp("serial"))
    run_missing(CONFIGS, store, (), Inline())
    return content(store)


def workers_at_work(cluster):
    """Return the process of every worker that has a run."""
    with distributed.Client(cluster, set_as_default=False) as client:
        busy = [address for address, keys in client.processing().items() if keys]
        return list(client.run(os.getpid, workers=busy).values()) if busy else []


def test_serial_two_processes_and_a_cluster_that_loses_a_worker_are_equal(
    cluster, serial, tmp_path, monkeypatch
):
    monkeypatch.setattr(runner, "available_cores", lambda: 2)
    two = RunStore("a-study", tmp_path / "two")
    assert run_missing(CONFIGS, two) == len(CONFIGS)
    assert content(two) == serial

    dask = RunStore("a-study", tmp_path / "dask")
    reports, killed = Counter(), []

    def report(run):
        reports[run.config.run_id] += 1
        if not killed and (at_work := workers_at_work(cluster)):
            killed.append(at_work[0])
            os.kill(killed[0], signal.SIGKILL)

    with connect_cluster(cluster.scheduler_address) as executor:
        assert run_missing(CONFIGS, dask, (), executor, report) == len(CONFIGS)
    assert killed
    assert reports == Counter(config.run_id for config in CONFIGS)
    assert content(dask) == serial


def test_an_interrupted_study_keeps_the_runs_under_way(cluster, serial, tmp_path):
    store, reports = RunStore("a-study", tmp_path), []

    def report(run):
        reports.append(run.config.run_id)
        if len(reports) == 1:
            raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        connect_cluster(cluster.scheduler_address) as executor,
    ):
        run_missing(CONFIGS, store, (), executor, report)
    assert 2 <= len(reports) < len(CONFIGS)
    assert store.run_ids() == set(reports)
    with connect_cluster(cluster.scheduler_address) as executor:
        assert run_missing(CONFIGS, store, (), executor) == len(CONFIGS) - len(reports)
    assert content(store) == serial


def test_dasks_own_executor_will_do(cluster, serial, tmp_path):
    store = RunStore("a-study", tmp_path)
    with distributed.Client(cluster, set_as_default=False) as client:
        assert run_missing(CONFIGS[:2], store, (), client.get_executor()) == 2
    assert content(store).items() <= serial.items()


def test_a_run_that_fails_fails_with_its_own_error(cluster, tmp_path):
    store = RunStore("a-study", tmp_path)
    bad = RunConfig(train_size=10**6)
    with (
        pytest.raises(ConfigError, match="train_size=1000000 is not legal"),
        connect_cluster(cluster.scheduler_address) as executor,
    ):
        run_missing([bad], store, (), executor)


def test_a_scheduler_that_goes_away_is_named(tmp_path):
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": ":0"}
    store = RunStore("a-study", tmp_path)
    endless = RunConfig(epochs=10_000_000)

    def lose():
        wait_for(lambda: workers_at_work(lost), rest=lambda: time.sleep(0.2))
        lost.close()

    with contextlib.ExitStack() as stack:
        lost = stack.enter_context(distributed.LocalCluster(processes=True, **options))
        address = lost.scheduler_address
        with (
            pytest.raises(ConnectionError, match=f"the Dask scheduler at {address} is gone"),
            connect_cluster(address, timeout_s=5) as executor,
        ):
            assert executor.workers == 1
            threading.Thread(target=lose).start()
            run_missing([endless], store, (), executor)


def test_nobody_at_the_address():
    with socket.socket() as taken:  # bound but not listening: nobody else can answer there
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        started = time.monotonic()
        with (
            pytest.raises(ConfigError, match=rf"^dask='{address}': nobody answered within 0.5 s"),
            connect_cluster(address, timeout_s=0.5),
        ):
            pass
    assert time.monotonic() - started < 20  # Dask itself would try for half a minute


@pytest.mark.parametrize("address", ["nonsense", "tcp://host:port", "post://127.0.0.1:8786"])
def test_an_address_that_is_none(address):
    with (
        pytest.raises(ConfigError, match=r"is not legal: .*; must be such as tcp://"),
        connect_cluster(address),
    ):
        pass


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ConfigError, match=r"pip install 'mlp-core\[dask\]'"),
        connect_cluster("tcp://127.0.0.1:8786"),
    ):
        pass
