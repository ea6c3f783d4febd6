"""Sphinx extension for tables of numbers: sorted by a click, their marks explained."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mlp_book.tables import BEST

if TYPE_CHECKING:
    from sphinx.application import Sphinx

TABLE = re.compile(r'<table[^>]*\bclass="[^"]*\bdataframe\b.*?</table>', re.DOTALL)
# What a reader of the page cannot see in the code: see mlp_book.tables.
NOTE = (
    f'<p class="table-note"><span aria-hidden="true">{BEST}</span> '
    "The best mean of its column; every other row differs from it by more than seed noise.</p>"
)


def explain_marks(body: str) -> str:
    """Put the note under every table in which a cell is marked as the best."""
    return TABLE.sub(lambda table: table[0] + (NOTE if BEST in table[0] else ""), body)


def prepare(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a page with a table of numbers the script that sorts it, and its notes."""
    body = context.get("body") or ""
    if app.builder.format == "html" and TABLE.search(body):
        app.add_js_file("tables.js", loading_method="defer")
        context["body"] = explain_marks(body)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("html-page-context", prepare)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
