"""Sphinx extension for the end of each chapter: its notebook, runs and figures as files."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from sphinx.errors import ExtensionError

from mlp_book.svg import to_file
from mlp_book.text import keep_quantities

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = "downloads"  # the runs of all studies are there: see mlp_explorer
# A reproduction card is a table whose rows begin with these heads: see mlp_book.tables.
STUDY_ROW = re.compile(r"<th>study</th>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<td>(.*?)</td>", re.DOTALL)
FIGURE = re.compile(
    r'<figure[^>]*\bid="(?P<name>[\w-]+)"[^>]*>(?P<content>.*?)</figure>', re.DOTALL
)
DRAWING = re.compile(r'<div class="report-figure">(<svg.*?</svg>)</div>', re.DOTALL)
NUMBER = re.compile(r'<span class="caption-number">(.*?)</span>')
# Links save their files where the browser lets them, and open them elsewhere.
CARD = """\
<aside class="downloads" aria-labelledby="take-it-with-you">
<p class="rubric" id="take-it-with-you">Take it with you</p><dl>
{%- for name, links in rows %}<dt>{{ name }}</dt><dd>
{%- for words, address in links %}{{ ", " if not loop.first }}<a href="{{ address }}" download
{%- if name == FIGURES %} aria-label="{{ words }} as SVG"{% endif %}>{{ words }}</a>{% endfor -%}
</dd>{% endfor %}
{%- if colab %}<dt>Without a copy</dt><dd><a href="{{ colab }}">Open in Colab</a>; run this first:
<code>{{ line }}</code></dd>{% endif %}</dl></aside>"""
FIGURES = "Figures as SVG"
Link = tuple[str, str]  # words and address
REPOSITORY = "MLP_CORE_REPOSITORY"  # its value: https://github.com/owner/name
COLAB = "https://colab.research.google.com/github/{}/blob/main/{}.ipynb"
GITHUB = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)")
NOWHERE: Mapping[str, str] = {}
# What a notebook alone needs, in book/reproducing.md.
ALONE = re.compile(r"(?m)^!git clone .*\\\n.*")


def studies_of(body: str) -> list[str]:
    """Return the studies that a page's reproduction cards name."""
    cells = (cell for row in STUDY_ROW.findall(body) for cell in CELL.findall(row))
    return list(dict.fromkeys(html.unescape(cell).strip() for cell in cells))


def figures_of(body: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, number and drawing of a page's figures, in their order.

    A figure of several drawings gives one entry each; the names of the others end in -2, -3 ...
    """
    for figure in FIGURE.finditer(body):
        number = NUMBER.search(figure["content"])
        title = " ".join(html.unescape(number[1]).split()) if number else figure["name"]
        for place, svg in enumerate(DRAWING.findall(figure["content"]), 1):
            more = f"-{place}" if place > 1 else ""
            yield figure["name"] + more, title + more, svg


def run_links(folder: Path, study: str) -> list[Link]:
    """Return the links to a study's runs, which lie in the folder."""
    links = []
    for suffix, words in (("csv", "one row per run"), ("json", "with every epoch")):
        file = folder / f"{study}.{suffix}"
        if not file.is_file():
            raise ExtensionError(f"a reproduction card names {study!r}, but no run is stored")
        links.append((f"{suffix.upper()}, {words}, {size_of(file)}", file.name))
    return links


def write_figures(folder: Path, body: str) -> list[Link]:
    """Write a page's figures as SVG files; return the links to them."""
    links = []
    for name, title, svg in figures_of(body):
        file = folder / f"{name}.svg"
        file.write_text(to_file(svg), encoding="utf-8")
        links.append((keep_quantities(title.rstrip(".")), file.name))
    return links


def size_of(file: Path) -> str:
    """Return a file's size in words.

    >>> size_of(Path(__file__)).endswith("KB")
    True
    """
    size = file.stat().st_size
    return f"{size / 1e6:.1f}\u00a0MB" if size >= 1e6 else f"{max(1, round(size / 1e3))}\u00a0KB"


def in_colab(page: str, srcdir: Path) -> dict[str, str]:
    """Return where Colab opens a chapter, and the line that it needs, if a repository is named."""
    repository = os.environ.get(REPOSITORY, "").strip().rstrip("/").removesuffix(".git")
    if not repository:
        return {}
    if not (place := GITHUB.fullmatch(repository)):
        raise ExtensionError(f"{REPOSITORY} is {repository!r}: Colab opens https://github.com/...")
    (line,) = ALONE.findall((srcdir / "book" / "reproducing.md").read_text("utf-8"))
    line = re.sub(r"\\\n\s*", "", line).replace("REPOSITORY", repository)
    return {"colab": COLAB.format(place[1], page), "line": line}


def card(rows: list[tuple[str, list[Link]]], colab: Mapping[str, str] = NOWHERE) -> str:
    """Return the box at a chapter's end: what it offers, and the links to it."""
    template = Environment(autoescape=True).from_string(CARD)
    return template.render(rows=rows, FIGURES=FIGURES, **colab)


def add_downloads(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Write a chapter's figures, and put the links to all its files at its end."""
    is_chapter = page in app.env.found_docs and str(app.env.doc2path(page)).endswith(".ipynb")
    if app.builder.format != "html" or not is_chapter:
        return
    body, to = context["body"], context["pathto"]
    folder = Path(app.outdir) / FOLDER
    source = to(f"_sources/{context['sourcename']}", 1)
    rows = [(f"Runs of {study}", run_links(folder, study)) for study in studies_of(body)]
    rows += [(FIGURES, links)] if (links := write_figures(folder, body)) else []
    placed = [
        (name, [(words, to(f"{FOLDER}/{file}", 1)) for words, file in links])
        for name, links in rows
    ]
    notebook = ("Notebook", [(Path(page).name + ".ipynb", source)])
    context["body"] = body + card([notebook, *placed], in_colab(page, Path(app.srcdir)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("html-page-context", add_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
