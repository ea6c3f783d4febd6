"""Optimizers on a quadratic loss, a valley: their paths, and how fast each direction shrinks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlp_core.nn import Optimizer


def make_valley(curvatures: Sequence[float] | np.ndarray, degrees: float = 0.0) -> np.ndarray:
    """Return the symmetric matrix H of the loss ``x @ H @ x / 2``.

    Parameters
    ----------
    curvatures : sequence of two float
        Along the two axes of the valley.
    degrees : float
        By how much these are turned away from those of the parameters.
    """
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.diag(np.asarray(curvatures, np.float64)) @ turn.T


def descend(
    optimizer: Optimizer, valley: np.ndarray, start: Sequence[float], updates: int
) -> np.ndarray:
    """Return the path of a new optimizer down a valley, of shape (updates + 1, 2)."""
    position = np.array(start, np.float64)
    path = [position.copy()]
    for _ in range(updates):
        optimizer.step(position, valley @ position)  # the gradient is valley @ position
        path.append(position.copy())
    return np.array(path)


def losses_along(path: np.ndarray, valley: np.ndarray) -> np.ndarray:
    """Return the loss at each point of a path."""
    return np.einsum("ni,ij,nj->n", path, valley, path) / 2


def eigenvalues(rate_times_curvature: float, momentum: float, nesterov: bool = False) -> np.ndarray:
    """Return the two eigenvalues of one update of momentum along one direction of a valley.

    With the curvature c, the update of `mlp_core.nn.SGD` maps (position, velocity) by a matrix of
    2 x 2. Its eigenvalues solve x^2 - t x + d = 0, where t is the trace and d the determinant:
    t = 1 + momentum - rate c and d = momentum; with Nesterov's look ahead
    t = (1 + momentum) (1 - rate c) and d = momentum (1 - rate c).

    Source: G. Goh, "Why Momentum Really Works", Distill (2017).

    >>> eigenvalues(0.19, 0.0).real.round(2).tolist()  # plain descent: 1 - rate c, and 0
    [0.81, 0.0]
    """
    plain = 1 - rate_times_curvature
    trace = (1 + momentum) * plain if nesterov else momentum + plain
    determinant = momentum * plain if nesterov else momentum
    root = np.sqrt(complex(trace**2 / 4 - determinant))
    return np.array([trace / 2 + root, trace / 2 - root])


def shrink_factor(rate_times_curvature: float, momentum: float, nesterov: bool = False) -> float:
    """Return by what factor an update shrinks the distance in the long run: the spectral radius.

    >>> round(shrink_factor(0.04, 0.64), 6), round(shrink_factor(0.04, 0.81), 6)
    (0.8, 0.9)
    """
    return float(np.abs(eigenvalues(rate_times_curvature, momentum, nesterov)).max())
