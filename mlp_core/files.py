"""Files: written whole or not at all, claimed by one process, and JSON read without trust."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

CLAIM_S = 300.0  # a claim that was not touched for so long has expired
# Each list and each object takes 64 bytes of memory, for as little as three of text.
MOST_PARTS = 500_000


@contextlib.contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file to write that takes this path's place once it is complete.

    Until then it has a name of its own, or none, and goes if anything fails: what was there
    stays. What is no file, a pipe or a device, is written to as it is.
    """
    path = Path(path).resolve()
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path} cannot be written: there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"{path} cannot be written: it is a folder; name a file in it")
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    partial = path.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        unnamed = _open_unnamed(path.parent)
        with unnamed or partial.open("xb") as file:
            yield file
            file.flush()
            if unnamed and _name(file, path):
                return
            if unnamed:
                _name(file, partial)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _name(file: BinaryIO, path: Path) -> bool:
    """Give an unnamed file its name, at one blow; return whether the name was free."""
    try:
        # A folder is given, though the path is absolute: else the link itself is linked.
        os.link(f"/proc/self/fd/{file.fileno()}", path, src_dir_fd=file.fileno())
    except FileExistsError:
        return False
    return True


def _open_unnamed(folder: Path) -> BinaryIO | None:
    """Open a file of which a killed process leaves nothing, where the system has such files."""
    try:
        if Path("/proc/self/fd").is_dir():
            return os.fdopen(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666), "w+b")
    except (AttributeError, OSError):
        pass  # opening one with a name says what is wrong
    return None


class Claim:
    """A file that says which process is at work beside it.

    It expires when its process is gone or, as seen from another machine, when nobody has touched
    it for `CLAIM_S` seconds.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._owner = f"{platform.node()} {os.getpid()}"

    def take(self) -> bool:
        """Return whether this process now holds the claim: unless another one does."""
        expired = self._expired()
        if expired is not None and not self._remove(expired):
            return False
        try:
            with self.path.open("x", encoding="utf-8") as file:
                file.write(self._owner)
        except FileExistsError:
            return False
        return True

    def touch(self) -> None:
        """Keep the claim from expiring."""
        with contextlib.suppress(OSError):
            os.utime(self.path)

    def release(self) -> None:
        """Give up the claim, if it is this process's."""
        with contextlib.suppress(OSError):
            if self._read(self.path) == self._owner:
                self.path.unlink()

    @contextlib.contextmanager
    def hold(self, tell: Callable[[str], None]) -> Iterator[None]:
        """Wait until nobody else holds the claim, and hold it; who has to wait is told so."""
        if not self.take():
            tell(f"another process is at work in {self.path.parent}; waiting for it")
            while not self.take():
                time.sleep(0.2)
        done = threading.Event()
        threading.Thread(target=self._keep, args=(done,), daemon=True).start()
        try:
            yield
        finally:
            done.set()
            self.release()

    def _keep(self, done: threading.Event) -> None:
        while not done.wait(CLAIM_S / 10):
            self.touch()

    def _remove(self, expired: str) -> bool:
        """Remove a claim that expired; if another process has just taken it anew, put it back."""
        aside = self.path.with_name(f".{os.getpid()}-{secrets.token_hex(4)}.part")
        try:
            self.path.rename(aside)
        except FileNotFoundError:
            return True
        is_it = self._read(aside) == expired
        if not is_it:
            with contextlib.suppress(FileExistsError):
                os.link(aside, self.path)
        aside.unlink()
        return is_it

    def _read(self, path: Path) -> str:
        return path.read_text("utf-8", "replace")  # a crash may leave anything

    def _expired(self) -> str | None:
        """Return what the claim says, if it has expired."""
        try:
            owner = self._read(self.path)
            age = time.time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return None
        host, _, pid = owner.rpartition(" ")
        gone = host == platform.node() and pid.isdigit() and not _is_alive(int(pid))
        return owner if gone or age > CLAIM_S or owner == self._owner else None


def _is_alive(pid: int) -> bool:
    if os.name != "posix":
        return True  # asking would be a signal
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def parse_json(text: str | bytes) -> dict[str, Any]:
    """Return the object that JSON text holds; a ValueError if it is none, or beyond measure."""
    openings = (b"[", b"{") if isinstance(text, bytes) else ("[", "{")
    if sum(map(text.count, openings)) > MOST_PARTS:  # type: ignore[arg-type]
        raise ValueError(f"it has more than {MOST_PARTS:,} lists and objects")
    try:
        values = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(values, dict):
        raise ValueError(f"it is no JSON object: {text[:80]!r}")
    return values


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
