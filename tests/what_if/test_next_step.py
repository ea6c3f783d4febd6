"""The loss along the next update is what plain NumPy computes; looking at it changes nothing."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from mlp_core.training import RunConfig, Training
from mlp_core.what_if.next_step import MULTIPLES, NextStep

QUICK = RunConfig(epochs=3)
CASES = {
    "plain": {},
    "nesterov and decay": {"nesterov": True, "weight_decay": 1e-2},
    "dropout": {"dropout": 0.3},
    "penalties": {"l1_penalty": 1e-3, "l2_penalty": 1e-3},
    "adam": {"optimizer": "adam", "learning_rate": 1e-3},
    "adadelta": {"optimizer": "adadelta", "learning_rate": 1.0},
    "schedule": {"schedule": "cosine"},
    "float64": {"dtype": "float64"},
}


def trained(updates: int = 40, **fields: object) -> Training:
    training = Training(QUICK.replace(**fields))
    for update in training.updates():
        if update == updates:
            break
    return training


def test_the_losses_are_those_of_plain_numpy() -> None:
    training = trained()
    x, labels = training.dataset.inputs("train"), training.dataset.train_labels
    first, second = training.network.linear_layers
    parts = [a.astype("float64") for a in (first.weight, first.bias, second.weight, second.bias)]
    layout = [first.weight, first.bias, second.weight, second.bias]
    batch = training.next_batch()
    velocity = training.optimizer.state["step"].astype("float64")
    found = NextStep(training).describe()

    def forward(w1, b1, w2, b2, inputs):
        hidden = np.maximum(inputs @ w1 + b1, 0)
        logits = hidden @ w2 + b2
        logits -= logits.max(axis=1, keepdims=True)
        return hidden, logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    hidden, logs = forward(*parts, x[batch])
    error = np.exp(logs)
    error[np.arange(len(batch)), labels[batch]] -= 1
    error /= len(batch)
    back = (error @ parts[2].T) * (hidden > 0)
    gradients = [x[batch].T @ back, back.sum(0), hidden.T @ error, error.sum(0)]
    moved = []
    whole = training.network.parameters
    for array, gradient, place in zip(parts, gradients, layout, strict=True):
        start = (place.ctypes.data - whole.ctypes.data) // whole.itemsize
        last = velocity[start : start + array.size].reshape(array.shape)
        moved.append(0.9 * last - 0.05 * (gradient + 1e-5 * array))
    for multiple, loss in zip(found["multiples"], found["losses"], strict=True):
        at = [a + multiple * step for a, step in zip(parts, moved, strict=True)]
        logs = forward(*at, x)[1]
        expected = -logs[np.arange(len(x)), labels].mean()
        assert loss == pytest.approx(expected, abs=1e-5)
    assert found["examples"] == len(x) == 1433


@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
@pytest.mark.parametrize("updates", [40, 30], ids=["within an epoch", "between two"])
def test_looking_changes_nothing(fields: dict, updates: int) -> None:
    training, other = (trained(updates, **fields) for _ in range(2))
    before = state_of(training)
    NextStep(training).describe()
    NextStep(training, 0.3).describe()
    after = state_of(training)
    assert before.keys() == after.keys()
    for name, value in before.items():
        np.testing.assert_array_equal(value, after[name], err_msg=name)
    for one in (training, other):
        list(one.updates())
    assert training.finish().history == other.finish().history
    np.testing.assert_array_equal(training.network.parameters, other.network.parameters)


def state_of(training: Training) -> dict:
    optimizer = {**training.optimizer.state, "rate now": training.optimizer.learning_rate}
    streams = {n: s.bit_generator.state for n, s in vars(training.streams).items()}
    parameters = training.network.parameters
    return copy.deepcopy({**optimizer, **streams, "parameters": parameters})


@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
def test_the_step_leads_where_it_was_said(fields: dict) -> None:
    """At the rate of now, and at a multiple of it."""
    for multiple in (1.0, 4.0):
        training = trained(**fields)
        first = NextStep(training).describe()
        assert first["chosen"] == 1.0
        said = first["losses"][MULTIPLES.index(multiple)]
        if multiple != 1.0:
            training.learning_rate *= multiple
            there = NextStep(training, first["rate"]).describe()
            assert there["chosen"] == pytest.approx(multiple)
            assert there["loss"] == pytest.approx(said, abs=1e-5)
            assert there["losses"] == pytest.approx(first["losses"], abs=1e-5)
        training.run_update()
        landed = NextStep(training).describe()
        assert landed["losses"][MULTIPLES.index(0.0)] == pytest.approx(said, abs=1e-5)


def test_where_it_is_not_finite_it_is_none() -> None:
    training = trained(updates=2, learning_rate=1e18)
    assert None in NextStep(training).describe()["losses"]


def test_at_a_rate_of_zero_the_step_is_the_configs() -> None:
    training = trained()
    training.learning_rate = 0
    found = NextStep(training).describe()
    assert (found["rate"], found["chosen"]) == (QUICK.learning_rate, 0)
    assert found["loss"] == found["losses"][MULTIPLES.index(0.0)]
