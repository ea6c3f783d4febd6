"""Dropout: what it drops, what it keeps, and that it is gone in evaluation."""

import numpy as np
import pytest
from nn_oracle import ready

from mlp_core.nn import MLP, Dropout, initialize

FEATURES, ROWS = 100, 1000


def make_dropout(rate, seed=0, dtype="float64"):
    return ready(Dropout(FEATURES, rate, np.random.default_rng(seed)), ROWS, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_share_dropped_and_expectation(rate, dtype):
    outputs = make_dropout(rate, dtype=dtype).forward(np.full((ROWS, FEATURES), 3, dtype))
    # The rest is scaled up by 1 / (1 - rate), nothing else occurs.
    np.testing.assert_allclose(np.unique(outputs), [0, 3 / (1 - rate)], rtol=1e-6)
    # Five standard deviations of a share among 100,000.
    tolerance = 5 * np.sqrt(rate * (1 - rate) / outputs.size)
    assert np.mean(outputs == 0) == pytest.approx(rate, abs=tolerance)
    mean = outputs.mean(dtype="float64")
    assert mean == pytest.approx(3, abs=3 * tolerance / (1 - rate))


def test_rate_0_drops_nothing():
    inputs = np.random.default_rng(1).normal(size=(ROWS, FEATURES))
    np.testing.assert_array_equal(make_dropout(0).forward(inputs), inputs)


def test_every_forward_draws_a_new_mask():
    layer, ones = make_dropout(0.5), np.ones((ROWS, FEATURES))
    first = layer.forward(ones).copy()
    share = np.mean(first == layer.forward(ones))
    assert share == pytest.approx(0.5, abs=0.02)


def test_the_same_stream_gives_the_same_masks():
    ones = np.ones((ROWS, FEATURES))
    a, b, other = make_dropout(0.5, 7), make_dropout(0.5, 7), make_dropout(0.5, 8)
    for _ in range(3):
        np.testing.assert_array_equal(a.forward(ones), b.forward(ones))
    assert (a.forward(ones) != other.forward(ones)).any()


def test_backward_uses_the_mask_of_the_last_forward():
    layer, ones = make_dropout(0.3), np.ones((ROWS, FEATURES))
    outputs = layer.forward(ones)
    np.testing.assert_array_equal(layer.backward(ones.copy()), outputs)


def test_evaluation_is_the_identity_both_ways_and_draws_nothing():
    layer = make_dropout(0.5)
    layer.training = False
    state = layer.rng.bit_generator.state
    inputs = np.random.default_rng(1).normal(size=(ROWS, FEATURES))
    np.testing.assert_array_equal(layer.forward(inputs), inputs)
    np.testing.assert_array_equal(layer.backward(inputs.copy()), inputs)
    assert layer.rng.bit_generator.state == state


def test_network_in_evaluation_is_the_one_without_dropout():
    settings = {"dtype": "float64", "activation": "tanh"}
    dropping = MLP(6, (5, 4), 3, dropout=0.5, rng=np.random.default_rng(0), **settings)
    plain = MLP(6, (5, 4), 3, **settings)
    for network in (dropping, plain):
        initialize(network, "he", np.random.default_rng(1))
    inputs = np.random.default_rng(2).normal(size=(7, 6))
    expected = plain.forward(inputs)
    assert (dropping.forward(inputs) != expected).any()

    dropping.set_training(False)
    assert not dropping.training
    np.testing.assert_array_equal(dropping.forward(inputs), expected)
    for network in (dropping, plain):
        network.backward(np.ones((7, 3)))
    np.testing.assert_array_equal(dropping.gradients, plain.gradients)

    dropping.set_training(True)
    assert (dropping.forward(inputs) != expected).any()
