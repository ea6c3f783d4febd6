"""Copies and pickles go on as the original does; what is used up says so."""

import copy
import pickle

import numpy as np
import prelu  # noqa: F401  registers an activation with a parameter
import pytest

from mlp_core.nn import (
    ACTIVATIONS,
    LOSSES,
    MLP,
    OPTIMIZERS,
    SGD,
    Activation,
    Linear,
    LogSoftmax,
    Network,
    initialize,
    make_loss,
)

WAYS = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda thing: pickle.loads(pickle.dumps(thing)),
    "copy": copy.copy,
}
both_ways = pytest.mark.parametrize("way", WAYS)


def batch(rows=8):
    rng = np.random.default_rng(rows)
    return rng.normal(size=(rows, 6)), rng.integers(0, 3, rows)


def make_parts(loss_name="cross_entropy", optimizer=None, **settings):
    loss = make_loss(loss_name)
    network = MLP(6, (5, 4), 3, log_softmax=loss.on_log_softmax, dtype="float64", **settings)
    initialize(network, "pytorch", np.random.default_rng(0))
    return network, loss, optimizer or SGD(0.1, momentum=0.9)


def train(network, loss, optimizer, updates=5):
    inputs, labels = batch()
    for _ in range(updates):
        loss.forward(network.forward(inputs), labels)
        network.backward(loss.backward())
        optimizer.step(network.parameters, network.gradients)
    return network.parameters.copy()


@both_ways
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_copied_network_learns_as_the_original_does(way, activation):
    network, loss, optimizer = make_parts(activation=activation)
    train(network, loss, optimizer)
    clone = WAYS[way](network)
    assert not np.shares_memory(clone.parameters, network.parameters)
    np.testing.assert_array_equal(clone.parameters, network.parameters)
    assert str(clone) == str(network)
    before = network.parameters.copy()
    moved = train(clone, make_loss("cross_entropy"), SGD(0.1))
    assert (moved != before).any()
    np.testing.assert_array_equal(network.parameters, before)  # the original is left alone
    np.testing.assert_array_equal(train(network, loss, SGD(0.1)), moved)


@both_ways
def test_a_copy_keeps_mode_and_has_no_batch_in_it(way):
    network, *_ = make_parts(dropout=0.3, rng=np.random.default_rng(1))
    network.forward(batch(1000)[0])
    network.set_training(False)
    clone = WAYS[way](network)
    assert not clone.training and not any(layer.training for layer in clone.layers)
    assert len(pickle.dumps(network)) < 5000
    inputs = batch()[0]
    np.testing.assert_array_equal(clone.forward(inputs), network.forward(inputs))


@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
@pytest.mark.parametrize("loss_name", LOSSES)
def test_a_copied_loss_gives_the_same_gradient(way, loss_name):
    _, loss, _ = make_parts(loss_name)
    outputs, labels = batch()[0], batch()[1]
    loss.forward(outputs, labels)
    clone = WAYS[way](loss)
    with pytest.raises(RuntimeError, match="needs another forward"):
        clone.backward()
    expected = loss.backward().copy()
    clone.forward(outputs, labels)
    np.testing.assert_array_equal(clone.backward(), expected)


@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_parts_that_are_copied_together_go_on_together(way, name):
    parts = make_parts(optimizer=OPTIMIZERS[name](0.01))
    train(*parts)
    clones = WAYS[way](parts)
    np.testing.assert_array_equal(train(*clones), train(*parts))


@pytest.mark.parametrize("way", ["deepcopy", "pickle"])
def test_vectors_that_are_copied_with_their_optimizer_are_changed(way):
    optimizer, (parameters, gradients) = SGD(0.1, momentum=0.9), np.ones((2, 4))
    optimizer.step(parameters, gradients)
    optimizer, parameters, gradients = WAYS[way]((optimizer, parameters, gradients))
    gradients[...] = 0
    optimizer.step(parameters, gradients)
    np.testing.assert_allclose(parameters, 1 - 0.1 - 0.09)


class Halved(Activation):
    """Keeps an array of its own under a private name."""

    def __init__(self, features):
        super().__init__(features)
        self._factors = np.full(features, 0.5)

    def forward(self, inputs):
        return np.multiply(inputs, self._factors, out=self.outputs)

    def backward(self, grad_outputs):
        return np.multiply(grad_outputs, self._factors, out=grad_outputs)


@both_ways
def test_a_copy_brings_along_what_a_layer_of_ones_own_holds(way):
    network = Network([Linear(6, 4), Halved(4), Linear(4, 3)], "float64")
    initialize(network, "pytorch", np.random.default_rng(0))
    inputs = batch()[0]
    np.testing.assert_array_equal(WAYS[way](network).forward(inputs), network.forward(inputs))


# --- a second backward --------------------------------------------------------------------------


@pytest.mark.parametrize("loss_name", LOSSES)
def test_a_loss_refuses_a_second_backward(loss_name):
    loss = make_loss(loss_name)
    loss.forward(*batch())
    loss.backward()
    with pytest.raises(RuntimeError, match="a second backward needs another forward before it"):
        loss.backward()


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "log_softmax"])
def test_a_second_backward_is_right_or_refused(activation):
    layer = LogSoftmax(6) if activation == "log_softmax" else ACTIVATIONS[activation](6)
    network = Network([Linear(6, 6), layer, Linear(6, 3)], "float64")
    initialize(network, "pytorch", np.random.default_rng(0))
    inputs, grad_outputs = batch()[0], np.random.default_rng(1).normal(size=(8, 3))
    network.forward(inputs)
    network.backward(grad_outputs.copy())
    gradients = network.gradients.copy()
    try:
        network.backward(grad_outputs.copy())
    except RuntimeError as error:
        assert activation in ("gelu", "log_softmax")
        assert "a second backward needs another forward" in str(error)
        network.forward(inputs)
        network.backward(grad_outputs.copy())
    np.testing.assert_array_equal(network.gradients, gradients)
