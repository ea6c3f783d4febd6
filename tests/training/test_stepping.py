"""A training that is stepped, and whose settings are changed on the way."""

import copy
import json

import numpy as np
import pytest
from tiny import (
    CLASSES,
    FEATURES,
    Listener,
    OnEpoch,
    OnUpdate,
    stop_at,
    tiny_config,
    tiny_dataset,
    tiny_training,
    train_tiny,
)

from mlp_core.nn import MLP, SGD, make_loss
from mlp_core.training import Checkpoint, ConfigError, Run, RunConfig, Training, train

SETTINGS = ("learning_rate", "momentum", "weight_decay", "batch_size")


def test_stepping_is_training():
    training, whole = tiny_training(), train_tiny()
    assert list(training) == [1, 2, 3]
    run = training.finish()
    assert (run.status, run.history) == ("completed", whole.history)
    np.testing.assert_array_equal(run.network.parameters, whole.network.parameters)
    assert (run.run_id, run.changes) == (whole.run_id, None)


def test_callbacks_are_told_once_and_in_order():
    stepped, whole = Listener(), Listener()
    training = Training(tiny_config(), tiny_dataset(), callbacks=[stepped])
    for _ in training:
        break  # the first loop is left, the second goes on
    for _ in training:
        pass
    training.finish()
    train_tiny(whole)
    assert stepped.calls == whole.calls


def test_a_training_that_is_left_says_where():
    training = tiny_training()
    for epoch in training:
        if epoch == 2:
            break
    run = training.finish()
    assert (run.status, run.stop_reason) == ("stopped", "ended after 2 of 3 epochs")
    assert len(run.history) == 2
    assert run.history.last("train_loss") == train_tiny(epochs=2).history.last("train_loss")


def test_one_before_the_first_epoch_too():
    run = tiny_training().finish()
    assert (run.status, len(run.history)) == ("stopped", 0)


def test_callbacks_are_told_before_the_end_that_it_begins():
    listener = Listener()
    Training(tiny_config(), tiny_dataset(), callbacks=[listener]).finish()
    assert [name for name, *_ in listener.calls] == ["begin", "end"]


def test_an_epoch_that_was_interrupted_is_made_anew():
    """As by Ctrl-C in a notebook, whose next cell goes on or looks at the network."""

    def interrupt(training):
        if training.update == 7:
            raise KeyboardInterrupt

    training = Training(tiny_config(), tiny_dataset(), callbacks=[OnUpdate(interrupt)])
    with pytest.raises(KeyboardInterrupt):
        list(training)
    assert list(training) == [2, 3]
    assert training.history["epoch"] == [1, 2, 3]

    training = Training(tiny_config(), tiny_dataset(), callbacks=[OnUpdate(interrupt)])
    with pytest.raises(KeyboardInterrupt):
        list(training)
    run = training.finish()
    assert run.stop_reason == "ended after 1 of 3 epochs"
    assert not run.network.training


def test_a_rate_that_is_held_ends_the_schedule():
    """Also if it is set to what it is at the moment."""
    training = tiny_training(epochs=5, schedule="cosine")
    for epoch in training:
        if epoch == 2:
            training.learning_rate = training.learning_rate
    rates = training.finish().history["learning_rate"]
    assert rates[0] > rates[1] == rates[2] == rates[4]
    assert training.settings.changes == [{"update": 10, "learning_rate": rates[1]}]


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.5}], ids=str)
def test_the_network_is_in_evaluation_mode_but_while_it_is_updated(settings):
    modes = []
    training = Training(
        tiny_config(**settings),
        tiny_dataset(),
        callbacks=[OnUpdate(lambda t: modes.append(t.network.training))],
    )
    inputs = np.ones((3, FEATURES), "float32")
    for _ in training:
        outputs = [training.network.forward(inputs).copy() for _ in range(3)]
        np.testing.assert_array_equal(outputs, outputs[:1] * 3)
    assert set(modes) == {True}
    network = training.finish().network
    assert not network.training
    assert not any(layer.training for layer in network.layers)


def test_measuring_leaves_the_mode_as_it_is():
    training = tiny_training()
    for mode in (True, False):
        training.network.set_training(mode)
        training.compute_gradients(5)
        assert training.network.training is mode


# --- changed settings ---------------------------------------------------------------------------


def update_by_hand(training, plan):
    """Make each epoch's updates with its own settings, from the parts of `mlp_core.nn` alone."""
    network = MLP(FEATURES, (4,), CLASSES)
    network.parameters[...] = training.network.parameters
    optimizer, loss = SGD(0.05, 0.9, weight_decay=1e-5), make_loss("cross_entropy")
    gatherer, order_stream = training.dataset.gatherer(), copy.deepcopy(training.streams.order)
    for settings in plan:
        for name in SETTINGS[:3]:
            setattr(optimizer, name, settings.get(name, getattr(optimizer, name)))
        size = settings["batch_size"]
        order = order_stream.permutation(training.dataset.train_size)
        for start in range(0, len(order), size):
            inputs, labels = gatherer.gather(order[start : start + size])
            loss.forward(network.forward(inputs), labels)
            network.backward(loss.backward())
            optimizer.step(network.parameters, network.gradients)
    return network.parameters


PLAN = [
    {"batch_size": 5},
    {"batch_size": 7, "learning_rate": 0.2},
    {"batch_size": 7, "learning_rate": 0.0, "weight_decay": 0.1},
    {"batch_size": 2, "learning_rate": 0.1, "momentum": 0.0},
    {"batch_size": 30, "momentum": 0.5},
]


def test_settings_changed_between_epochs_are_those_of_the_updates():
    training = tiny_training(epochs=len(PLAN))
    expected = update_by_hand(training, PLAN)
    for epoch in training:
        for name, value in PLAN[epoch % len(PLAN)].items():
            setattr(training, name, value)
    np.testing.assert_allclose(training.network.parameters, expected, rtol=1e-5, atol=1e-6)
    assert training.history["learning_rate"] == [0.05, 0.2, 0.0, 0.1, 0.1]
    assert np.diff(training.history["updates"]).tolist() == [4, 4, 12, 1]
    assert training.history["test_loss"][1] == training.history["test_loss"][2]  # rate 0


def test_settings_changed_between_updates():
    def change(training):
        if training.update == 2:
            training.batch_size, training.learning_rate = 13, 0.0
        if training.update == 3:
            training.learning_rate = 0.1

    run = train_tiny(OnUpdate(change), epochs=1)
    assert run.history.row(0)["updates"] == 3  # 5 + 5 + 13 examples
    assert run.history.row(0)["examples"] == 23
    assert run.changes == [
        {"update": 2, "batch_size": 13},
        {"update": 2, "learning_rate": 0.0},
        {"update": 3, "learning_rate": 0.1},
    ]


def test_the_run_says_what_was_changed_and_has_an_id_of_its_own():
    training = tiny_training(schedule="cosine")
    for epoch in training:
        if epoch == 1:
            training.learning_rate = 0.1  # no update is made with it
            training.learning_rate = 0.5
            training.learning_rate = 0.5  # no change
    run = training.finish()
    assert run.changes == [{"update": 5, "learning_rate": 0.5}]
    assert run.history["learning_rate"] == [0.05, 0.5, 0.5]  # the schedule ended
    assert run.run_id != train_tiny(schedule="cosine").run_id
    again = Run.from_dict(json.loads(json.dumps(run.to_dict())))
    assert (again.changes, again.run_id) == (run.changes, run.run_id)
    assert "changes" not in train_tiny().to_dict()


def test_a_resumed_run_has_the_changed_settings(tmp_path):
    def change(training):
        if training.epoch == 1:
            training.learning_rate, training.batch_size = 0.3, 4

    changes = {"epochs": 4}
    whole = train_tiny(OnEpoch(change), **changes)
    path = tmp_path / "c.npz"
    train_tiny(OnEpoch(change), Checkpoint(path), stop_at(epoch=2), **changes)
    resumed = train_tiny(OnEpoch(change), resume_from=path, **changes)
    assert (resumed.history, resumed.changes) == (whole.history, whole.changes)
    np.testing.assert_array_equal(resumed.network.parameters, whole.network.parameters)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("learning_rate", -0.1, "a finite number >= 0"),
        ("learning_rate", float("nan"), "a finite number >= 0"),
        ("momentum", 1.0, "a finite number >= 0 and < 1"),
        ("weight_decay", -1, "a finite number >= 0"),
        ("batch_size", 0, "an integer >= 1"),
        ("batch_size", 2.5, "an integer >= 1"),
    ],
)
def test_an_illegal_setting_is_refused(name, value, words):
    training = tiny_training()
    with pytest.raises(ConfigError, match=f"{name}={value!r} is not legal: must be {words}"):
        setattr(training, name, value)
    assert training.settings.changes == []


def test_momentum_is_one_of_sgd():
    training = tiny_training(optimizer="adam")
    assert training.momentum == 0.9  # what the config says, and Adam does not use
    with pytest.raises(ConfigError, match=r"momentum=0\.5 is not legal: adam has none"):
        training.momentum = 0.5


def test_a_training_is_not_copied():
    with pytest.raises(TypeError, match="cannot be copied or pickled: write a Checkpoint"):
        copy.deepcopy(tiny_training())


# --- divergence ---------------------------------------------------------------------------------

BURSTS = {"learning_rate": 1e6, "epochs": 50, "init_std": 1.0, "init": "normal"}


def first_bad_update():
    return train_tiny(**BURSTS).diverged_at_update


def test_divergence_ends_the_epoch_in_which_it_happens():
    run = train_tiny(**BURSTS)
    assert run.status == "diverged"
    assert run.stop_reason == f"the loss of update {run.diverged_at_update} is not finite"


def test_an_epoch_is_left_soon_after_it_diverged():
    training = Training(RunConfig(learning_rate=1e6, batch_size=1))  # 1,433 updates an epoch
    run = training.run()
    assert run.diverged_at_update <= training.update <= run.diverged_at_update + 64


def test_a_loss_that_is_read_ends_training_at_its_update():
    training = None
    losses = []

    def read(now):
        nonlocal training
        training = now
        losses.append(now.batch_loss)

    run = train_tiny(OnUpdate(read), **BURSTS)
    assert run.diverged_at_update == first_bad_update() == training.update
    assert np.isfinite(losses[:-1]).all() and not np.isfinite(losses[-1])


def test_divergence_is_found_across_a_change_of_the_batch_size():
    """The position of a loss says which update it is of, whatever the sizes were."""
    seen = []

    def spoil(training):
        if training.update == 2:
            training.batch_size = 7
        if training.update == 3:
            training.network.parameters[...] = np.nan
        seen.append(training.update)

    run = train_tiny(OnUpdate(spoil))
    assert (run.diverged_at_update, seen) == (4, [1, 2, 3, 4])


def test_it_says_which_quantity_was_not_finite():
    def spoil(training):
        if training.update == 5:  # the last of the epoch: no batch is left to show it
            training.network.parameters[...] = np.nan

    run = train_tiny(OnUpdate(spoil))
    assert run.status == "diverged"
    assert run.stop_reason == "the test loss after update 5 is not finite"


def test_no_warning_without_train():
    """A training that is stepped limits BLAS and keeps NumPy quiet as `train` does."""
    training = Training(RunConfig(learning_rate=1e6, epochs=2))
    assert list(training) == []
    assert training.finish().status == "diverged"
    assert train(RunConfig(learning_rate=1e6, epochs=2)).history == training.history


# --- update by update ---------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"dropout": 0.5}, {"batch_size": 7}], ids=str)
def test_stepping_by_updates_is_training(settings):
    listener, whole = Listener(), Listener()
    expected = train_tiny(whole, **settings)
    training = Training(tiny_config(**settings), tiny_dataset(), callbacks=[listener])
    assert list(training.updates()) == list(range(1, expected.summary["updates"] + 1))
    run = training.finish()
    assert (run.status, run.history) == ("completed", expected.history)
    np.testing.assert_array_equal(run.network.parameters, expected.network.parameters)
    assert listener.calls == whole.calls


def test_updates_and_epochs_may_be_mixed():
    """An epoch that was begun by updates is finished, not made anew."""
    training = tiny_training()
    for update in training.updates():
        if update == 7:
            break
    assert (training.epoch, training.is_between_epochs) == (2, False)
    assert training.run_epoch()
    assert training.is_between_epochs
    assert list(training.updates()) == [11, 12, 13, 14, 15]
    run = training.finish()
    assert run.history == train_tiny().history
    assert len(run.epoch_ms_per_update) == 3


def test_a_change_after_an_epochs_last_update_is_one_between_epochs():
    by_update, by_epoch = tiny_training(), tiny_training()
    for update in by_update.updates():
        if update == 5:
            by_update.learning_rate, by_update.batch_size = 0.5, 3
    for epoch in by_epoch:
        if epoch == 1:
            by_epoch.learning_rate, by_epoch.batch_size = 0.5, 3
    one, other = by_update.finish(), by_epoch.finish()
    assert (one.history, one.changes) == (other.history, other.changes)


def test_a_change_by_hand_is_one_by_a_callback():
    def change(training):
        if training.update == 7:
            training.learning_rate, training.batch_size = 0.5, 9

    training = tiny_training()
    for _ in training.updates():
        change(training)
    assert training.finish().history == train_tiny(OnUpdate(change)).history


def test_updates_end_where_the_loss_is_not_finite():
    training = tiny_training(learning_rate=1e30)
    updates = list(training.updates())
    run = training.finish()
    assert run.status == "diverged"
    assert run.diverged_at_update == len(updates) + 1
    assert run.diverged_at_update == train_tiny(learning_rate=1e30).diverged_at_update


def test_the_next_batch_and_rate_are_told_without_being_drawn(monkeypatch):
    training = tiny_training(schedule="cosine", batch_size=7)
    made, seen = training.differentiate, []
    monkeypatch.setattr(training, "differentiate", lambda *a: seen.append(a[0]) or made(*a))
    while not training.is_over:
        rows, rate = training.next_batch(), training.next_learning_rate
        training.run_update()
        np.testing.assert_array_equal(seen.pop(), rows)
        assert training.optimizer.learning_rate == rate
    assert training.finish().history == train_tiny(schedule="cosine", batch_size=7).history


def test_settings_that_do_not_go_with_the_config_are_refused():
    training = tiny_training(nesterov=True)
    with pytest.raises(ConfigError, match="nesterov=True is not legal with momentum=0"):
        training.momentum = 0
    assert training.momentum == 0.9


def test_updates_in_a_given_order_are_those_of_an_epoch():
    """What the benchmarks time is what `train` does."""
    config = RunConfig(hidden_sizes=(8,), epochs=2, batch_size=100)
    whole, timed = Training(config), Training(config)
    order = Training(config).streams.order.permutation(whole.dataset.train_size)
    whole.run_epoch()
    assert timed.run_updates(order)
    np.testing.assert_array_equal(timed.network.parameters, whole.network.parameters)
    assert timed.update == whole.update
    assert timed.is_between_epochs
