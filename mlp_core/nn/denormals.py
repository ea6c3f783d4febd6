"""Denormal numbers: what is smaller than the smallest ordinary number, and slow to work with."""

from __future__ import annotations

import numpy as np

# Beside 1e-25 a gradient above 4e-18 is not changed by a bit, and what is left of the smaller
# ones is at least 6e-33 (float32): times an input, still an ordinary number.
TINY_GRADIENT = 1e-25


def flush_tiny(array: np.ndarray, beside: float = 1e-15) -> np.ndarray:
    """Set what is smaller than about 1e-7 of `beside` (float32) to exactly 0, in place.

    What is multiplied by 0.9 again and again, the velocity of a dead unit, say, never reaches
    0: it sticks among the denormal numbers near 1e-44, where every operation takes some hundred
    times as long. Next to `beside`, which is added and taken off again, such numbers vanish, and
    the ones that matter are not changed.

    >>> vector = np.array([1e-40, -1e-30, 1e-12, 0.5], "float32")
    >>> flush_tiny(vector).tolist() == [0, 0, np.float32(1e-12), 0.5]
    True
    """
    np.add(array, beside, out=array)
    return np.subtract(array, beside, out=array)
