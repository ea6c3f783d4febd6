"""The noise of a mini-batch gradient: how far it lies from that of the whole training set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn import CrossEntropy, Network


@dataclass(frozen=True)
class GradientNoise:
    """What the gradients of single examples and of batches are at fixed parameters.

    Attributes
    ----------
    length : float
        Euclidean norm of the gradient over all examples.
    single : float
        Noise of a single example: root of the mean squared distance of its gradient from the
        gradient over all.
    examples : int
        How many there are.
    batch_sizes : tuple of int
    measured : tuple of float
        The same for batches drawn without replacement, one value a batch size.
    """

    length: float
    single: float
    examples: int
    batch_sizes: tuple[int, ...]
    measured: tuple[float, ...]

    def expected(self, batch_size: float) -> float:
        """Return the noise of a batch as theory has it.

        A mean of `batch_size` independent gradients is less noisy by the square root of their
        number; drawn without replacement, the last batch, of all examples, has no noise left.
        """
        left = (self.examples - batch_size) / (self.examples - 1)
        return self.single * float(np.sqrt(left / batch_size))

    @property
    def break_even(self) -> float:
        """The batch size at which the noise of a batch is as long as the gradient itself."""
        return (self.single / self.length) ** 2

    @property
    def slope(self) -> float:
        """The slope of the measured noise by batch size, both logarithmic; -1/2 in theory.

        Batches of more than a tenth of the examples are left out: they run out of others.
        """
        few = [size for size in self.batch_sizes if size <= self.examples / 10]
        noise = self.measured[: len(few)]
        return float(np.polyfit(np.log(few), np.log(noise), 1)[0])


def measure_gradient_noise(
    network: Network,
    dataset: Dataset,
    batch_sizes: Sequence[int],
    draws: int = 100,
    seed: int = 2022,
) -> GradientNoise:
    """Measure the noise of mini-batch gradients of the cross-entropy at fixed parameters.

    Parameters
    ----------
    network : Network
        Its `gradients` are overwritten, its parameters stay.
    dataset : Dataset
        Its training examples are used.
    batch_sizes : sequence of int
        From small to large, each from 1 to the number of training examples.
    draws : int
        Batches a batch size.
    seed : int
    """
    count = dataset.train_size
    images, labels = dataset.images("train", dtype=network.dtype), dataset.train_labels
    whole = _gradient(network, images, labels)
    squares = [_square(_gradient(network, images[[i]], labels[[i]]) - whole) for i in range(count)]
    rng = np.random.default_rng(seed)
    measured = []
    for size in batch_sizes:
        batches = (rng.choice(count, size, replace=False) for _ in range(draws))
        distances = [_square(_gradient(network, images[b], labels[b]) - whole) for b in batches]
        measured.append(float(np.sqrt(np.mean(distances))))
    return GradientNoise(
        length=float(np.sqrt(_square(whole))),
        single=float(np.sqrt(np.mean(squares))),
        examples=count,
        batch_sizes=tuple(batch_sizes),
        measured=tuple(measured),
    )


def _gradient(network: Network, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    loss = CrossEntropy()
    loss.forward(network.forward(images), labels)
    network.backward(loss.backward())
    return network.gradients.astype(np.float64)


def _square(vector: np.ndarray) -> float:
    return float(vector @ vector)
