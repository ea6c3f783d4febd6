"""A dataset and a config so small that a run can be recomputed, and callbacks made of functions."""

import numpy as np

from mlp_core.data import Dataset
from mlp_core.data.scaling import fit_scaling
from mlp_core.training import Callback, RunConfig, Training, train

TRAIN_SIZE, TEST_SIZE, FEATURES, CLASSES = 23, 11, 6, 3


def tiny_dataset():
    """Return 23 training and 11 test images of 2 x 3 pixels in 3 classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(TRAIN_SIZE + TEST_SIZE) % CLASSES
    pixels = rng.integers(0, 200, (len(labels), FEATURES)) + 25 * labels[:, None]
    pixels = pixels.astype(np.uint8)
    return Dataset(
        name="tiny",
        train_features=pixels[:TRAIN_SIZE],
        train_labels=labels[:TRAIN_SIZE],
        test_features=pixels[TRAIN_SIZE:],
        test_labels=labels[TRAIN_SIZE:],
        image_shape=(2, 3),
        pixel_max=255,
        scaling=fit_scaling("unit", pixels, 255),
    )


def tiny_config(**changes):
    """Return a config that fits the tiny dataset: 5 updates per epoch, the last of 3 examples."""
    return RunConfig(
        **{"hidden_sizes": (4,), "batch_size": 5, "epochs": 3, "init": "he", **changes}
    )


def tiny_training(**changes):
    return Training(tiny_config(**changes), tiny_dataset())


def train_tiny(*callbacks, resume_from=None, network=None, start_from=None, **changes):
    given = {"resume_from": resume_from, "network": network, "start_from": start_from}
    return train(tiny_config(**changes), tiny_dataset(), callbacks=callbacks, **given)


class OnEpoch(Callback):
    """Calls a function with the training after every epoch."""

    def __init__(self, act):
        self.on_epoch_end = act


class OnUpdate(Callback):
    """Calls a function with the training after every update."""

    wants_updates = True

    def __init__(self, act):
        self.on_update_end = act


def stop_at(update=None, epoch=None):
    """Return a callback that asks to stop at the end of an update or of an epoch."""

    def act(training):
        if training.update == update or (epoch is not None and training.epoch == epoch):
            training.request_stop("far enough")

    return OnEpoch(act) if update is None else OnUpdate(act)


class Listener(Callback):
    """Remembers every call with the counters of the moment."""

    def __init__(self, calls=None, name=""):
        self.calls = [] if calls is None else calls
        self.name = name

    def _hear(self, event, training):
        self.calls.append((self.name + event, training.epoch, training.update, training.examples))

    def on_train_begin(self, training):
        self._hear("begin", training)

    def on_update_end(self, training):
        self._hear("update", training)

    def on_epoch_end(self, training):
        self._hear("epoch", training)

    def on_train_end(self, training):
        self._hear("end", training)


def fill_the_disk(monkeypatch):
    """Let every write of arrays fail half way, as on a full disk."""

    def fail(file, **arrays):
        file.write(b"a part")
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez", fail)
