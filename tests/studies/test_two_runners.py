"""Two runners on one folder, workers that die, folders that cannot be written."""

import json
import multiprocessing
import os
import platform
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


def test_a_claim_that_is_no_text_expires_with_time(tmp_path):
    claim = Claim(tmp_path / "x")
    claim.path.write_bytes(b"\xff\xfe")
    assert not claim.take()
    os.utime(claim.path, (1, 1))
    assert claim.take()


@pytest.mark.parametrize("owner", ["{host} 999999999", "{host} {pid}", ""])
def test_a_claim_of_who_is_gone_is_none(tmp_path, owner):
    claim = Claim(tmp_path / "x")
    claim.path.write_text(owner.format(host=platform.node(), pid=os.getpid()))
    if not owner:  # written half by who was killed: it expires with time
        assert not claim.take()
        os.utime(claim.path, (1, 1))
    assert claim.take()
    claim.release()
    assert not claim.path.exists()


def test_of_two_that_find_the_claim_of_one_who_is_gone_one_takes_it(tmp_path, monkeypatch):
    """The second deleted the claim that the first had just taken."""
    claim, real = Claim(tmp_path / "x"), Claim._expired
    claim.path.write_text(f"{platform.node()} 999999999")

    def and_then_another_takes_it(self):
        found = real(self)
        self.path.write_text("elsewhere 1")
        return found

    monkeypatch.setattr(Claim, "_expired", and_then_another_takes_it)
    assert not claim.take()
    assert claim.path.read_text() == "elsewhere 1"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


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


def search_all(folder, asked, go):
    from mlp_core.studies.search import Search

    def evaluate(cells):
        asked.put(len(cells))
        assert go.wait(60)
        return [1.0 for _ in cells]

    search = Search({"a": ["1", "2"], "b": ["1", "2"]}, "grid")
    assert len(search.run(evaluate, storage=folder / "s" / "t")) == 4


def test_two_searches_of_one_folder_are_one_after_the_other(tmp_path):
    """Both opened the file at once; of one that is new, one failed."""
    pytest.importorskip("optuna")
    context = multiprocessing.get_context("spawn")
    asked, go = context.Queue(), context.Event()
    searches = [context.Process(target=search_all, args=(tmp_path, asked, go)) for _ in range(2)]
    for process in searches:
        process.start()
    assert asked.get(timeout=60) == 4
    time.sleep(3)  # the other one has begun by now
    assert asked.empty()
    go.set()
    for process in searches:
        process.join()
        assert process.exitcode == 0
    assert asked.empty()  # it found all trials, and asked for none
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
