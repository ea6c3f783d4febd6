"""Buffers that grow to the largest batch seen and are handed out as views of as many rows."""

from __future__ import annotations

import math

import numpy as np


def aligned_zeros(shape: int | tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return zeros that begin on a cache line, which NumPy's own large arrays do not.

    Vector instructions that straddle two cache lines at every turn cost a pass over a large
    array about a quarter of its time.
    """
    line = 64
    size = math.prod(shape) if isinstance(shape, tuple) else shape
    buffer = np.zeros(size * dtype.itemsize + line, np.uint8)
    start = -buffer.ctypes.data % line
    return buffer[start : start + size * dtype.itemsize].view(dtype).reshape(shape)


class Workspace:
    """Named buffers with a fixed width and a variable number of rows.

    >>> workspace = Workspace()
    >>> workspace.declare(outputs=(3, np.dtype("float32")))
    >>> workspace.view("outputs", 5).shape
    (5, 3)
    """

    def __init__(self) -> None:
        self._shapes: dict[str, tuple[int | None, np.dtype]] = {}
        self._buffers: dict[str, np.ndarray] = {}

    def declare(self, **shapes: tuple[int | None, np.dtype]) -> None:
        """Name buffers by (width, dtype); a width of None means a vector, one value a row."""
        self._shapes.update(shapes)

    def view(self, name: str, rows: int) -> np.ndarray:
        """Return the first `rows` rows of a buffer, of shape (rows, width) or (rows,)."""
        buffer = self._buffers.get(name)
        if buffer is None or len(buffer) < rows:
            width, dtype = self._shapes[name]
            shape = (rows,) if width is None else (rows, width)
            buffer = self._buffers[name] = aligned_zeros(shape, dtype)
        return buffer[:rows]
