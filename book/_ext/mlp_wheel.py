"""What panels train with: a worker, the package, products of matrices, and where Pyodide lies."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from mlp_book.scripts import JS
from mlp_book.wasm import assemble
from mlp_core import __version__

INFO = f"mlp_core-{__version__}.dist-info"
METADATA = f"Metadata-Version: 2.1\nName: mlp-core\nVersion: {__version__}\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: mlp_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
# Set by `make book-offline`: a folder with the files that `book/pyodide.json` lists.
OFFLINE = "MLP_CORE_PYODIDE"


def build_info(root: Path, folder: Path) -> dict[str, Any]:
    """Write all of it, Pyodide only if it is asked for; return what the page's script needs."""
    for old in folder.glob("*.whl"):
        old.unlink()
    worker = shutil.copy(JS / "what_if" / "worker.js", folder)
    products = folder / "products.wasm"
    products.write_bytes(assemble())
    return {
        "version": __version__,
        "commit": commit_of(root),
        "files": {"mlp_core": checked(write_wheel(root, folder)), "products": checked(products)},
        "worker": Path(worker).name,
        "pyodide": pyodide_files(root, folder),
    }


def write_wheel(root: Path, folder: Path) -> Path:
    """Zip the package as a pure-Python wheel: the same bytes for the same sources."""
    paths = [p for kind in ("*.py", "*.npz", "py.typed") for p in (root / "mlp_core").rglob(kind)]
    content = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths)}
    content |= {f"{INFO}/METADATA": METADATA.encode(), f"{INFO}/WHEEL": WHEEL.encode()}
    rows = [f"{name},{record_hash(data)},{len(data)}\n" for name, data in content.items()]
    content[f"{INFO}/RECORD"] = f"{''.join(rows)}{INFO}/RECORD,,\n".encode()
    wheel = folder / f"mlp_core-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            # A fixed date: the wheel depends on nothing but its content.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return wheel


def checked(path: Path) -> dict[str, Any]:
    """Return where a file beside the page lies, and what it must be."""
    data = path.read_bytes()
    return {"url": path.name, "bytes": len(data), "integrity": f"sha256-{sha256(data)}"}


def sha256(data: bytes) -> str:
    """Return a hash in base 64, as browsers check it after the words ``sha256-``."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def record_hash(data: bytes) -> str:
    """Return a hash as a wheel's RECORD has it: the same, safe for URLs and without padding."""
    return "sha256=" + sha256(data).translate(str.maketrans("+/", "-_", "="))


def commit_of(root: Path) -> str:
    """Return the commit that the book is built from; a package with changes is named as such."""
    try:
        head = git(root, "rev-parse", "--short=10", "HEAD")
        return f"{head} with changes" if git(root, "status", "-s", "--", "mlp_core") else head
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def git(root: Path, *words: str) -> str:
    """Return what a git command prints."""
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def pyodide_files(root: Path, folder: Path) -> dict[str, Any]:
    """Return where the page finds Pyodide: beside it if that is asked for, else at the CDN."""
    pins = json.loads((root / "book" / "pyodide.json").read_text(encoding="utf-8"))
    source, target = os.environ.get(OFFLINE), folder / "pyodide"
    shutil.rmtree(target, ignore_errors=True)
    if source:
        shutil.copytree(source, target)
    files = {
        name: {
            "url": f"pyodide/{pin['own']['file']}" if source else pin["cdn"]["url"],
            **{key: pin["own" if source else "cdn"][key] for key in ("bytes", "integrity")},
        }
        for name, pin in pins["files"].items()
    }
    where = "this book's own host" if source else "the public CDN jsDelivr"
    total = sum(file["bytes"] for file in files.values())
    about = {"version": pins["version"], "from": where, "isOwn": bool(source)}
    return {**about, "bytes": total, "files": files}
