"""Optimizers, penalties and losses: what trajectories alone do not show."""

import dataclasses

import numpy as np
import pytest

from mlp_core.nn import (
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adam,
    Hinge,
    L1Penalty,
    L2Penalty,
    make_loss,
)

RNG = np.random.default_rng(0)
START, GRADIENTS = RNG.normal(size=6), RNG.normal(size=(8, 6))


def make_optimizer(name):
    momentum = {"momentum": 0.9} if name == "sgd" else {}
    return OPTIMIZERS[name](0.1, weight_decay=0.01, **momentum)


def take_steps(optimizer, parameters, gradients):
    for gradient in gradients:
        optimizer.step(parameters, gradient.copy())
    return parameters


@pytest.mark.parametrize("stop", [0, 5])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_loaded_state_continues_bit_for_bit(name, stop):
    expected = take_steps(make_optimizer(name), START.copy(), GRADIENTS)
    first, second = make_optimizer(name), make_optimizer(name)
    parameters = take_steps(first, START.copy(), GRADIENTS[:stop])
    second.load_state(first.state, first.steps)
    take_steps(first, START.copy(), GRADIENTS)  # a copy was taken: this changes nothing
    take_steps(second, parameters, GRADIENTS[stop:])
    np.testing.assert_array_equal(parameters, expected)
    assert second.steps == len(GRADIENTS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_scaled_gradient_makes_the_same_step(name):
    plain, scaled = START.copy(), START.copy()
    plain_optimizer, scaled_optimizer = make_optimizer(name), make_optimizer(name)
    for gradient in GRADIENTS:
        plain_optimizer.step(plain, gradient.copy())
        scaled_optimizer.step(scaled, -3 * gradient, scale=-3)
    np.testing.assert_allclose(scaled, plain, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_parameter_without_gradient_leaves_no_denormal_numbers(name, dtype):
    """They would make every later update some hundred times slower."""
    optimizer = make_optimizer(name)
    parameters, nothing = np.ones(3, dtype), np.zeros(3, dtype)
    optimizer.step(parameters, np.full(3, 1e-30, dtype))
    for _ in range(2000):
        optimizer.step(parameters, nothing.copy())
        if optimizer.steps % 64 == 0:
            values = np.abs([parameters, *(optimizer.state[n] for n in optimizer.vectors)])
            assert ((values == 0) | (values > np.finfo(dtype).tiny)).all()


@pytest.mark.parametrize(
    ("optimizer", "paper"),
    [
        (Adam(), {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
        (Adadelta(), {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-6}),
        (SGD(0.1), {"learning_rate": 0.1, "momentum": 0.0, "nesterov": False}),
    ],
)
def test_settings_left_out_are_those_of_the_papers_and_of_pytorch(optimizer, paper):
    assert dataclasses.asdict(optimizer) == {**paper, "weight_decay": 0.0}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_lowers_a_bowl(name):
    optimizer, parameters = OPTIMIZERS[name](0.1), START.copy()
    for _ in range(100):
        optimizer.step(parameters, parameters.copy())  # the gradient of |parameters|^2 / 2
    assert np.linalg.norm(parameters) < np.linalg.norm(START)


@pytest.mark.parametrize(
    ("penalty", "slopes"),
    [(L1Penalty, [-0.5, 0, 0.5, 0, 0.5]), (L2Penalty, [-1, 0, 1.5, 0, 0.25])],
)
def test_penalties_act_on_weights_only(penalty, slopes):
    parameters = np.array([-2.0, 0.0, 3.0, 7.0, 0.5])
    weights = [slice(0, 3), slice(4, 5)]  # the fourth is a bias
    gradients = np.ones(5)
    penalty(0.5, weights).add_gradient(parameters, gradients)
    np.testing.assert_array_equal(gradients, 1 + np.array(slopes))
    np.testing.assert_array_equal(parameters, [-2, 0, 3, 7, 0.5])


def test_a_loss_follows_its_outputs_from_one_precision_to_the_other():
    loss, labels = make_loss("cross_entropy"), np.array([0, 1])
    logits = RNG.normal(size=(2, 3))
    for dtype in ("float32", "float64", "float32"):
        assert loss.forward(logits.astype(dtype), labels).dtype == dtype
        assert loss.backward().dtype == dtype


def test_a_loss_writes_into_out():
    loss, out = make_loss("hinge"), np.empty(3)
    assert loss.forward(np.zeros((3, 4)), np.array([0, 1, 2]), out=out) is out
    np.testing.assert_allclose(out, 3 * 0.1)  # three other classes, each short of the margin


def test_target_scale_is_the_height_of_the_target():
    loss = make_loss("mse", target_scale=5.0)
    np.testing.assert_array_equal(loss.forward(np.array([[5.0, 0], [0, 5]]), [0, 0]), [0, 25])


def test_losses_print_their_settings():
    assert str(Hinge(0.1)) == "Hinge(margin=0.1)"
    assert str(make_loss("cross_entropy")) == "CrossEntropy"
