"""Links from a table's cell to a chapter, for a page of the book and for Jupyter."""

from __future__ import annotations

import json
import os
from html import escape
from pathlib import Path

from mlp_core.report.glue import BUILDING


def chapter_link(chapter: str, folder: Path | None = None) -> str:
    """Return an HTML link to a chapter, or nothing if there is no such chapter yet.

    Parameters
    ----------
    chapter : str
        Its notebook's name without the suffix.
    folder : Path, optional
        Where the notebooks are; by default the current one, in which a notebook runs.
    """
    path = (folder or Path()) / f"{chapter}.ipynb"
    if not path.is_file():
        return ""
    suffix = "html" if os.environ.get(BUILDING) else "ipynb"
    return f'<a href="{chapter}.{suffix}">{escape(title_of(path))}</a>'


def title_of(notebook: Path) -> str:
    """Return a notebook's title, its first heading."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    lines = "".join(line for cell in cells for line in [*cell["source"], "\n"]).splitlines()
    return next(line for line in lines if line.startswith("# ")).removeprefix("# ")
