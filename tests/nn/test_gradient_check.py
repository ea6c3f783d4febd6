"""The package's own check of gradients: what it measures, and what it catches."""

import numpy as np
import pytest
from nn_oracle import central_differences as oracle_differences

from mlp_core.nn import MLP, initialize, make_loss
from mlp_core.nn.gradient_check import central_differences, compute_gradients, relative_error


@pytest.fixture
def case():
    network = MLP(5, (6,), 4, "tanh", dtype="float64")
    initialize(network, "pytorch", np.random.default_rng(1))
    rng = np.random.default_rng(2)
    return network, make_loss("cross_entropy"), rng.normal(size=(3, 5)), rng.integers(0, 4, 3)


def test_agrees_with_the_backward_pass_and_leaves_the_parameters(case):
    network = case[0]
    before = network.parameters.copy()
    assert relative_error(central_differences(*case), compute_gradients(*case)) < 1e-8
    np.testing.assert_array_equal(network.parameters, before)


def test_agrees_with_differences_written_anew(case):
    network, loss, inputs, labels = case
    expected = oracle_differences(
        lambda: loss.forward(network.forward(inputs), labels).mean(), network.parameters, step=1e-5
    )
    np.testing.assert_allclose(central_differences(*case), expected, rtol=1e-9, atol=1e-11)


def test_gradients_are_a_copy(case):
    gradients = compute_gradients(*case)
    assert not np.shares_memory(gradients, case[0].gradients)
    np.testing.assert_array_equal(gradients, case[0].gradients)


def test_relative_error_is_a_share_of_the_expected_length():
    expected = np.array([3.0, 4.0])
    assert relative_error(8 * expected, expected) == pytest.approx(7)
    assert relative_error(expected.astype("float32"), expected) == 0


@pytest.mark.parametrize("step", [0, -1e-5, float("nan")])
def test_a_step_that_is_none_is_refused(case, step):
    with pytest.raises(ValueError, match=r"step=.* is not legal: must be > 0"):
        central_differences(*case, step=step)
