"""Loading: from the name of a dataset, or the path of a folder, to the dataset."""

from __future__ import annotations

from functools import lru_cache
from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple

from mlp_core.data.dataset import Dataset
from mlp_core.data.digits import load_digits
from mlp_core.data.download import fetch_dataset
from mlp_core.data.errors import DataError, broken_file, legal_names
from mlp_core.data.folder import FILE_NAMES, find_file, load_folder
from mlp_core.data.scaling import check_input_scaling
from mlp_core.data.sources import SOURCES, find_dataset

DATASETS = ("digits", *SOURCES)

# Few: a dataset of MNIST's size holds 55 MB.
_KEPT = 4


class _Location(NamedTuple):
    """Where a dataset is read from; equal locations hold equal data.

    The stamps (path, size and time of change of each file) let a changed file be read again.
    """

    name: str
    folder: Path | None = None
    stamps: tuple[tuple[str, int, int], ...] = ()
    is_source: bool = False  # one of `SOURCES`, with hashes to check


def load_dataset(
    name_or_path: str | PathLike[str] = "digits", input_scaling: str = "centered"
) -> Dataset:
    """Return a dataset; the second call with the same arguments returns the same object.

    Parameters
    ----------
    name_or_path : {"digits", "mnist"} or path-like
        ``digits`` comes with the package. ``mnist`` is read from the folder that the environment
        variable ``MLP_CORE_DATA_DIR`` names (``mnist/<file>.gz`` or ``mnist/<file>`` below it, or
        the files directly in it), or else from the user's cache folder, into which it is
        downloaded the first time; its hashes are checked. A path is that of a folder with four
        IDX files of MNIST's names, such as Fashion-MNIST.
    input_scaling : {"unit", "centered", "standardized"}
        How pixels become floats; see `mlp_core.data.scaling.scale_and_offset`.

    Returns
    -------
    Dataset
        Shared and read-only.

    Raises
    ------
    DataError
        If there is no such dataset, folder or scaling, or if its files are missing or broken.

    Examples
    --------
    >>> load_dataset().describe()
    'digits: 1,433 training and 364 test images of 8 x 8 pixels, 10 classes, centered input'
    >>> load_dataset("mnits")
    Traceback (most recent call last):
        ...
    mlp_core.data.errors.DataError: 'mnits' is neither a dataset nor a folder. \
Legal names: 'digits', 'mnist'. Did you mean 'mnist'?
    """
    check_input_scaling(input_scaling)
    return _load_scaled(_locate(name_or_path), input_scaling)


def _locate(name_or_path: str | PathLike[str]) -> _Location:
    """Find where a dataset is, without reading it."""
    if name_or_path == "digits":
        return _Location("digits")
    if isinstance(name_or_path, str) and name_or_path in SOURCES:
        folder = find_dataset(name_or_path) or fetch_dataset(name_or_path)
        return _Location(name_or_path, folder, _stamps(folder), is_source=True)
    try:
        path = Path(name_or_path).expanduser()
    except TypeError:
        names = legal_names("", DATASETS)
        raise DataError(f"{name_or_path!r} is neither a dataset nor a path. {names}") from None
    folder = _check_folder(path, fspath(name_or_path))
    return _Location(folder.name, folder, _stamps(folder))


def _check_folder(path: Path, given: str) -> Path:
    """Return the absolute path of an existing folder, or raise a DataError."""
    if path.is_dir() and given:
        return path.resolve()
    if path.is_file():
        advice = f"Give the folder it is in: {path.parent}"
        raise broken_file(path, "a folder with four IDX files", "a file", advice)
    if len(path.parts) <= 1:
        names = legal_names(given, DATASETS)
        raise DataError(f"{given!r} is neither a dataset nor a folder. {names}")
    advice = f"Check the path, or give a name. {legal_names(path.name, DATASETS)}"
    raise broken_file(path, "a folder with four IDX files", "no such folder", advice)


def _stamps(folder: Path) -> tuple[tuple[str, int, int], ...]:
    paths = [path for name in FILE_NAMES if (path := find_file(folder, name))]
    return tuple((str(path), (s := path.stat()).st_size, s.st_mtime_ns) for path in paths)


@lru_cache(maxsize=_KEPT)
def _load_unit(location: _Location) -> Dataset:
    """Read a dataset; all its input scalings share these arrays."""
    if location.folder is None:
        return load_digits()
    sha256 = SOURCES[location.name].sha256 if location.is_source else None
    return load_folder(location.folder, location.name, sha256)


@lru_cache(maxsize=_KEPT * 3)
def _load_scaled(location: _Location, input_scaling: str) -> Dataset:
    return _load_unit(location).with_input_scaling(input_scaling)
