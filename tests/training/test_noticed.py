"""What a change of one name or one number in the loop would do: each is noticed here."""

import math

import numpy as np
import pytest
from tiny import OnUpdate, tiny_config, tiny_training, train_tiny

from mlp_core.nn import SGD, Adadelta, Adam
from mlp_core.nn.optimizers import FLUSH_STEPS
from mlp_core.training.build import build_optimizer
from mlp_core.training.loop import _LOOK_EVERY


@pytest.mark.parametrize(("name", "kind"), [("sgd", SGD), ("adadelta", Adadelta), ("adam", Adam)])
def test_each_name_builds_its_optimizer_with_its_settings(name, kind):
    """Adam and Adadelta could change places."""
    own = {"sgd": {"momentum": 0.7, "nesterov": True}, "adadelta": {"adadelta_rho": 0.8}}
    own["adam"] = {"adam_beta1": 0.6, "adam_beta2": 0.7}
    config = tiny_config(optimizer=name, learning_rate=0.3, weight_decay=0.2, **own[name])
    optimizer = build_optimizer(config)
    assert type(optimizer) is kind
    assert (optimizer.learning_rate, optimizer.weight_decay) == (0.3, 0.2)
    for field, value in own[name].items():
        assert getattr(optimizer, field.removeprefix("adadelta_").removeprefix("adam_")) == value


def poison(update):
    """Return a callback that lets every loss from the next update on be NaN."""

    def act(training):
        if training.update == update:
            training.network.parameters[...] = np.nan

    return OnUpdate(act)


@pytest.mark.parametrize("update", [1, 4, 5, 6, 63, 64, 65, 66, 127, 128, 129])
def test_the_update_of_divergence_is_whole_and_the_next_one(update):
    """Stale losses of the epoch before, or a fraction of an update, would be another number."""
    run = train_tiny(poison(update), epochs=60)
    after_epoch = update % 5 == 0  # then the evaluation sees it first
    assert run.diverged_at_update == (update if after_epoch else update + 1)
    assert type(run.diverged_at_update) is int
    assert len(run.history) == ((update - 1) // 5 if after_epoch else update // 5)


def test_losses_of_an_earlier_epoch_are_not_looked_at_again():
    """An epoch of finite losses after one whose losses are made NaN once they were looked at."""
    training = tiny_training(epochs=3)
    assert training.run_epoch()
    training._losses[...] = np.nan
    assert training.run_epoch()
    assert training.diverged_at_update is None and len(training.history) == 2
    assert all(math.isfinite(value) for value in training.history["running_loss"])


def test_divergence_is_looked_for_every_so_many_updates_and_not_before():
    training = tiny_training(batch_size=1, epochs=50)
    looks = []
    real = training._find_divergence
    training._find_divergence = lambda: (looks.append(training.update), real())[1]
    training.run()
    ends = set(training.history["updates"])
    assert {update for update in looks if update not in ends} == {
        n for n in range(1, training.update) if n % _LOOK_EVERY == 0 and n not in ends
    }


@pytest.mark.parametrize("kind", [SGD, Adam, Adadelta])
def test_tiny_numbers_are_flushed_at_multiples_of_so_many_steps_alone(kind):
    optimizer, gradients = kind(1e-3), np.zeros(2)
    parameters = np.array([1e-40, 1.0])
    flushed = []
    for step in range(1, 3 * FLUSH_STEPS + 1):
        parameters[0] = 1e-40
        optimizer.step(parameters, gradients.copy())
        if parameters[0] == 0:
            flushed.append(step)
    assert flushed == [FLUSH_STEPS, 2 * FLUSH_STEPS, 3 * FLUSH_STEPS]
