"""The formulas of the textbook and the fast engine make the same updates."""

import numpy as np
import pytest

from mlp_core.nn import MLP, SGD, initialize, make_loss, textbook


@pytest.mark.parametrize("hidden_sizes", [(), (7,), (9, 5)])
@pytest.mark.parametrize(
    "settings", [{}, {"momentum": 0.9}, {"momentum": 0.5, "weight_decay": 0.1}], ids=str
)
def test_twenty_updates_are_those_of_the_engine(hidden_sizes, settings):
    rng = np.random.default_rng(0)
    network = MLP(6, hidden_sizes, 4, dtype="float64")
    initialize(network, "pytorch", rng)
    weights = [layer.weight.copy() for layer in network.linear_layers]
    biases = [layer.bias.copy() for layer in network.linear_layers]
    velocities = [np.zeros_like(array) for array in weights + biases]
    loss, optimizer = make_loss("cross_entropy"), SGD(0.1, **settings)
    settings = {"momentum": 0, "weight_decay": 0, **settings}
    for rows in [8] * 19 + [3]:
        x, labels = rng.normal(size=(rows, 6)), rng.integers(0, 4, rows)
        inputs, logits = textbook.forward(x, weights, biases)
        fast = loss.forward(network.forward(x), labels).mean()
        assert textbook.cross_entropy(logits, labels) == pytest.approx(fast, rel=1e-12)
        grad_weights, grad_biases = textbook.gradients(inputs, logits, labels, weights)
        network.backward(loss.backward())
        optimizer.step(network.parameters, network.gradients)
        slopes = grad_weights + grad_biases
        textbook.update(weights + biases, slopes, velocities, learning_rate=0.1, **settings)
    for layer, weight, bias in zip(network.linear_layers, weights, biases, strict=True):
        np.testing.assert_allclose(layer.weight, weight, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose(layer.bias, bias, rtol=1e-11, atol=1e-14)


def test_every_parameter_has_its_slope_and_its_velocity():
    one, two = [np.zeros(2)], [np.zeros(2), np.zeros(2)]
    for lists in ((two, one, one), (one, two, one), (one, one, two)):
        with pytest.raises(ValueError, match="zip"):
            textbook.update(*lists, learning_rate=0.1, momentum=0, weight_decay=0)


def test_the_largest_logit_is_taken_off_before_exp():
    probabilities = textbook.softmax(np.array([[1000.0, 1000.0], [-1000.0, 0.0]]))
    np.testing.assert_array_equal(probabilities, [[0.5, 0.5], [0.0, 1.0]])
