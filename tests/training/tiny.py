"""A dataset and a config so small that a run can be recomputed, and what a test listens with."""

import numpy as np

from mlp_core.data import Dataset
from mlp_core.training import Callback, RunConfig

TRAIN_SIZE, TEST_SIZE, FEATURES, CLASSES = 23, 11, 6, 3


def tiny_dataset():
    """Return 23 training and 11 test images of 2 x 3 pixels in 3 classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(TRAIN_SIZE + TEST_SIZE) % CLASSES
    pixels = rng.integers(0, 200, (len(labels), FEATURES)) + 25 * labels[:, None]
    pixels = pixels.astype(np.uint8)
    return Dataset(
        name="tiny",
        train_pixels=pixels[:TRAIN_SIZE],
        train_labels=labels[:TRAIN_SIZE],
        test_pixels=pixels[TRAIN_SIZE:],
        test_labels=labels[TRAIN_SIZE:],
        image_shape=(2, 3),
        pixel_max=255,
        scale=1 / 255,
        offset=0.0,
        input_scaling="unit",
    )


def tiny_config(**changes):
    """Return a config that fits the tiny dataset: 5 updates an epoch, the last of 3 examples."""
    return RunConfig(
        **{"hidden_sizes": (4,), "batch_size": 5, "epochs": 3, "init": "he", **changes}
    )


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


class Losses(Callback):
    """Remembers the loss and the parameters at every update."""

    def __init__(self):
        self.losses = []
        self.parameters = []

    def on_update_end(self, training):
        self.losses.append(training.batch_loss)
        self.parameters.append(training.network.parameters.copy())


class StopAt(Callback):
    """Asks to stop at the end of an update or of an epoch."""

    def __init__(self, update=None, epoch=None):
        self.update = update
        self.epoch = epoch

    def on_update_end(self, training):
        if training.update == self.update:
            training.request_stop("far enough")

    def on_epoch_end(self, training):
        if training.epoch == self.epoch:
            training.request_stop("far enough")


class OrderOf:
    """Stands for a dataset, and remembers which training examples were asked for, in order."""

    def __init__(self, dataset):
        self._dataset = dataset
        self.asked = []

    def __getattr__(self, name):
        return getattr(self._dataset, name)

    def gatherer(self, dtype, split="train"):
        gatherer = self._dataset.gatherer(dtype, split)
        if split == "train":
            gather = gatherer.gather
            gatherer.gather = lambda rows: (self.asked.extend(rows.tolist()), gather(rows))[1]
        return gatherer
