"""Sphinx extension for the what-if panels: their script, their stored runs, and the wheel."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlp_scripts import join_modules

from mlp_book.pages import study_json
from mlp_core import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SOURCES = Path(__file__).parents[1] / "what_if"
PANEL = re.compile(r'<div class="what-if" data-panel="[^"]*"')
STUDY = re.compile(r'"study":\s*"([\w-]+)"')
FOLDER = "what-if"
# Set by `make book-offline`: a folder with the files that `book/pyodide.json` lists.
OFFLINE = "MLP_CORE_PYODIDE"


def write_wheel(root: Path, folder: Path) -> Path:
    """Zip the package as a pure-Python wheel: the same bytes for the same sources."""
    package = root / "mlp_core"
    files = [p for pattern in ("*.py", "*.npz", "py.typed") for p in package.rglob(pattern)]
    info = f"mlp_core-{__version__}.dist-info"
    content = {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(files)}
    content[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: mlp-core\nVersion: {__version__}\n".encode()
    )
    content[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: mlp_build\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    rows = [f"{name},{_record_hash(data)},{len(data)}" for name, data in content.items()]
    content[f"{info}/RECORD"] = "\n".join([*rows, f"{info}/RECORD,,", ""]).encode()
    wheel = folder / f"mlp_core-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            # A fixed date: the wheel depends on nothing but its content.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return wheel


def _record_hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"sha256={digest}"


def integrity(data: bytes) -> str:
    """Return a hash as browsers check it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


def commit_of(root: Path) -> str:
    """Return the commit that the book is built from; uncommitted changes are named."""
    command = ["git", "-C", str(root)]
    try:
        head = _output([*command, "rev-parse", "--short=10", "HEAD"])
        changed = _output([*command, "status", "--porcelain", "--", "mlp_core"])
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{head} with changes" if changed else head


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def pyodide_files(root: Path, folder: Path) -> dict[str, Any]:
    """Return where the page finds Pyodide: beside it if that is asked for, else at the CDN."""
    pins = json.loads((root / "book" / "pyodide.json").read_text(encoding="utf-8"))
    source = os.environ.get(OFFLINE)
    target = folder / "pyodide"
    shutil.rmtree(target, ignore_errors=True)
    kind = "own" if source else "cdn"
    if source:
        shutil.copytree(source, target)
    files = {
        name: {
            "url": f"pyodide/{pin['own']['file']}" if source else pin["cdn"]["url"],
            "bytes": pin[kind]["bytes"],
            "integrity": pin[kind]["integrity"],
        }
        for name, pin in pins["files"].items()
    }
    where = "this book's own host" if source else "the public CDN jsDelivr"
    total = sum(pin["bytes"] for pin in files.values())
    return {"version": pins["version"], "from": where, "bytes": total, "files": files}


def write_assets(app: Sphinx) -> None:
    """Write everything that the pages' panels load."""
    if app.builder.format != "html":
        return
    root, folder = Path(app.srcdir), Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    wheel = write_wheel(root, folder)
    build = {
        "version": __version__,
        "commit": commit_of(root),
        "wheel": wheel.name,
        "wheelIntegrity": integrity(wheel.read_bytes()),
        "worker": "worker.js",
        "pyodide": pyodide_files(root, folder),
    }
    (folder / "build.js").write_text(f"window.mlpCoreBuild = {json.dumps(build)};\n", "utf-8")
    (folder / "what-if.js").write_text(join_modules(SOURCES / "main.js"), "utf-8")
    shutil.copyfile(SOURCES / "worker.js", folder / "worker.js")


def write_study(app: Sphinx, name: str) -> bool:
    """Write a study's curves as a script that a page opened from disk may load too."""
    text = study_json(name, Path(app.srcdir) / "results")
    if text is None:
        return False
    line = f"(window.mlpCoreStudies ??= {{}})[{json.dumps(name)}] = {text};\n"
    path = Path(app.outdir) / "_static" / FOLDER / f"study-{name}.js"
    path.write_text(line, encoding="utf-8")
    return True


def add_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a page with a panel its scripts; all others stay as they are."""
    body = context.get("body") or ""
    if app.builder.format != "html" or not PANEL.search(body):
        return
    studies = [name for name in dict.fromkeys(STUDY.findall(body)) if write_study(app, name)]
    app.add_css_file("what_if.css")
    for name in _scripts(studies):
        app.add_js_file(f"{FOLDER}/{name}", loading_method="defer")


def _scripts(studies: Iterable[str]) -> list[str]:
    return ["build.js", *(f"study-{name}.js" for name in studies), "what-if.js"]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("builder-inited", write_assets)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
