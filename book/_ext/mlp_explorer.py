"""Sphinx extension for the explorer page: its script, every study's runs, and their downloads."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from mlp_scripts import join_modules
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from mlp_book.pages import (
    best_cell,
    columns,
    dataset_name,
    explorer_json,
    load_studies,
    write_downloads,
)
from mlp_core.studies import StoredStudy, find_results

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SOURCES = Path(__file__).parents[1] / "explorer"
FOLDER = "explorer"
DOWNLOADS = "downloads"  # shared with the chapters, whose links lead to the same files
PLACE = '<div class="explorer">'
WITHOUT_SCRIPT = (
    "To pick runs, lay their curves over one another and see how the factors work together, this "
    "page needs JavaScript. The table below, with every run to download, needs none."
)
NOTHING_STORED = (
    "No run is stored yet: <code>mlp-core study run learning-rate</code> makes a study's runs, and "
    "the next build of the book shows them here."
)


@cache
def studies_in(results: Path) -> list[StoredStudy]:
    """Return all studies; a build that meets a damaged file ends with its name."""
    try:
        return load_studies(results)
    except ValueError as error:
        raise ExtensionError(f"the explorer page: {error}") from error


def write_assets(app: Sphinx) -> None:
    """Write everything that the explorer page loads and offers to download."""
    if app.builder.format != "html":
        return
    studies_in.cache_clear()
    folder = Path(app.outdir) / "_static" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    stored = [s for s in studies_in(find_results(Path(app.srcdir))) if s.runs]
    downloads = Path(app.outdir) / DOWNLOADS
    downloads.mkdir(exist_ok=True)
    entries = [write_study(study, folder, downloads) for study in stored]
    first = first_study(stored)
    listed = [{**entry, "first": entry["name"] == first} for entry in entries]
    text = json.dumps(listed, separators=(",", ":")).replace("<", "\\u003c")
    (folder / "studies.js").write_text(f"window.mlpCoreExplorer = {text};\n", "utf-8")
    (folder / "explorer.js").write_text(join_modules(SOURCES / "main.js"), "utf-8")


def first_study(stored: list[StoredStudy]) -> str:
    """Return the study of the first view: one in which something varies, whole if there is one."""
    ranked = sorted(stored, key=lambda s: (not columns(s), s.stored < s.planned))
    return ranked[0].name if ranked else ""


def write_study(study: StoredStudy, folder: Path, downloads: Path) -> dict[str, Any]:
    """Write a study's script and its downloads; return its entry in the page's list."""
    name = study.name
    script = f"(window.mlpCoreExplored ??= {{}})[{json.dumps(name)}] = {explorer_json(study)};\n"
    (folder / f"study-{name}.js").write_text(script, "utf-8")
    files = write_downloads(downloads, name, study.runs)
    # With its hash in its address, a rebuilt study is not taken from a browser's cache.
    digest = hashlib.sha256(script.encode()).hexdigest()[:8]
    return {
        "name": name,
        "question": study.question,
        "stored": f"{stored_text(study)} runs stored",
        "data": " and ".join(sorted({dataset_name(run.config.dataset) for run in study.runs})),
        "script": f"study-{name}.js?v={digest}",
        "files": {file.suffix[1:].upper(): f"../../{DOWNLOADS}/{file.name}" for file in files},
    }


def stored_text(study: StoredStudy) -> str:
    """Return how much of what the catalogue plans is stored, and what lies beside it."""
    others = len(study.runs) - study.stored
    if not study.planned:
        return str(others)
    words = f"{study.stored} of {study.planned}"
    return f"{words}, and {others} others" if others else words


def static_table(studies: list[StoredStudy], up: str) -> str:
    """Return the table of all studies as HTML; `up` leads from the page to the book's root."""
    rows = "".join(_static_row(study, up) for study in studies)
    heads = ("study", "question", "runs stored", "best cell: test accuracy", "files")
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return (
        '<div class="pst-scrollable-table-container"><table class="table explorer-studies">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _static_row(study: StoredStudy, up: str) -> str:
    files = [
        f'<a href="{up}{DOWNLOADS}/{study.name}.{kind}" download '
        f'aria-label="{study.name}, {kind.upper()}">{kind.upper()}</a>'
        for kind in ("csv", "json")
    ]
    cells = (
        escape(study.name.replace("-", " ")),
        escape(study.question),
        escape(stored_text(study)),
        escape(best_cell(study) or "-"),
        " ".join(files) if study.runs else "-",
    )
    first, *others = cells
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{c}</td>" for c in others)}</tr>'


class ExplorerDirective(SphinxDirective):
    """The place of the interactive explorer; without a script, one sentence."""

    def run(self) -> list[nodes.Node]:
        """Return the element that the page's script fills."""
        stored = any(study.runs for study in _studies(self))
        sentence = WITHOUT_SCRIPT if stored else NOTHING_STORED
        return [_raw(f'{PLACE}<p class="explorer-static">{sentence}</p></div>')]


class StudiesDirective(SphinxDirective):
    """The table of all studies, for every reader."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        return [_raw(static_table(_studies(self), "../" * self.env.docname.count("/")))]


def _studies(directive: SphinxDirective) -> list[StoredStudy]:
    return studies_in(find_results(Path(directive.env.srcdir)))


def _raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def reread(app: Sphinx, env: Any, added: set, changed: set, removed: set) -> list[str]:
    """Name the pages with what is drawn from the store: they are read again at every build."""
    return [doc for doc in env.found_docs if doc.endswith("explorer")]


def add_scripts(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give the explorer page its scripts; all others stay as they are."""
    if app.builder.format != "html" or PLACE not in (context.get("body") or ""):
        return
    app.add_css_file("what_if.css")
    app.add_css_file("explorer.css")
    for name in ("studies.js", "explorer.js"):
        app.add_js_file(f"{FOLDER}/{name}", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.add_directive("explorer", ExplorerDirective)
    app.add_directive("stored-studies", StudiesDirective)
    app.connect("builder-inited", write_assets)
    app.connect("env-get-outdated", reread)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
