"""Optimizers on a parabola of several dimensions: valleys, and the paths that lead down them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlp_core.nn import Optimizer


def make_valley(curvatures: Sequence[float], degrees: float = 0.0) -> np.ndarray:
    """Return the symmetric matrix H of the loss ``x @ H @ x / 2``, turned by an angle.

    Parameters
    ----------
    curvatures : sequence of float
        Along the two axes of the valley.
    degrees : float
        By how much these are turned away from those of the parameters.

    Returns
    -------
    ndarray of shape (2, 2)
    """
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.diag(np.asarray(curvatures, np.float64)) @ turn.T


def losses_along(path: np.ndarray, valley: np.ndarray) -> np.ndarray:
    """Return the loss at each point of a path."""
    return np.einsum("ni,ij,nj->n", path, valley, path) / 2


def descend(
    optimizer: Optimizer, valley: np.ndarray, start: Sequence[float], updates: int
) -> np.ndarray:
    """Follow a new optimizer down a valley.

    Returns
    -------
    ndarray of shape (updates + 1, n)
        The start, then where each update led.
    """
    position = np.array(start, np.float64)
    path = [position.copy()]
    for _ in range(updates):
        optimizer.step(position, valley @ position)
        path.append(position.copy())
    return np.array(path)
