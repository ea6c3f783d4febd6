"""What is recorded of a network's insides, against plain computations."""

import numpy as np
import pytest
from tiny import TRAIN_SIZE, OnEpoch, stop_at, tiny_dataset, train_tiny

from mlp_core import RunConfig, load_dataset, train
from mlp_core.nn import make_loss
from mlp_core.training import ActivationStatistics, NormStatistics

FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "gelu": lambda z: z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}


def hidden_units(network, images, activation):
    """Return the outputs of every hidden layer, one plain product after the other."""
    layers = []
    for layer in network.linear_layers[:-1]:
        images = FUNCTIONS[activation](images @ layer.weight + layer.bias)
        layers.append(images)
    return layers


@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_activation_statistics(activation, dropout):
    run = train_tiny(
        ActivationStatistics(threshold=0.3, examples=20),
        hidden_sizes=(9, 7), activation=activation, dropout=dropout, dtype="float64",
    )  # fmt: skip
    images = tiny_dataset().inputs("train", 0, 20, "float64")
    active = [units > 0 for units in hidden_units(run.network, images, activation)]
    expected = {
        "active_units": [(layer.mean(axis=0) > 0.3).mean() for layer in active],
        "active_per_pass": [layer.sum(axis=1).mean() / layer.shape[1] for layer in active],
        "active_per_pass_std": [(layer.sum(axis=1) / layer.shape[1]).std() for layer in active],
        "dead_units": [(~layer.any(axis=0)).mean() for layer in active],
    }
    assert set(run.records) == set(expected)
    for name, values in expected.items():
        assert len(run.records[name]) == 3  # one entry per epoch
        assert run.records[name][-1] == pytest.approx(values), name


def test_dead_units_are_counted():
    """A bias far below 0 kills a ReLU unit."""

    def kill(training):
        training.network.linear_layers[0].bias[:3] = -1e6

    records = train_tiny(OnEpoch(kill), ActivationStatistics(), hidden_sizes=(6,)).records
    assert records["dead_units"][0][0] >= 0.5
    assert records["active_units"][0][0] <= 0.5


def test_activation_statistics_over_several_chunks():
    """Digits' training set is passed in more than one piece."""
    run = train(RunConfig(epochs=1, dtype="float64"), callbacks=[ActivationStatistics()])
    images = load_dataset().inputs("train", dtype="float64")
    (units,) = hidden_units(run.network, images, "relu")
    assert run.records["active_per_pass"][0][0] == pytest.approx((units > 0).mean())
    assert run.records["active_units"][0][0] == ((units > 0).mean(axis=0) > 0.2).mean()


def test_activation_statistics_of_the_first_epochs_only():
    records = train_tiny(ActivationStatistics(epochs=2), epochs=5).records
    assert {len(entries) for entries in records.values()} == {2}


def test_a_linear_classifier_has_no_hidden_units():
    records = train_tiny(ActivationStatistics(), NormStatistics(), hidden_sizes=()).records
    assert records["active_units"] == [[], [], []]
    assert len(records["weight_norm"][0]) == 1


@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "mse", "nll", "log_softmax_mse"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_norm_statistics(loss, optimizer):
    """Weight norms, and gradient norms against central differences of the plain mean loss.

    Neither dropout nor decay nor a penalty enters the gradient.
    """
    run = train_tiny(
        NormStatistics(examples=20),
        loss=loss, optimizer=optimizer, learning_rate=0.01, dropout=0.4, weight_decay=0.1,
        l1_penalty=0.1, dtype="float64", activation="tanh", epochs=2, hinge_margin=0.5,
    )  # fmt: skip
    dataset, network, criterion = tiny_dataset(), run.network, make_loss(loss, 0.5, 1.0)
    network.set_training(False)
    images = dataset.inputs("train", 0, 20, "float64")

    def mean_loss():
        return criterion.forward(network.forward(images), dataset.train_labels[:20]).mean()

    norms = []
    for layer in network.linear_layers:
        slopes = np.empty(layer.weight.shape)
        for place in np.ndindex(slopes.shape):
            value = layer.weight[place]
            layer.weight[place] = value + 1e-6
            above = mean_loss()
            layer.weight[place] = value - 1e-6
            slopes[place] = (above - mean_loss()) / 2e-6
            layer.weight[place] = value
        norms.append(np.linalg.norm(slopes))
    assert run.records["gradient_norm"][-1] == pytest.approx(norms, rel=1e-5)
    weights = [np.sqrt((layer.weight**2).sum()) for layer in network.linear_layers]
    assert run.records["weight_norm"][-1] == pytest.approx(weights)


@pytest.mark.parametrize("examples", [1, 20, TRAIN_SIZE, 10**6])
def test_statistics_change_nothing(examples):
    callbacks = [ActivationStatistics(examples=examples), NormStatistics(examples=examples)]
    plain, measured = train_tiny(dropout=0.3), train_tiny(*callbacks, dropout=0.3)
    assert plain.history == measured.history
    np.testing.assert_array_equal(plain.network.parameters, measured.network.parameters)


def test_a_stopped_run_has_records_of_its_finished_epochs():
    run = train_tiny(NormStatistics(), stop_at(update=12))
    assert len(run.records["weight_norm"]) == len(run.history) == 2
