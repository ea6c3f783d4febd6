"""SGD's rearranged recursion is the textbook one, over hundreds of steps and any settings."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlp_core.nn import SGD


def textbook(parameters, gradients, rates, momentum, nesterov, decay):
    """v <- momentum v + g + decay p, p <- p - rate v; return p after every step."""
    velocity, trajectory = 0, []
    for gradient, rate in zip(gradients, rates, strict=True):
        gradient = gradient + decay * parameters
        velocity = momentum * velocity + gradient
        direction = gradient + momentum * velocity if nesterov else velocity
        parameters = parameters - rate * direction
        trajectory.append(parameters)
    return np.array(trajectory)


def engine(parameters, gradients, rates, momentum, nesterov, decay):
    parameters, trajectory = parameters.copy(), []
    optimizer = SGD(rates[0], momentum, nesterov, decay)
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = rate
        optimizer.step(parameters, gradient.copy())
        trajectory.append(parameters.copy())
    return np.array(trajectory)


@given(
    momentum=st.sampled_from([0.0, 0.1, 0.5, 0.9, 0.99]),
    nesterov=st.booleans(),
    # From a decay too small to see to one that overshoots 0 in every step.
    decay=st.sampled_from([0.0, 1e-8, 1e-5, 1e-3, 0.01, 0.1, 1.0, 15.0]),
    rate=st.sampled_from([1e-4, 0.05, 0.1]),
    factors=st.lists(st.sampled_from([1.0, 0.5, 0.1, 2.0]), min_size=1, max_size=4),
    seed=st.integers(0, 1000),
)
@example(momentum=0.0, nesterov=False, decay=10.0, rate=0.1, factors=[1.0, 0.5], seed=0)
@example(momentum=0.9, nesterov=False, decay=1e-5, rate=0.05, factors=[1.0], seed=0)
def test_any_settings_and_schedule(momentum, nesterov, decay, rate, factors, seed):
    rng = np.random.default_rng(seed)
    rates = np.repeat(rate * np.array(factors) / max(factors), 70).tolist()
    start, gradients = rng.normal(size=5), rng.normal(size=(len(rates), 5))
    settings = (momentum, nesterov and momentum > 0, decay)
    expected = textbook(start, gradients, rates, *settings)
    actual = engine(start, gradients, rates, *settings)
    # Relative to the largest value so far: what cancels to nearly 0 keeps the error it had.
    scale = np.maximum.accumulate(np.abs(expected).max(axis=1))[:, None]
    assert np.max(np.abs(actual - expected) / scale) < 1e-11


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("start", [0.1, 0.0])
def test_a_rate_of_0_and_back(momentum, nesterov, start):
    """The velocity goes on, the parameters stay, and nothing is divided by 0, as it was."""
    rates = [start, 0.1, 0.0, 0.0, 0.05, 0.0, 0.2, 0.2]
    rng = np.random.default_rng(0)
    parameters, gradients = rng.normal(size=5), rng.normal(size=(len(rates), 5))
    settings = (momentum, nesterov and momentum > 0, 0.01)
    expected = textbook(parameters, gradients, rates, *settings)
    optimizer, trajectory = SGD(0.1, *settings), []
    for gradient, rate in zip(gradients, rates, strict=True):
        optimizer.learning_rate = rate
        scale = optimizer.gradient_scale  # as the training loop hands gradients over
        optimizer.step(parameters, scale * gradient, scale)
        trajectory.append(parameters.copy())
    np.testing.assert_allclose(trajectory, expected, rtol=1e-12)
    np.testing.assert_array_equal(trajectory[2], trajectory[1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_rate_next_to_0_and_back_leaves_no_nan(dtype):
    optimizer, parameters = SGD(1e-320, 0.9), np.ones(3, dtype)
    for rate in (1e-320, 0.1, 1e-300, 0.1):
        optimizer.learning_rate = rate
        optimizer.step(parameters, np.full(3, 1e-3, dtype))
    assert np.isfinite(parameters).all()


@given(
    settings=st.lists(
        st.tuples(
            st.sampled_from([0.0, 1e-300, 1e-25, 1e-3, 0.1]),  # learning rate
            st.sampled_from([0.0, 0.5, 0.9]),  # momentum
            st.sampled_from([0.0, 0.01]),  # weight decay
        ),
        min_size=2,
        max_size=8,
    ),
    nesterov=st.booleans(),
    dtype=st.sampled_from(["float64", "float32"]),
)
@example(
    settings=[(0.1, 0.9, 0.0), (0.0, 0.9, 0.0), (0.1, 0.9, 0.0)], nesterov=False, dtype="float64"
)
@example(
    settings=[(0.1, 0.9, 0.0), (0.1, 0.0, 0.0), (0.1, 0.9, 0.0)], nesterov=False, dtype="float64"
)
def test_settings_that_change_from_step_to_step(settings, nesterov, dtype):
    """A rate of 0 holds the parameters, not the velocity; a momentum of 0 forgets what was."""
    rng = np.random.default_rng(0)
    parameters, velocity = rng.normal(size=5), np.zeros(5)
    actual = parameters.astype(dtype)
    optimizer = SGD(0.1, 0.9, nesterov)
    # Without momentum so far there is no velocity to go on from, as in PyTorch: begin with some.
    for rate, momentum, decay in [(0.1, 0.9, 0.0), *settings]:
        for gradient in rng.normal(size=(3, 5)):
            optimizer.learning_rate, optimizer.momentum = rate, momentum
            optimizer.weight_decay = decay
            optimizer.step(actual, gradient.astype(dtype))
            gradient = gradient + decay * parameters
            velocity = momentum * velocity + gradient
            direction = gradient + momentum * velocity if nesterov else velocity
            parameters = parameters - rate * direction
    np.testing.assert_allclose(actual, parameters, rtol=1e-11 if dtype == "float64" else 1e-5)
