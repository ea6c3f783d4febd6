"""Two runners on one folder, workers that die, folders that cannot be written."""

import json
import multiprocessing
import os
import threading
import time

import pytest
from made_runs import Inline

from mlp_core import RunConfig
from mlp_core.files import Claim
from mlp_core.studies import RunStore, StoreWarning, run_missing
from mlp_core.studies.own import read_study
from mlp_core.training import ConfigError

CONFIGS = [RunConfig(epochs=1, hidden_sizes=(8,), seed=seed) for seed in range(6)]


@pytest.fixture
def store(tmp_path):
    return RunStore("a-study", tmp_path)


class Slow(Inline):
    """Makes runs at once, but none before it is told."""

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()

    def submit(self, function, /, *arguments):
        self.begun.set()
        assert self.go.wait(60)
        return super().submit(function, *arguments)


def make_all(folder, made):
    made.put(run_missing(CONFIGS, RunStore("a-study", folder), (), Inline()))


def test_the_second_runner_waits_and_makes_what_is_left(store, tmp_path):
    """Both began at once, and made every run twice."""
    context = multiprocessing.get_context("spawn")
    made, first = context.Queue(), Slow()
    thread = threading.Thread(target=run_missing, args=(CONFIGS[:4], store, (), first))
    thread.start()
    assert first.begun.wait(60)
    other = context.Process(target=make_all, args=(tmp_path, made))
    other.start()
    time.sleep(1.5)
    assert made.empty()
    first.go.set()
    thread.join()
    assert made.get(timeout=60) == 2
    other.join()
    assert len(store.run_ids()) == 6
    assert not list(store.folder.glob(".*"))


def test_who_waits_is_told(tmp_path):
    claim = Claim(tmp_path / ".run.claim")
    claim.path.write_text("elsewhere 1")
    timer = threading.Timer(0.5, claim.path.unlink)
    timer.start()
    words = r"another process is at work in .*; waiting for it"
    store = RunStore(tmp_path.name, tmp_path.parent)
    with pytest.warns(StoreWarning, match=words), store.claim():
        assert claim.path.read_text() != "elsewhere 1"
    assert not claim.path.exists()


@pytest.mark.parametrize("owner", ["{host} 999999999", "{host} {pid}", ""])
def test_a_claim_of_who_is_gone_is_none(tmp_path, owner):
    import platform

    claim = Claim(tmp_path / "x")
    claim.path.write_text(owner.format(host=platform.node(), pid=os.getpid()))
    if not owner:  # written half by who was killed: it expires with time
        assert not claim.take()
        os.utime(claim.path, (1, 1))
    assert claim.take()
    claim.release()
    assert not claim.path.exists()


def test_a_claim_from_another_machine_expires_with_time(tmp_path):
    claim = Claim(tmp_path / "x")
    claim.path.write_text("elsewhere 1")
    assert not claim.take()
    claim.release()  # not its to give up
    assert claim.path.exists()
    os.utime(claim.path, (1, 1))
    assert claim.take()


def test_no_more_runs_are_given_away_than_there_are_processes(store, monkeypatch):
    """One more waited in the queue of the pool, and began after a Ctrl-C."""
    from mlp_core.studies import runner

    monkeypatch.setattr(runner, "available_cores", lambda: 2)
    under_way, most = set(), []

    class Pool(Inline):
        def __init__(self, *_):
            pass

        def submit(self, function, /, *arguments):
            future = super().submit(function, *arguments)
            under_way.add(future)
            most.append(len(under_way))
            return future

        def __exit__(self, *_):
            return False

    monkeypatch.setattr(runner, "ProcessPoolExecutor", Pool)
    real = store.save

    def save(run):
        under_way.pop()
        return real(run)

    monkeypatch.setattr(store, "save", save)
    assert run_missing(CONFIGS, store) == 6
    assert max(most) == 2


@pytest.mark.parametrize("where", ["a file", "below a file"])
def test_a_folder_that_cannot_be_written_is_known_before_the_first_run(tmp_path, where):
    (tmp_path / "file").write_text("")
    root = tmp_path / "file" if where == "a file" else tmp_path / "file" / "x"

    class Never(Inline):
        def submit(self, *_):
            raise AssertionError("a run began")

    with pytest.raises(OSError, match="file"):
        run_missing(CONFIGS, RunStore("a-study", root), (), Never())


def test_a_pipe_costs_its_entry(store):
    run_missing(CONFIGS[:1], store, (), Inline())
    os.mkfifo(store.folder / "0123456789ab.json")
    with pytest.warns(StoreWarning, match="it is no file"):
        assert len(store.run_ids()) == 1


def test_two_searches_of_one_folder_are_one_after_the_other(tmp_path):
    pytest.importorskip("optuna")
    from mlp_core.studies.search import Search

    search = Search({"a": ["1", "2"], "b": ["1", "2"]}, "grid")
    trials = [None, None]

    def run(place):
        trials[place] = search.run(lambda cells: [1.0 for _ in cells], storage=tmp_path / "s" / "t")

    threads = [threading.Thread(target=run, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    assert [len(each) for each in trials] == [4, 4]
    assert not list((tmp_path / "s").glob(".*"))


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5000 + "]" * 5000, "base = 3", "vary = 3", "[[vary]]\nseed = 3", "seeds = 3",
     "callbacks = 3", "[vary]\nepochs = [[1]]", "base = {epochs = [1]}", "seeds = ['x']",
     "[vary.x]\na = 3", "question = 1979-05-27\nmood = 1", "[vary]\nepochs = " + json.dumps(
         list(range(1, 400))) + "\nbatch_size = " + json.dumps(list(range(1, 400)))],
    ids=range(12),
)  # fmt: skip
def test_a_study_of_other_values(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="own"):
        read_study(path)
