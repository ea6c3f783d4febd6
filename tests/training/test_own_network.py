"""A network of one's own is trained, resumed and stored as the config's is."""

import copy

import numpy as np
import pytest
from prelu import PReLU
from test_model import own_network
from tiny import CLASSES, FEATURES, stop_at, train_tiny

from mlp_core.nn import MLP, Activation, LogSoftmax, Network, initialize
from mlp_core.training import ActivationStatistics, Checkpoint, ConfigError, NormStatistics
from mlp_core.training.model import describe_network


def same_as_config(**settings):
    network = MLP(FEATURES, (4,), CLASSES, **settings)
    initialize(network, "pytorch", np.random.default_rng(3))
    return network


def test_it_is_trained_and_the_one_that_was_given_stays():
    network = own_network()
    before = network.parameters.copy()
    run = train_tiny(network=network, epochs=20)
    np.testing.assert_array_equal(network.parameters, before)
    changed = run.network.parameters != before
    slopes = run.network.layers[1].slope
    assert changed.mean() > 0.9 and len(set(slopes.tolist())) > 1
    assert run.history["running_loss"][-1] < run.history["running_loss"][0]
    again = train_tiny(network=network, epochs=20)
    assert (again.history, again.run_id) == (run.history, run.run_id)


def test_its_dropout_draws_from_the_seed():
    one, other = (train_tiny(network=own_network(seed=0), seed=seed) for seed in (1, 2))
    assert one.history != other.history


@pytest.mark.parametrize("activation", ["relu", "prelu"])
def test_resumed_is_bit_equal_to_uninterrupted(tmp_path, activation):
    path, network = tmp_path / "c.npz", own_network()
    given = {"network": network, "epochs": 6, "activation": activation}
    whole = train_tiny(ActivationStatistics(), NormStatistics(), **given)
    train_tiny(
        Checkpoint(path), ActivationStatistics(), NormStatistics(), stop_at(epoch=3), **given
    )
    resumed = train_tiny(ActivationStatistics(), NormStatistics(), resume_from=path, **given)
    assert (resumed.history, resumed.records) == (whole.history, whole.records)
    np.testing.assert_array_equal(resumed.network.parameters, whole.network.parameters)


def test_a_checkpoint_belongs_to_its_network(tmp_path):
    path, network = tmp_path / "c.npz", own_network()
    train_tiny(Checkpoint(path), stop_at(epoch=1), network=network)
    for other in (own_network(seed=1), None):
        with pytest.raises(ConfigError, match="the checkpoint belongs to a run that was given"):
            train_tiny(resume_from=path, network=other)


def test_the_run_says_what_it_was_given():
    network = own_network()
    run = train_tiny(network=network)
    assert run.given["network"]["layers"] == [
        "Linear(6, 5)", "PReLU(5)", "Dropout(0.3)", "Linear(5, 3)"
    ]  # fmt: skip
    others = train_tiny(), train_tiny(network=own_network(seed=1))
    assert len({run.run_id, *(other.run_id for other in others)}) == 3
    assert run.to_dict()["given"] == run.given
    assert "given" not in others[0].to_dict()


def test_a_named_activation_is_trained_and_gives_the_config_its_id():
    run = train_tiny(activation="prelu", epochs=5)
    assert isinstance(run.network.layers[1], PReLU)
    assert run.given is None
    assert run.history.last("running_loss") < run.history["running_loss"][0]


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (
            Network([PReLU(6)]),
            "from 6 to 6 does not fit tiny: must be from 6 features to 3 classes",
        ),
        (same_as_config(dtype="float64"), "dtype='float32' is not legal for a network of float64"),
        (same_as_config(log_softmax=True), "needs a network that ends in a layer other than Log"),
        (MLP(FEATURES, (4,), CLASSES), r"the weights of Linear\(6, 4\) are all 0"),
        (Network([LogSoftmax(6)]), "does not fit tiny"),
    ],
    ids=["widths", "precision", "ending", "zeros", "nothing to train"],
)
def test_one_that_does_not_fit_is_refused(network, message):
    with pytest.raises(ConfigError, match=message):
        train_tiny(network=network)


class Leaky(Activation):
    def __init__(self, features, slope):
        super().__init__(features)
        self.slope = slope

    def forward(self, inputs):
        np.multiply(inputs, self.slope, out=self.outputs)
        return np.maximum(inputs, self.outputs, out=self.outputs)

    def backward(self, grad_outputs):
        raise NotImplementedError


def test_a_setting_of_a_layer_tells_one_network_from_another():
    hashes = {
        describe_network(same_as_config_but(Leaky(4, slope)))["hash"] for slope in (0.1, 0.9, 0.1)
    }
    assert len(hashes) == 2


def test_a_network_has_the_hash_it_had_in_earlier_versions():
    """Stored runs of it are found by an id in which the hash is."""
    network = MLP(3, (2,), 2)
    network.parameters[...] = 0.5
    layers = ["Linear(3, 2)", "ReLU(2)", "Linear(2, 2)"]
    assert describe_network(network) == {"layers": layers, "hash": "b2aa8e78474aef03"}


def same_as_config_but(layer):
    layers = same_as_config().layers
    return Network([copy.deepcopy(layers[0]), layer, copy.deepcopy(layers[2])])


def test_a_layer_that_would_not_be_trained_is_refused():
    class Rebound(PReLU):
        def backward(self, grad_outputs):
            self.grad_slope = np.multiply(grad_outputs, self.scratch).sum(axis=0)
            return grad_outputs * np.where(self._inputs > 0, 1, self.slope)

    with pytest.raises(ConfigError, match=r"Rebound\(4\): self.grad_slope = ... binds a new array"):
        train_tiny(network=same_as_config_but(Rebound(4)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"network": [PReLU(6)]}, "network of type list is not legal: must be a Network"),
        ({"start_from": "a.npz"}, "start_from of type str is not legal: must be a Model"),
    ],
)
def test_what_is_no_network_or_model_is_refused(given, message):
    with pytest.raises(ConfigError, match=message):
        train_tiny(**given)


def test_a_linear_classifier_may_start_from_0():
    run = train_tiny(network=MLP(FEATURES, (), CLASSES), epochs=20)
    assert run.history["running_loss"][-1] < run.history["running_loss"][0]
