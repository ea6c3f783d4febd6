"""Files: written whole or not at all, and arrays read without trust."""

from __future__ import annotations

import contextlib
import os
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mlp_core.data.npz import check_array, read_array


@contextlib.contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file to write that takes this path's place once it is complete.

    Until then it has a name of its own, and goes if anything fails: what was there stays.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path} cannot be written: there is no folder {path.parent}")
    partial = path.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as file:
            yield file
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def read_arrays(path: str | Path) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file; nothing is unpickled, nor unpacked beyond measure.

    A file that is damaged or something else raises a ValueError, an OSError or a BadZipFile.
    """
    path = Path(path)
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            check_array(archive, name, path)
        return {n.removesuffix(".npy"): read_array(archive, n) for n in archive.namelist()}
