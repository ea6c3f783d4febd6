"""Diagnosis: staged failures are named with their cause, and healthy runs are left alone."""

import copy
import dataclasses

import numpy as np
import pytest
from tiny import tiny_dataset, train_tiny

from mlp_core import RunConfig, load_dataset, train
from mlp_core.data import Scaling
from mlp_core.nn import MLP, Tanh, initialize, make_loss
from mlp_core.training import Finding, History, Run, Training
from mlp_core.training.diagnosis import _layers
from mlp_core.training.evidence import Evidence
from mlp_core.training.units import AT_END

DIGITS = load_dataset()


def other(**changes):
    return dataclasses.replace(DIGITS, name="staged", builtin=False, **changes)


def scaled(scale):
    return other(scaling=Scaling("raw", scale, 0.0))


def constant():
    ones = {f"{s}_features": np.full_like(DIGITS.examples(s)[0], 7) for s in ("train", "test")}
    return other(**ones)


def shuffled():
    labels = np.random.default_rng(0).permutation(DIGITS.train_labels)
    return other(train_labels=labels)


# What is staged, on which data (digits if not said), and which findings name it.
STAGED = {
    "a deep network whose signal dies": (
        {"hidden_sizes": [128] * 4, "epochs": 30}, None, ["guessing", "dead signal"]
    ),
    "vanishing gradients": (
        {"activation": "sigmoid", "hidden_sizes": [64] * 5, "init": "xavier", "epochs": 20},
        None, ["guessing", "vanishing gradients"],
    ),
    "dead units": (
        {"learning_rate": 20.0, "hidden_sizes": [64, 32], "epochs": 20},
        None, ["guessing", "dead units", "loss rising"],
    ),
    "weights that start at 0": (
        {"init_std": 0.0, "epochs": 20}, None, ["guessing", "dead units"]
    ),
    "saturated by large weights": (
        {"activation": "sigmoid", "init_std": 30.0, "epochs": 20},
        None, ["saturated units", "loss explodes"],
    ),
    "saturated by a large rate": (
        {"activation": "tanh", "init": "he", "learning_rate": 3.0, "momentum": 0.0, "epochs": 20},
        None, ["saturated units", "loss explodes"],
    ),
    "a rate too large": (
        {"learning_rate": 2.0, "epochs": 20}, None, ["dead units", "loss rising"]
    ),
    "divergence by the rate": ({"learning_rate": 1e6}, None, ["diverged"]),
    "divergence before any update": (
        {"init_std": 1e20, "hidden_sizes": [64, 64]}, None, ["diverged"]
    ),
    "divergence of a naive formula": (
        {"loss": "naive_cross_entropy", "init_std": 3.0}, None, ["diverged"]
    ),
    "inputs that are too large": ({"epochs": 20}, scaled(100.0), ["guessing", "unscaled inputs"]),
    "inputs that are too small": ({"epochs": 20}, scaled(1e-5), ["guessing", "unscaled inputs"]),
    "images that are all equal": ({"epochs": 10}, constant(), ["guessing", "constant inputs"]),
    "test labels off by one": (
        {"epochs": 20}, other(test_labels=(DIGITS.test_labels + 1) % 10), ["labels look shifted"]
    ),
    "labels of other examples": ({"epochs": 20}, shuffled(), ["labels look shuffled"]),
    "labels of others, learned by heart": (
        {"epochs": 100, "hidden_sizes": [256]}, shuffled(), ["labels look shuffled"]
    ),
    "a rate far too small": (
        {"learning_rate": 1e-5, "epochs": 30}, None, ["guessing", "rate too small"]
    ),
    "a rate too small": ({"learning_rate": 2e-4, "epochs": 30}, None, ["rate too small"]),
    "a rate too small in two layers": (
        {"learning_rate": 1e-4, "hidden_sizes": [64, 64], "init": "he", "epochs": 20},
        None, ["rate too small"],
    ),
    "one epoch": ({"epochs": 1}, None, ["too few epochs"]),
    "five epochs": ({"epochs": 5}, None, ["too few epochs"]),
    "one update per epoch": (
        {"batch_size": 1433, "epochs": 10}, None, ["too few epochs"]
    ),
    "a rate that throws the weights away": (
        {"learning_rate": 1000.0, "epochs": 3}, None, ["guessing", "dead units", "loss rising"]
    ),
    "the same with decay, which is not what shrinks them": (
        {"learning_rate": 1000.0, "weight_decay": 1e-3, "epochs": 3}, None,
        ["diverged", "guessing", "loss explodes"],
    ),
    "too much weight decay": (
        {"weight_decay": 1.0, "epochs": 20}, None, ["guessing", "weights shrunk"]
    ),
    "too strong a penalty": (
        {"l1_penalty": 0.1, "epochs": 20}, None, ["guessing", "weights shrunk"]
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def staged():
    return {name: train(RunConfig(**fields), data) for name, (fields, data, _) in STAGED.items()}


@pytest.mark.parametrize("name", STAGED)
def test_a_staged_failure_is_named(staged, name):
    found = staged[name].diagnosis
    assert [finding.name for finding in found] == STAGED[name][2]
    for finding in found:
        assert any(char.isdigit() for char in finding.evidence), "evidence is a measurement"
        assert finding.name == "guessing" or finding.advice


@pytest.mark.parametrize("name", STAGED)
def test_who_follows_the_advice_gets_there(staged, name):
    """At once, or step by step; what the data need no config can give."""
    run = staged[name]
    for _ in range(8):
        found = run.diagnosis
        if not found or not found[-1].changes:
            break
        run = train(run.config.replace(**found[-1].changes), STAGED[name][1])
    names = {finding.name for finding in run.diagnosis} - {"guessing"}
    assert names <= {"constant inputs", "labels look shifted", "labels look shuffled"}
    assert names or run.summary["train_accuracy"] > 0.85


HEALTHY = [
    {},
    {"epochs": 20},
    {"epochs": 20, "activation": "gelu"},
    {"epochs": 40, "activation": "sigmoid", "init": "xavier"},
    {"epochs": 20, "activation": "tanh"},
    {"epochs": 20, "loss": "hinge"},
    {"epochs": 20, "loss": "mse"},
    {"epochs": 20, "loss": "nll"},
    {"epochs": 20, "optimizer": "adam", "learning_rate": 0.003},
    {"epochs": 30, "optimizer": "adadelta", "learning_rate": 1.0},
    {"epochs": 30, "hidden_sizes": []},
    {"epochs": 30, "dropout": 0.3},
    {"epochs": 20, "hidden_sizes": [128] * 8, "init": "he"},
    {"epochs": 10, "batch_size": 10, "learning_rate": 0.01},
    {"epochs": 20, "schedule": "cosine"},
    {"epochs": 60, "train_size": 200},
    {"epochs": 20, "input_scaling": "standardized", "init": "he"},
    {"epochs": 20, "l2_penalty": 1e-3, "init": "pytorch", "seed": 7},
]


@pytest.mark.parametrize("fields", HEALTHY, ids=str)
def test_a_healthy_run_is_left_alone(fields):
    assert train(RunConfig(**fields)).diagnosis == []


def test_a_hard_task_that_has_arrived_is_left_alone():
    """Two classes that overlap: no setting would help, so none is blamed."""
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 2
    x = rng.normal(size=(600, 2)) + 0.5 * labels[:, None]
    run = train(RunConfig(epochs=60, init="he", hidden_sizes=(8,)), (x, labels))
    assert 0.55 < run.summary["train_accuracy"] < 0.8
    assert run.diagnosis == []


def test_divergence_names_update_and_layer(staged):
    run = staged["divergence by the rate"]
    (finding,) = run.diagnosis
    assert f"the loss of update {run.diverged_at_update} is not finite" in finding.evidence
    assert "weights of Linear(64, 128)" in finding.evidence
    assert finding.changes == {"learning_rate": 0.1}
    (naive,) = staged["divergence of a naive formula"].diagnosis
    assert naive.changes == {"loss": "cross_entropy"}


def test_looking_changes_nothing(staged):
    run = staged["one epoch"]
    outputs = run.network.forward(DIGITS.inputs("test"))
    before = outputs.copy(), run.network.gradients.copy(), run.network.parameters.copy()
    assert run.diagnosis == run.diagnosis
    np.testing.assert_array_equal(outputs, before[0])
    np.testing.assert_array_equal(run.network.gradients, before[1])
    np.testing.assert_array_equal(run.network.parameters, before[2])


def test_of_a_stored_run_the_history_alone_is_looked_at(staged):
    for name, expected in [
        ("divergence by the rate", ["diverged"]),
        ("a rate too large", ["loss rising"]),
        ("a rate too small", ["rate too small"]),
        ("one epoch", ["too few epochs"]),
        ("test labels off by one", []),
    ]:
        stored = Run.from_dict(staged[name].to_dict())
        assert [finding.name for finding in stored.diagnosis] == expected


def test_a_run_without_an_epoch_has_nothing_to_look_at():
    run = train_tiny(epochs=1)
    run.history = type(run.history)()
    assert run.diagnosis == []


def test_tiny_data_are_no_failure():
    assert train(RunConfig(epochs=200, init="he", batch_size=5), tiny_dataset()).diagnosis == []


def test_a_finding_is_a_sentence():
    finding = Finding("dead units", "100% of them", "init='he'")
    assert str(finding) == "dead units: 100% of them; try init='he'"
    assert str(Finding("guessing", "10%", "")) == "guessing: 10%"


def test_advice_is_about_the_rate_that_was_set_last():
    training = Training(RunConfig(epochs=9))
    for epoch in training:
        training.learning_rate = 1e6 if epoch == 2 else 0.05
    run = training.finish()
    assert run.status == "diverged"
    assert run.diagnosis[0].changes == {"learning_rate": 0.1}
    run.changes.append({"update": 99, "learning_rate": 0.0})
    assert run.diagnosis[0].name == "diverged"


def names_of(run):
    return [finding.name for finding in run.diagnosis]


@pytest.mark.parametrize("name", STAGED)
def test_the_words_of_an_advice_name_the_values_of_its_changes(staged, name):
    for finding in staged[name].diagnosis:
        if "stable formula" not in finding.advice:
            for field, value in finding.changes.items():
                words = f"{field}={value!r}" if isinstance(value, str) else f"{field}={value:g}"
                assert words in finding.advice


def test_gradients_of_the_first_and_the_last_layer_are_the_evidence_of_vanishing_ones():
    config = RunConfig(
        activation="sigmoid", hidden_sizes=[64] * 5, init="xavier", epochs=5, train_size=1000
    )
    run = train(config)
    network, loss = copy.deepcopy(run.network), make_loss("cross_entropy")
    loss.forward(network.forward(run.dataset.inputs("train")), run.dataset.train_labels)
    network.backward(loss.backward())
    first, last = (
        np.sqrt(np.mean(layer.grad_weight.astype(float) ** 2))
        for layer in (network.linear_layers[0], network.linear_layers[-1])
    )
    words = f"the gradient is {last:.1g} at the last layer and {first:.1g} at the first"
    assert run.diagnosis[-1].evidence == words


def test_a_single_hidden_layer_has_no_vanishing_gradients():
    """A small gradient is then that of small weights behind it, and grows with them."""
    config = RunConfig(activation="sigmoid", init_std=1e-3, learning_rate=1e-6, epochs=10)
    assert names_of(train(config)) == ["guessing", "rate too small"]


def test_units_that_are_dead_because_nothing_reaches_them_are_a_dead_signal():
    network = MLP(64, (16, 16), 10)
    initialize(network, "he", np.random.default_rng(0))
    first, second, _ = network.linear_layers
    first.weight *= 3e-3
    first.bias[...] = 1
    second.bias[...] = -100
    run = train(RunConfig(epochs=1, learning_rate=1e-9), network=network)
    assert names_of(run) == ["guessing", "dead signal"]


@pytest.mark.parametrize(
    ("changes", "shrunk"),
    [({}, True), ({"momentum": 0.0}, False), ({"optimizer": "adam"}, False)],
    ids=str,
)
def test_momentum_lets_a_decay_pull_ten_times_as_hard(staged, changes, shrunk):
    run = staged["a rate far too small"]  # 1e-5, times 450 updates, times 200, is 0.9
    config = run.config.replace(weight_decay=200.0, **changes)
    assert ("weights shrunk" in names_of(dataclasses.replace(run, config=config))) is shrunk


def test_of_one_epoch_nobody_knows_whether_the_loss_still_falls(staged):
    assert "still falls" not in staged["one epoch"].diagnosis[0].evidence
    assert "still falls" in staged["five epochs"].diagnosis[0].evidence


@pytest.mark.parametrize(
    ("losses", "found"),
    [
        ([2.0, 2.0, 2.0], ["rate too small"]),  # it does not move at all
        ([2.0, 1.95, 1.9], ["rate too small"]),
        ([2.0, 1.9, 1.9], []),  # it has arrived
        ([2.0, 1.9, 2.01], []),
        ([2.0, 1.9], ["rate too small"]),  # two epochs show no bend
    ],
)
def test_slowness_is_a_loss_that_falls_late_as_early(losses, found):
    epochs = len(losses)
    history = History(
        {
            "epoch": list(range(1, epochs + 1)),
            "updates": [100 * epoch for epoch in range(1, epochs + 1)],
            "running_loss": losses,
            "running_accuracy": [0.2] * epochs,
        }
    )
    run = Run(config=RunConfig(epochs=epochs), history=history, status="completed")
    assert names_of(run) == found


@pytest.mark.parametrize(("accuracy", "is_well"), [(0.99, True), (0.5, False)])
def test_of_unknown_data_nothing_is_guessed(accuracy, is_well):
    run = train_tiny()
    run.history.amend(-1, train_accuracy=accuracy)
    evidence = Evidence(run.config, run.history, None, None, None, None)
    assert (evidence.guess, evidence.is_well) == (0, is_well)
    assert evidence.is_a_guess(0, size=10)  # nothing right is no more than guessing


def evidence_of(run):
    return Evidence(run.config, run.history, None, None, run.model, run.dataset)


def test_of_few_examples_each_is_looked_at_once():
    run = train_tiny()
    evidence = evidence_of(run)
    np.testing.assert_array_equal(evidence.inputs, run.dataset.inputs("train"))
    seen = run.network.forward(run.dataset.inputs("test")).argmax(axis=1)
    counts = np.zeros((3, 3), int)
    for label, answer in zip(run.dataset.test_labels, seen, strict=True):
        counts[label, answer] += 1
    np.testing.assert_array_equal(evidence.confusion, counts)


def test_units_are_saturated_from_the_very_share_on():
    """`AT_END` of the outputs are near their ends: no fewer, and one fewer is not enough."""
    assert AT_END == 0.9
    layer, outputs = Tanh(10), np.full((4, 10), 0.99)
    outputs[::2] *= -1  # they vary
    outputs[:, 9] /= 2
    run = evidence_of(train_tiny(epochs=1))
    assert run.network is not None  # which is made of its own inputs
    run.inputs, run.hidden = outputs, [(layer, outputs)]
    assert [finding.name for finding in _layers(run)] == ["saturated units"]
    outputs[0, 8] = 0.5
    assert list(_layers(run)) == []
