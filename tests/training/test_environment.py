"""What a run's figures depend on besides its config, and the one thread it runs on."""

import contextlib
import os
import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits
from tiny import OnUpdate, train_tiny

from mlp_core.training import environment
from mlp_core.training.environment import describe_environment, one_blas_thread


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def threads_before():
    """Forget the controller, which is made once, and return the threads outside of any run: 2."""
    environment._blas_controller.cache_clear()
    with threadpool_limits(2, user_api="blas"):
        yield blas_threads()
    environment._blas_controller.cache_clear()


def test_one_thread_inside_and_as_before_outside(threads_before):
    with one_blas_thread():
        assert blas_threads() <= {1}
    assert blas_threads() == threads_before


def test_a_run_that_ends_leaves_the_others_on_one_thread(threads_before):
    """Several runs may share a process, as on a cluster's worker with several threads."""
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        first.enter_context(one_blas_thread())
        second.enter_context(one_blas_thread())
        first.close()
        assert blas_threads() <= {1}
    assert blas_threads() == threads_before


def test_as_before_after_an_error(threads_before):
    with pytest.raises(RuntimeError), one_blas_thread():
        raise RuntimeError
    assert blas_threads() == threads_before


def test_without_threadpoolctl_nothing_is_limited(threads_before, monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with one_blas_thread():
        assert blas_threads() == threads_before
    assert train_tiny().status == "completed"


def test_a_run_is_made_on_one_thread():
    seen = set()
    train_tiny(OnUpdate(lambda training: seen.update(blas_threads())), epochs=1)
    assert seen <= {1}


def test_processor_without_proc_cpuinfo(monkeypatch):
    def fail(*_, **__):
        raise OSError

    monkeypatch.setattr(environment.Path, "read_text", fail)
    assert environment.cpu_name()


def test_the_date_is_of_the_moment():
    one = describe_environment("float32")
    assert one["dtype"] == "float32"
    assert one["date"] <= describe_environment("float64")["date"]


def test_commit_is_that_of_the_package_and_says_if_files_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {"log": "a1b2", "status": ""}
    monkeypatch.setattr(environment, "_git", lambda folder, word, *rest: said[word])
    assert environment.code_commit() == "a1b2"
    said["status"] = " M nn/layers.py"
    assert environment.code_commit() == "a1b2+"
    said["log"] = ""  # a folder inside some other checkout
    assert environment.code_commit() is None


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert environment.code_commit() is None


@pytest.mark.parametrize(("status", "commit"), [(0, "a1b2+"), (128, None)])
def test_what_a_git_that_fails_prints_is_no_commit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: int, commit: str | None
) -> None:
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\necho a1b2\nexit {status}\n", encoding="utf-8")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert environment.code_commit() == commit
