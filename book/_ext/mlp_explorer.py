"""Sphinx extension for the explorer page: every study's runs as a script, files, and a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from jinja2 import Environment
from mlp_pages import EXPLORER, script_folder, write_data
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from mlp_book.frames import dataset_name
from mlp_book.pages import (
    best_cell,
    columns,
    explorer_json,
    load_studies,
    write_downloads,
)
from mlp_book.scripts import as_json
from mlp_book.text import NONE, study_title
from mlp_core.studies import StoredStudy, find_results
from mlp_core.training import RunConfig

if TYPE_CHECKING:
    from sphinx.application import Sphinx

DOWNLOADS = "downloads"  # the chapters' links lead to the same files
WITHOUT_SCRIPT = (
    "To pick runs, lay their curves over one another and see how the factors work together, this "
    "page needs JavaScript. The table below, with every run to download, needs none."
)
NOTHING_STORED = (
    "No run is stored yet: <code>mlp-core study run learning-rate</code> makes a study's runs, and "
    "the next build of the book shows them here."
)
TABLE = """\
<div class="pst-scrollable-table-container"><table class="table explorer-studies">
<thead><tr>{% for head in heads %}<th scope="col">{{ head }}</th>{% endfor %}</tr></thead>
<tbody>
{% for study in studies -%}
<tr><th scope="row">{{ study_title(study.name) }}</th><td>{{ study.question }}</td>
{#- #}<td>{{ stored_text(study) }}{% if study.runs %},<br> {{ data_of(study) }}{% endif %}</td>
{#- #}<td>{{ best_cell(study) or NONE }}</td><td>
{%- for kind in ("csv", "json") if study.runs -%}
<a href="{{ folder }}/{{ study.name }}.{{ kind }}" download
 aria-label="{{ study_title(study.name) }}, {{ kind.upper() }}">{{ kind.upper() }}</a> {# #}
{%- else %}{{ NONE }}{% endfor %}</td></tr>
{% endfor %}</tbody></table></div>"""
HEADS = ("study", "question", "runs stored", "best cell: test accuracy", "files")


@cache
def studies_in(results: Path) -> list[StoredStudy]:
    """Return all studies; a build that meets a damaged file ends with its name."""
    try:
        return load_studies(results)
    except ValueError as error:
        raise ExtensionError(f"the explorer page: {error}") from error


def write_studies(app: Sphinx) -> None:
    """Write everything that the explorer page loads and offers to download."""
    if app.builder.format != "html":
        return
    studies_in.cache_clear()
    folder, downloads = script_folder(app), Path(app.outdir) / DOWNLOADS
    for old in folder.glob("runs-*.js"):
        old.unlink()
    downloads.mkdir(exist_ok=True)
    stored = [study for study in studies_in(find_results(Path(app.srcdir))) if study.runs]
    # The first view: a study in which something varies, whole if there is one.
    ranked = sorted(
        stored, key=lambda s: (not columns(s), len(s.planned_runs) < len(s.planned_ids))
    )
    entries = [
        {**write_study(study, folder, downloads), "first": study is ranked[0]} for study in stored
    ]
    if len(entries) > 1:
        entries.insert(0, all_studies(entries, stored))
    write_data(folder, "studies.js", "window.mlpCoreExplorer", as_json(entries))


def write_study(study: StoredStudy, folder: Path, downloads: Path) -> dict[str, Any]:
    """Write a study's script and its downloads; return its entry in the page's list."""
    name = study.name
    target = f"(window.mlpCoreExplored ??= {{}})[{json.dumps(name)}]"
    script = write_data(folder, f"runs-{name}.js", target, explorer_json(study))
    files = write_downloads(downloads, name, study.runs)
    # With its hash in its address, a rebuilt study is not taken from a browser's cache.
    digest = hashlib.sha256((folder / script).read_bytes()).hexdigest()[:8]
    return {
        "name": name,
        "label": study_title(name),
        "question": study.question,
        "stored": f"{stored_text(study)} runs stored",
        "data": data_of(study),
        "script": f"{script}?v={digest}",
        "files": {file.suffix[1:].upper(): f"../../{DOWNLOADS}/{file.name}" for file in files},
    }


def data_of(*studies: StoredStudy) -> str:
    """Return the names of the data that the stored runs are of."""
    names = {dataset_name(run.config.dataset) for study in studies for run in study.runs}
    return " and ".join(sorted(names))


def all_studies(entries: Sequence[dict[str, Any]], stored: Sequence[StoredStudy]) -> dict[str, Any]:
    """Return the entry of all studies at once, which the page makes of their scripts."""
    ids = {run.config.run_id for study in stored for run in study.runs}
    return {
        "name": "all-studies",
        "label": "All studies",
        "question": "What do the runs of all studies show together?",
        "stored": f"{len(ids):,} runs of {len(entries)} studies",
        "data": data_of(*stored),
        "parts": [entry["name"] for entry in entries],
        "defaults": RunConfig().to_dict(),
        "files": {},
        "first": False,
    }


def stored_text(study: StoredStudy) -> str:
    """Return how much of what the catalogue plans is stored, and what lies beside it."""
    others = len(study.runs) - len(study.planned_runs)
    if not study.planned_ids:
        return str(others)
    words = f"{len(study.planned_runs)} of {len(study.planned_ids)}"
    return f"{words}, and {others} others" if others else words


def static_table(studies: list[StoredStudy], folder: str) -> str:
    """Return the table of all studies as HTML, with links to the files in a folder."""
    template = Environment(autoescape=True).from_string(TABLE)
    functions = {"stored_text": stored_text, "data_of": data_of, "best_cell": best_cell}
    functions["study_title"] = study_title
    return template.render(studies=studies, folder=folder, heads=HEADS, NONE=NONE, **functions)


class StudiesDirective(SphinxDirective):
    """The table of all studies, for every reader; or the place of what the page's script shows."""

    def run(self) -> list[nodes.Node]:
        """Return the element; what is drawn from the store is read again at every build."""
        self.env.note_reread()
        studies = studies_in(find_results(Path(self.env.srcdir)))
        if self.name == "explorer":
            sentence = WITHOUT_SCRIPT if any(study.runs for study in studies) else NOTHING_STORED
            html = f'{EXPLORER}<p class="explorer-static">{sentence}</p></div>'
        else:
            html = static_table(studies, "../" * self.env.docname.count("/") + DOWNLOADS)
        return [nodes.raw("", html, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives, and write the studies before the pages are read."""
    app.add_directive("explorer", StudiesDirective)
    app.add_directive("stored-studies", StudiesDirective)
    app.connect("builder-inited", write_studies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
