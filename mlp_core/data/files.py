"""Files: which kind of data a path holds, the reader of each kind, and what to do about others."""

from __future__ import annotations

import warnings
from math import isqrt
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mlp_core.data import images, tables
from mlp_core.data.content import READ_ARRAYS, open_content, other_kind, read_at_most
from mlp_core.data.errors import DataError, DataWarning, broken_file
from mlp_core.data.folder import FILE_NAMES, find_idx, read_idx_set
from mlp_core.data.labels import check_share
from mlp_core.data.names import Parts
from mlp_core.data.npz import read_npz

_SHOWN = 8  # names of a folder that an error lists
_FILE_ENDINGS = {*tables.ENDINGS, ".npz"}


class Options(NamedTuple):
    """What `load_dataset` is asked beside the scaling."""

    test: Any = None
    validation: float = 0.0
    seed: int = 0
    label: str | int | None = None
    transpose: bool | None = None

    def check(self, path: object, kind: str) -> None:
        """Raise a DataError if an option was given that means nothing for data of this kind."""
        named = isinstance(self.test, str | PathLike)
        check_share("validation", self.validation)
        check_share("test", 0 if named or self.test is None else self.test)
        only = {"label": ["csv"], "transpose": ["idx", "csv", "npz"]}
        only |= {"test": ["csv"]} if named else {}
        for name, value in self._asdict().items():
            given = value != self._field_defaults[name]
            if given and kind not in only.get(name, [kind] if kind else []):
                words = f"{kind} data" if kind else "a built-in set"
                raise DataError(f"{path}: {name}={value!r:.60} is not legal for {words}")

    @property
    def test_files(self) -> list[Path]:
        """The file to test with, if one was named."""
        named = isinstance(self.test, str | PathLike)
        return [Path(self.test).expanduser().resolve()] if named else []


def find_data(path: Path) -> tuple[str, str, list[Path]] | None:
    """Return name, kind and files of the data that a path means, or None if nothing is there.

    What is there but of no known kind raises a DataError that says what it is and what to do.
    """
    if found := find_idx(path):
        return found[0], "idx", list(found[1].values())
    if path.is_dir():
        classes = [each for split in images.find_images(path).values() for each in split.values()]
        if not classes:
            raise _unknown_folder(path)
        return path.name, "images", [picture for each in classes for picture in each]
    if not path.exists():
        return None
    endings = {suffix.lower() for suffix in path.suffixes}
    if not endings & _FILE_ENDINGS:
        raise _unknown_file(path)
    return path.name.split(".")[0], "npz" if ".npz" in endings else "csv", [path]


def read_data(name: str, path: Path, kind: str, options: Options) -> tuple[Parts, list[str]]:
    """Return the arrays of each split that there is, and the names of features that have some."""
    names: list[str] = []
    if kind == "images":
        parts = images.read_images(path, images.find_images(path))
    elif kind == "npz":
        parts = read_npz(path)
    elif kind == "csv":
        parts, names = _read_csv(path, options)
    else:
        parts = _read_idx(path, options)
    if options.transpose is None and "emnist" in name.lower() and kind != "images":
        warnings.warn(
            f"{path}: the images of EMNIST are stored with rows and columns exchanged; for upright "
            f"ones give transpose=True, or False to leave them",
            DataWarning,
            stacklevel=2,
        )
    if options.transpose:
        parts = {split: (_transpose(X, path), y) for split, (X, y) in parts.items()}
        names = []
    return parts, names


def _transpose(X: np.ndarray, path: Path) -> np.ndarray:  # noqa: N803
    """Return images with rows and columns exchanged; those in rows of pixels have to be square."""
    side = isqrt(X.shape[1])
    if X.ndim == 2 and side * side != X.shape[1]:
        raise DataError(f"{path}: transpose=True is not legal: {X.shape[1]} pixels are no square")
    upright = X.reshape(len(X), side, side) if X.ndim == 2 else X
    if upright.ndim == 4 and upright.shape[3] == 1:
        upright = upright[..., 0]
    return np.swapaxes(upright, -2, -1)


def _read_idx(path: Path, options: Options) -> Parts:
    files = (find_idx(path) or ("", {}))[1]
    needed = [role for role in FILE_NAMES if options.test is None or role[0] == "train"]
    return read_idx_set(path, files, needed=needed)


def _read_csv(path: Path, options: Options) -> tuple[Parts, list[str]]:
    features, labels, names = tables.read_table(path, options.label)
    parts: Parts = {"train": (features, labels)}
    for test in options.test_files:
        features, labels, others = tables.read_table(test, options.label)
        if names != others:
            odd = sorted(set(names) ^ set(others)) or "their order"
            raise broken_file(test, f"the columns of {path}", f"a difference in {odd}", "")
        parts["test"] = features, labels
    return parts, names


def _unknown_folder(path: Path) -> DataError:
    entries = sorted(entry.name + "/" * entry.is_dir() for entry in path.iterdir())
    found = ", ".join(entries[:_SHOWN]) or "nothing"
    found += f" and {len(entries) - _SHOWN} more" if len(entries) > _SHOWN else ""
    endings = [Path(name).suffix.lower() for name in entries]
    advice = f"IDX files are named like {FILE_NAMES['train', 'X']}, gzipped or not."
    if files := [
        name for name, ending in zip(entries, endings, strict=True) if ending in _FILE_ENDINGS
    ]:
        advice = f"Give the path of a file: {path / files[0]}"
    elif set(endings) & set(images.ENDINGS):
        advice = "Put the pictures into one subfolder per class."
    elif set(endings) & {".parquet", ".pt", ".pkl", ".mat", ".h5", ".npy", ".arff"}:
        advice = READ_ARRAYS
    return broken_file(path, "IDX files, or a subfolder of pictures per class", found, advice)


def _unknown_file(path: Path) -> DataError:
    with open_content(path) as (stream, _):
        start = bytes(read_at_most(stream, 8))
    found, advice = other_kind(start)
    if start[:2] == b"\0\0":
        found, advice = "one IDX file", f"Give the folder of all: {path.parent}"
    return broken_file(path, "a folder, or an npz or CSV file", found, advice)
