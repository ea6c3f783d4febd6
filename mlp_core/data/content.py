"""Content: the uncompressed bytes of a data file, gzipped or not, and their hash."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from pathlib import Path

from mlp_core.data.errors import broken_file

GZIP_MAGIC = b"\x1f\x8b"
GET_AGAIN = "Delete it and get it again from its source."


def read_content(path: Path) -> bytes:
    """Return the uncompressed bytes of a file; a name that ends in .gz says that it is gzipped.

    Raises
    ------
    DataError
        If the file cannot be read, is empty, or is not what its name says.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise broken_file(path, "a readable file", str(error), "Check its permissions.") from error
    if not content:
        raise broken_file(path, "an IDX file", "an empty file", GET_AGAIN)
    if path.suffix == ".gz":
        unpacked = content.startswith(b"\x00\x00")
        return unzip(
            content,
            path,
            "It seems to be unpacked already: take .gz off its name." if unpacked else GET_AGAIN,
        )
    if content.startswith(GZIP_MAGIC):
        raise broken_file(path, "plain IDX data", "gzipped data", "Add .gz to its name.")
    return content


def unzip(content: bytes, path: object, advice: str = GET_AGAIN) -> bytes:
    """Return gzipped bytes uncompressed, or raise a DataError about the path."""
    if not content.startswith(GZIP_MAGIC):
        raise broken_file(path, "gzipped data", f"data that starts {first_bytes(content)}", advice)
    try:
        return gzip.decompress(content)
    except EOFError:
        found = f"gzipped data that breaks off after {len(content):,} bytes"
    except (OSError, zlib.error) as error:
        found = f"damaged data ({error})"
    raise broken_file(path, "whole gzipped data", found, advice)


def check_sha256(content: bytes, expected: str, path: object) -> None:
    """Raise a DataError about the path if the uncompressed bytes do not have this hash."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise broken_file(
            path,
            f"uncompressed bytes with sha256 {expected}",
            f"{len(content):,} bytes with sha256 {found}, which start {first_bytes(content)}",
            GET_AGAIN,
        )


def first_bytes(content: bytes) -> str:
    """Return how the content starts, in words: it tells a web page from data."""
    return f"with {content[:8]!r}"
