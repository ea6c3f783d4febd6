"""Batches for the training loop: gathers rows of features into buffers and scales them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlp_core.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


def float_dtype(dtype: DTypeLike) -> np.dtype:
    """Return the NumPy dtype of a legal input type, or raise a DataError."""
    try:
        # NumPy takes None for float64, but who passes None has not chosen.
        found = np.dtype("V") if dtype is None else np.dtype(dtype)
    except TypeError:
        found = np.dtype("V")
    if found not in (np.float32, np.float64):
        raise DataError(f"dtype={dtype!r} is not legal for inputs: must be float32 or float64")
    return found


def split_offset(scale: float, offset: float, pixel_max: float) -> tuple[np.uint8, float]:
    """Return a shift to take off the bytes, and the offset that is left to add to the floats.

    A pass over bytes costs a fraction of a pass over floats, so an offset that is an integer
    number of pixel steps is taken off the bytes: 128 for centered MNIST, whose shifted pixels
    are signed bytes from -128 to 127.

    >>> split_offset(1 / 255, -128 / 255, 255)
    (np.uint8(128), 0.0)
    >>> split_offset(1 / 16, -8.5 / 16, 16)
    (np.uint8(0), -0.53125)
    """
    steps = -offset / scale
    shift = round(steps)
    if abs(steps - shift) < 1e-9 and 0 < shift <= 128 and pixel_max - shift < 128:
        return np.uint8(shift), 0.0
    return np.uint8(0), offset


class BatchGatherer:
    """Gathers batches of inputs and labels, and allocates only when a batch grows.

    The arrays are shared and read-only; what is written to belongs to the gatherer. Make one for
    each training run: two runs may then share a dataset, even in two threads. Pixels are gathered
    as bytes and become ``pixel * scale + offset`` afterwards: random rows are a wait for memory,
    and a row of bytes is a quarter of a row of float32. Other features come scaled already.

    Parameters
    ----------
    features : ndarray of shape (n, in_features)
        Bytes, or numbers of the dtype, which are handed out as they are.
    labels : ndarray of shape (n,), intp
    scale, offset : float
        For bytes.
    pixel_max : float, default 255
        No byte is larger.
    dtype : float32 or float64
        Type of the inputs.

    Examples
    --------
    >>> from mlp_core.data import load_dataset
    >>> gatherer = load_dataset("digits").gatherer()
    >>> inputs, labels = gatherer.gather(np.array([3, 1, 4]))
    >>> inputs.shape, inputs.dtype, labels.shape
    ((3, 64), dtype('float32'), (3,))
    """

    def __init__(
        self,
        features: np.ndarray,
        labels: np.ndarray,
        scale: float = 1.0,
        offset: float = 0.0,
        pixel_max: float = 255,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.dtype = float_dtype(dtype)
        # Bound methods and scalars of the right type, made once: on digits a whole update takes
        # some 40 us, so each look-up and each conversion in `gather` would show.
        self._take_features = features.take
        self._are_bytes = features.dtype == np.uint8
        self._take_labels = labels.take
        self._scale = np.array(scale, dtype=self.dtype)
        self._shift, offset = split_offset(scale, offset, pixel_max)
        self._offset = np.array(offset, dtype=self.dtype)
        self._has_offset = offset != 0
        self._in_features = features.shape[1]
        self._largest = -1
        self._resize(0)

    def gather(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the scaled inputs and the labels of some examples.

        Parameters
        ----------
        indices : ndarray of shape (rows,), intp
            Rows of the features, in any order, repeats allowed. They are **not checked**: a
            position outside gives the nearest example there is. (Checking makes NumPy gather
            into a copy first.)

        Returns
        -------
        inputs : ndarray of shape (rows, in_features)
            Contiguous; a view of a buffer, valid until the next call. May be overwritten.
        labels : ndarray of shape (rows,), intp
            Likewise.
        """
        rows = len(indices)
        if rows != self._rows:
            self._resize(rows)
        inputs = self._inputs
        # "clip" lets `take` write straight into `out`; the default would go through a copy.
        self._take_labels(indices, 0, self._labels, "clip")
        if not self._are_bytes:
            self._take_features(indices, 0, inputs, "clip")
            return inputs, self._labels
        pixels = self._pixels
        self._take_features(indices, 0, pixels, "clip")
        if self._shift:
            np.subtract(pixels, self._shift, pixels)
        np.copyto(inputs, self._codes)
        np.multiply(inputs, self._scale, inputs)
        if self._has_offset:
            np.add(inputs, self._offset, inputs)
        return inputs, self._labels

    def _resize(self, rows: int) -> None:
        """Let the views have this many rows; grow the buffers if they are too small."""
        if rows > self._largest:
            self._largest = rows
            self._pixel_buffer = np.empty((rows, self._in_features), dtype=np.uint8)
            self._input_buffer = np.empty((rows, self._in_features), dtype=self.dtype)
            self._label_buffer = np.empty(rows, dtype=np.intp)
        self._rows = rows
        self._pixels = self._pixel_buffer[:rows]
        # The same bytes, read as signed once a shift has taken some of them below 0.
        self._codes = self._pixels.view(np.int8) if self._shift else self._pixels
        self._inputs = self._input_buffer[:rows]
        self._labels = self._label_buffer[:rows]
