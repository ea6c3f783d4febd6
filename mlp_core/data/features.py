"""Features: arrays, lists or frames of any numeric type, made into rows of numbers or bytes."""

from __future__ import annotations

from math import isqrt
from typing import Any

import numpy as np

from mlp_core.data.errors import DataError

LARGEST = 1e150  # squares of larger values are not finite
_ROWS = 1000  # looked at together: no second copy of the data is made
_SMALLEST_SIDE = 7  # of an image that is given as a row of its pixels


def as_features(values: Any, where: str) -> np.ndarray:
    """Return values as C-contiguous uint8, float32 or float64, (n, width) or (n, height, width).

    A frame is anything with ``columns`` and ``to_numpy``. `where` says in errors what they are.
    """
    array = given = _as_numbers(values, where)
    if array.ndim == 4 and 1 in (array.shape[1], array.shape[3]):
        array = array[:, 0] if array.shape[1] == 1 else array[..., 0]
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise DataError(
            f"{where}: shape {array.shape} is not legal: must be one row per example (of a single "
            f"feature X.reshape(-1, 1), of a single example X.reshape(1, -1)), or one image of "
            f"height x width (of colours take the mean, X.mean(axis=3), or a feature each, "
            f"X.reshape(len(X), -1))"
        )
    if array.dtype.kind == "f":
        _check_finite(array, values, where)
        dtype: type = np.float32 if array.dtype.itemsize <= 4 else np.float64
    else:
        dtype = np.uint8 if array.dtype in (np.uint8, np.bool_) else np.float64
    array = np.ascontiguousarray(array, dtype)
    lent = given.flags.writeable and (given is values or not given.flags.owndata)
    return array.copy() if lent and np.may_share_memory(array, given) else array


def find_names(values: Any) -> tuple[str, ...]:
    """Return the names of a frame's columns; none unless all are text and differ."""
    names = tuple(values.columns) if hasattr(values, "columns") else ()
    text = all(isinstance(name, str) for name in names)
    return names if text and len(set(names)) == len(names) else ()


def _as_numbers(values: Any, where: str) -> np.ndarray:
    """Return an array of booleans, integers or floats, or raise a DataError."""
    if hasattr(values, "toarray"):
        raise DataError(f"{where}: a sparse matrix is not legal: give X.toarray()")
    if np.ma.is_masked(values):
        raise DataError(f"{where}: values are masked: fill them in, or leave those rows out")
    try:
        array = values.to_numpy() if hasattr(values, "columns") else np.asarray(values)
        if array.dtype.kind == "O" and array.ndim:
            _check_objects(array, values, where)
            array = array.astype(np.float64)
    except DataError:
        raise
    except (ValueError, TypeError) as error:
        raise DataError(f"{where}: must be real numbers in rows of one length ({error})") from None
    if array.dtype.kind not in "buif":
        raise DataError(f"{where}: type {array.dtype} is not legal: must be real numbers")
    return array


def _check_objects(array: np.ndarray, values: Any, where: str) -> None:
    """Raise a DataError that names the first object that is text, or missing."""
    for place in np.ndindex(array.shape):
        value = array[place]
        if value is None or isinstance(value, str | bytes) or type(value).__name__ == "NAType":
            raise DataError(
                f"{where}: {value!r:.40} in {_position(place, values)} is no number: fill it in, "
                f"turn text into numbers, or leave the row or the column out"
            )


def _check_finite(array: np.ndarray, values: Any, where: str) -> None:
    limit = min(LARGEST, float(np.finfo(array.dtype).max))
    for start in range(0, len(array), _ROWS):
        legal = np.abs(array[start : start + _ROWS]) <= limit
        if not legal.all():
            row, *rest = np.unravel_index(int(legal.argmin()), legal.shape)
            place = (start + int(row), *map(int, rest))
            raise DataError(
                f"{where}: {array[place]} in {_position(place, values)}: must be a finite number "
                f"below {LARGEST:g}; fill it in, or leave the row or the column out"
            )


def _position(place: tuple[int, ...], values: Any) -> str:
    """Return a place in words, with the name of its column if it has one."""
    row, *column = place
    named = hasattr(values, "columns") and len(column) == 1
    words = repr(values.columns[column[0]]) if named else ", ".join(map(str, column))
    return f"row {row}, column {words}"


def find_image_shape(parts: list[np.ndarray]) -> tuple[int, int] | None:
    """Return the shape of the images that the features are, or None if they seem to be none.

    Images have two dimensions an example, or are flat: a square of at least 49 pixels, all of
    them whole numbers from 0 to 255, or all from 0 to 1.
    """
    if parts[0].ndim == 3:
        return parts[0].shape[1], parts[0].shape[2]
    side = isqrt(parts[0].shape[1])
    if side < _SMALLEST_SIDE or side * side != parts[0].shape[1]:
        return None
    within_1 = all(part.min() >= 0 and part.max() <= 1 for part in parts)
    return (side, side) if within_1 or all(map(_are_bytes, parts)) else None


def as_pixels(parts: list[np.ndarray]) -> tuple[list[np.ndarray], float]:
    """Return images as bytes where nothing is lost, and the largest value of a pixel."""
    largest = max(max(float(part.max()), -float(part.min())) for part in parts)
    if all(map(_are_bytes, parts)):
        pixel_max = 255 if largest > 127 else max(int(largest), 1)
        return [part.astype(np.uint8, copy=False) for part in parts], pixel_max
    return parts, 1.0 if 0.5 < largest < 1 else largest


def _are_bytes(features: np.ndarray) -> bool:
    """Return whether all values are whole numbers from 0 to 255."""
    if features.dtype == np.uint8:
        return True
    blocks = (features[start : start + _ROWS] for start in range(0, len(features), _ROWS))
    within = features.min() >= 0 and features.max() <= 255
    return bool(within) and all(np.array_equal(block, np.floor(block)) for block in blocks)
