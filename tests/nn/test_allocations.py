"""The training loop allocates its arrays once: afterwards no update asks for a large one."""

import tracemalloc

import numpy as np
import pytest

from mlp_core.nn import (
    MLP,
    OPTIMIZERS,
    STABLE_ACTIVATIONS,
    STABLE_LOSSES,
    L1Penalty,
    L2Penalty,
    initialize,
    make_loss,
)

ROWS = 100


def make_update(activation="relu", loss_name="cross_entropy", optimizer_name="sgd", **settings):
    """Return a function that makes one update of a 784-128-10 network."""
    rng = np.random.default_rng(0)
    loss = make_loss(loss_name)
    network = MLP(784, (128,), 10, activation, log_softmax=loss.on_log_softmax, **settings)
    initialize(network, "he", rng)
    optimizer = OPTIMIZERS[optimizer_name](0.01, weight_decay=1e-4)
    penalties = [penalty(1e-4, network.weight_slices) for penalty in (L1Penalty, L2Penalty)]
    inputs = rng.random((ROWS, 784), dtype="float32")
    labels = rng.integers(0, 10, ROWS)
    losses = np.empty(ROWS, "float32")

    def update():
        loss.forward(network.forward(inputs), labels, out=losses)
        network.backward(loss.backward())
        for penalty in penalties:
            penalty.add_gradient(network.parameters, network.gradients)
        optimizer.step(network.parameters, network.gradients)

    return update


def peak_growth(function):
    """Return how many bytes more than before were in use at the worst moment.

    The least of several calls: what other threads of this process allocate counts as well.
    """
    tracemalloc.start()
    try:
        function()  # what tracing itself and first calls keep
        return min(one_peak(function) for _ in range(5))
    finally:
        tracemalloc.stop()


def one_peak(function):
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    function()
    return tracemalloc.get_traced_memory()[1] - before


CASES = (
    [{"activation": name} for name in STABLE_ACTIVATIONS]
    + [{"loss_name": name} for name in STABLE_LOSSES]
    + [{"optimizer_name": name} for name in OPTIMIZERS]
    + [{"dropout": 0.5, "rng": np.random.default_rng(1)}]
)


@pytest.fixture(autouse=True)
def least_ufunc_buffers():
    """Set aside NumPy's own buffers: 8,192 numbers when it broadcasts, whatever the batch."""
    before = np.setbufsize(16)
    yield
    np.setbufsize(before)


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(next(iter(case.values()))))
def test_an_update_allocates_no_large_array(case):
    update = make_update(**case)
    update()
    assert peak_growth(update) < ROWS * 10 * 4  # the smallest matrix of the loop, the outputs


@pytest.mark.parametrize("loss_name", STABLE_LOSSES)
def test_a_smaller_last_batch_keeps_the_buffers_of_the_large_one(loss_name):
    network, loss = MLP(784, (128,), 10), make_loss(loss_name)
    inputs, labels = np.ones((ROWS, 784), "float32"), np.zeros(ROWS, np.intp)

    def two_batches():
        for rows in (ROWS, ROWS // 2):
            loss.forward(network.forward(inputs[:rows]), labels[:rows])
            network.backward(loss.backward())

    two_batches()
    assert peak_growth(two_batches) < ROWS * 10 * 4


def test_buffers_begin_on_a_cache_line():
    network, loss = MLP(7, (5,), 3, "gelu", log_softmax=True), make_loss("nll")
    loss.forward(network.forward(np.ones((9, 7), "float32")), np.zeros(9, np.intp))
    arrays = [getattr(owner, name) for owner in (*network.layers, loss) for name in owner.buffers]
    arrays += [network.parameters, network.gradients]
    assert {array.ctypes.data % 64 for array in arrays if array.size} == {0}


def test_an_allocation_would_be_seen():
    hidden = ROWS * 128 * 4
    assert peak_growth(lambda: np.ones((ROWS, 128), "float32") + 1) > hidden
