"""`mlp-core study run --dask`: a cluster makes the runs; what it cannot do takes one line."""

import signal
import sys

import pytest
from waiting import PATIENCE_S

from mlp_core.studies import load_runs

STUDY = ("study", "run", "learning-rate", "--dataset", "digits", "--seeds", "1")


@pytest.fixture(scope="module")
def address():
    """Start a worker process with one thread, and return the address of its scheduler."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": ":0"}
    with distributed.LocalCluster(processes=True, **options) as cluster:
        yield cluster.scheduler_address


def test_a_study_is_interrupted_and_finished(spawn, program, tmp_path, address):
    command = (*STUDY, "--epochs", "150", "--dask", address)
    with spawn(*command) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        assert process.stderr.readline().startswith("1/8 ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    stored = {run.config.run_id for run in load_runs("learning-rate", tmp_path / "my-results")}
    assert err.splitlines()[-1] == (
        f"mlp-core: interrupted; {len(stored)} runs were stored, the same command makes the rest"
    )
    # What a worker has when it is interrupted is finished: one run, and one that waits for it.
    assert 2 <= len(stored) < 8
    outcome = program(*command)
    assert outcome.out.startswith(
        f"learning-rate: {8 - len(stored)} runs made, {len(stored)} were stored before"
    )
    lines = outcome.err.splitlines()
    assert len(lines) == 1 + 8 - len(stored)  # nothing of what Dask might say
    runs = load_runs("learning-rate", tmp_path / "my-results")
    assert len(runs) == 8


def test_a_cluster_without_workers_is_said_and_left_at_once(spawn):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster,
        spawn(*STUDY, "--epochs", "1", "--dask", cluster.scheduler_address) as process,
    ):
        line = process.stderr.readline()
        assert line == "mlp-core: the cluster has no worker yet; the runs wait\n"
        assert process.stderr.readline() == "8 runs to make\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("mlp-core: interrupted; 0 runs were stored")


def only_line(outcome):
    assert (outcome.status, outcome.out) == (2, "")
    (line,) = outcome.err.splitlines()
    return line


def test_nobody_at_the_address(program):
    line = only_line(program(*STUDY, "--epochs", "1", "--dask", "tcp://127.0.0.1:1"))
    assert line.startswith("mlp-core: --dask='tcp://127.0.0.1:1': nobody answered within 5 s; ")


def test_without_the_package(cli, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    line = only_line(cli(*STUDY, "--epochs", "1", "--dask", "tcp://127.0.0.1:1"))
    assert line == (
        "mlp-core: a Dask cluster needs the package distributed: pip install 'mlp-core[dask]'"
    )
