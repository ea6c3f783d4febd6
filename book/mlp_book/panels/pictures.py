"""Which pictures of the network a panel shows first, and frames for where no Python is."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlp_book.panels.places import digit_map
from mlp_book.scripts import as_json
from mlp_core.training import Callback, Training
from mlp_core.what_if import Panel
from mlp_core.what_if.frames import describe_shown, look
from mlp_core.what_if.train_panel import describe_data

PICTURES = {
    "activations-losses": ("units", "weights"),
    "hidden-layers": ("weights", "digits"),
    "learning-rate": ("gradient", "weights"),
    "momentum": ("gradient", "weights"),
    "where-it-fails": ("confusion", "digits"),
}
USUAL = ("weights", "digits")
MAPPED = {"hidden-layers": False, "where-it-fails": True}  # with a map: whether it is unfolded

MOST = 60_000  # characters of a panel's frames and its map
COUNTS = (12, 11, 10, 9, 8)  # frames, until they fit
UNITS = {True: 16, False: 32}  # of the first layer, with and without a map


class Frames(Callback):
    """Keeps frames of a run, of the first units alone: a few of its epochs, early ones close."""

    def __init__(self, count: int, units: int) -> None:
        self.count, self.units = count, units
        self.frames: list[dict[str, Any]] = []

    def on_train_begin(self, training: Training) -> None:
        """Keep what the network is before the first update."""
        self.frames.append(look(training, 0, self.units)["frame"])

    def on_epoch_end(self, training: Training) -> None:
        """Keep what it is after an epoch."""
        if training.epoch in frame_epochs(training.config.epochs, self.count):
            self.frames.append(look(training, 0, self.units)["frame"])


def frame_epochs(epochs: int, count: int) -> list[int]:
    """Return so many epochs at most, in even ratios from 1 to the last, and 0.

    >>> frame_epochs(100, 8)
    [0, 1, 2, 5, 10, 22, 46, 100]
    """
    return sorted({0, *np.geomspace(1, epochs, count - 1).round().astype(int).tolist()})


def make_frames(panel: Panel) -> dict[str, Any]:
    """Train a panel's default values; return what is known of its data, and as many frames as fit.

    What the network says of every test digit is kept for the map alone.
    """
    is_mapped = panel.name in MAPPED
    room = MOST - (len(as_json(digit_map())) if is_mapped else 0)
    for count in COUNTS:
        kept = Frames(count, UNITS[is_mapped])
        dataset = Training(panel.config({}), callbacks=[kept]).run().dataset
        assert dataset is not None
        frames = [f if is_mapped else {**f, "said": None, "sure": None} for f in kept.frames]
        data = {**describe_data(dataset), "shown": describe_shown(dataset)}
        stored = {"dataset": data, "frames": frames}
        if len(as_json(stored)) <= room:
            return stored
    raise ValueError(f"panel {panel.name!r}: its frames take more than {room:,} characters")
