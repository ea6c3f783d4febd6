"""What hidden units do: dead, saturated, seldom active, active."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlp_core.nn import Activation
from mlp_core.nn.activations import Sigmoid, Tanh
from mlp_core.nn.naive import NaiveSigmoid

THRESHOLD = 0.2  # a unit that is active on more than this share of the examples counts as active
AT_END = 0.9  # and one at an end of its range on at least this share as saturated


@dataclass(frozen=True, eq=False)
class UnitStates:
    """What the units of a hidden layer do on some examples.

    Attributes
    ----------
    share : ndarray of float
        On which share of the examples a unit's output is above 0.
    dead : ndarray of bool
        Above 0 on none of them.
    active : ndarray of bool
        Above 0 on more than `THRESHOLD` of them.
    saturated : ndarray of bool
        Within 1 % of an end of the activation's range on at least `AT_END` of them.
    """

    share: np.ndarray
    dead: np.ndarray
    active: np.ndarray
    saturated: np.ndarray

    @classmethod
    def of(cls, layer: Activation) -> UnitStates:
        """Return the states of a layer's units in its last forward pass."""
        outputs = layer.outputs
        share = np.count_nonzero(outputs > 0, axis=0) / len(outputs)
        saturated = np.count_nonzero(at_ends(layer, outputs), axis=0) >= AT_END * len(outputs)
        return cls(share, share == 0, share > THRESHOLD, saturated)


def at_ends(layer: Activation, outputs: np.ndarray) -> np.ndarray:
    """Return which outputs are within 1 % of the ends of a bounded activation's range."""
    if isinstance(layer, Tanh):
        return np.abs(outputs) > 0.98
    if isinstance(layer, Sigmoid | NaiveSigmoid):
        return np.abs(outputs - 0.5) > 0.49
    return np.zeros(outputs.shape, bool)
