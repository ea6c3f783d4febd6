"""Evidence for a diagnosis: what is known of a run, and what a pass over some examples shows."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn import Activation, Network
from mlp_core.training.build import build_loss
from mlp_core.training.config import RunConfig
from mlp_core.training.history import History
from mlp_core.training.model import Model

EXAMPLES = 1000  # that are looked at, evenly spread over a split
WELL = 0.85  # of the way from guessing to no error: then there is nothing to look for


@dataclass
class Evidence:
    """What is known of a run, and what one pass over some examples shows."""

    config: RunConfig
    history: History
    stop_reason: str | None
    diverged_at: int | None
    model: Model | None
    dataset: Dataset | None

    @property
    def accuracy(self) -> float:
        """On the training set, after the last epoch if that was evaluated."""
        name = "train_accuracy"
        if self.history.last(name) is None:
            name = "running_accuracy"
        return float(self.history.last(name) or 0.0)

    @cached_property
    def guess(self) -> float:
        """The training accuracy of always answering with the largest class; 0 if not known."""
        if self.dataset is None:
            return 0.0
        return float(np.bincount(self.dataset.train_labels).max() / self.dataset.train_size)

    @property
    def is_well(self) -> bool:
        """Whether training got most of the way from guessing to no error."""
        if self.diverged_at is not None:
            return False
        return not len(self.history) or (self.accuracy - self.guess) > WELL * (1 - self.guess)

    def is_a_guess(self, accuracy: float, size: int, sigmas: float = 3) -> bool:
        """Return whether so many examples cannot tell an accuracy from that of guessing."""
        return accuracy <= self.guess + sigmas * math.sqrt(self.guess * (1 - self.guess) / size)

    @cached_property
    def network(self) -> Network | None:
        """A copy of the network with gradients, or None if its parameters are not finite."""
        if self.model is None or self.dataset is None:
            return None
        if not np.isfinite(self.model.network.parameters).all():
            return None
        network, loss = copy.deepcopy(self.model.network), build_loss(self.config)
        loss.forward(network.forward(self.inputs), self._sample("train")[1])
        network.backward(loss.backward())
        return network

    @cached_property
    def inputs(self) -> np.ndarray:
        """The training examples that are looked at, scaled."""
        return self._sample("train")[0]

    @cached_property
    def hidden(self) -> list[tuple[Activation, np.ndarray]]:
        """The activation layers, each with what it puts out for the training examples."""
        found, values = [], self.inputs
        for layer in self.network.layers if self.network else ():
            values = layer.forward(values)
            if isinstance(layer, Activation):
                found.append((layer, values.copy()))
        return found

    @cached_property
    def confusion(self) -> np.ndarray | None:
        """How many test examples of each class (row) were taken for each class (column)."""
        if self.network is None or self.dataset is None:
            return None
        inputs, labels = self._sample("test")
        counts = np.zeros((self.dataset.classes, self.dataset.classes), int)
        seen = copy.deepcopy(self.network).forward(inputs).argmax(axis=1)
        np.add.at(counts, (labels, seen), 1)
        return counts

    def _sample(self, split: str) -> tuple[np.ndarray, np.ndarray]:
        assert self.dataset is not None
        size = len(self.dataset.examples(split)[1])
        rows = np.linspace(0, size - 1, min(size, EXAMPLES)).astype(np.intp)
        return self.dataset.gatherer(self.config.dtype, split).gather(rows)
