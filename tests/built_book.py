"""The book: its table of contents, and its built pages, without which a test is skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
OWN_PYTHON = HTML / "_static" / "mlp" / "pyodide" / "pyodide.js"


def toc_files() -> list[str]:
    """Return the sources of all pages, in the order of the table of contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


def pages() -> list[str]:
    """Return the pages that are made of them."""
    return [str(Path(name).with_suffix(".html")) for name in toc_files()]


def require_book() -> Path:
    """Return the folder of built pages, which `make test` builds first and requires."""
    require(HTML / "index.html", "MLP_CORE_BOOK", "the book is not built", "make book")
    return HTML


def require_own_python() -> None:
    """Ask for a book that can train its networks without another host."""
    missing = "the book is not built with its own Pyodide"
    require(OWN_PYTHON, "MLP_CORE_OFFLINE", missing, "make test-browser")


def require(file: Path, variable: str, missing: str, command: str) -> None:
    """Skip the test if a file is missing; fail it if an environment variable says so."""
    if not file.is_file():
        if os.environ.get(variable) == "required":
            pytest.fail(missing)
        pytest.skip(f"{missing}: run `{command}` first")
