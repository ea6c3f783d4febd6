"""IDX: the file format of MNIST and its like, read and checked.

An IDX file is two zero bytes, a code for the type of its values, the number of its dimensions, the
size of each dimension as a big-endian 32-bit integer, and then the values. Source: Y. LeCun, C.
Cortes and C. Burges, "The MNIST database of handwritten digits", section on file formats.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mlp_core.data.content import (
    GET_AGAIN,
    check_sha256,
    first_bytes,
    open_content,
    other_kind,
    read_at_most,
    too_large,
)
from mlp_core.data.errors import broken_file

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
# Labels may have columns of which the first is the class (QMNIST), images a channel.
RANKS = {"images": (2, 3, 4), "labels": (1, 2)}


def read_idx(
    path: Path, kind: str, sha256: str | None = None, examples: int | None = None
) -> np.ndarray:
    """Return the array of an IDX file of "images" or "labels", gzipped or not.

    A DataError is raised if the file is not a whole IDX file, and no more, with dimensions of
    that kind and so many examples, or if its uncompressed bytes do not have the hash.
    """
    with open_content(path) as (stream, limit):
        return parse_idx(stream, kind, path, limit, sha256, examples)


def parse_idx(
    stream: BinaryIO,
    kind: str,
    path: object,
    limit: int,
    sha256: str | None = None,
    examples: int | None = None,
) -> np.ndarray:
    """Return the array that a stream holds as IDX, if it takes no more bytes than the limit.

    >>> from io import BytesIO
    >>> parse_idx(BytesIO(bytes([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4])), "labels", "file", 99)
    array([5, 0, 4], dtype=uint8)
    """
    start = bytes(read_at_most(stream, 4))
    dtype, rank = _read_magic(start, stream, kind, path)
    sizes = read_at_most(stream, 4 * rank)
    if len(sizes) < 4 * rank:
        found = f"{4 + len(sizes)} bytes (it breaks off)"
        raise broken_file(path, f"a header of {4 + 4 * rank} bytes", found, GET_AGAIN)
    shape = tuple(int.from_bytes(sizes[i : i + 4], "big") for i in range(0, 4 * rank, 4))
    if 0 in shape:
        raise broken_file(path, "at least one example and one value", f"shape {shape}", GET_AGAIN)
    if examples not in (None, shape[0]):
        found, advice = f"{shape[0]:,} examples", "Check that the files belong together."
        raise broken_file(path, f"{examples:,} examples, as there are labels", found, advice)
    size = prod(shape) * dtype.itemsize
    expected = f"{size:,} bytes for {kind} of shape {shape} and type {dtype.name}"
    if size > limit:
        raise too_large(path, expected)
    content = read_at_most(stream, size + 1)
    if len(content) != size:
        broken_off = len(content) < size
        found = f"{len(content):,} (it breaks off)" if broken_off else "something after the data"
        raise broken_file(path, expected, found, GET_AGAIN)
    if sha256 is not None:
        check_sha256((start, sizes, content), sha256, path)
    array = np.frombuffer(content, dtype).reshape(shape)
    array = array.astype(dtype.newbyteorder("="), copy=False)
    array.flags.writeable = False
    return array


def _read_magic(start: bytes, stream: BinaryIO, kind: str, path: object) -> tuple[np.dtype, int]:
    """Return type and number of dimensions, or raise a DataError that says what the file is."""
    expected = f"IDX {kind} with {' or '.join(map(str, RANKS[kind]))} dimensions"
    if len(start) < 4 or start[:2] != b"\0\0":
        found, advice = other_kind(start + stream.read(4))
        raise broken_file(path, expected, found, advice)
    code, rank = start[2], start[3]
    if code not in TYPES:
        found = f"type code {code}: a file that starts {first_bytes(start)}"
        raise broken_file(path, expected, found, f"The codes of IDX are {sorted(TYPES)}.")
    if rank not in RANKS[kind]:
        (other,) = set(RANKS) - {kind}
        holds = f"It seems to hold {other}: check that the names are not swapped."
        found = f"{np.dtype(TYPES[code]).name} in {rank} dimension(s)"
        raise broken_file(path, expected, found, holds if rank in RANKS[other] else "")
    return np.dtype(TYPES[code]), rank
