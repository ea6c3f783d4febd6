"""What networks say of the images of a test set: probabilities, confidence, mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn import Network
from mlp_core.training import Callback, Training, predict


@dataclass(frozen=True, eq=False)
class Predictions:
    """The probabilities that one network, or an average of several, gives to the classes.

    Attributes
    ----------
    probabilities : ndarray of shape (n, classes), float64
        Each row adds up to 1.
    labels : ndarray of shape (n,)
        The true classes.
    """

    probabilities: np.ndarray
    labels: np.ndarray

    @property
    def classes(self) -> np.ndarray:
        """The most probable class of each image."""
        return self.probabilities.argmax(axis=1)

    @property
    def confidence(self) -> np.ndarray:
        """The probability of that class."""
        return self.probabilities.max(axis=1)

    @property
    def right(self) -> np.ndarray:
        """Whether that class is the true one."""
        return self.classes == self.labels

    @property
    def losses(self) -> np.ndarray:
        """The cross-entropy of each image: minus the logarithm of the true class's probability."""
        true = self.probabilities[np.arange(len(self.labels)), self.labels]
        return -np.log(np.maximum(true, np.finfo(np.float64).tiny))

    @property
    def mistakes(self) -> int:
        """How many images are classified wrongly."""
        return int((~self.right).sum())

    @property
    def most_wrong(self) -> np.ndarray:
        """The images that are classified wrongly, the most confident mistake first."""
        wrong = np.flatnonzero(~self.right)
        return wrong[np.argsort(-self.confidence[wrong], kind="stable")]

    def at_temperature(self, temperature: float) -> Predictions:
        """Return the predictions with all logits divided by a temperature.

        Above 1 it evens the probabilities out, below 1 it sharpens them; the most probable class
        stays.
        """
        floor = np.finfo(np.float64).tiny
        return Predictions(
            softmax(np.log(np.maximum(self.probabilities, floor)) / temperature), self.labels
        )

    def take(self, rows: np.ndarray | slice) -> Predictions:
        """Return the predictions of some of the images."""
        return Predictions(self.probabilities[rows], self.labels[rows])


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of each row of logits, in float64.

    >>> softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    shifted = np.asarray(logits, np.float64)
    powers = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def predict_probabilities(network: Network, dataset: Dataset, split: str = "test") -> Predictions:
    """Return what a network that was trained by cross-entropy says of a split."""
    return Predictions(softmax(predict(network, dataset, split)), dataset.examples(split)[1])


def average(members: Sequence[Predictions]) -> Predictions:
    """Return the ensemble of several networks: the mean of their probabilities.

    Raises
    ------
    ValueError
        If there are no members.
    """
    if not members:
        raise ValueError("no members: an ensemble needs the predictions of at least one network")
    return Predictions(np.mean([m.probabilities for m in members], axis=0), members[0].labels)


def count_wrong(members: Sequence[Predictions]) -> np.ndarray:
    """Return for each image how many of the networks classify it wrongly."""
    return np.sum([~member.right for member in members], axis=0)


class PredictionTrace(Callback):
    """Keeps what a network says of the test set after some of its epochs.

    Attributes
    ----------
    predictions : dict of int to Predictions
        By epoch.
    """

    def __init__(self, epochs: Iterable[int]) -> None:
        self._epochs = frozenset(epochs)
        self.predictions: dict[int, Predictions] = {}

    def on_epoch_end(self, training: Training) -> None:
        """Keep the predictions if this epoch is among those asked for."""
        if training.epoch in self._epochs:
            self.predictions[training.epoch] = predict_probabilities(
                training.network, training.dataset
            )
