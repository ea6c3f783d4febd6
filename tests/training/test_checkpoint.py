"""Checkpoints: a run that was resumed is the run that was never interrupted."""

import json
import pickle

import numpy as np
import pytest
from tiny import fill_the_disk, stop_at, train_tiny

from mlp_core.training import (
    ActivationStatistics,
    Checkpoint,
    ConfigError,
    EarlyStopping,
    NormStatistics,
    ProgressBar,
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
    train_tiny(Checkpoint(path), stop_at(epoch=2), epochs=6)
    return path


@pytest.mark.parametrize("changes", CONFIGS, ids=str)
def test_resumed_is_bit_equal_to_uninterrupted(path, changes):
    changes = {"epochs": 6, **changes}
    complete = train_tiny(*statistics(), **changes)
    stop = stop_at(update=4 * complete.history["updates"][0])
    assert len(train_tiny(*statistics(), Checkpoint(path), stop, **changes).history) < 6
    resumed = train_tiny(*statistics(), resume_from=path, **changes)
    assert resumed.status == "completed"
    assert resumed.history == complete.history
    assert resumed.records == complete.records
    assert len(resumed.epoch_ms_per_update) == 6
    np.testing.assert_array_equal(resumed.network.parameters, complete.network.parameters)


def test_statistics_are_kept_wherever_the_checkpoint_stands(path):
    complete = train_tiny(*statistics(), epochs=4)
    train_tiny(Checkpoint(path), *statistics(), stop_at(epoch=2), epochs=4)
    assert train_tiny(*statistics(), resume_from=path, epochs=4).records == complete.records


@pytest.mark.parametrize(
    ("every", "stop", "written"), [(1, 5, 5), (2, 5, 4), (3, 5, 3), (9, 5, None), (4, None, 6)]
)
def test_it_is_written_every_so_many_epochs_and_after_the_last(path, every, stop, written):
    train_tiny(Checkpoint(path, every), stop_at(epoch=stop), epochs=6)
    assert (Snapshot.load(path).epoch if path.exists() else None) == written


def test_a_finished_run_can_be_given_more_epochs(path):
    train_tiny(Checkpoint(path), epochs=2)
    complete, resumed = train_tiny(epochs=5), train_tiny(epochs=5, resume_from=path)
    for name in ("test_loss", "running_loss", "updates", "examples"):
        assert resumed.history[name] == complete.history[name]


def test_resuming_a_finished_run_gives_it_back(path):
    run, again = train_tiny(Checkpoint(path)), train_tiny(resume_from=path)
    assert again.status == "completed"
    assert again.history == run.history


def test_early_stopping_remembers_what_was_before(path):
    changes = {"learning_rate": 3, "epochs": 200}
    complete = train_tiny(EarlyStopping(patience=4), **changes)
    stop = stop_at(epoch=len(complete.history) - 2)
    train_tiny(EarlyStopping(patience=4), Checkpoint(path), stop, **changes)
    resumed = train_tiny(EarlyStopping(patience=4), resume_from=path, **changes)
    assert len(resumed.history) == len(complete.history)


def test_a_bar_starts_where_the_run_goes_on(interrupted, capsys):
    train_tiny(ProgressBar(), epochs=6, resume_from=interrupted)
    assert "2/6" in capsys.readouterr().err


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 1}, "seed: 2022 there, 1 here"),
        ({"hidden_sizes": (5,)}, r"hidden_sizes: \[4\] there, \[5\] here"),
        ({"learning_rate": 0.1, "dtype": "float64"}, "learning_rate: .*, dtype: "),
        ({"epochs": 1}, "epochs=1 is not legal for a checkpoint of epoch 2: must be at least 2"),
    ],
)
def test_another_config_is_refused(interrupted, changes, message):
    with pytest.raises(ConfigError, match=message):
        train_tiny(resume_from=interrupted, **{"epochs": 6, **changes})


def test_more_epochs_are_refused_where_they_change_the_schedule(path):
    train_tiny(Checkpoint(path), stop_at(epoch=1), schedule="cosine")
    with pytest.raises(ConfigError, match="epochs: 3 there, 9 here"):
        train_tiny(resume_from=path, schedule="cosine", epochs=9)


def refuse(path):
    with pytest.raises(ConfigError, match="is not a checkpoint that can be resumed") as caught:
        train_tiny(epochs=6, resume_from=path)
    assert str(path) in str(caught.value)


def rewrite(path, allow_pickle=False, **changes):
    """Change arrays of a checkpoint."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    np.savez(path, allow_pickle=allow_pickle, **{**arrays, **changes})


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
    content = interrupted.read_bytes()
    expected = vars(Snapshot.load(interrupted))
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
            np.testing.assert_equal(found, expected)
    assert refused > 20


def test_a_saved_model_is_no_checkpoint(path):
    train_tiny().model.save(path)
    with pytest.raises(ConfigError, match="it holds no snapshot"):
        Snapshot.load(path)


def test_another_format_is_refused(interrupted):
    with np.load(interrupted) as file:
        plain = json.loads(str(file["plain"]))
    rewrite(interrupted, plain=np.array(json.dumps({**plain, "format": 99})))
    refuse(interrupted)


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("something was unpickled",))


@pytest.mark.parametrize("as_array", [False, True])
def test_nothing_is_ever_unpickled(interrupted, as_array):
    if as_array:
        trap = np.array([Trap()], dtype=object)
        rewrite(interrupted, allow_pickle=True, parameters=trap)
    else:
        interrupted.write_bytes(pickle.dumps(Trap()))
    refuse(interrupted)


def test_a_write_that_fails_half_way_leaves_the_file_that_was_there(path, monkeypatch):
    train_tiny(Checkpoint(path))
    before = path.read_bytes()
    fill_the_disk(monkeypatch)
    with pytest.raises(OSError, match="no space left"):
        train_tiny(Checkpoint(path), seed=1)
    assert path.read_bytes() == before
