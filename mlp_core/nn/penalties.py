"""Penalties: terms added to the loss that keep weights small; biases are left alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlp_core.nn.checks import check_not_negative


class Penalty:
    """A function of the weights, scaled by `strength`, whose gradient is added to the loss's.

    Parameters
    ----------
    strength : float
        At least 0.
    weight_slices : sequence of slice
        Which stretches of the parameter vector are weights.
    """

    def __init__(self, strength: float, weight_slices: Sequence[slice]) -> None:
        check_not_negative("strength", strength)
        self.strength = strength
        self.weight_slices = list(weight_slices)
        self._scratch = np.empty(0)

    def add_gradient(
        self, parameters: np.ndarray, gradients: np.ndarray, scale: float = 1.0
    ) -> None:
        """Add `scale` times the penalty's gradient to `gradients`, in place."""
        if len(self._scratch) != len(parameters):
            self._scratch = np.empty_like(parameters)
        for weights in self.weight_slices:
            slope = self._slope(parameters[weights], self._scratch[weights])
            np.multiply(slope, scale * self.strength, out=slope)
            np.add(gradients[weights], slope, out=gradients[weights])

    def _slope(self, weights: np.ndarray, out: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class L1Penalty(Penalty):
    """strength * sum |w|, with the slope strength * sign(w), and 0 at w = 0."""

    def _slope(self, weights: np.ndarray, out: np.ndarray) -> np.ndarray:
        return np.sign(weights, out=out)


class L2Penalty(Penalty):
    """strength / 2 * sum w^2, with the slope strength * w."""

    def _slope(self, weights: np.ndarray, out: np.ndarray) -> np.ndarray:
        np.copyto(out, weights)
        return out
