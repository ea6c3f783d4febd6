"""The slope of a loss measured from outside, to check the backward pass with."""

from __future__ import annotations

import numpy as np

from mlp_core.nn.losses import Loss
from mlp_core.nn.network import Network


def compute_gradients(
    network: Network, loss: Loss, inputs: np.ndarray, labels: np.ndarray
) -> np.ndarray:
    """Return a copy of the gradients of the mean loss, by the backward pass.

    Parameters
    ----------
    network : Network
    loss : Loss
    inputs : ndarray of shape (rows, in_features)
    labels : ndarray of int, shape (rows,)

    Returns
    -------
    ndarray of shape (parameter_count,)
    """
    loss.forward(network.forward(inputs), labels)
    network.backward(loss.backward())
    return network.gradients.copy()


def central_differences(
    network: Network, loss: Loss, inputs: np.ndarray, labels: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    """Return the gradients of the mean loss as (L(p + step) - L(p - step)) / (2 step).

    Two forward passes a parameter, in the network's own precision: slow, and independent of the
    backward pass. The parameters are as before when it returns.

    Parameters
    ----------
    network : Network
        Without dropout, or in evaluation mode.
    loss : Loss
    inputs : ndarray of shape (rows, in_features)
    labels : ndarray of int, shape (rows,)
    step : float, default 1e-5
        Above 0. The best one is near the cube root of the precision: 6e-6 in float64.

    Returns
    -------
    ndarray of float64, shape (parameter_count,)
    """
    if not step > 0:
        raise ValueError(f"step={step!r} is not legal: must be > 0")
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
