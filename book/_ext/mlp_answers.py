"""Sphinx extension for the front page's table: each chapter, its question, its answer.

A chapter's answer is a glued value whose name ends in ``-answer``, so that it is computed where the
chapter's other numbers are. Nothing here lists the chapters: the table of contents does.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from mlp_late import add_late_directive
from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

HEADS = ("Chapter", "Question", "Answer")
NO_ANSWER = "Not in one line: see the chapter."


def answer_name(chapter: str) -> str:
    """Return the glued name of a chapter's answer.

    >>> answer_name("notebooks/learning_rate")
    'learning-rate-answer'
    """
    return Path(chapter).name.replace("_", "-") + "-answer"


def answer_of(chapter: str, outputs: Path) -> str | None:
    """Return a chapter's answer from what its notebook glued, or None."""
    file = outputs / f"{chapter}.glue.json"
    if not file.is_file():
        return None
    glued = json.loads(file.read_text(encoding="utf-8")).get(answer_name(chapter))
    if glued is None:
        return None
    text = glued["data"]["text/plain"]
    # A string was glued as Python writes it, with its quotation marks.
    return str(ast.literal_eval(text)) if text[:1] in {"'", '"'} else text


def question_of(chapter: str, doctree: nodes.document) -> str:
    """Return a chapter's question: its first quoted paragraph."""
    for quote in doctree.findall(nodes.block_quote):
        return " ".join(quote.astext().split())
    raise ExtensionError(f"{chapter}: no question, which is its first quoted paragraph (> ...)")


def chapters(env: BuildEnvironment) -> list[str]:
    """Return the notebooks in the order of the table of contents."""
    listed = env.toctree_includes.get(env.config.root_doc, [])
    return [name for name in listed if str(env.doc2path(name)).endswith(".ipynb")]


def make_table(rows: Iterable[Sequence[nodes.Node]]) -> nodes.table:
    """Return a table of rows of inline nodes under `HEADS`."""
    group = nodes.tgroup(cols=len(HEADS))
    group += [nodes.colspec(colwidth=width) for width in (2, 3, 5)]
    head, body = nodes.thead(), nodes.tbody()
    head += _row([nodes.Text(text) for text in HEADS])
    body += [_row(row) for row in rows]
    group += [head, body]
    return nodes.table("", group, classes=["chapter-answers"])


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        row += nodes.entry("", nodes.paragraph("", "", cell))
    return row


def table_of_answers(app: Sphinx, docname: str) -> nodes.table:
    """Return the table of all chapters, their questions and their answers."""
    return make_table(_chapter_row(app, name, docname) for name in chapters(app.env))


def _chapter_row(app: Sphinx, chapter: str, docname: str) -> list[nodes.Node]:
    title = app.env.titles[chapter].astext()
    link = nodes.reference("", title, internal=True)
    link["refuri"] = app.builder.get_relative_uri(docname, chapter)
    settings: Any = app.env
    outputs = Path(settings.mystnb_config.output_folder)
    question = question_of(chapter, app.env.get_doctree(chapter))
    answer = answer_of(chapter, outputs) or NO_ANSWER
    return [link, nodes.Text(question), nodes.Text(answer)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive of the front page."""
    add_late_directive(app, "chapter-answers", "book/index", table_of_answers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
