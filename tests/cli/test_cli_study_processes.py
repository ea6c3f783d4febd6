"""`mlp-core study run` and its workers: soon done, interrupted, killed, on a cluster."""

import time
from pathlib import Path

import pytest
from cli_program import interrupt, needs_proc, wait_for_the_end, working_children

from mlp_core.studies import find_results, load_runs

COMMAND = ("study", "run", "learning-rate", "--dataset", "digits")  # 8 runs per seed
ENDLESS = (*COMMAND, "--seeds", "1", "--epochs", "10000000")


@pytest.fixture
def snapshot(tmp_path):
    """Return what lists every run in my-results with when it was written."""
    folder = tmp_path / "my-results"
    return lambda: {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}


def load_eight(tmp_path):
    runs = load_runs("learning-rate", tmp_path / "my-results")
    assert len(runs) == 8
    return runs


def outcome_line(made, stored):
    where = f"in {Path('my-results') / 'learning-rate'}"
    return f"learning-rate: {made} runs made, {stored} were stored before; {where}\n"


def test_a_first_study_ends_within_a_minute_and_leaves_results_alone(program, results, tmp_path):
    started = time.monotonic()
    outcome = program(*COMMAND, "--epochs", "5")
    assert time.monotonic() - started < 60
    assert (outcome.status, outcome.out) == (0, outcome_line(24, 0)), outcome.err
    first, *others = outcome.err.splitlines()
    assert first == "24 runs to make"
    assert [line.split()[0] for line in others] == [f"{n}/24" for n in range(1, 25)]
    assert {path.name for path in tmp_path.iterdir()} == {"my-results", "results"}
    assert not list(results.iterdir())
    runs = load_runs("learning-rate", tmp_path / "my-results")
    assert {(r.config.dataset, r.config.epochs) for r in runs} == {("digits", 5)}
    committed = {path.stem for path in find_results(Path(__file__).parent).rglob("*.json")}
    assert len({run.config.run_id for run in runs} - committed) == 24
    again = program(*COMMAND, "--epochs", "5")
    assert (again.out, again.err) == (outcome_line(0, 24), "")


def test_ctrl_c_finishes_the_runs_under_way(spawn, tmp_path):
    with spawn(*COMMAND, "--seeds", "1", "--epochs", "300") as process:
        assert process.stderr.readline() == "8 runs to make\n"
        assert process.stderr.readline().startswith("1/8 ")  # the next ones are under way
        lines = interrupt(process)
    assert "mlp-core: finishing the runs under way; Ctrl-C again abandons them" in lines
    runs = load_runs("learning-rate", tmp_path / "my-results")
    assert 2 <= len(runs) < 8
    assert {len(run.history) for run in runs if run.status == "completed"} == {300}
    assert lines[-1] == (
        f"mlp-core: interrupted; {len(runs)} runs were stored, the same command makes the rest"
    )
    assert not list((tmp_path / "my-results").rglob("*.part"))


@needs_proc
def test_a_second_ctrl_c_abandons_them(spawn):
    with spawn(*ENDLESS) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        working_children(process)
        process.send_signal(2)
        assert process.stderr.readline() == "\n"
        assert "finishing" in process.stderr.readline()
        assert interrupt(process)[-1].startswith("mlp-core: interrupted; 0 runs were stored")


@needs_proc
def test_no_worker_outlives_a_parent_that_is_killed(spawn):
    with spawn(*ENDLESS) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        children = working_children(process)
        process.kill()
    wait_for_the_end(children)


@needs_proc
def test_a_runner_that_is_killed_loses_no_run_and_repeats_none(spawn, program, tmp_path, snapshot):
    command = (*COMMAND, "--seeds", "1", "--epochs", "200")
    with spawn(*command) as process:
        for start in ("8 runs to make\n", "1/8 ", "2/8 "):
            assert process.stderr.readline().startswith(start)
        children = working_children(process)
        process.kill()
    wait_for_the_end(children)
    kept = snapshot()
    assert 2 <= len(kept) < 8
    assert program(*command).out == outcome_line(8 - len(kept), len(kept))
    assert snapshot().items() >= kept.items()  # none was made again
    assert all(run.status == "diverged" or len(run.history) == 200 for run in load_eight(tmp_path))


@pytest.fixture(scope="module")
def address():
    """Start a worker process with one thread, and return the address of its scheduler."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": ":0"}
    with distributed.LocalCluster(processes=True, **options) as cluster:
        yield cluster.scheduler_address


def test_a_study_on_a_cluster_is_interrupted_and_finished(spawn, program, tmp_path, address):
    command = (*COMMAND, "--seeds", "1", "--epochs", "150", "--dask", address)
    with spawn(*command) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        assert process.stderr.readline().startswith("1/8 ")
        line = interrupt(process)[-1]
    stored = len(load_runs("learning-rate", tmp_path / "my-results"))
    assert line == (
        f"mlp-core: interrupted; {stored} runs were stored, the same command makes the rest"
    )
    # What a worker has when it is interrupted is finished: one run, and one that waits for it.
    assert 2 <= stored < 8
    outcome = program(*command)
    assert outcome.out == outcome_line(8 - stored, stored)
    assert len(outcome.err.splitlines()) == 1 + 8 - stored  # nothing of what Dask might say
    load_eight(tmp_path)


def test_a_cluster_without_workers_is_said_and_left_at_once(spawn):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster,
        spawn(*COMMAND, "--epochs", "1", "--dask", cluster.scheduler_address) as process,
    ):
        line = process.stderr.readline()
        assert line == "mlp-core: the cluster has no worker yet; the runs wait\n"
        assert process.stderr.readline() == "24 runs to make\n"
        assert interrupt(process)[-1].startswith("mlp-core: interrupted; 0 runs were stored")
