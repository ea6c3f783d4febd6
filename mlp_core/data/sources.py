"""Sources: the datasets that are downloaded, where from, and the hashes that prove them whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlp_core.data.content import check_sha256, open_content
from mlp_core.data.errors import DataError, broken_file, legal_names
from mlp_core.data.folder import FILE_NAMES, find_file

DATA_DIR = "MLP_CORE_DATA_DIR"  # environment variable: a folder that already holds the files


@dataclass(frozen=True)
class Source:
    """Where the four IDX files of a dataset come from.

    Attributes
    ----------
    sha256 : mapping of str to str
        File name to the hash of its uncompressed bytes: two gzips of one file differ.
    mirrors : tuple of str
        Addresses of folders that hold each file as ``<name>.gz``, tried in turn.
    title : str
        What people call it.
    class_names : tuple of str
        If not given, the numbers from 0.
    """

    sha256: Mapping[str, str]
    mirrors: tuple[str, ...]
    title: str = ""
    class_names: tuple[str, ...] = ()


def _hashes(*hashes: str) -> dict[str, str]:
    return dict(zip(FILE_NAMES.values(), hashes, strict=True))


SOURCES: dict[str, Source] = {
    # Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits".
    "mnist": Source(
        sha256=_hashes(
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
        mirrors=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        title="MNIST",
    ),
    # H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST", MIT licence, (c) 2017 Zalando SE.
    "fashion-mnist": Source(
        sha256=_hashes(
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ),
        mirrors=(
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        title="Fashion-MNIST",
        class_names=(
            *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
            *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
        ),
    ),
}


@dataclass(frozen=True)
class FileCheck:
    """One file of a source: its name without .gz, its path if it is there, and what is wrong."""

    name: str
    path: Path | None
    problem: str = ""  # empty if the file holds the right bytes


def find_source(name: str) -> Source:
    """Return the source of that name, or raise a DataError that lists the names there are."""
    if name not in SOURCES:
        raise DataError(f"{name!r} is not downloaded from anywhere. {legal_names(name, SOURCES)}")
    return SOURCES[name]


def data_folders(name: str) -> tuple[Path, ...]:
    """Return the folders in which a source is looked for, in order.

    They are ``<name>`` below the folder that ``MLP_CORE_DATA_DIR`` names, for MNIST that folder
    itself too (the files of all sets have the same names), or, if the variable is not set, the
    user's cache folder alone.
    """
    named = os.environ.get(DATA_DIR)
    if named:
        folder = Path(named).expanduser().resolve()
        return (folder / name, folder) if name == "mnist" else (folder / name,)
    import pooch

    return (Path(pooch.os_cache("mlp_core")) / name,)


def find_dataset(name: str) -> Path | None:
    """Return the folder that holds all files of a source, or None; checks no content."""
    folder = _fullest_folder(name)
    return folder if _count_files(folder, name) == len(find_source(name).sha256) else None


def verify_dataset(name: str, folder: Path | str | None = None) -> list[FileCheck]:
    """Return a check of the hash of each file of a source.

    They are read from the folder, or else from where `load_dataset` would take them.
    """
    where = Path(folder).expanduser() if folder else _fullest_folder(name)
    return [_verify_file(where, *item) for item in find_source(name).sha256.items()]


def _fullest_folder(name: str) -> Path:
    """Return the first of the folders that holds the most files of a source."""
    return max(data_folders(name), key=lambda folder: _count_files(folder, name))


def _count_files(folder: Path, name: str) -> int:
    return sum(find_file(folder, file) is not None for file in find_source(name).sha256)


def _verify_file(folder: Path, name: str, sha256: str) -> FileCheck:
    path = find_file(folder, name)
    try:
        if path is None:
            found = "neither" if folder.is_dir() else "no such folder"
            raise broken_file(folder, f"{name} or {name}.gz", found, "")
        with open_content(path) as (stream, _):
            check_sha256(iter(lambda: stream.read(1 << 20), b""), sha256, path)
    except DataError as error:
        return FileCheck(name, path, str(error))
    return FileCheck(name, path)
