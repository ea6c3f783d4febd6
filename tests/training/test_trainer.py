"""`train`: the same config gives the same run, and its figures are what their names say."""

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from tiny import (
    CLASSES,
    FEATURES,
    TRAIN_SIZE,
    Listener,
    OnUpdate,
    tiny_config,
    tiny_dataset,
    tiny_training,
    train_tiny,
)

from mlp_core import RunConfig, evaluate, load_dataset, predict, train
from mlp_core.nn import SGD, learning_rate_at, make_loss
from mlp_core.training import ConfigError, History, Run


def initial_parameters(**changes):
    return tiny_training(**changes).network.parameters


def order_of(**changes):
    """Return the training examples in the order in which three epochs use them."""
    training, order = tiny_training(**changes), []
    gather = training.gatherer.gather
    training.gatherer.gather = lambda rows: (order.extend(rows.tolist()), gather(rows))[1]
    training.run()
    return order


def test_the_default_digits_run_reaches_96_percent():
    run = train(RunConfig())
    assert run.status == "completed"
    assert run.summary["test_accuracy"] >= 0.96
    assert run.summary["train_accuracy"] >= 0.999
    assert run.duration_s < 5


# --- what depends on what -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{}, {"dropout": 0.3, "optimizer": "adam"}, {"train_size": 700, "loss": "hinge"}],
    ids=str,
)
def test_the_same_config_gives_the_same_bits(changes):
    config = RunConfig(epochs=2, **changes)
    one, other = train(config), train(config)
    assert one.history == other.history
    np.testing.assert_array_equal(one.network.parameters, other.network.parameters)
    assert one.history != train(config.replace(seed=2023)).history


def test_another_process_gives_the_same_bits():
    config = RunConfig(epochs=2, dropout=0.2)
    code = (
        "import json, sys; from mlp_core import RunConfig, train; "
        "run = train(RunConfig.from_json(sys.argv[1])); print(json.dumps(run.history.to_dict()))"
    )
    command = [sys.executable, "-W", "error", "-c", code, config.to_json()]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert History(json.loads(printed)) == train(config).history


def test_callbacks_that_only_look_change_no_bit():
    look = OnUpdate(lambda training: training.batch_loss)
    plain, watched = train_tiny(dropout=0.3), train_tiny(Listener(), look, dropout=0.3)
    assert plain.history == watched.history
    np.testing.assert_array_equal(plain.network.parameters, watched.network.parameters)


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 1},
        {"batch_size": 1000},
        {"dropout": 0.5},
        {"train_size": 7},
        {"epochs": 9},
        {"learning_rate": 1.0},
        {"activation": "tanh"},
        {"loss": "nll"},
    ],
    ids=str,
)
def test_initial_weights_depend_on_the_seed_alone(changes):
    np.testing.assert_array_equal(initial_parameters(), initial_parameters(**changes))
    assert (initial_parameters() != initial_parameters(seed=1)).any()


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 1},
        {"batch_size": 23},
        {"dropout": 0.5},
        {"hidden_sizes": (9, 9)},
        {"init": "xavier"},
        {"optimizer": "adam"},
    ],
    ids=str,
)
def test_the_order_of_the_examples_depends_on_the_seed_alone(changes):
    assert order_of() == order_of(**changes)
    assert order_of() != order_of(seed=1)


def test_every_epoch_uses_every_example_once_in_a_new_order():
    epochs = np.reshape(order_of(), (3, TRAIN_SIZE))
    for epoch in epochs:
        assert sorted(epoch) == list(range(TRAIN_SIZE))
    assert (epochs[0] != epochs[1]).any() and (epochs[1] != epochs[2]).any()


@pytest.mark.parametrize(("batch_size", "updates"), [(1, 23), (5, 5), (22, 2), (23, 1), (1000, 1)])
def test_the_last_partial_batch_is_used(batch_size, updates):
    seen = [0]
    look = OnUpdate(lambda training: seen.append(training.examples))
    history = train_tiny(look, batch_size=batch_size, epochs=2).history
    assert history["updates"] == [updates, 2 * updates]
    assert history["examples"] == [23, 46]
    sizes = 2 * [*[batch_size] * (updates - 1), 23 - batch_size * (updates - 1)]
    assert np.diff(seen).tolist() == sizes


# --- the history --------------------------------------------------------------------------------


def softmax_losses(images, labels, weights, bias):
    """Return cross-entropy losses, hits and the mean loss's gradients of a linear classifier."""
    logits = images @ weights + bias
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    slope = (shares - np.eye(CLASSES)[labels]) / len(labels)
    losses = -np.log(shares[np.arange(len(labels)), labels])
    return losses, logits.argmax(axis=1) == labels, images.T @ slope, slope.sum(0)


def test_running_and_evaluation_columns_are_what_they_say():
    """Recompute two epochs of a linear classifier by hand, with momentum and weight decay."""
    changes = {"hidden_sizes": (), "dtype": "float64", "evaluate_train": True, "weight_decay": 0.01}
    config, dataset = tiny_config(**changes), tiny_dataset()
    train_split, test_split = (
        (dataset.inputs(split, dtype="float64"), dataset.examples(split)[1])
        for split in ("train", "test")
    )
    order = np.reshape(order_of(), (3, TRAIN_SIZE))
    start = tiny_training(**changes).network.linear_layers[0]
    theta = [start.weight.copy(), start.bias.copy()]
    velocity = [np.zeros_like(part) for part in theta]
    history = train_tiny(**changes).history
    for epoch in range(2):
        losses, hits = [], []
        for first in range(0, TRAIN_SIZE, config.batch_size):
            batch = order[epoch, first : first + config.batch_size]
            loss, hit, *gradient = softmax_losses(*(part[batch] for part in train_split), *theta)
            losses.extend(loss)
            hits.extend(hit)
            for part, slope, v in zip(theta, gradient, velocity, strict=True):
                v[...] = config.momentum * v + slope + config.weight_decay * part
                part -= config.learning_rate * v
        expected = {"running": (losses, hits)}
        expected["train"] = softmax_losses(*train_split, *theta)[:2]
        expected["test"] = softmax_losses(*test_split, *theta)[:2]
        row = history.row(epoch)
        for name, (loss, hit) in expected.items():
            assert row[f"{name}_loss"] == pytest.approx(np.mean(loss), rel=1e-10), name
            assert row[f"{name}_accuracy"] == pytest.approx(np.mean(hit), rel=1e-10), name


def test_train_columns_are_filled_on_request_and_after_the_last_epoch():
    last_only, always = train_tiny().history, train_tiny(evaluate_train=True).history
    for name in ("train_loss", "train_accuracy"):
        assert last_only[name] == [None, None, always[name][-1]]
        assert None not in always[name]
    assert last_only["test_loss"] == always["test_loss"]


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine"])
def test_the_learning_rate_of_every_epoch(schedule):
    history = train_tiny(schedule=schedule, schedule_step_epochs=2, epochs=5).history
    rates = [learning_rate_at(schedule, 0.05, epoch, 5, 2, 0.1) for epoch in range(5)]
    assert history["learning_rate"] == rates


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_precision_from_end_to_end(dtype):
    run = train_tiny(dtype=dtype)
    assert run.network.parameters.dtype == dtype
    assert predict(run.network, tiny_dataset()).dtype == dtype
    assert run.environment["dtype"] == run.config.dtype == dtype


def test_the_two_precisions_agree_at_first_and_differ():
    one, other = (train_tiny(dtype=t).history["test_loss"] for t in ("float32", "float64"))
    assert one == pytest.approx(other, rel=1e-4)
    assert one != other


@pytest.mark.parametrize("hidden_sizes", [(), (4,), (5, 4, 3)])
@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "mse", "nll", "log_softmax_mse"])
def test_every_loss_falls(hidden_sizes, loss):
    run = train_tiny(
        hidden_sizes=hidden_sizes, loss=loss, epochs=30, init="xavier", learning_rate=0.01
    )
    assert run.history["running_loss"][-1] < run.history["running_loss"][0]


@pytest.mark.parametrize("penalty", ["l1_penalty", "l2_penalty", "weight_decay"])
def test_penalties_keep_weights_small(penalty):
    def norm(**changes):
        network = train_tiny(**{"weight_decay": 0, **changes}).network
        return np.linalg.norm(network.linear_layers[0].weight)

    assert norm(**{penalty: 0.1}) < norm()


def test_the_optimizer_of_the_config_is_the_one_that_steps():
    """One epoch of one update from the same start: the step has the config's size."""
    changes = {"batch_size": 23, "epochs": 1, "momentum": 0, "weight_decay": 0}
    start = tiny_training(learning_rate=0.5, **changes)
    start.compute_gradients(23)
    expected = start.network.parameters.copy()
    SGD(0.5).step(expected, start.network.gradients.copy())
    run = train_tiny(learning_rate=0.5, **changes)
    np.testing.assert_allclose(run.network.parameters, expected, rtol=1e-4, atol=1e-7)


# --- train_size ---------------------------------------------------------------------------------


def test_train_size_is_drawn_by_the_seed():
    def subset(seed, size=8):
        return tiny_training(train_size=size, seed=seed).dataset.train_features

    assert subset(1).shape == (8, FEATURES)
    np.testing.assert_array_equal(subset(1), subset(1))
    assert (subset(1) != subset(2)).any()
    rows = {row.tobytes() for row in tiny_dataset().train_features}
    assert all(row.tobytes() in rows for row in subset(1))
    # A larger one holds the smaller.
    np.testing.assert_array_equal(subset(1, 12)[:8], subset(1))


def test_train_size_counts_updates_and_examples():
    history = train(RunConfig(train_size=250, epochs=2)).history
    assert history["updates"] == [3, 6]
    assert history["examples"] == [250, 500]


def test_a_train_size_that_is_too_large_names_the_largest():
    size = load_dataset().train_size
    train(RunConfig(train_size=size, epochs=1))
    message = f"train_size={size + 1} is not legal for digits: must be at most {size}$"
    with pytest.raises(ConfigError, match=message):
        train(RunConfig(train_size=size + 1))


# --- divergence ---------------------------------------------------------------------------------


def train_and_listen(**changes):
    """Return a run, and the loss of each of its updates."""
    losses = []
    run = train_tiny(OnUpdate(lambda training: losses.append(training.batch_loss)), **changes)
    return run, losses


@pytest.mark.parametrize("learning_rate", [1e3, 1e6, 1e12, 1e300])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse", "hinge"])
def test_divergence_is_found_at_its_update(learning_rate, loss):
    changes = {"learning_rate": learning_rate, "loss": loss, "activation": "gelu", "epochs": 200}
    run, losses = train_and_listen(**changes)
    bad = [n for n, value in enumerate(losses, 1) if not math.isfinite(value)]
    assert run.status == "diverged"
    assert run.diverged_at_update == (bad[0] if bad else len(losses))
    of = "the loss of" if bad else "the test loss after"
    assert run.stop_reason == f"{of} update {run.diverged_at_update} is not finite"
    # The history ends with the last epoch that was finite from end to end.
    assert len(run.history) == (run.diverged_at_update - 1) // 5
    assert train_tiny(**changes).diverged_at_update == run.diverged_at_update


def test_the_summary_of_a_diverged_run():
    run = train_tiny(learning_rate=1e6, epochs=200)
    summary = run.summary
    assert summary["status"] == "diverged"
    assert summary["updates"] == summary["diverged_at_update"] == run.diverged_at_update
    for name in ("train_accuracy", "train_loss", "test_accuracy", "test_loss"):
        assert summary[name] is None
    json.dumps(run.to_dict(), allow_nan=False)


def test_divergence_that_only_the_evaluation_sees():
    """One update per epoch: its loss is finite, and the parameters that it makes are not."""
    run, losses = train_and_listen(batch_size=23, learning_rate=1e300, hidden_sizes=())
    assert np.isfinite(losses).all()
    assert run.status == "diverged"
    assert run.diverged_at_update == len(losses)


EXTREMES = [
    {"init_std": 1e300, "init": "normal"},
    {"init_std": 1e30, "init": "normal"},
    {"init_std": 0, "init": "normal"},
    {"weight_decay": 1e300},
    {"l1_penalty": 1e300},
    {"l2_penalty": 1e300},
    {"hinge_margin": 1e300, "loss": "hinge"},
    {"target_scale": 1e300, "loss": "mse"},
    {"learning_rate": 1e-300},
    {"learning_rate": 1e300, "optimizer": "adam"},
    {"learning_rate": 1e300, "optimizer": "adadelta"},
    {"dropout": 1 - 1e-9},
    {"momentum": 1 - 1e-12},
    {"adam_beta1": 0, "adam_beta2": 0, "optimizer": "adam"},
    {"adadelta_rho": 0, "optimizer": "adadelta"},
    {"schedule": "step", "schedule_step_epochs": 1, "schedule_step_factor": 1e-300},
    {"batch_size": 10**30},
    {"seed": 2**128},
]


@pytest.mark.parametrize("changes", EXTREMES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_whatever_is_legal_gives_a_run(changes, dtype):
    run = train_tiny(**changes, dtype=dtype)
    assert run.status in ("completed", "diverged")
    json.dumps(run.to_dict(), allow_nan=False)


# --- the run ------------------------------------------------------------------------------------


def test_summary_keys_and_ranges():
    run = train(RunConfig(epochs=2))
    summary = run.summary
    assert list(summary) == [
        *("run_id", "status", "train_accuracy", "train_loss", "test_accuracy", "test_loss"),
        *("epochs", "updates", "ms_per_update", "duration_s", "stop_reason", "diverged_at_update"),
    ]
    assert summary["run_id"] == run.config.run_id
    assert summary["status"] == "completed"
    for split in ("train", "test"):
        assert 0 <= summary[f"{split}_accuracy"] <= 1
        assert summary[f"{split}_loss"] == run.history[f"{split}_loss"][-1] > 0
    assert (summary["epochs"], summary["updates"]) == (2, 30)
    assert summary["stop_reason"] is None and summary["diverged_at_update"] is None
    assert sum(run.epoch_ms_per_update) * 15 / 1000 < summary["duration_s"] < 60
    assert summary["ms_per_update"] == pytest.approx(np.median(run.epoch_ms_per_update))


def test_run_round_trip():
    run = train_tiny()
    again = Run.from_dict(json.loads(json.dumps(run.to_dict(), allow_nan=False)))
    assert again == run
    assert again.network is None
    assert again.summary == run.summary


def test_a_run_is_shown_without_its_model_and_its_data():
    shown = repr(train_tiny())
    assert "config=RunConfig(" in shown
    assert "model=" not in shown and "dataset=Dataset" not in shown


def test_environment_tells_what_a_figure_depends_on():
    environment = train_tiny().environment
    assert set(environment) == {
        *("mlp_core", "commit", "numpy", "python", "blas", "cpu", "system", "dtype", "date")
    }
    assert environment["numpy"] == np.__version__
    assert environment["date"].endswith("+00:00")
    environment.pop("commit")  # None where the package is not run from a checkout
    assert all(isinstance(value, str) and value for value in environment.values())


# --- evaluation ---------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "test"])
def test_predict_and_evaluate_agree_with_one_pass(split):
    dataset = load_dataset()  # its training set is longer than a chunk of the evaluation
    run = train(RunConfig(epochs=1, dropout=0.5, dtype="float64"))
    outputs = predict(run.network, dataset, split)
    run.network.set_training(False)
    once = run.network.forward(dataset.inputs(split, dtype="float64")).copy()
    np.testing.assert_allclose(outputs, once, rtol=1e-10)
    labels = dataset.examples(split)[1]
    loss, accuracy = evaluate(run.network, make_loss("cross_entropy"), dataset, split)
    assert accuracy == (once.argmax(axis=1) == labels).mean()
    assert loss == pytest.approx(make_loss("cross_entropy").forward(once, labels).mean())
    assert loss == pytest.approx(run.history.last(f"{split}_loss"))


@pytest.mark.parametrize("training", [True, False])
def test_predict_leaves_the_mode_of_the_network(training):
    network = train_tiny(dropout=0.5).network
    network.set_training(training)
    one, other = (predict(network, tiny_dataset()) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert network.training is training
    assert all(layer.training is training for layer in network.layers)


def test_predict_with_log_softmax_gives_log_probabilities():
    network = train_tiny(loss="nll", dtype="float64").network
    np.testing.assert_allclose(np.exp(predict(network, tiny_dataset())).sum(axis=1), 1)
