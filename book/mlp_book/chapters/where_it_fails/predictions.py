"""What networks say of the images of a test set: probabilities, mistakes, and kept promises."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import softmax
from scipy.stats import norm
from sklearn.metrics import confusion_matrix

from mlp_core.data import Dataset
from mlp_core.nn import Network
from mlp_core.training import Callback, Training, predict

BINS = 10  # of equal width, by confidence
TINY = np.finfo(np.float64).tiny  # of which there is a logarithm


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
        return -np.log(np.maximum(true, TINY))

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

        Above 1 it evens the probabilities out, below 1 it sharpens them.
        """
        logits = np.log(np.maximum(self.probabilities, TINY))
        return Predictions(softmax(logits / temperature, axis=1), self.labels)

    def take(self, rows: slice) -> Predictions:
        """Return the predictions of some of the images."""
        return Predictions(self.probabilities[rows], self.labels[rows])


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
            found = predict_probabilities(training.network, training.dataset)
            self.predictions[training.epoch] = found


def predict_probabilities(network: Network | None, dataset: Dataset) -> Predictions:
    """Return what a network that was trained by cross-entropy says of the test set."""
    if network is None:
        raise ValueError("network is None: a stored run has none, so train the run again")
    logits = np.asarray(predict(network, dataset, "test"), np.float64)
    return Predictions(softmax(logits, axis=1), dataset.test_labels)


def average(members: Sequence[Predictions]) -> Predictions:
    """Return the ensemble of several networks: the mean of their probabilities."""
    if not members:
        raise ValueError("no members: an ensemble needs the predictions of at least one network")
    return Predictions(np.mean([m.probabilities for m in members], axis=0), members[0].labels)


def count_wrong(members: Sequence[Predictions]) -> np.ndarray:
    """Return for each image how many of the networks classify it wrongly."""
    return np.sum([~member.right for member in members], axis=0)


def count_confusions(members: Sequence[Predictions]) -> np.ndarray:
    """Return how many images of each class (row) a network takes for each class (column)."""
    every = range(members[0].probabilities.shape[1])
    return np.mean([confusion_matrix(m.labels, m.classes, labels=every) for m in members], axis=0)


def curves_of(traces: Sequence[PredictionTrace]) -> dict[str, np.ndarray]:
    """Return accuracy and mean confidence in percent, and test loss, as (networks, epochs)."""
    return {
        "accuracy": _each(traces, lambda found: 100 * found.right.mean()),
        "confidence": _each(traces, lambda found: 100 * found.confidence.mean()),
        "test loss": _each(traces, lambda found: found.losses.mean()),
    }


def _each(traces: Sequence[PredictionTrace], measure: Any) -> np.ndarray:
    return np.array([[measure(found) for found in t.predictions.values()] for t in traces])


def independent_std(members: Sequence[Predictions]) -> float:
    """Return the spread of the number of mistakes if chance decided each image independently.

    Image i is wrong with a probability p_i of its own, so the number of mistakes has the variance
    ``sum p_i (1 - p_i)``. Networks that spread more are not only luckier: some are better.

    Source: K. Jordan, "On the Variance of Neural Network Training with respect to Test Sets and
    Distributions", ICLR (2024). The p_i are estimated from the networks, without bias.
    """
    count = len(members)
    if count < 2:
        raise ValueError(f"members: need the predictions of at least 2 networks, got {count}")
    wrong = count_wrong(members) / count
    return math.sqrt(float((wrong * (1 - wrong)).sum()) * count / (count - 1))


def binomial_std(share: float, count: int) -> float:
    """Return the standard deviation of a share of so many independent images.

    >>> f"{binomial_std(0.5, 100):.3f}"
    '0.050'
    """
    return math.sqrt(share * (1 - share) / count)


def share_interval(right: Any, count: Any) -> tuple[Any, Any]:
    """Return the lowest and the highest true share that so many of so many are in line with.

    Wilson's score interval (1927), at 95 %. SciPy's ``binomtest`` has it for whole numbers only;
    here ten networks' answers to one image count as a single one.

    >>> [f"{edge:.3f}" for edge in share_interval(36, 36)]
    ['0.904', '1.000']
    """
    if not np.all((right >= 0) & (right <= count) & (count > 0)):
        raise ValueError(f"{right} of {count} is no share: need 0 <= right <= count and count > 0")
    z = norm.ppf(0.975)
    share, weight = right / count, z**2 / count
    centre = (share + weight / 2) / (1 + weight)
    half = np.sqrt(weight * (share * (1 - share) + weight / 4)) / (1 + weight)
    return np.maximum(0.0, centre - half), np.minimum(1.0, centre + half)


def bin_by_confidence(confidence: np.ndarray, right: np.ndarray, members: int = 1) -> pd.DataFrame:
    """Return one row per range of confidence that has predictions, all shares from 0 to 1.

    ``gap`` is the mean confidence minus the accuracy: above 0, the network is too sure of itself.
    ``low`` and ``high`` are the ends of the accuracy's interval. If several networks (`members`)
    predicted the same images, it counts each image once: again, it is no new evidence.
    """
    data = pd.DataFrame({"confidence": confidence, "right": right})
    table = data.groupby(bins_of(confidence)).agg(
        confidence=("confidence", "mean"), right=("right", "sum"), count=("right", "size")
    )
    table = table.assign(accuracy=table["right"] / table["count"]).reset_index(drop=True)
    low, high = share_interval(table["right"] / members, table["count"] / members)
    return table.assign(gap=table["confidence"] - table["accuracy"], low=low, high=high)


def bin_members(members: Sequence[Predictions]) -> pd.DataFrame:
    """Return `bin_by_confidence` of several networks' predictions of the same images."""
    return bin_by_confidence(
        np.concatenate([m.confidence for m in members]),
        np.concatenate([m.right for m in members]),
        len(members),
    )


def calibration_error(confidence: np.ndarray, right: np.ndarray) -> float:
    """Return the expected calibration error: the mean gap over the predictions, without its sign.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural
    Networks", ICML (2017).

    >>> right = np.array([True, True, True, True, False])
    >>> round(calibration_error(np.full(5, 0.95), right), 12)
    0.15
    """
    gaps = np.bincount(bins_of(confidence), confidence - right)  # of each bin, times its count
    return float(np.abs(gaps).sum()) / len(confidence)


def bins_of(confidence: np.ndarray) -> np.ndarray:
    """Return the place of each confidence among `BINS` ranges."""
    # 0.8 in ten ranges is 8.000000000000002 tenths on some paths, 7.999999999999999 on others.
    return np.minimum(np.floor(confidence * BINS + 1e-9), BINS - 1).astype(int)


def chance_errors(
    members: Sequence[Predictions], draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return calibration errors of networks that *are* calibrated, on as many images.

    Right and wrong are drawn anew from the networks' own confidences: what is left of the error is
    chance. Networks share it as they share their images: an image has one random number, and those
    of a confidence above it are right. The result is the mean over the networks for each draw.
    """
    numbers = rng.random((draws, len(members[0].labels)))
    return np.array(
        [np.mean([calibration_error(m.confidence, row < m.confidence) for m in members])
         for row in numbers]
    )  # fmt: skip
