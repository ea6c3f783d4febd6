"""MNIST: finds the four files, downloads them where they are missing, checks them.

Source: Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits". The hashes
are of the uncompressed files: two gzips of one file differ in their headers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlp_core.data.content import check_sha256, read_content
from mlp_core.data.download import download, write_whole
from mlp_core.data.errors import DataError, broken_file
from mlp_core.data.folder import FILE_NAMES, find_file

DATA_DIR = "MLP_CORE_DATA_DIR"  # environment variable: a folder that already holds the files

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


@dataclass(frozen=True)
class FileCheck:
    """What `verify_mnist` found out about one file.

    Attributes
    ----------
    name : str
        File name without .gz.
    path : Path or None
        Where it is, if it is there.
    ok : bool
        Whether it holds the right bytes.
    message : str
        "ok", or what is wrong and what to do.
    """

    name: str
    path: Path | None
    ok: bool
    message: str


def data_folders() -> tuple[Path, ...]:
    """Return the folders in which MNIST is looked for, in order.

    Returns
    -------
    tuple of Path
        ``mnist`` below the folder that ``MLP_CORE_DATA_DIR`` names and that folder itself, or, if
        the variable is not set, the user's cache folder alone.
    """
    named = os.environ.get(DATA_DIR)
    if named:
        folder = Path(named).expanduser().resolve()
        return folder / "mnist", folder
    import pooch

    return (Path(pooch.os_cache("mlp_core")) / "mnist",)


def find_mnist() -> Path | None:
    """Return the folder that holds all four files, or None; checks no content."""
    for folder in data_folders():
        if all(find_file(folder, name) for name in FILE_NAMES):
            return folder
    return None


def fetch_mnist(
    progress: bool = True,
    folder: Path | str | None = None,
    *,
    mirrors: Sequence[str] = MIRRORS,
    sha256: Mapping[str, str] = SHA256,
) -> Path:
    """Return a folder with the four files, all with the right bytes; download what is not there.

    Parameters
    ----------
    progress : bool
        Show progress bars on standard error.
    folder : path-like, optional
        Where the files shall be. If not given: where ``MLP_CORE_DATA_DIR`` says, which is only
        read, or else the user's cache folder.
    mirrors : sequence of str
        Addresses of folders with the gzipped files, tried in turn for each file.
    sha256 : mapping of str to str
        Hash of the uncompressed bytes of each file.

    Returns
    -------
    Path
        The folder. Downloads are stored uncompressed: 55 MB that load twice as fast.

    Raises
    ------
    DataError
        If ``MLP_CORE_DATA_DIR`` is set and the files there are missing or wrong, if no mirror
        gives a file, or if the folder cannot be written to.
    """
    if folder is None and os.environ.get(DATA_DIR):
        return _check_named_folder(sha256)
    target = Path(folder).expanduser() if folder is not None else data_folders()[0]
    mirrors = list(mirrors)
    for check in verify_mnist(target, sha256=sha256):
        if check.ok:
            continue
        content, good = download(check.name, mirrors, sha256[check.name], progress)
        write_whole(target / check.name, content)
        # The next file starts with the mirror that works, rather than wait for the others again.
        mirrors.sort(key=lambda mirror: mirror != good)
    return target


def _check_named_folder(sha256: Mapping[str, str]) -> Path:
    """Return the folder that MLP_CORE_DATA_DIR names, or raise a DataError."""
    folder = find_mnist()
    if folder is None:
        raise _missing_mnist()
    for check in verify_mnist(folder, sha256=sha256):
        if not check.ok:
            raise DataError(check.message)
    return folder


def _missing_mnist() -> DataError:
    """Make the error for files that are not where MLP_CORE_DATA_DIR says."""
    folders = data_folders()
    looked = ", ".join(f"{folder}{os.sep}<file> or <file>.gz" for folder in folders)
    gaps = {
        folder: [name for name in FILE_NAMES if not find_file(folder, name)] for folder in folders
    }
    nearest = min(folders, key=lambda folder: len(gaps[folder]))
    return broken_file(
        f"{DATA_DIR}={os.environ.get(DATA_DIR)}",
        f"the four MNIST files in one folder (looked for {looked})",
        "no such folder" if not folders[-1].is_dir() else f"no {', '.join(gaps[nearest])}",
        f"Put the files there, or unset {DATA_DIR} to have them downloaded.",
    )


def verify_mnist(
    folder: Path | str | None = None, *, sha256: Mapping[str, str] = SHA256
) -> list[FileCheck]:
    """Check the hashes of the four files.

    Parameters
    ----------
    folder : path-like, optional
        Where they are; if not given, where `load_dataset` would take them from.
    sha256 : mapping of str to str
        Hash of the uncompressed bytes of each file.

    Returns
    -------
    list of FileCheck
        One for each file, in the order of ``FILE_NAMES``; problems are told, not raised.
    """
    where = Path(folder).expanduser() if folder is not None else find_mnist() or data_folders()[0]
    return [_verify_file(where, name, sha256[name]) for name in FILE_NAMES]


def _verify_file(folder: Path, name: str, sha256: str) -> FileCheck:
    path = find_file(folder, name)
    if path is None:
        message = f"{folder}: expected {name} or {name}.gz, found neither."
        return FileCheck(name, None, False, message)
    try:
        check_sha256(read_content(path), sha256, path)
    except DataError as error:
        return FileCheck(name, path, False, str(error))
    return FileCheck(name, path, True, "ok")
