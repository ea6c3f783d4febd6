"""The noise of a mini-batch gradient follows from that of single examples."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.data import load_dataset
from mlp_core.nn import MLP, initialize
from mlp_core.report.chapters.gradient_noise import GradientNoise, measure_gradient_noise

SIZES = (1, 2, 5, 10, 50)


@pytest.fixture(scope="module")
def noise() -> GradientNoise:
    dataset = load_dataset("digits").subset(np.arange(200))
    network = MLP(64, (16,), 10)
    initialize(network, "he", np.random.default_rng(0))
    before = network.parameters.copy()
    result = measure_gradient_noise(network, dataset, (*SIZES, 200), draws=200)
    assert np.array_equal(network.parameters, before)
    return result


def test_measured_noise_is_what_theory_expects(noise: GradientNoise) -> None:
    for size, measured in zip(SIZES, noise.measured, strict=False):
        assert measured == pytest.approx(noise.expected(size), rel=0.1)
    assert noise.slope == pytest.approx(-0.5, abs=0.06)


def test_a_batch_of_all_has_no_noise(noise: GradientNoise) -> None:
    assert noise.expected(200) == 0
    assert noise.measured[-1] < 1e-6 * noise.single


def test_at_break_even_the_noise_is_as_long_as_the_gradient() -> None:
    noise = GradientNoise(2.0, 10.0, 10**9, (), ())
    assert noise.break_even == pytest.approx(25)
    assert noise.expected(25) == pytest.approx(noise.length)
