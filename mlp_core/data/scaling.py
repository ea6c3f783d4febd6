"""Input scalings: how a pixel from 0 to `pixel_max` becomes the number a network sees."""

from __future__ import annotations

import numpy as np

from mlp_core.data.errors import DataError, legal_names

INPUT_SCALINGS = ("unit", "centered", "standardized")

# np.bincount turns its input into 8-byte integers; a block of this size keeps that in the cache.
_BLOCK = 1 << 16


def scale_and_offset(input_scaling: str, pixels: np.ndarray, pixel_max: int) -> tuple[float, float]:
    """Return the two numbers of ``image = pixel * scale + offset``; ``unit`` has no offset.

    Parameters
    ----------
    input_scaling : {"unit", "centered", "standardized"}
        ``unit`` is ``pixel / pixel_max``, from 0 to 1. ``centered`` is
        ``(pixel - ceil(pixel_max / 2)) / pixel_max``, about -0.5 to 0.5. ``standardized`` is
        ``(pixel / pixel_max - mean) / std``.
    pixels : ndarray of uint8
        The training pixels; only ``standardized`` looks at them.
    pixel_max : int
        The largest value that a pixel can have.

    Raises
    ------
    DataError
        If there is no such scaling, or if it is ``standardized`` and all pixels are equal.

    Examples
    --------
    >>> scale, offset = scale_and_offset("centered", np.arange(256, dtype=np.uint8), 255)
    >>> 0 * scale + offset == -128 / 255
    True
    """
    check_input_scaling(input_scaling)
    if input_scaling == "unit":
        return 1 / pixel_max, 0.0
    if input_scaling == "centered":
        return 1 / pixel_max, -((pixel_max + 1) // 2) / pixel_max
    mean, std = mean_and_std(pixels, pixel_max)
    if std == 0:
        raise DataError(
            f"input_scaling='standardized' divides by the standard deviation of the training "
            f"pixels, which is 0 to four decimals (mean {mean}): use 'unit' or 'centered'"
        )
    return 1 / (pixel_max * std), -mean / std


def check_input_scaling(input_scaling: str) -> None:
    """Raise a DataError that lists the legal names if there is no such scaling."""
    if input_scaling not in INPUT_SCALINGS:
        names = legal_names(str(input_scaling), INPUT_SCALINGS)
        raise DataError(f"input_scaling={input_scaling!r} is not legal. {names}")


def mean_and_std(pixels: np.ndarray, pixel_max: int) -> tuple[float, float]:
    """Return mean and standard deviation of ``pixel / pixel_max``, to four decimals.

    Four decimals are what is customary for MNIST (0.1307 and 0.3081), and rounding keeps the
    numbers free of the order of summation. The pixels, uint8, may have any shape.

    >>> mean_and_std(np.array([0, 0, 255, 255], dtype=np.uint8), 255)
    (0.5, 0.5)
    """
    # Sums over a histogram are sums of integers: exact, and without a float copy of the pixels.
    flat = pixels.reshape(-1)
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, flat.size, _BLOCK):
        counts += np.bincount(flat[start : start + _BLOCK], minlength=256)
    values = np.arange(256) / pixel_max
    mean = float(counts @ values) / flat.size
    variance = float(counts @ (values - mean) ** 2) / flat.size
    return round(mean, 4), round(variance**0.5, 4)
