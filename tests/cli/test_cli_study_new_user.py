"""A new user's study in an empty folder: soon done, and whole whatever kills it."""

import json
import time
from pathlib import Path

import pytest

from mlp_core.studies import find_results, load_runs

FLAGS = ("study", "run", "learning-rate", "--dataset", "digits")


def snapshot(folder):
    """Return every file of a folder, with when it was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.json")}


def test_a_first_study_ends_within_a_minute(program, tmp_path, monkeypatch):
    committed = find_results(Path(__file__).parent)
    before = snapshot(committed)
    started = time.monotonic()
    outcome = program(*FLAGS, "--epochs", "5")
    assert time.monotonic() - started < 60
    assert outcome.status == 0, outcome.err
    assert outcome.out == (
        "learning-rate: 24 runs made, 0 were stored before; in my-results/learning-rate\n"
    )
    assert outcome.err.splitlines()[0] == "24 runs to make"
    assert outcome.err.splitlines()[-1].startswith("24/24 ")
    assert [path.name for path in tmp_path.iterdir()] == ["my-results"]
    assert len(load_runs("learning-rate", tmp_path / "my-results")) == 24
    made_meanwhile = {path for path in snapshot(committed) if path not in before}
    assert not {p for p in made_meanwhile if json.loads(p.read_text())["config"]["epochs"] == 5}
    assert snapshot(committed).items() >= before.items()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs /proc")
def test_a_runner_that_is_killed_loses_no_run_and_repeats_none(
    spawn, program, tmp_path, workers_of, wait_for_the_end
):
    command = (*FLAGS, "--seeds", "1", "--epochs", "200")
    with spawn(*command) as process:
        assert process.stderr.readline() == "8 runs to make\n"
        assert process.stderr.readline().startswith("1/8 ")
        assert process.stderr.readline().startswith("2/8 ")
        children = workers_of(process)
        process.kill()
    wait_for_the_end(children)
    results = tmp_path / "my-results"
    kept = snapshot(results)
    assert 2 <= len(kept) < 8
    outcome = program(*command)
    assert outcome.out.startswith(
        f"learning-rate: {8 - len(kept)} runs made, {len(kept)} were stored before"
    )
    assert snapshot(results).items() >= kept.items()  # none was made again
    runs = load_runs("learning-rate", results)
    assert len(runs) == 8
    assert all(run.status == "diverged" or len(run.history) == 200 for run in runs)
