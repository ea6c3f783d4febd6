"""Content: the uncompressed bytes of a data file, gzipped or not, read within bounds."""

from __future__ import annotations

import gzip
import hashlib
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from mlp_core.data.errors import DataError, broken_file

GZIP_MAGIC = b"\x1f\x8b"
GET_AGAIN = "Delete it and get it again from its source."
READ_ARRAYS = "Read it with its own tools and give the arrays to Dataset.from_arrays."

# More than this is not unpacked: real data shrink to a tenth, not to a thousandth.
SMALL, LARGEST_RATIO = 64 << 20, 100
_CHUNK = 1 << 20

# How files of other kinds start, what they are, and what to do with them.
_OTHER_KINDS = (
    ((b"PK\x03\x04",), "a zip archive", "Unpack it, or end its name in .npz if NumPy wrote it."),
    ((b"\xfd7zXZ", b"BZh"), "an archive", "Unpack it first."),
    ((b"\x89PNG", b"\xff\xd8\xff"), "a picture", "Give the folder with a subfolder per class."),
    ((b"\x93NUMPY", b"\x89HDF", b"PAR1", b"MATLAB"), "a file of arrays", READ_ARRAYS),
    ((b"\x80",), "a pickle", f"Unpickling runs what is in it: it is not read here. {READ_ARRAYS}"),
    ((b"<",), "a web page", "The download went wrong: get it again from its source."),
)


def limit_of(stored: int) -> int:
    """Return how many bytes so many compressed ones may become, and still be data."""
    return max(SMALL, LARGEST_RATIO * stored)


@contextmanager
def open_content(path: Path | str, content: bytes | None = None) -> Iterator[tuple[BinaryIO, int]]:
    """Open the uncompressed bytes of a file, whatever its name says; also give their limit.

    The bytes of the file may be given. What cannot be read, is empty or damaged is a DataError.
    """
    stored = 0
    try:
        with Path(path).open("rb") if content is None else BytesIO(content) as file:
            stored = file.seek(0, 2)
            file.seek(0)
            start = file.read(2)
            file.seek(0)
            if not start:
                raise broken_file(path, "data", "an empty file", GET_AGAIN)
            if start == GZIP_MAGIC:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield unpacked, limit_of(stored)  # type: ignore[misc]
            else:
                yield file, sys.maxsize  # no more can be read than is there
    except EOFError:
        found = f"gzipped data that breaks off after {stored:,} bytes"
        raise broken_file(path, "whole gzipped data", found, GET_AGAIN) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        found = f"damaged data ({error})"
        raise broken_file(path, "whole gzipped data", found, GET_AGAIN) from error
    except OSError as error:
        raise broken_file(path, "a readable file", str(error), "Check its permissions.") from error


def read_at_most(stream: BinaryIO, size: int) -> bytearray:
    """Return what a stream holds, up to so many bytes; memory grows with what is there."""
    content = bytearray()
    while len(content) < size and (chunk := stream.read(min(_CHUNK, size - len(content)))):
        content += chunk
    return content


def unzip(content: bytes, url: str) -> bytearray:
    """Return gzipped bytes uncompressed, or raise a DataError about the address."""
    if not content.startswith(GZIP_MAGIC):
        raise broken_file(url, "gzipped data", f"data that starts {first_bytes(content)}", "")
    with open_content(url, content) as (stream, limit):
        unpacked = read_at_most(stream, limit + 1)
    if len(unpacked) > limit:
        raise too_large(url, f"more than {limit:,} bytes")
    return unpacked


def too_large(path: object, found: str) -> DataError:
    """Return the error for data that would unpack to more than is plausible."""
    expected = f"at most {LARGEST_RATIO} times what is stored, or {SMALL:,} bytes"
    return broken_file(path, expected, found, "If that is right, unpack the file first.")


def check_sha256(chunks: Iterable[bytes | bytearray], expected: str, path: object) -> None:
    """Raise a DataError about the path if these bytes do not have this hash."""
    digest, size, start = hashlib.sha256(), 0, b""
    for chunk in chunks:
        start = start or bytes(chunk[:8])
        digest.update(chunk)
        size += len(chunk)
    if (found := digest.hexdigest()) != expected:
        raise broken_file(
            path,
            f"uncompressed bytes with sha256 {expected}",
            f"{size:,} bytes with sha256 {found}, which start {first_bytes(start)}",
            "These are other data: give their folder by its path, or get the right ones.",
        )


def other_kind(content: bytes) -> tuple[str, str]:
    """Return what a file is whose bytes are not those expected, and what to do with it."""
    for starts, kind, advice in _OTHER_KINDS:
        if content.startswith(starts):
            return f"{kind}, which starts {first_bytes(content)}", advice
    return f"a file that starts {first_bytes(content)}", READ_ARRAYS


def first_bytes(content: bytes) -> str:
    """Return how the content starts, in words: it tells a web page from data."""
    return f"with {bytes(content[:8])!r}"
