"""Buffers that grow to the largest batch seen and are handed out as views of as many rows."""

from __future__ import annotations

import numpy as np


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
            buffer = self._buffers[name] = np.empty(shape, dtype)
        return buffer[:rows]
