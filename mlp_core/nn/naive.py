"""Formulas that look right and break: for the chapter on numerical stability, never for training.

Each has a stable counterpart in `losses`, `layers` or `activations`.
"""

from __future__ import annotations

import numpy as np


def naive_softmax(logits: np.ndarray) -> np.ndarray:
    """Return exp(logits) / sum(exp(logits)) of each row, without a shift.

    In float32 exp overflows above about 88.7, and inf / inf is NaN.

    Parameters
    ----------
    logits : ndarray of shape (rows, classes)

    Returns
    -------
    ndarray of shape (rows, classes)
    """
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def naive_sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), whose exp overflows for large negative x."""
    return 1 / (1 + np.exp(-x))


def naive_cross_entropy(
    probabilities: np.ndarray, labels: np.ndarray, epsilon: float = 0.0
) -> np.ndarray:
    """Return -log(probability of the label + epsilon) of each row.

    With `epsilon` 0 an underflowed probability gives inf. With the remedy of report A, 1e-10,
    the loss stays finite, but it can then never exceed -log(1e-10), about 23, however wrong
    the network is, and its slope vanishes where it is needed most.

    Parameters
    ----------
    probabilities : ndarray of shape (rows, classes)
    labels : ndarray of int, shape (rows,)
    epsilon : float, default 0

    Returns
    -------
    ndarray of shape (rows,)
    """
    return -np.log(probabilities[np.arange(len(labels)), labels] + epsilon)
