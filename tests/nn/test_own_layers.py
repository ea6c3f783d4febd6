"""Layers of one's own: bound, trained, described and built again."""

import copy

import numpy as np
import pytest
from prelu import PReLU

from mlp_core.nn import (
    ACTIVATIONS,
    LAYERS,
    MLP,
    SGD,
    Activation,
    Dropout,
    Layer,
    Linear,
    LogSoftmax,
    Network,
    ReLU,
    build_layer,
    describe_layer,
    initialize,
    make_loss,
    register,
)
from mlp_core.nn.gradient_check import central_differences, compute_gradients, relative_error
from mlp_core.nn.layer_check import try_layers

RNG = np.random.default_rng(0)


def make_network(dtype="float64"):
    layers = [PReLU(5), Linear(5, 6), PReLU(6), Linear(6, 3)]
    network = Network(layers, dtype)
    initialize(network, "pytorch", np.random.default_rng(1))
    return network


def batch(rows=9, seed=2):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 5)), rng.integers(0, 3, rows)


def test_its_parameters_lie_in_the_network_vector_and_keep_what_they_start_from():
    network = make_network()
    first, _, second, last = network.layers
    assert network.parameters.size == 5 + 36 + 6 + 21
    assert np.shares_memory(second.slope, network.parameters)
    assert np.shares_memory(second.grad_slope, network.gradients)
    assert set(first.slope) == set(second.slope) == {0.25}
    assert list(network.arrays()) == [
        "0.slope", "1.weight", "1.bias", "2.slope", "3.weight", "3.bias"
    ]  # fmt: skip
    weights = [network.parameters[part] for part in network.weight_slices]
    np.testing.assert_array_equal(weights[1], last.weight.ravel())
    assert "PReLU(6)                           6 parameters" in str(network)


def test_its_gradient_is_the_slope_of_the_loss():
    network, loss = make_network(), make_loss("cross_entropy")
    gradients = compute_gradients(network, loss, *batch())
    slopes = central_differences(network, loss, *batch())
    assert np.abs(network.layers[0].grad_slope).min() > 0
    assert relative_error(gradients, slopes) < 1e-8


def test_it_is_trained():
    network, loss, optimizer = make_network(), make_loss("cross_entropy"), SGD(0.1, momentum=0.9)
    losses = []
    for _ in range(50):
        losses.append(loss.forward(network.forward(batch()[0]), batch()[1]).mean())
        network.backward(loss.backward())
        optimizer.step(network.parameters, network.gradients)
    assert losses[-1] < 0.1 * losses[0]
    assert (network.layers[2].slope != 0.25).all()


def test_a_config_may_name_it():
    assert str(MLP(5, (6,), 3, "prelu").layers[1]) == "PReLU(6)"


@pytest.mark.parametrize(
    "layer",
    [
        Linear(3, np.int64(4)),
        LogSoftmax(3),
        Dropout(3, 0.25, RNG),
        *(a(3) for a in ACTIVATIONS.values()),
    ],
    ids=str,
)
def test_a_description_builds_the_same_layer(layer):
    description = describe_layer(layer)
    assert {type(value) for value in description.values()} <= {str, int, float}
    again = build_layer(description, RNG)
    assert type(again) is type(layer)
    assert describe_layer(again) == description
    assert (again.in_features, again.parameters) == (layer.in_features, layer.parameters)


class Unnamed(ReLU):
    pass


class Forgetful(Activation):
    def __init__(self, features, slope):
        super().__init__(features)


def test_a_description_needs_a_name_and_the_settings():
    with pytest.raises(ValueError, match="Unnamed has no name in files: put @register"):
        describe_layer(Unnamed(3))
    with pytest.raises(ValueError, match=r"'slope', so keep that in the attribute self\.slope"):
        describe_layer(Forgetful(3, 0.1))
    with pytest.raises(ValueError, match="there is no layer 'swish' here: import the module"):
        build_layer({"layer": "swish", "features": 3}, RNG)


def test_a_name_is_given_once():
    with pytest.raises(ValueError, match="name='relu' is not legal: ReLU has it already"):
        register("relu")(Unnamed)
    register("prelu")(PReLU)  # a cell that is run twice
    assert LAYERS["prelu"] is ACTIVATIONS["prelu"] is PReLU


def test_a_layer_is_in_one_network():
    network = make_network()
    with pytest.raises(ValueError, match=r"Linear\(5, 6\) is in a network already: .*deepcopy"):
        Network(network.layers[1:2])
    layer = Linear(3, 3)
    with pytest.raises(ValueError, match="in a network already"):
        Network([layer, ReLU(3), layer])


def test_a_copied_layer_brings_its_values_along():
    network = make_network()
    inputs, _ = batch()
    whole = network.forward(inputs).copy()
    front = Network(copy.deepcopy(network.layers[:2]), "float64")
    back = Network(copy.deepcopy(network.layers[2:]), "float64")
    np.testing.assert_array_equal(back.forward(front.forward(inputs)), whole)
    # Their first layers differ: what needed no gradient of its inputs before may need it now.
    joined = Network(copy.deepcopy([*front.layers, *back.layers]), "float64")
    gradients = compute_gradients(network, make_loss("cross_entropy"), *batch())
    again = compute_gradients(joined, make_loss("cross_entropy"), *batch())
    np.testing.assert_array_equal(again, gradients)


def test_a_layer_without_forward_says_so():
    with pytest.raises(NotImplementedError):
        Network([Layer(2, 2)]).forward(np.ones((1, 2), "float32"))


class Tried(Activation):
    """Does nothing, in one of the ways that go wrong without a word."""

    def __init__(self, features, fault=""):
        super().__init__(features)
        self.fault = fault
        self.parameters = {"shift": (features,)}

    def forward(self, inputs):
        if self.fault == "value":
            self.shift = self.shift + 0
        outputs = np.add(inputs, self.shift, out=self.outputs)
        return {"float64": outputs * np.float64([1]), "sum": outputs.sum(axis=1)}.get(
            self.fault, outputs
        )

    def backward(self, grad_outputs):
        if self.fault == "gradient":
            self.grad_shift = grad_outputs.sum(axis=0)
        return None if self.fault == "none" else grad_outputs


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("float64", r"forward returned float64 of shape \(4, 6\), must be float32"),
        ("sum", r"forward returned float32 of shape \(4,\), must be float32 of shape \(4, 6\)"),
        ("none", "backward returned None, must be float32"),
        ("value", r"self\.shift = \.\.\. binds a new array, .* self\.shift\[\.\.\.\] ="),
        ("gradient", r"self\.grad_shift = \.\.\. binds a new array"),
    ],
)
def test_a_layer_that_would_not_be_trained_is_named(fault, words):
    inputs = np.ones((4, 5), "float32")
    try_layers(Network([Linear(5, 6), Tried(6), Linear(6, 3)]), inputs)
    with pytest.raises(ValueError, match=rf"Tried\(6\): {words}"):
        try_layers(Network([Linear(5, 6), Tried(6, fault), Linear(6, 3)]), inputs)


def test_trying_changes_nothing():
    network = make_network("float32")
    before = network.parameters.copy(), network.gradients.copy()
    try_layers(network, batch()[0].astype("float32"))
    np.testing.assert_array_equal((network.parameters, network.gradients), before)
