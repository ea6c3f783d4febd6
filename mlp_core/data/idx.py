"""IDX: the file format of MNIST and its like, parsed and checked.

An IDX file is two zero bytes, a code for the type of its values, the number of its dimensions, the
size of each dimension as a big-endian 32-bit integer, and then the values. Source: Y. LeCun, C.
Cortes and C. Burges, "The MNIST database of handwritten digits", section on file formats.
"""

from __future__ import annotations

from math import prod

import numpy as np

from mlp_core.data.content import GET_AGAIN, first_bytes
from mlp_core.data.errors import broken_file

_UINT8 = 0x08
_TYPES = {8: "uint8", 9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64"}
_KINDS = {1: "labels", 3: "images"}


def parse_idx(content: bytes, dimensions: int, path: object) -> np.ndarray:
    """Return the array that is written in the bytes of an IDX file.

    Parameters
    ----------
    content : bytes
        The whole file, uncompressed; the array is a read-only view of it.
    dimensions : int
        The number of dimensions that it must have: 3 for images, 1 for labels.
    path : path-like or str
        Named in errors.

    Raises
    ------
    DataError
        If the bytes are not a whole IDX file of uint8 with so many dimensions, and no more.

    Examples
    --------
    >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]), 1, "labels")
    array([5, 0, 4], dtype=uint8)
    """
    header = 4 + 4 * dimensions
    _check_magic(content, dimensions, path)
    if len(content) < header:
        raise broken_file(path, f"a header of {header} bytes", f"{len(content)} bytes", GET_AGAIN)
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, header, 4))
    if 0 in shape:
        raise broken_file(path, "at least one example and one pixel", f"shape {shape}", GET_AGAIN)
    expected, found = header + prod(shape), len(content)
    if found != expected:
        reason = "it breaks off" if found < expected else "something follows the data"
        raise broken_file(
            path,
            f"{expected:,} bytes for {_KINDS.get(dimensions, 'values')} of shape {shape}",
            f"{found:,} bytes ({reason})",
            GET_AGAIN,
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header).reshape(shape)


def _check_magic(content: bytes, dimensions: int, path: object) -> None:
    """Raise a DataError if the first four bytes are not those of uint8 in so many dimensions."""
    expected = bytes([0, 0, _UINT8, dimensions])
    if content[:4] == expected:
        return
    found, advice = f"a file that starts {first_bytes(content)}", GET_AGAIN
    if content[:2] == expected[:2] and len(content) >= 4:
        code, rank = content[2], content[3]
        found = f"values of type {_TYPES.get(code, f'code {code}')} in {rank} dimension(s)"
        if code == _UINT8 and rank in _KINDS:
            advice = f"It seems to hold {_KINDS[rank]}: check that the names are not swapped."
    raise broken_file(
        path,
        f"IDX {_KINDS.get(dimensions, 'values')}: uint8 in {dimensions} dimension(s), "
        f"magic number {expected.hex(' ')}",
        found,
        advice,
    )
