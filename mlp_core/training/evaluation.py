"""Evaluation: the mean loss and the accuracy of a network on all examples of a split."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn import Loss, Network

CHUNK = 1000  # rows evaluated at a time: their activations still fit the processor's cache


def forward_in_chunks(
    network: Network, dataset: Dataset, split: str, size: int
) -> Iterator[tuple[slice, np.ndarray]]:
    """Pass the first `size` examples through the network in evaluation mode.

    Yields which rows of the split they are, and the network's outputs for them.
    """
    gatherer = dataset.gatherer(network.dtype, split)
    was_training = network.training
    network.set_training(False)
    for start in range(0, size, CHUNK):
        rows = np.arange(start, min(start + CHUNK, size))
        yield slice(start, start + len(rows)), network.forward(gatherer.gather(rows)[0])
    network.set_training(was_training)


def predict(network: Network, dataset: Dataset, split: str = "test") -> np.ndarray:
    """Return the network's outputs for all examples of a split, in evaluation mode.

    Logits, or log-probabilities if the network ends in `LogSoftmax`, of shape (n, classes).
    """
    size = len(dataset.examples(split)[1])
    outputs = np.empty((size, network.out_features), network.dtype)
    for rows, chunk in forward_in_chunks(network, dataset, split, size):
        outputs[rows] = chunk
    return outputs


def evaluate(
    network: Network, loss: Loss, dataset: Dataset, split: str = "test"
) -> tuple[float, float]:
    """Return the mean loss per example and the accuracy (a fraction) on all examples of a split."""
    return judge(predict(network, dataset, split), loss, dataset.examples(split)[1])


def judge(outputs: np.ndarray, loss: Loss, labels: np.ndarray) -> tuple[float, float]:
    """Return the mean loss per example and the accuracy (a fraction) of a network's outputs."""
    with np.errstate(all="ignore"):
        losses = loss.forward(outputs, labels)
        mean_loss = float(losses.mean(dtype=np.float64))
    return mean_loss, float((loss.predictions == labels).mean())
