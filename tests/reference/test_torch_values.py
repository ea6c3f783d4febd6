"""Losses, activations, schedules and initial bounds against stored PyTorch values."""

from pathlib import Path

import numpy as np
import pytest
import torch_cases as cases

from mlp_core.nn import (
    MLP,
    STABLE_ACTIVATIONS,
    STABLE_LOSSES,
    LogSoftmax,
    initialize,
    learning_rate_at,
    make_loss,
)

TORCH = np.load(Path(__file__).with_name("torch_trajectories.npz"), allow_pickle=False)


def ready(layer, rows):
    layer.resize(rows, "float64")
    return layer


def assert_close(actual, expected):
    # The absolute part serves values far below 1 that are differences of numbers near 1.
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-14)


def test_the_file_says_what_made_it():
    assert str(TORCH["made_by"]).startswith("PyTorch 2.13.0")


@pytest.mark.parametrize("name", STABLE_LOSSES)
def test_loss_forward_and_backward(name):
    logits, labels = TORCH["loss_logits"], TORCH["loss_labels"]
    loss = make_loss(name, hinge_margin=cases.HINGE_MARGIN)
    head = ready(LogSoftmax(logits.shape[1]), len(logits)) if loss.on_log_softmax else None
    outputs = head.forward(logits) if head else logits

    assert_close(loss.forward(outputs, labels), TORCH[f"loss_{name}_losses"])
    grad = loss.backward()
    assert_close(grad, TORCH[f"loss_{name}_grad_outputs"])
    assert_close(head.backward(grad) if head else grad, TORCH[f"loss_{name}_grad_logits"])


def test_nll_after_log_softmax_is_cross_entropy():
    assert_close(TORCH["loss_nll_losses"], TORCH["loss_cross_entropy_losses"])
    assert_close(TORCH["loss_nll_grad_logits"], TORCH["loss_cross_entropy_grad_logits"])


@pytest.mark.parametrize("name", STABLE_ACTIVATIONS)
def test_activation_forward_and_backward(name):
    inputs = TORCH["activation_inputs"][:, None]
    layer = ready(STABLE_ACTIVATIONS[name](1), len(inputs))
    outputs = layer.forward(inputs)
    assert_close(outputs[:, 0], TORCH[f"activation_{name}_outputs"])
    grad = layer.backward(TORCH["activation_grad_outputs"][:, None].copy())
    assert_close(grad[:, 0], TORCH[f"activation_{name}_grad_inputs"])


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_schedule_over_a_run(name):
    rate, epochs, step_epochs, step_factor = cases.SCHEDULES[name]
    rates = [
        learning_rate_at(name, rate, epoch, epochs, step_epochs, step_factor)
        for epoch in range(epochs)
    ]
    np.testing.assert_allclose(rates, TORCH[f"schedule_{name}"], rtol=1e-10)


@pytest.mark.parametrize("in_features", [1, 16, 784])
def test_pytorch_init_has_the_bounds_of_torch_linear(in_features):
    network = MLP(in_features, (), 5000, dtype="float64")
    initialize(network, "pytorch", np.random.default_rng(0))
    (layer,) = network.linear_layers
    weight, bias = layer.weight, layer.bias
    ours = [weight.min(), weight.max(), bias.min(), bias.max()]
    # Two samples of 5,000 or more uniform numbers end within 1% of the same bounds.
    np.testing.assert_allclose(ours, TORCH[f"linear_bounds_{in_features}"], rtol=0.01)
    assert max(np.abs(ours)) <= 1 / np.sqrt(in_features)
