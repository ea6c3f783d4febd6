"""The work that every contestant does: data, batches, initial weights, settings."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mlp_core import RunConfig
from mlp_core.training import Training

LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.05, 0.9, 1e-5


@dataclass(frozen=True)
class Work:
    """One case: a network, a batch size and a number of updates to check the loss after."""

    dataset: str
    hidden_sizes: tuple[int, ...]
    batch_size: int
    # Late enough that all have learned, early enough that rounding has not yet led them apart.
    check_updates: int = 100

    @property
    def label(self) -> str:
        """Layer widths and batch size."""
        widths = (784 if self.dataset != "digits" else 64, *self.hidden_sizes, 10)
        return "-".join(str(width) for width in widths) + f", batch {self.batch_size}"

    @property
    def config(self) -> RunConfig:
        """The same settings for all."""
        return RunConfig(
            dataset=self.dataset,
            hidden_sizes=self.hidden_sizes,
            batch_size=self.batch_size,
            learning_rate=LEARNING_RATE,
            momentum=MOMENTUM,
            weight_decay=WEIGHT_DECAY,
            epochs=1,
            seed=2022,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, to send to another process."""
        return asdict(self)


@dataclass
class Materials:
    """What a contestant is given: scaled images, labels, an endless order, initial weights."""

    images: np.ndarray
    labels: np.ndarray
    layers: list[tuple[np.ndarray, np.ndarray]]  # (weight (in, out), bias (out,)) each

    def batches(self, batch_size: int, updates: int, seed: int = 7) -> np.ndarray:
        """Return the rows of each update's batch, shape (updates, batch_size)."""
        rng = np.random.default_rng(seed)
        size = len(self.labels)
        whole = (size // batch_size) * batch_size
        epochs = -(-updates * batch_size // whole)
        order = np.concatenate([rng.permutation(size)[:whole] for _ in range(epochs)])
        return order[: updates * batch_size].reshape(updates, batch_size)


def prepare(work: Work) -> Materials:
    """Load the data and draw the initial weights as the engine does."""
    training = Training(work.config)
    dataset = training.dataset
    layers = [(x.weight.copy(), x.bias.copy()) for x in training.network.linear_layers]
    return Materials(dataset.inputs("train"), dataset.train_labels.copy(), layers)


def loss_of(layers: list[tuple[np.ndarray, np.ndarray]], materials: Materials) -> float:
    """Return the mean cross-entropy on 2,000 training images, plainly and in float64."""
    x = materials.images[:2000].astype(float)
    labels = materials.labels[:2000]
    for number, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        if number < len(layers) - 1:
            x = np.maximum(x, 0)
    x -= x.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(x).sum(axis=1))
    return float((log_sum - x[np.arange(len(x)), labels]).mean())
