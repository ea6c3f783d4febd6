"""Initializers: spread, limits, biases, and the same start in both precisions."""

import math

import numpy as np
import pytest

from mlp_core.nn import INITIALIZERS, MLP, initialize

IN, HIDDEN, OUT = 400, 300, 200


def make_layers(init, dtype="float64", seed=0, **settings):
    network = MLP(IN, (HIDDEN,), OUT, dtype=dtype)
    network.parameters[...] = 99  # whatever was there must go
    initialize(network, init, np.random.default_rng(seed), **settings)
    return network.linear_layers


# Standard deviation of the weights of a layer.
DEVIATIONS = {
    "normal": lambda layer: 0.01,
    "he": lambda layer: math.sqrt(2 / layer.in_features),
    "xavier": lambda layer: math.sqrt(2 / (layer.in_features + layer.out_features)),
    "pytorch": lambda layer: 1 / math.sqrt(3 * layer.in_features),
}
# A uniform distribution ends at sqrt(3) standard deviations, a normal one nowhere.
UNIFORM = ("xavier", "pytorch")


@pytest.mark.parametrize("init", INITIALIZERS)
def test_spread_of_the_weights(init):
    for layer in make_layers(init):
        deviation, count = DEVIATIONS[init](layer), layer.weight.size
        assert layer.weight.std() == pytest.approx(deviation, rel=0.02)
        assert abs(layer.weight.mean()) < 5 * deviation / math.sqrt(count)
        largest = np.abs(layer.weight).max() / deviation
        if init in UNIFORM:
            assert 0.999 * math.sqrt(3) < largest <= math.sqrt(3)
        else:
            assert 4 < largest < 6


@pytest.mark.parametrize("init", INITIALIZERS)
def test_biases(init):
    for layer in make_layers(init):
        if init == "pytorch":
            limit = 1 / math.sqrt(layer.in_features)
            assert 0.95 * limit < np.abs(layer.bias).max() <= limit
            assert layer.bias.std() == pytest.approx(limit / math.sqrt(3), rel=0.2)
        else:
            assert (layer.bias == 0).all()


def test_std_scales_the_normal_weights():
    small, large = make_layers("normal"), make_layers("normal", std=0.5)
    np.testing.assert_allclose(large[0].weight, 50 * small[0].weight)


@pytest.mark.parametrize("init", INITIALIZERS)
def test_both_precisions_start_from_the_same_numbers(init):
    for single, double in zip(make_layers(init, "float32"), make_layers(init), strict=True):
        np.testing.assert_array_equal(single.weight, double.weight.astype("float32"))
        np.testing.assert_array_equal(single.bias, double.bias.astype("float32"))


@pytest.mark.parametrize("init", INITIALIZERS)
def test_the_seed_decides(init):
    first, same, other = (make_layers(init, seed=seed)[1].weight for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).all()
