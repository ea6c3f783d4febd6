"""Sphinx extension for the front page's cards: each chapter, its picture, question and answer.

A chapter's answer is a glued value whose name ends in ``-answer``, so that it is computed where the
chapter's other numbers are.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from mlp_chapters import add_collection, chapters, link_to
from mlp_sharing import cards_folder
from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NO_ANSWER = "Not in one line: see the chapter."


def picture_name(chapter: str) -> str:
    """Return what a chapter's glued values and its picture are called after.

    >>> picture_name("notebooks/learning_rate")
    'learning-rate'
    """
    return Path(chapter).name.replace("_", "-")


def answer_of(chapter: str, outputs: Path) -> str | None:
    """Return a chapter's answer from what its notebook glued, or None."""
    file = outputs / f"{chapter}.glue.json"
    glued = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    name = f"{picture_name(chapter)}-answer"
    if name not in glued:
        return None
    text = glued[name]["data"]["text/plain"]
    # A string was glued as Python writes it, with its quotation marks.
    return str(ast.literal_eval(text)) if text[:1] in {"'", '"'} else text


def picture_of(chapter: str, folder: Path) -> str:
    """Return a chapter's picture, which its notebook wrote, or nothing before it ran."""
    file = folder / f"{picture_name(chapter)}.svg"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def question_of(chapter: str, doctree: nodes.document) -> str:
    """Return a chapter's question: its first quoted paragraph."""
    for quote in doctree.findall(nodes.block_quote):
        return " ".join(quote.astext().split())
    raise ExtensionError(f"{chapter}: no question, which is its first quoted paragraph (> ...)")


def make_card(link: nodes.reference, picture: str, question: str, answer: str) -> nodes.container:
    """Return a card: picture, title, question and answer; a click anywhere follows the link."""
    # The answer says in words what the picture shows.
    hidden = f'<div class="report-figure of-card" aria-hidden="true">{picture}</div>'
    return nodes.container(
        "",
        nodes.raw("", hidden, format="html"),
        nodes.paragraph("", "", nodes.strong("", "", link)),
        nodes.paragraph("", "", nodes.emphasis("", question)),
        nodes.paragraph("", answer),
        classes=["chapter-card"],
    )


def cards_of_answers(app: Sphinx, docname: str) -> nodes.container:
    """Return a card for each chapter: its picture, its question, its answer."""
    settings: Any = app.env
    outputs = Path(settings.mystnb_config.output_folder)
    cards = [
        make_card(
            link_to(app, docname, chapter),
            picture_of(chapter, cards_folder(app)),
            question_of(chapter, app.env.get_doctree(chapter)),
            answer_of(chapter, outputs) or NO_ANSWER,
        )
        for chapter in chapters(app.env)
    ]
    return nodes.container("", *cards, classes=["chapter-cards"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive of the front page."""
    add_collection(app, "chapter-answers", cards_of_answers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
