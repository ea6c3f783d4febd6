"""The slope of a loss measured from outside, to check the backward pass with."""

from __future__ import annotations

import numpy as np

from mlp_core.nn.checks import check_positive
from mlp_core.nn.losses import Loss
from mlp_core.nn.network import Network


def compute_gradients(
    network: Network, loss: Loss, inputs: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Return a copy of the gradients of the mean loss, by the backward pass.

    `inputs` are of shape (rows, in_features), `labels` of shape (rows,).
    """
    loss.forward(network.forward(inputs), labels)
    network.backward(loss.backward())
    return network.gradients.copy()


def central_differences(
    network: Network, loss: Loss, inputs: np.ndarray, labels: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Return the gradients of the mean loss as (L(p + step) - L(p - step)) / (2 step), in float64.

    Two forward passes per parameter, in the network's own precision: slow, and independent of
    the backward pass. The network is without dropout, or in evaluation mode; its parameters are
    as before when this returns. The best `step` is near the cube root of the precision: 6e-6 in
    float64.
    """
    check_positive("step", step)
    parameters = network.parameters
    slopes = np.empty(parameters.size)
    for i, value in enumerate(parameters.copy()):
        parameters[i] = value + step
        above = loss.forward(network.forward(inputs), labels).mean()
        parameters[i] = value - step
        below = loss.forward(network.forward(inputs), labels).mean()
        parameters[i] = value
        slopes[i] = (float(above) - float(below)) / (2 * step)
    return slopes


def relative_error(actual: np.ndarray, expected: np.ndarray) -> float:
    """Return the length of the difference of two vectors over the length of the expected one.

    >>> relative_error(np.array([3.0, 4.5]), np.array([3.0, 4.0]))
    0.1
    """
    distance = np.linalg.norm(np.asarray(actual, np.float64) - expected)
    return float(distance / np.linalg.norm(expected))
