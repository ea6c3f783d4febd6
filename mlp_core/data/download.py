"""Download: the files of a source, each from the first mirror that has it whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

from mlp_core.data.content import unzip
from mlp_core.data.errors import DataError, broken_file
from mlp_core.data.sources import DATA_DIR, data_folders, find_source, verify_dataset

TIMEOUT_S = 30.0  # without a connection or a byte for so long, the next mirror is tried
_OWN_FOLDER = f"put the files into a folder and let the environment variable {DATA_DIR} name it"


def fetch_dataset(name: str, progress: bool = True, folder: Path | str | None = None) -> Path:
    """Return a folder with all files of a source; download those that are missing or wrong.

    Parameters
    ----------
    name : str
        One of `SOURCES`.
    progress : bool
        Show progress bars on standard error.
    folder : path-like, optional
        Where the files shall be, uncompressed: so they load twice as fast. If not given: where
        ``MLP_CORE_DATA_DIR`` says, which is only read, or else the user's cache folder.

    Raises
    ------
    DataError
        If there is no such source, if ``MLP_CORE_DATA_DIR`` is set and the files there are missing
        or wrong, if no mirror gives a file, or if the folder cannot be written to.
    """
    source = find_source(name)
    if folder is None and os.environ.get(DATA_DIR):
        return _check_named_folder(name)
    target = Path(folder).expanduser() if folder else data_folders(name)[0]
    mirrors = list(source.mirrors)
    for check in verify_dataset(name, target):
        if check.problem:
            good = _download(target / check.name, source.sha256[check.name], mirrors, progress)
            # The next file starts with the mirror that works, rather than wait for others again.
            mirrors.sort(key=lambda mirror: mirror != good)
    return target


def _check_named_folder(name: str) -> Path:
    """Return the folder of ``MLP_CORE_DATA_DIR`` that holds all files, or raise a DataError."""
    checks = verify_dataset(name)
    for check in checks:
        if check.problem:
            folders = " or ".join(map(str, data_folders(name)))
            raise DataError(
                f"{DATA_DIR}={os.environ[DATA_DIR]}: {check.problem} Put the files of {name} into "
                f"{folders}, or unset {DATA_DIR} to have them downloaded."
            )
    (folder,) = {check.path.parent for check in checks if check.path}
    return folder


def _download(path: Path, sha256: str, mirrors: Sequence[str], progress: bool) -> str:
    """Download a file from the first mirror that gives its right bytes, and return that mirror."""
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("WARNING")  # its log of a download goes to standard error
    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{path.name}.gz"
        downloader = partial(_download_unzipped, progress=progress)
        try:
            pooch.retrieve(url, sha256, path.name, path.parent, downloader=downloader)
        except (RequestException, ValueError) as error:
            failures.append(f"\n  {url}: {str(error).removeprefix(f'{url}: ')}")
        except OSError as error:
            advice = f"Make room or give permission, or {_OWN_FOLDER}."
            raise broken_file(path, "to write it", str(error), advice) from error
        else:
            return mirror
    raise DataError(
        f"{path.name}.gz: expected one of {len(mirrors)} mirror(s) to give it, found that none "
        f"did. Check the network, or {_OWN_FOLDER}.{''.join(failures)}"
    )


def _download_unzipped(url: str, output_file: str, _: object, progress: bool) -> None:
    """Write what is in a gzipped file at an address: a downloader for `pooch.retrieve`.

    Pooch hashes what this writes, and moves it to its name only if the hash is right.
    """
    from pooch import HTTPDownloader
    from tqdm.auto import tqdm

    received, name = BytesIO(), url.rpartition("/")[2]
    # The total is a placeholder until the answer tells the size (tqdm has no truth value without).
    with tqdm(total=1, desc=name, unit="B", unit_scale=True, disable=not progress) as bar:
        HTTPDownloader(bar, chunk_size=1 << 16, timeout=TIMEOUT_S)(url, received, None)
    content = received.getvalue()
    if not content.startswith(b"\0\0"):  # as IDX data do: some servers unpack what they send
        content = bytes(unzip(content, url))
    Path(output_file).write_bytes(content)
    Path(output_file).chmod(0o644)  # Pooch's temporary file is its owner's alone
