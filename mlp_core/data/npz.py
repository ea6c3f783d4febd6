"""npz: arrays that NumPy wrote to one file, under the names that Keras and others give them."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np

from mlp_core.data.content import GET_AGAIN, limit_of, too_large
from mlp_core.data.errors import DataError, broken_file, damaged_is_data_error
from mlp_core.data.names import Parts, role_of

_LARGEST_DIRECTORY = 1 << 20  # some ten thousand arrays; in memory each takes ten times as much
# Of a text that is packed, bytes: a model's description has some kilobytes, and as JSON takes ten
# times as much. A checkpoint's, which holds the history, may be longer: it is stored as it is.
_LONGEST_TEXT = 1 << 22
_LONGEST_END = 22 + (1 << 16)  # of a zip file: the record that says so, and a comment


def read_npz(path: Path) -> Parts:
    """Return the arrays of each split; nothing is unpickled, nothing needless unpacked."""
    with open_npz(path) as archive:
        listed = ((role_of(name.removesuffix(".npy")), name) for name in archive.namelist())
        names = {found[1]: name for found, name in listed if found and not found[0]}
        splits = sorted({"train", *(split for split, _ in names)})
        needed = [(split, part) for split in splits for part in "Xy"]
        if lacking := [" of ".join(role[::-1]) for role in needed if role not in names]:
            raise broken_file(
                path,
                "arrays named as in x_train, y_train, x_test, y_test",
                f"{', '.join(archive.namelist())[:200]} (no {lacking[0]})",
                "Give them to Dataset.from_arrays(X, y, test=(X, y)).",
            )
        shapes = _check_arrays(archive, [*names.values()], path)
        pairs = {split: (names[split, "X"], names[split, "y"]) for split in splits}
        for a, b in pairs.values():
            if shapes[a][:1] != shapes[b][:1]:
                raise DataError(f"{path}: {a} {shapes[a]} and {b} {shapes[b]} differ in length")
        return {
            split: (_read_array(archive, a), _read_array(archive, b))
            for split, (a, b) in pairs.items()
        }


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Return all arrays of an npz file by name; nothing is unpickled, nor unpacked beyond measure.

    A file that is damaged or something else raises a DataError.
    """
    path = Path(path)
    with open_npz(path) as archive:
        names = archive.namelist()
        _check_arrays(archive, names, path)
        return {name.removesuffix(".npy"): _read_array(archive, name) for name in names}


@contextlib.contextmanager
def open_npz(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an npz file; whatever is wrong with it, also what is read of it, is a DataError."""
    with damaged_is_data_error(path, "a whole npz file"):
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            yield archive


def _check_directory(path: Path) -> None:
    """Raise a DataError if the list of contents alone would fill the memory when it is read."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _LONGEST_END))
        _, found, end = file.read().rpartition(b"PK\5\6")
    listed = int.from_bytes(end[8:12], "little") if found else 0
    if listed > _LARGEST_DIRECTORY:
        limit = f"a list of contents of at most {_LARGEST_DIRECTORY:,} bytes"
        raise broken_file(path, limit, f"{listed:,}", "")


def _check_arrays(
    archive: zipfile.ZipFile, names: list[str], path: Path
) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array, if all of them together are what so large a file can hold."""
    size = sum(archive.getinfo(name).file_size for name in names)
    stored = path.stat().st_size
    if size > limit_of(stored):
        raise too_large(path, f"{size:,} bytes in {stored:,}")
    return {name: _check_array(archive, name, path) for name in names}


def _check_array(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[int, ...]:
    """Return the shape that an array claims, if the file holds that many bytes of it."""
    info, where = archive.getinfo(name), f"{path}: {name}"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise broken_file(where, "what NumPy wrote", "another way to compress", "")
    with archive.open(name) as member:
        try:
            first = np.lib.format.read_magic(member) == (1, 0)
            reader = np.lib.format
            read = reader.read_array_header_1_0 if first else reader.read_array_header_2_0
            shape, _, dtype = read(member)
        except ValueError as error:
            raise broken_file(where, "an array", str(error), GET_AGAIN) from error
        size, found = prod(shape) * dtype.itemsize, info.file_size - member.tell()
    if dtype.hasobject:
        objects = "Python objects, which only unpickling could read"
        raise broken_file(where, "numbers or text", objects, "Store plain arrays.")
    longest = max(_LONGEST_TEXT, info.compress_size)
    if dtype.kind in "US" and dtype.itemsize > longest:
        raise broken_file(where, f"texts of at most {longest:,} bytes", f"{dtype.itemsize:,}", "")
    if min(shape, default=0) < 0 or size != found or info.compress_size > path.stat().st_size:
        raise broken_file(where, f"{size:,} bytes of data", f"{found:,}", GET_AGAIN)
    if size > limit_of(info.compress_size):
        raise too_large(where, f"{size:,} bytes in {info.compress_size:,}")
    return shape


def _read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Return an array that was checked; nothing is unpickled."""
    with archive.open(name) as member:
        return np.lib.format.read_array(member, allow_pickle=False)
