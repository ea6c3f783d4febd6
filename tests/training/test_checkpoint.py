"""Checkpoints: a run that was resumed is the run that was never interrupted."""

import json
import pickle

import numpy as np
import pytest
from tiny import StopAt, tiny_config, tiny_dataset

from mlp_core.training import (
    ActivationStatistics,
    Checkpoint,
    ConfigError,
    EarlyStopping,
    NormStatistics,
    ProgressBar,
    train,
)
from mlp_core.training.checkpoint import Snapshot

CONFIGS = [
    {},
    {"momentum": 0},
    {"nesterov": True},
    {"optimizer": "adadelta", "learning_rate": 1.0},
    {"optimizer": "adam", "learning_rate": 0.01},
    {"dropout": 0.4},
    {"dropout": 0.4, "optimizer": "adam", "dtype": "float64", "hidden_sizes": (5, 4)},
    {"schedule": "step", "schedule_step_epochs": 2},
    {"schedule": "cosine"},
    {"train_size": 9},
    {"evaluate_train": True},
    {"l1_penalty": 1e-3, "l2_penalty": 1e-3, "loss": "hinge"},
]


def statistics():
    return [ActivationStatistics(examples=20), NormStatistics(examples=20)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.npz"


@pytest.fixture
def interrupted(path):
    """Train two of six epochs of the tiny config, and return where its checkpoint lies."""
    train(tiny_config(epochs=6), [Checkpoint(path), StopAt(epoch=2)], dataset=tiny_dataset())
    return path


@pytest.mark.parametrize("changes", CONFIGS, ids=str)
def test_resumed_is_bit_equal_to_uninterrupted(path, changes):
    config = tiny_config(epochs=6, **changes)
    whole = train(config, statistics(), dataset=tiny_dataset())
    callbacks = [*statistics(), Checkpoint(path), StopAt(update=4 * whole.history["updates"][0])]
    part = train(config, callbacks, dataset=tiny_dataset())
    assert len(part.history) < 6
    resumed = train(config, statistics(), dataset=tiny_dataset(), resume_from=path)
    assert resumed.status == "completed"
    assert resumed.history == whole.history
    assert resumed.records == whole.records
    assert len(resumed.epoch_ms_per_update) == 6
    np.testing.assert_array_equal(resumed.network.parameters, whole.network.parameters)


def test_statistics_are_kept_wherever_the_checkpoint_stands(path):
    config = tiny_config(epochs=4)
    whole = train(config, statistics(), dataset=tiny_dataset())
    train(config, [Checkpoint(path), *statistics(), StopAt(epoch=2)], dataset=tiny_dataset())
    resumed = train(config, statistics(), dataset=tiny_dataset(), resume_from=path)
    assert resumed.records == whole.records


@pytest.mark.parametrize(("every", "epoch"), [(1, 5), (2, 4), (3, 3), (9, None)])
def test_it_is_written_every_so_many_epochs(path, every, epoch):
    train(tiny_config(epochs=6), [Checkpoint(path, every), StopAt(epoch=5)], dataset=tiny_dataset())
    assert (Snapshot.load(path).epoch if path.exists() else None) == epoch


def test_it_is_written_after_the_last_epoch(path):
    train(tiny_config(epochs=5), [Checkpoint(path, every=3)], dataset=tiny_dataset())
    assert Snapshot.load(path).epoch == 5


def test_a_finished_run_can_be_given_more_epochs(path):
    train(tiny_config(epochs=2), [Checkpoint(path)], dataset=tiny_dataset())
    config = tiny_config(epochs=5)
    whole = train(config, dataset=tiny_dataset())
    resumed = train(config, dataset=tiny_dataset(), resume_from=path)
    for name in ("test_loss", "running_loss", "updates", "examples"):
        assert resumed.history[name] == whole.history[name]


def test_resuming_a_finished_run_gives_it_back(path):
    run = train(tiny_config(), [Checkpoint(path)], dataset=tiny_dataset())
    again = train(tiny_config(), dataset=tiny_dataset(), resume_from=path)
    assert again.status == "completed"
    assert again.history == run.history


def test_early_stopping_remembers_what_was_before(path):
    config = tiny_config(learning_rate=3, epochs=200)
    whole = train(config, [EarlyStopping(patience=4)], dataset=tiny_dataset())
    stop = StopAt(epoch=len(whole.history) - 2)
    train(config, [EarlyStopping(patience=4), Checkpoint(path), stop], dataset=tiny_dataset())
    resumed = train(config, [EarlyStopping(patience=4)], dataset=tiny_dataset(), resume_from=path)
    assert len(resumed.history) == len(whole.history)


def test_a_bar_starts_where_the_run_goes_on(interrupted, capsys):
    train(tiny_config(epochs=6), [ProgressBar()], dataset=tiny_dataset(), resume_from=interrupted)
    assert "2/6" in capsys.readouterr().err


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"seed": 1}, "seed: 2022 there, 1 here"),
        ({"hidden_sizes": (5,)}, r"hidden_sizes: \[4\] there, \[5\] here"),
        ({"learning_rate": 0.1, "dtype": "float64"}, "learning_rate: .*, dtype: "),
        ({"epochs": 1}, "epochs=1 is not legal for a checkpoint of epoch 2: must be at least 2"),
    ],
)
def test_another_config_is_refused(interrupted, changes, told):
    config = tiny_config(**{"epochs": 6, **changes})
    with pytest.raises(ConfigError, match=told):
        train(config, dataset=tiny_dataset(), resume_from=interrupted)


def test_more_epochs_are_refused_where_they_change_the_schedule(path):
    config = tiny_config(schedule="cosine")
    train(config, [Checkpoint(path), StopAt(epoch=1)], dataset=tiny_dataset())
    with pytest.raises(ConfigError, match="epochs: 3 there, 9 here"):
        train(config.replace(epochs=9), dataset=tiny_dataset(), resume_from=path)


def refuse(path):
    with pytest.raises(ConfigError, match="is not a checkpoint that can be resumed") as caught:
        train(tiny_config(epochs=6), dataset=tiny_dataset(), resume_from=path)
    assert str(path) in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    refuse(tmp_path / "none.npz")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04", bytes(1000)])
def test_a_file_of_another_kind(path, content):
    path.write_bytes(content)
    refuse(path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_file(interrupted, share):
    content = interrupted.read_bytes()
    interrupted.write_bytes(content[: int(share * len(content))])
    refuse(interrupted)


def test_a_file_with_a_wrong_byte(interrupted):
    """Wherever it is, it is either refused or in a place that nothing is read from."""
    content = bytearray(interrupted.read_bytes())
    whole = vars(Snapshot.load(interrupted))
    refused = 0
    for place in range(0, len(content), 97):
        wrong = bytearray(content)
        wrong[place] ^= 0xFF
        interrupted.write_bytes(wrong)
        try:
            found = vars(Snapshot.load(interrupted))
        except ConfigError:
            refused += 1
        else:
            np.testing.assert_equal(found, whole)
    assert refused > 20


def test_a_saved_model_is_no_checkpoint(tmp_path):
    run = train(tiny_config(), dataset=tiny_dataset())
    run.network.save(tmp_path / "model.npz")
    with pytest.raises(ConfigError, match="it holds no snapshot"):
        Snapshot.load(tmp_path / "model.npz")


def test_another_format_is_refused(interrupted):
    with np.load(interrupted) as file:
        arrays = {name: file[name] for name in file.files}
    plain = json.loads(str(arrays["plain"]))
    arrays["plain"] = np.array(json.dumps({**plain, "format": 99}))
    np.savez(interrupted, **arrays)
    refuse(interrupted)


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("something was unpickled",))


@pytest.mark.parametrize("as_array", [False, True])
def test_nothing_is_ever_unpickled(path, interrupted, as_array):
    if as_array:
        with np.load(interrupted) as file:
            arrays = {name: file[name] for name in file.files}
        arrays["parameters"] = np.array([Trap()], dtype=object)
        np.savez(path, **arrays, allow_pickle=True)
    else:
        path.write_bytes(pickle.dumps(Trap()))
    refuse(path)


def test_the_file_is_whole_at_any_time(path, monkeypatch):
    """A write that fails half-way leaves the file that was there."""
    train(tiny_config(), [Checkpoint(path)], dataset=tiny_dataset())
    before = path.read_bytes()

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="no space left"):
        train(tiny_config(seed=1), [Checkpoint(path)], dataset=tiny_dataset())
    assert path.read_bytes() == before


def test_every_must_be_at_least_1(path):
    with pytest.raises(ConfigError, match="every=0 is not legal: must be an integer >= 1"):
        Checkpoint(path, every=0)
