"""The pages of the book that have a panel, and what the built book's scripts hold."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from built_book import HTML, ROOT, toc_files

from mlp_book.panels import PANELS
from mlp_core.what_if import Panel

CHAPTER = "notebooks/learning_rate.html"
SCRIPTS = HTML / "_static" / "mlp"


@dataclass(frozen=True)
class Chapter:
    """A page with a panel: a chapter's notebook, or a page of text."""

    source: str
    panel: Panel

    @property
    def page(self) -> str:
        return str(Path(self.source).with_suffix(".html"))


def find_pages() -> list[Chapter]:
    """Return every page of the table of contents that shows a panel, with the first it shows."""
    found = []
    for name in toc_files():
        shown = re.search(r"^show_panel\(\s*[\"']([\w-]+)", code_of(ROOT / name), re.MULTILINE)
        if shown:
            found.append(Chapter(name, PANELS[shown[1]]))
    return found


def code_of(source: Path) -> str:
    """Return the code of a notebook; of a page of text, all of it."""
    if source.suffix != ".ipynb":
        return source.read_text("utf-8")
    cells = nbformat.read(source, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


PAGES = find_pages()
CHAPTERS = [page for page in PAGES if page.source.endswith(".ipynb")]


def read_script(name: str) -> Any:
    """Return the data that a script of the built book sets."""
    text = (SCRIPTS / name).read_text("utf-8")
    return json.loads(text[text.index(" = ") + 3 : text.rindex(";")])
