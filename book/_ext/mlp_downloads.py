"""Sphinx extension for the end of each chapter: its notebook, runs and figures as files."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.errors import ExtensionError

from mlp_book.pages import write_downloads
from mlp_book.svg import to_file
from mlp_core.studies import load_runs

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "downloads"
# A reproduction card is a table whose rows begin with these heads: see reproduction_card.
STUDY_ROW = re.compile(r"<th>study</th>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
FIGURE = re.compile(
    r'<figure[^>]*\bid="(?P<name>[\w-]+)"[^>]*>(?P<content>.*?)</figure>', re.DOTALL
)
DRAWING = re.compile(r'<div class="report-figure">(<svg.*?</svg>)</div>', re.DOTALL)
NUMBER = re.compile(r'<span class="caption-number">(.*?)</span>')


def studies_of(body: str) -> list[str]:
    """Return the studies that a page's reproduction cards name."""
    cells = (cell for row in STUDY_ROW.findall(body) for cell in CELL.findall(row))
    return list(dict.fromkeys(html.unescape(cell).strip() for cell in cells))


def figures_of(body: str) -> list[tuple[str, str, str]]:
    """Return name, number and drawing of a page's figures, in their order.

    A figure of several drawings gives one entry each; the names of the others end in -2, -3 ...
    """
    found = []
    for figure in FIGURE.finditer(body):
        number = NUMBER.search(figure["content"])
        title = " ".join(html.unescape(number[1]).split()) if number else figure["name"]
        for place, svg in enumerate(DRAWING.findall(figure["content"]), 1):
            more = f"-{place}" if place > 1 else ""
            found.append((figure["name"] + more, title + more, svg))
    return found


def write_runs(root: Path, folder: Path, study: str) -> list[tuple[str, str]]:
    """Write a study's runs as CSV and as JSON; return the words and the file of each link."""
    try:
        runs = load_runs(study, root / "results")
    except FileNotFoundError as error:
        raise ExtensionError(f"a reproduction card names {study!r}, but {error}") from error
    words = ("CSV, one row per run", "JSON, with every epoch")
    files = write_downloads(folder, study, runs)
    return [(f"{w}, {size_of(file)}", file.name) for w, file in zip(words, files, strict=True)]


def write_figures(folder: Path, body: str) -> list[tuple[str, str]]:
    """Write a page's figures as SVG files; return the words and the file of each link."""
    links = []
    for name, title, svg in figures_of(body):
        file = folder / f"{name}.svg"
        file.write_text(to_file(svg), encoding="utf-8")
        links.append((title.rstrip("."), file.name))
    return links


def size_of(file: Path) -> str:
    """Return a file's size in words.

    >>> size_of(Path(__file__)).endswith("KB")
    True
    """
    size = file.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} KB"


def link(words: str, address: str, label: str | None = None) -> str:
    """Return a link that saves its file where the browser lets it, and opens it elsewhere."""
    spoken = f' aria-label="{html.escape(label)}"' if label else ""
    return f'<a href="{html.escape(address)}" download{spoken}>{html.escape(words)}</a>'


def card(rows: list[tuple[str, list[str]]]) -> str:
    """Return the box at a chapter's end: what it offers, and the links to it."""
    items = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{', '.join(links)}</dd>" for name, links in rows
    )
    return (
        '<aside class="downloads" aria-labelledby="take-it-with-you">'
        '<p class="rubric" id="take-it-with-you">Take it with you</p>'
        f"<dl>{items}</dl></aside>"
    )


def add_downloads(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Write a chapter's files, and put the links to them at its end."""
    if app.builder.format != "html" or not (page in app.env.found_docs and is_chapter(app, page)):
        return
    body = context["body"]
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(exist_ok=True)
    to = context["pathto"]
    source = to(f"_sources/{context['sourcename']}", 1)
    rows = [("Notebook", [link(Path(page).name + ".ipynb", source)])]
    for study in studies_of(body):
        files = write_runs(Path(app.srcdir), folder, study)
        links = [link(words, to(f"{FOLDER}/{name}", 1)) for words, name in files]
        rows.append((f"Runs of {study}", links))
    figures = write_figures(folder, body)
    if figures:
        links = [
            link(words, to(f"{FOLDER}/{name}", 1), f"{words} as SVG") for words, name in figures
        ]
        rows.append(("Figures as SVG", links))
    context["body"] = body + card(rows)


def is_chapter(app: Sphinx, page: str) -> bool:
    """Say whether a page is made from a notebook."""
    return str(app.env.doc2path(page)).endswith(".ipynb")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("html-page-context", add_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
