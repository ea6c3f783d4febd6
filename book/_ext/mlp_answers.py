"""Sphinx extension for the front page's table: each chapter, its question, its answer.

A chapter's answer is a glued value whose name ends in ``-answer``, so that it is computed where the
chapter's other numbers are.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from mlp_chapters import add_collection, chapters, link_to
from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

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
    glued = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if answer_name(chapter) not in glued:
        return None
    text = glued[answer_name(chapter)]["data"]["text/plain"]
    # A string was glued as Python writes it, with its quotation marks.
    return str(ast.literal_eval(text)) if text[:1] in {"'", '"'} else text


def question_of(chapter: str, doctree: nodes.document) -> str:
    """Return a chapter's question: its first quoted paragraph."""
    for quote in doctree.findall(nodes.block_quote):
        return " ".join(quote.astext().split())
    raise ExtensionError(f"{chapter}: no question, which is its first quoted paragraph (> ...)")


def make_table(rows: Iterable[Sequence[nodes.Node]]) -> nodes.table:
    """Return a table of rows of inline nodes under `HEADS`."""
    head = nodes.thead("", _row([nodes.Text(text) for text in HEADS]))
    widths = [nodes.colspec(colwidth=width) for width in (2, 3, 5)]
    group = nodes.tgroup("", *widths, head, nodes.tbody("", *map(_row, rows)), cols=len(HEADS))
    return nodes.table("", group, classes=["chapter-answers"])


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *[nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells])


def table_of_answers(app: Sphinx, docname: str) -> nodes.table:
    """Return the table of all chapters, their questions and their answers."""
    settings: Any = app.env
    outputs = Path(settings.mystnb_config.output_folder)
    return make_table(
        (
            link_to(app, docname, chapter),
            nodes.Text(question_of(chapter, app.env.get_doctree(chapter))),
            nodes.Text(answer_of(chapter, outputs) or NO_ANSWER),
        )
        for chapter in chapters(app.env)
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive of the front page."""
    add_collection(app, "chapter-answers", table_of_answers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
