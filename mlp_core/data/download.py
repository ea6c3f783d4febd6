"""Download: one gzipped file from the first mirror that has it whole."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from mlp_core.data.content import GZIP_MAGIC, check_sha256, unzip
from mlp_core.data.errors import DataError, broken_file

TIMEOUT_S = 30.0  # without a connection or a byte for so long, the next mirror is tried


def download(
    name: str, mirrors: Sequence[str], sha256: str, progress: bool = True
) -> tuple[bytes, str]:
    """Download a file, unpack it and check its hash, from one mirror after the other.

    Parameters
    ----------
    name : str
        File name without .gz.
    mirrors : sequence of str
        Addresses of folders that hold ``<name>.gz``, tried in turn.
    sha256 : str
        Hash of the uncompressed bytes.
    progress : bool
        Show a progress bar on standard error.

    Returns
    -------
    content : bytes
        Uncompressed.
    mirror : str
        Where it came from.

    Raises
    ------
    DataError
        If no mirror gives the file; says for each of them why.
    """
    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{name}.gz"
        try:
            content = _get(url, name, progress)
            # Some servers unpack what they send; the hash is of the unpacked bytes either way.
            if content.startswith(GZIP_MAGIC):
                content = unzip(content, url, advice="")
            check_sha256(content, sha256, url, advice="")
        except (OSError, DataError) as error:  # the errors of requests are OSErrors
            reason = str(error).removeprefix(f"{url}: ")
            failures.append(f"\n  {url}: {reason}")
        else:
            return content, mirror
    raise DataError(
        f"{name}.gz: expected one of {len(mirrors)} mirror(s) to give it, found that none did. "
        f"Check the network, or put the four files into a folder and let the environment variable "
        f"MLP_CORE_DATA_DIR name it.{''.join(failures)}"
    )


def _get(url: str, name: str, progress: bool) -> bytes:
    """Return what is at an address; half of it may be all there is."""
    from pooch import HTTPDownloader
    from tqdm.auto import tqdm

    # Into memory, not into a file: what is interrupted leaves nothing behind.
    received = BytesIO()
    # The total is a placeholder until the answer tells the size (tqdm has no truth value without).
    bar = tqdm(total=1, desc=f"{name}.gz", unit="B", unit_scale=True, disable=not progress)
    with bar:
        get = HTTPDownloader(progressbar=bar, chunk_size=1 << 16, timeout=TIMEOUT_S)
        get(url, received, None)
    return received.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that its name never stands for half of it.

    Parameters
    ----------
    path : Path
        Its folder is made if need be.
    content : bytes
        Everything that the file shall hold.

    Raises
    ------
    DataError
        If the folder cannot be written to.
    """
    # A name of its own: another process may be writing the same file.
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(content)
            part.replace(path)  # atomic, and takes the place of a broken file
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise broken_file(
            path,
            f"to write {len(content):,} bytes",
            str(error),
            "Make room or give permission, or put the four files into a folder and let the "
            "environment variable MLP_CORE_DATA_DIR name it.",
        ) from error
