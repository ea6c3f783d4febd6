"""Download: the files of a source, each from the first mirror that has it whole."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from mlp_core.data.content import SMALL, check_sha256, unzip
from mlp_core.data.errors import DataError, broken_file
from mlp_core.data.sources import DATA_DIR, data_folders, find_source, verify_dataset
from mlp_core.files import whole_file

TIMEOUT_S = 30.0  # without a connection or a byte for so long, the next mirror is tried
LONGEST_S = 900.0  # and after so long for one file
LARGEST = SMALL  # bytes of one file, gzipped or not
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
    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{path.name}.gz"
        try:
            content = _receive_in_time(url, progress)
            check_sha256([content], sha256, url)
        except Exception as error:  # whatever a mirror does wrong is that mirror's failure
            failures.append(f"\n  {url}: {str(error).removeprefix(f'{url}: ')[:300]}")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as file:
                file.write(content)
        except OSError as error:
            advice = f"Make room or give permission, or {_OWN_FOLDER}."
            raise broken_file(path, "to write it", str(error), advice) from error
        return mirror
    raise DataError(
        f"{path.name}.gz: expected one of {len(mirrors)} mirror(s) to give it, found that none "
        f"did. Check the network, or {_OWN_FOLDER}.{''.join(failures)}"
    )


def _receive_in_time(url: str, progress: bool) -> bytes | bytearray:
    """Return what is in a gzipped file at an address, or raise whatever goes wrong.

    A server that sends a byte now and then is waited for by a thread that is left behind.
    """
    received: list[bytes | bytearray] = []
    failed: list[str] = []

    def receive() -> None:
        try:
            received.append(_receive(url, progress))
        except Exception as error:  # its words alone are kept: it holds on to an open connection
            failed.append(str(error) or type(error).__name__)

    thread = threading.Thread(target=receive, daemon=True)
    thread.start()
    thread.join(LONGEST_S)
    if not received:
        raise OSError(*failed or [f"it took longer than {LONGEST_S:g} s"])
    return received[0]


class _Bounded(BytesIO):
    """What is received, up to the largest size that a file may have."""

    def write(self, chunk: Any) -> int:
        if self.tell() + len(chunk) > LARGEST:
            raise OSError(f"it is larger than {LARGEST:,} bytes")
        return super().write(chunk)


def _receive(url: str, progress: bool) -> bytes | bytearray:
    from pooch import HTTPDownloader
    from tqdm.auto import tqdm

    received, name = _Bounded(), url.rpartition("/")[2]
    # The total is a placeholder until the answer tells the size (tqdm has no truth value without).
    with tqdm(total=1, desc=name, unit="B", unit_scale=True, disable=not progress) as bar:
        HTTPDownloader(bar, chunk_size=1 << 16, timeout=TIMEOUT_S)(url, received, None)
    content = received.getvalue()
    if not content.startswith(b"\0\0"):  # as IDX data do: some servers unpack what they send
        return unzip(content, url)
    return content
