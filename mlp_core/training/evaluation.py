"""Evaluation: the mean loss and the accuracy of a network on a whole split."""

from __future__ import annotations

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn import Loss, Network

CHUNK = 1000  # rows evaluated at a time: their activations still fit the processor's cache


def predict(network: Network, dataset: Dataset, split: str = "test") -> np.ndarray:
    """Return the network's outputs for a whole split, in evaluation mode.

    Parameters
    ----------
    network : Network
    dataset : Dataset
    split : {"train", "test"}

    Returns
    -------
    ndarray of shape (n, classes)
        Logits, or log-probabilities if the network ends in `LogSoftmax`.
    """
    gatherer = dataset.gatherer(network.dtype, split)
    size = dataset.train_size if split == "train" else dataset.test_size
    outputs = np.empty((size, network.out_features), network.dtype)
    was_training = network.training
    network.set_training(False)
    for start in range(0, size, CHUNK):
        rows = np.arange(start, min(start + CHUNK, size))
        images, _ = gatherer.gather(rows)
        outputs[start : start + CHUNK] = network.forward(images)
    network.set_training(was_training)
    return outputs


def evaluate(
    network: Network, loss: Loss, dataset: Dataset, split: str = "test"
) -> tuple[float, float]:
    """Return the mean loss an example and the accuracy (a fraction) on a whole split."""
    outputs = predict(network, dataset, split)
    labels = dataset.train_labels if split == "train" else dataset.test_labels
    with np.errstate(all="ignore"):
        losses = loss.forward(outputs, labels)
        mean_loss = float(losses.mean(dtype=np.float64))
    return mean_loss, float((loss.predictions == labels).mean())
