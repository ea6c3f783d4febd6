"""What a run's figures depend on besides its config, and the one thread it runs on."""

import contextlib
import sys

import pytest
from threadpoolctl import threadpool_info
from tiny import tiny_config, tiny_dataset

from mlp_core.training import Callback, environment, train
from mlp_core.training.environment import describe_environment, one_blas_thread


def blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def fresh_controller():
    environment._blas_controller.cache_clear()
    yield
    environment._blas_controller.cache_clear()


def test_one_thread_inside_and_as_before_outside(fresh_controller):
    before = blas_threads()
    with one_blas_thread():
        assert blas_threads() <= {1}
    assert blas_threads() == before


def test_a_run_that_ends_leaves_the_others_on_one_thread(fresh_controller):
    """Several runs may share a process, as on a cluster's worker with several threads."""
    before = blas_threads()
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        first.enter_context(one_blas_thread())
        second.enter_context(one_blas_thread())
        first.close()
        assert blas_threads() <= {1}
    assert blas_threads() == before


def test_as_before_after_an_error(fresh_controller):
    before = blas_threads()
    with pytest.raises(RuntimeError), one_blas_thread():
        raise RuntimeError
    assert blas_threads() == before


def test_without_threadpoolctl_nothing_is_limited(fresh_controller, monkeypatch):
    before = blas_threads()
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    with one_blas_thread():
        assert blas_threads() == before
    assert train(tiny_config(), dataset=tiny_dataset()).status == "completed"


def test_a_run_is_made_on_one_thread():
    seen = set()

    class Look(Callback):
        def on_update_end(self, training):
            seen.update(blas_threads())

    train(tiny_config(epochs=1), [Look()], dataset=tiny_dataset())
    assert seen <= {1}


def test_processor_without_proc_cpuinfo(monkeypatch):
    monkeypatch.setattr(environment.Path, "read_text", raise_os_error)
    assert environment.cpu_name()


def raise_os_error(*_, **__):
    raise OSError


def test_the_date_is_of_the_moment():
    one = describe_environment("float32")
    assert one["dtype"] == "float32"
    assert one["date"] <= describe_environment("float64")["date"]
