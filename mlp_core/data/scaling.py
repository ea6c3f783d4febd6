"""Input scalings: how a raw value becomes the number that a network sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlp_core.data.errors import DataError, legal_names

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

INPUT_SCALINGS = ("unit", "centered", "standardized", "raw")

# np.bincount turns its input into 8-byte integers; a block of this size keeps that in the cache.
_BLOCK = 1 << 16
_ROWS = 1000  # scaled at a time, so that no copy of all values in float64 is made


@dataclass(frozen=True, eq=False)
class Scaling:
    """``input = value * scale + offset``.

    Attributes
    ----------
    name : str
        One of `INPUT_SCALINGS`.
    scale, offset : float, or ndarray of shape (in_features,)
        Pixels share one; other features have one each.
    """

    name: str
    scale: float | np.ndarray
    offset: float | np.ndarray

    def apply(self, values: ArrayLike, dtype: DTypeLike = np.float32) -> np.ndarray:
        """Return raw values of shape (n, in_features) scaled, in a new array of that dtype.

        The arithmetic is that of float64: of dates, say, float32 would leave little.
        """
        values = np.asarray(values)
        inputs = np.empty(values.shape, dtype)
        for start in range(0, len(values), _ROWS):
            rows = slice(start, start + _ROWS)
            with np.errstate(over="ignore"):
                inputs[rows] = values[rows].astype(np.float64) * self.scale + self.offset
            if not np.isfinite(inputs[rows]).all():
                raise DataError(f"input_scaling={self.name!r}: a value is too large for {dtype}")
        return inputs


def fit_scaling(name: str, features: np.ndarray, pixel_max: float | None = None) -> Scaling:
    """Return the scaling of that name for training features of shape (n, in_features).

    ``unit``: from 0 to 1. ``standardized``: mean 0 and standard deviation 1. ``centered``: pixels
    about -0.5 to 0.5, other features standardized. ``raw``: as they are. Pixels, whose largest
    possible value is given, are scaled alike; other features each by its own range or deviation.

    >>> scaling = fit_scaling("centered", np.zeros((1, 4), np.uint8), 255)
    >>> 0 * scaling.scale + scaling.offset == -128 / 255
    True
    """
    check_input_scaling(name)
    if name == "raw":
        return Scaling(name, 1.0, 0.0)
    if pixel_max is None:
        return _fit_features(name, features)
    if name == "standardized":
        mean, std = mean_and_std(features, pixel_max)
        if std == 0:
            raise DataError(
                f"input_scaling='standardized' divides by the standard deviation of the training "
                f"pixels, which is 0 to four decimals (mean {mean}): use 'unit' or 'centered'"
            )
        return Scaling(name, 1 / (pixel_max * std), -mean / std)
    low = -pixel_max if features.min() < 0 else 0
    if name == "unit":
        return Scaling(name, 1 / (pixel_max - low), 0.0 - low / (pixel_max - low))
    middle = (low + pixel_max) / 2
    if features.dtype == np.uint8 and pixel_max > 1:
        middle = (pixel_max + 1) // 2  # a byte: it can be subtracted before scaling
    return Scaling(name, 1 / (pixel_max - low), -middle / (pixel_max - low))


def check_input_scaling(name: str) -> None:
    """Raise a DataError that lists the legal names if there is no such scaling."""
    if name not in INPUT_SCALINGS:
        names = legal_names(str(name), INPUT_SCALINGS)
        raise DataError(f"input_scaling={name!r} is not legal. {names}")


def _fit_features(name: str, features: np.ndarray) -> Scaling:
    """Return the scaling of features with a range each; what is constant becomes 0."""
    low, high = (f(axis=0).astype(np.float64) for f in (features.min, features.max))
    center, width = low, high - low
    if name != "unit":
        center = features.mean(axis=0, dtype=np.float64)
        width = features.std(axis=0, dtype=np.float64)
    center, width = np.where(low == high, low, center), np.where(low == high, 1.0, width)
    return Scaling(name, 1 / width, -center / width)


def mean_and_std(pixels: np.ndarray, pixel_max: float) -> tuple[float, float]:
    """Return mean and standard deviation of ``pixel / pixel_max``, to four decimals.

    Four decimals are what is customary for MNIST (0.1307 and 0.3081), and rounding keeps the
    numbers free of the order of summation. The pixels may have any shape.

    >>> mean_and_std(np.array([0, 0, 255, 255], dtype=np.uint8), 255)
    (0.5, 0.5)
    """
    if pixels.dtype != np.uint8:
        mean, std = pixels.mean(dtype=np.float64), pixels.std(dtype=np.float64)
        return round(float(mean) / pixel_max, 4), round(float(std) / pixel_max, 4)
    # Sums over a histogram are sums of integers: exact, and without a float copy of the pixels.
    flat = pixels.reshape(-1)
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, flat.size, _BLOCK):
        counts += np.bincount(flat[start : start + _BLOCK], minlength=256)
    values = np.arange(256) / pixel_max
    mean = float(counts @ values) / flat.size
    variance = float(counts @ (values - mean) ** 2) / flat.size
    return round(mean, 4), round(variance**0.5, 4)
