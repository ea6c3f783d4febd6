"""npz: arrays that NumPy wrote to one file, under the names that Keras and others give them."""

from __future__ import annotations

import zipfile
from math import prod
from pathlib import Path

import numpy as np

from mlp_core.data.content import GET_AGAIN, limit_of, too_large
from mlp_core.data.errors import DataError, broken_file
from mlp_core.data.names import Parts, role_of


def read_npz(path: Path) -> Parts:
    """Return the arrays of each split; nothing is unpickled, nothing needless unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
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
            shapes = {name: check_array(archive, name, path) for name in names.values()}
            pairs = {split: (names[split, "X"], names[split, "y"]) for split in splits}
            for a, b in pairs.values():
                if shapes[a][:1] != shapes[b][:1]:
                    raise DataError(f"{path}: {a} {shapes[a]} and {b} {shapes[b]} differ in length")
            return {
                split: (read_array(archive, a), read_array(archive, b))
                for split, (a, b) in pairs.items()
            }
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise broken_file(path, "a whole npz file", str(error), GET_AGAIN) from error


def check_array(archive: zipfile.ZipFile, name: str, path: Path) -> tuple[int, ...]:
    """Return the shape that an array claims, if the file holds that many bytes of it."""
    info, where = archive.getinfo(name), f"{path}: {name}"
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
    if size != found or info.compress_size > path.stat().st_size:
        raise broken_file(where, f"{size:,} bytes of data", f"{found:,}", GET_AGAIN)
    if size > limit_of(info.compress_size):
        raise too_large(where, f"{size:,} bytes in {info.compress_size:,}")
    return shape


def read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Return an array that was checked; nothing is unpickled."""
    with archive.open(name) as member:
        return np.lib.format.read_array(member, allow_pickle=False)
