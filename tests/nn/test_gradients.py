"""Gradients against central differences, in float64."""

import numpy as np
import pytest
from nn_oracle import central_differences, ready, relative_error

from mlp_core.nn import (
    ACTIVATIONS,
    LOSSES,
    MLP,
    Dropout,
    Linear,
    LogSoftmax,
    Network,
    Tanh,
    initialize,
    make_loss,
)

TOLERANCE = 1e-6
FEATURES, CLASSES = 5, 4


class FrozenRandom:
    """A stream of random numbers that starts anew at every call: the same mask each time."""

    def random(self, out, dtype):
        out[...] = np.random.default_rng(5).random(out.shape, dtype)


def make_batch(rows):
    rng = np.random.default_rng(rows)
    return rng.normal(size=(rows, FEATURES)), rng.integers(0, CLASSES, rows)


def gradient_error(network, loss, rows):
    """Return the relative error of the network's gradient of the mean loss."""
    inputs, labels = make_batch(rows)

    def mean_loss():
        return loss.forward(network.forward(inputs), labels).mean()

    mean_loss()
    network.backward(loss.backward())
    return relative_error(
        network.gradients.copy(), central_differences(mean_loss, network.parameters)
    )


def make_case(activation, loss_name, hidden_sizes, **settings):
    # A margin this wide keeps the hinge loss from being 0, and its slope with it.
    loss = make_loss(loss_name, hinge_margin=2.0, target_scale=1.5)
    network = MLP(
        FEATURES,
        hidden_sizes,
        CLASSES,
        activation,
        log_softmax=loss.on_log_softmax,
        dtype="float64",
        **settings,
    )
    initialize(network, "pytorch", np.random.default_rng(1))
    return network, loss


@pytest.mark.parametrize("rows", [1, 2, 9])
@pytest.mark.parametrize("hidden_sizes", [(6,), (6, 3)], ids=str)
@pytest.mark.parametrize("loss_name", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_with_every_loss(activation, loss_name, hidden_sizes, rows):
    network, loss = make_case(activation, loss_name, hidden_sizes)
    assert gradient_error(network, loss, rows) < TOLERANCE


@pytest.mark.parametrize("rows", [1, 9])
@pytest.mark.parametrize("loss_name", LOSSES)
def test_no_hidden_layer(loss_name, rows):
    network, loss = make_case("relu", loss_name, ())
    assert gradient_error(network, loss, rows) < TOLERANCE


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_dropout_with_a_frozen_mask(activation, training):
    network, loss = make_case(activation, "cross_entropy", (6, 3), dropout=0.4, rng=FrozenRandom())
    network.set_training(training)
    assert gradient_error(network, loss, rows=9) < TOLERANCE


@pytest.mark.parametrize("loss_name", LOSSES)
def test_loss_alone(loss_name):
    loss = make_loss(loss_name, hinge_margin=2.0, target_scale=1.5)
    rng = np.random.default_rng(0)
    outputs, labels = rng.normal(0, 2, (6, CLASSES)), rng.integers(0, CLASSES, 6)
    expected = central_differences(lambda: loss.forward(outputs, labels).mean(), outputs)
    loss.forward(outputs, labels)
    assert relative_error(loss.backward(), expected) < TOLERANCE


def bound(layer):
    """Return a lone layer with vectors of its own."""
    count = layer.parameter_count
    layer.bind(np.random.default_rng(2).normal(size=count), np.zeros(count))
    return layer


LAYERS = {name: lambda cls=cls: bound(cls(FEATURES)) for name, cls in ACTIVATIONS.items()} | {
    "linear": lambda: bound(Linear(FEATURES, FEATURES)),
    "log_softmax": lambda: LogSoftmax(FEATURES),
    "dropout": lambda: Dropout(FEATURES, 0.4, FrozenRandom()),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_alone_gives_the_gradient_of_its_inputs(name):
    layer = ready(LAYERS[name](), rows=6)
    inputs, grad_outputs = np.random.default_rng(3).normal(0, 2, (2, 6, FEATURES))
    expected = central_differences(lambda: np.sum(layer.forward(inputs) * grad_outputs), inputs)
    layer.forward(inputs)
    assert relative_error(layer.backward(grad_outputs.copy()), expected) < TOLERANCE


class WrongTanh(Tanh):
    def backward(self, grad_outputs):
        """1 - y^2 with a factor that is off by a thousandth."""
        return super().backward(grad_outputs * 1.001)


class ForgetfulLinear(Linear):
    def backward(self, grad_outputs):
        """The gradient of the biases is that of the first row instead of the sum."""
        grad_inputs = super().backward(grad_outputs)
        self.grad_bias[...] = grad_outputs[0]
        return grad_inputs


@pytest.mark.parametrize(("linear", "activation"), [(Linear, WrongTanh), (ForgetfulLinear, Tanh)])
def test_a_wrong_derivative_is_caught(linear, activation):
    layers = [linear(FEATURES, 6), activation(6), Linear(6, CLASSES)]
    network = Network(layers, dtype="float64")
    initialize(network, "pytorch", np.random.default_rng(1))
    assert gradient_error(network, make_loss("cross_entropy"), rows=9) > 100 * TOLERANCE
