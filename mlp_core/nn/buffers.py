"""Buffers: arrays that are written into batch after batch, so that the loop allocates nothing."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

# Vector instructions that straddle two cache lines at every turn cost a pass over a large array
# about a quarter of its time, and NumPy's own large arrays do not begin on a line.
CACHE_LINE = 64  # bytes

# The width of a row; None for a vector, one value per example. With a dtype if that is not the
# network's.
Width: TypeAlias = int | None
Declaration: TypeAlias = Width | tuple[Width, DTypeLike]


def aligned_zeros(shape: int | tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return zeros that begin on a cache line."""
    size = math.prod(shape) if isinstance(shape, tuple) else shape
    memory = np.zeros(size * dtype.itemsize + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size * dtype.itemsize].view(dtype).reshape(shape)


class Buffered:
    """Base of what computes in buffers with one row per example of the batch.

    Attributes
    ----------
    buffers : dict of str to Declaration
        ``{name: width}`` of every buffer. `resize` binds each as the attribute of that name.

    Examples
    --------
    >>> layer = Buffered(outputs=3, labels=(None, np.intp))
    >>> layer.resize(5, "float32")
    >>> layer.outputs.shape, layer.labels.shape
    ((5, 3), (5,))
    """

    def __init__(self, **buffers: Declaration) -> None:
        self.buffers = buffers
        self._memory: dict[str, np.ndarray] = {}

    def resize(self, rows: int, dtype: DTypeLike) -> None:
        """Bind the buffers to a batch of `rows` rows; called when the batch size changes.

        Memory grows to the largest batch; a smaller one has the first rows of it.
        """
        for name, declared in self.buffers.items():
            width, kind = declared if isinstance(declared, tuple) else (declared, dtype)
            shape = (rows,) if width is None else (rows, width)
            memory = self._memory.get(name)
            fits = memory is not None and memory.shape[1:] == shape[1:] and memory.dtype == kind
            if memory is None or not fits or len(memory) < rows:
                memory = self._memory[name] = aligned_zeros(shape, np.dtype(kind))
            setattr(self, name, memory[:rows])

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a pickle is made of: working memory is left behind."""
        kept = {name: value for name, value in vars(self).items() if name not in self.buffers}
        return {**kept, "_memory": {}}
