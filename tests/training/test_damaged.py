"""Files and values that no training of this package wrote: refused by name, and nothing changed."""

import json
import math
import os

import numpy as np
import pytest
from tiny import stop_at, tiny_config, tiny_dataset, tiny_training, train_tiny

from mlp_core import History, ModelError, Run, RunConfig
from mlp_core.training import Checkpoint, ConfigError, Model
from mlp_core.training.checkpoint import Snapshot
from mlp_core.training.trainer import train

HUGE, DIGITS = 10**400, 10**5000
DEEP = "deep"  # in its place, lists in lists in lists


def as_json(values):
    return json.dumps(values).replace('"deep"', "[" * 100_000 + "]" * 100_000)


# What is changed of a checkpoint: arrays, or what its JSON holds.
ARRAYS = {
    "one parameter": {"parameters": np.ones(1, np.float32)},
    "a number": {"parameters": np.float32(1)},
    "a parameter less": {"parameters": lambda a: a[:-1]},
    "another precision": {"parameters": lambda a: a.astype(np.float64)},
    "NaN": {"parameters": lambda a: a * np.nan},
    "text": {"parameters": lambda a: a.astype(str)},
    "one step": {"optimizer_step": np.ones(1, np.float32)},
    "a NaN step": {"optimizer_step": lambda a: a * np.nan},
    "a rate of 0": {"optimizer_rate": np.array(0.0)},
    "a rate of NaN": {"optimizer_rate": np.array(np.nan)},
    "two rates": {"optimizer_rate": np.ones(2)},
    "a state of another": {"optimizer_mood": lambda a: None},
    "kept without epoch": {"kept_parameters": lambda a: None},
}
PLAIN = {
    "no order": {"random_states": {"dropout": {}}},
    "no generator": {"random_states": {"order": {}, "dropout": {}}},
    "a list of states": {"random_states": [1]},
    "epoch as text": {"epoch": "2"},
    "epoch below 0": {"epoch": -1},
    "epoch and a half": {"epoch": 1.5},
    "another epoch": {"epoch": 1},
    "a huge epoch": {"epoch": HUGE},
    "another update": {"update": 3},
    "no update": {"update": None},
    "steps below 0": {"optimizer_steps": -5},
    "steps as text": {"optimizer_steps": "7"},
    "no history": {"history": None},
    "an empty history": {"history": {}},
    "an infinite history": {"history": ("running_loss", math.inf)},
    "a history of text": {"history": ("running_loss", "x")},
    "a huge history": {"history": ("running_loss", HUGE)},
    "records in a list": {"records": []},
    "records of numbers": {"records": {"a": 1}},
    "times in text": {"epoch_ms_per_update": "xx"},
    "a time less": {"epoch_ms_per_update": [1.0]},
    "an infinite time": {"epoch_ms_per_update": [1.0, math.inf]},
    "a kept epoch": {"kept_epoch": 1},
    "changes in text": {"changes": "x"},
    "a change of nothing": {"changes": [5]},
    "a change of mood": {"changes": [{"update": 1, "mood": 2}]},
    "a batch of 0": {"changes": [{"update": 1, "batch_size": 0}]},
    "a change at no update": {"changes": [{"batch_size": 2}]},
    "config in a list": {"config": []},
    "an unknown field": {"config": {"mood": 1}},
    "an unknown key": {"mood": 1},
    "a deep key": {"records": {"a": DEEP}},
}


@pytest.fixture
def checkpoint(tmp_path):
    """Return the file of two of six epochs of the tiny config."""
    path = tmp_path / "c.npz"
    train_tiny(Checkpoint(path), stop_at(epoch=2), epochs=6)
    return path


def refuse(path):
    """See that a training refuses the file by name, and is as it was."""
    training, untouched = (tiny_training(epochs=6) for _ in range(2))
    with pytest.raises(ConfigError) as caught:
        train(tiny_config(epochs=6), tiny_dataset(), resume_from=path)
    assert os.fspath(path) in str(caught.value) and len(str(caught.value)) < 2000
    with pytest.raises(ConfigError):
        Snapshot.load(path).restore(training)
    for name in ("epoch", "update", "examples", "history", "records", "batch_size", "kept"):
        assert getattr(training, name) == getattr(untouched, name)
    np.testing.assert_array_equal(training.network.parameters, untouched.network.parameters)
    assert training.optimizer.steps == 0 and not training.optimizer.state
    assert training.streams.order.random() == untouched.streams.order.random()


def rewrite(path, changes=None, plain_changes=None):
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    plain = json.loads(str(arrays.pop("plain")))
    for name, change in (changes or {}).items():
        template = arrays.get(name, arrays["parameters"])
        value = change(template) if callable(change) else change
        arrays[name] = template if value is None else value
    for name, change in (plain_changes or {}).items():
        if isinstance(change, tuple):
            plain[name][change[0]][0] = change[1]
        else:
            plain[name] = change
    plain["arrays"] = sorted(arrays)
    np.savez(path, plain=np.array(as_json(plain)), **arrays)


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_checkpoint_with_other_arrays(checkpoint, kind):
    rewrite(checkpoint, ARRAYS[kind])
    refuse(checkpoint)


@pytest.mark.parametrize("kind", PLAIN)
def test_a_checkpoint_with_other_values(checkpoint, kind):
    rewrite(checkpoint, plain_changes=PLAIN[kind])
    refuse(checkpoint)


def test_a_checkpoint_of_another_optimizer(checkpoint):
    with np.load(checkpoint) as file:
        arrays = {name: file[name] for name in file.files}
    plain = json.loads(str(arrays["plain"]))
    plain["config"]["optimizer"] = "adam"
    arrays["plain"] = np.array(json.dumps(plain))
    np.savez(checkpoint, **arrays)
    with pytest.raises(ConfigError, match=r"c\.npz"):
        train(tiny_config(epochs=6, optimizer="adam"), tiny_dataset(), resume_from=checkpoint)


# --- runs, histories and configs from plain values ----------------------------------------------

RUNS = {
    "none": None,
    "a list": [],
    "nothing": {},
    "config": {"config": [1]},
    "config in text": {"config": "x"},
    "history": {"history": [1]},
    "history of numbers": {"history": {"epoch": 3}},
    "an infinite loss": {"history": ("test_loss", math.inf)},
    "a loss that is NaN": {"history": ("test_loss", math.nan)},
    "a huge loss": {"history": ("test_loss", HUGE)},
    "a loss in text": {"history": ("test_loss", "low")},
    "status": {"status": "happy"},
    "stop_reason": {"stop_reason": 5},
    "diverged": {"diverged_at_update": "x"},
    "records": {"records": [1]},
    "times": {"epoch_ms_per_update": {"a": 1}},
    "time in text": {"epoch_ms_per_update": ["x"]},
    "duration": {"duration_s": "long"},
    "infinite duration": {"duration_s": math.inf},
    "environment": {"environment": 3},
    "fingerprint": {"fingerprint": 3},
    "kept": {"kept_epoch": 99},
    "given": {"given": 3},
    "changes": {"changes": {"a": 1}},
    "changes of text": {"changes": ["x"]},
    "an unknown field": {"mood": 1},
}


@pytest.fixture(scope="module")
def run():
    return train_tiny()


@pytest.mark.parametrize("kind", RUNS)
def test_a_run_of_other_values(run, kind):
    changes, values = RUNS[kind], json.loads(json.dumps(run.to_dict()))
    if changes:
        for name, change in changes.items():
            if isinstance(change, tuple):
                values[name][change[0]][0] = change[1]
            else:
                values[name] = change
    with pytest.raises(ValueError, match=r"[a-z]"):
        Run.from_dict(values if changes else changes)


@pytest.mark.parametrize("columns", [[1], "x", {"epoch": 3}, {"epoch": "ab"}, {"test_loss": [[]]}])
def test_a_history_of_other_values(columns):
    with pytest.raises(ValueError, match=r"[a-z]"):
        History(columns)


@pytest.mark.parametrize("values", [None, 3, "x", [1], [("a", 1)], {1: 2, "a": 3}], ids=str)
def test_a_config_of_other_values(values):
    with pytest.raises(ConfigError):
        RunConfig.from_dict(values)


@pytest.mark.parametrize("text", ["[" * 1100 + "]" * 1100, '{"seed": ' + "9" * 5000 + "}", "NaN"])
def test_a_config_of_other_text(text):
    with pytest.raises(ConfigError):
        RunConfig.from_json(text)


@pytest.mark.parametrize("name", ["epochs", "batch_size", "train_size", "seed", "hidden_sizes"])
@pytest.mark.parametrize("value", [HUGE, DIGITS, 2**1000], ids=["400", "5000", "2**1000"])
def test_a_whole_number_that_is_no_float(name, value):
    with pytest.raises(ConfigError, match=r"is not legal: must be .*below 2") as caught:
        RunConfig(**{name: (value,) if name == "hidden_sizes" else value})
    assert len(str(caught.value)) < 300


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(ConfigError) as caught:
        RunConfig(activation="x" * 100_000)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("sizes", [(100_000, 100_000), (10**9,), (10**9, 10**9, 10**9)], ids=str)
def test_a_network_that_no_memory_holds_says_how_much_it_needs(sizes):
    with pytest.raises(ConfigError, match=r"hidden_sizes=.* needs about .* GB.* has .* GB"):
        train(RunConfig(hidden_sizes=sizes))


# --- models -------------------------------------------------------------------------------------

HEADERS = {
    "deep": {"environment": DEEP},
    "a million layers": {"layers": [{"layer": "relu", "features": 4}] * 1_000_000},
    "a list": {"config": [1]},
    "an infinite pixel": {"pixel_max": math.inf},
    "pixels in text": {"pixel_max": "x"},
    "a shape in text": {"image_shape": "ab"},
    "a fingerprint": {"fingerprint": 3},
}


@pytest.mark.parametrize("kind", HEADERS)
def test_a_model_with_other_values(run, tmp_path, kind):
    path = tmp_path / "m.npz"
    run.model.save(path)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    header = {**json.loads(str(arrays["model"])), **HEADERS[kind]}
    arrays["model"] = np.array(as_json(header))
    np.savez_compressed(path, **arrays)
    with pytest.raises(ModelError, match=r"m\.npz"):
        Model.load(path)
