"""Networks: shapes, precision, what they print, and what they save."""

import numpy as np
import pytest

from mlp_core import RunConfig
from mlp_core.nn import (
    ACTIVATIONS,
    LOSSES,
    MLP,
    OPTIMIZERS,
    Hinge,
    L1Penalty,
    Linear,
    LogSoftmax,
    Network,
    ReLU,
    Tanh,
    initialize,
    make_loss,
)


def make_network(hidden_sizes=(5, 4), seed=0, **settings):
    network = MLP(6, hidden_sizes, 3, **settings)
    initialize(network, "pytorch", np.random.default_rng(seed))
    return network


@pytest.mark.parametrize("rows", [1, 7])
def test_shapes(rows):
    network = make_network()
    labels = np.zeros(rows, int)
    outputs = network.forward(np.ones((rows, 6), "float32"))
    assert outputs.shape == (rows, 3)
    assert [layer.outputs.shape for layer in network.layers] == [
        (rows, width) for width in (5, 5, 4, 4, 3)
    ]
    loss = make_loss("cross_entropy")
    assert loss.forward(outputs, labels).shape == (rows,)
    assert loss.backward().shape == (rows, 3)
    assert network.parameters.shape == network.gradients.shape == ((7 * 5) + (6 * 4) + (5 * 3),)
    assert network.weight_slices == [slice(0, 30), slice(35, 55), slice(59, 71)]


def test_without_a_hidden_layer_it_is_a_linear_classifier():
    network = make_network(())
    (layer,) = network.layers
    inputs = np.random.default_rng(1).random((4, 6), "float32")
    expected = inputs @ layer.weight + layer.bias
    np.testing.assert_allclose(network.forward(inputs), expected, rtol=1e-6)
    assert (network.in_features, network.out_features) == (6, 3)
    assert network.activation_layers == []


def test_layers_are_in_order():
    network = MLP(6, (5,), 3, "gelu", dropout=0.2, log_softmax=True, rng=np.random.default_rng())
    names = [str(layer) for layer in network.layers]
    assert names == ["Linear(6, 5)", "GELU(5)", "Dropout(0.2)", "Linear(5, 3)", "LogSoftmax(3)"]


def test_log_softmax_network_gives_log_probabilities():
    inputs = np.random.default_rng(1).random((4, 6), "float32")
    logits = make_network().forward(inputs)
    log_probabilities = make_network(log_softmax=True).forward(inputs)
    np.testing.assert_allclose(np.exp(log_probabilities).sum(axis=1), 1, rtol=1e-6)
    difference = logits - log_probabilities
    np.testing.assert_allclose(difference, difference[:, :1].repeat(3, axis=1), rtol=1e-5)


def test_outputs_are_those_of_the_last_forward():
    """The statistics of hidden units read them; backward must leave them alone."""
    for activation in ACTIVATIONS:
        network = make_network(activation=activation, dtype="float64")
        outputs = network.forward(np.random.default_rng(1).normal(size=(4, 6)))
        before = [layer.outputs.copy() for layer in network.layers]
        network.backward(np.ones_like(outputs))
        for layer, expected in zip(network.layers, before, strict=True):
            np.testing.assert_array_equal(layer.outputs, expected)


def test_backward_after_leading_layers_without_parameters():
    """The backward pass stops at the first parameters, wherever they are."""
    inputs = np.random.default_rng(1).normal(size=(4, 6))
    later = Network([Tanh(6), Linear(6, 3)], dtype="float64")
    plain = Network([Linear(6, 3)], dtype="float64")
    later.forward(inputs)
    plain.forward(np.tanh(inputs))
    for network in (later, plain):
        network.backward(np.ones((4, 3)))
    np.testing.assert_allclose(later.gradients, plain.gradients)


def test_network_without_parameters():
    network = Network([ReLU(3), LogSoftmax(3)])
    assert network.parameters.size == 0
    network.backward(network.forward(np.ones((2, 3), "float32")))


@pytest.mark.parametrize("optimizer_name", OPTIMIZERS)
@pytest.mark.parametrize("loss_name", LOSSES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_everything_has_the_precision_of_the_network(dtype, loss_name, optimizer_name):
    loss = make_loss(loss_name)
    network = make_network(
        activation="gelu",
        dropout=0.5,
        rng=np.random.default_rng(0),
        log_softmax=loss.on_log_softmax,
        dtype=dtype,
    )
    optimizer = OPTIMIZERS[optimizer_name](0.1, weight_decay=0.1)
    outputs = network.forward(np.ones((2, 6), dtype))
    losses = loss.forward(outputs, np.array([0, 1]))
    grad = loss.backward()
    network.backward(grad)
    L1Penalty(0.1, network.weight_slices).add_gradient(network.parameters, network.gradients)
    optimizer.step(network.parameters, network.gradients)
    vectors = [outputs, losses, grad, network.parameters, network.gradients]
    vectors += [layer.outputs for layer in network.layers]
    vectors += [optimizer.state[name] for name in optimizer.vectors]
    assert {str(vector.dtype) for vector in vectors} == {dtype}


def test_a_network_and_its_layers_begin_in_training():
    """Evaluation in between puts them back to what the network says."""
    network = MLP(6, (5,), 3, dropout=0.5, rng=np.random.default_rng(0))
    assert {network.training, *(layer.training for layer in network.layers)} == {True}


def test_the_hinge_has_one_margin_by_default():
    assert Hinge().margin == make_loss("hinge").margin == RunConfig().hinge_margin


def test_str_shows_the_architecture_and_the_counts():
    network = MLP(784, (128, 64), 10, "tanh", log_softmax=True, dtype="float64")
    assert str(network).splitlines() == [
        "MLP: 784 -> 10",
        "  Linear(784, 128)             100,480 parameters",
        "  Tanh(128)",
        "  Linear(128, 64)                8,256 parameters",
        "  Tanh(64)",
        "  Linear(64, 10)                   650 parameters",
        "  LogSoftmax(10)",
        "  total                        109,386 parameters, float64",
    ]
