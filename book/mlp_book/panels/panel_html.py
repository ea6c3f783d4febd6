"""A panel as a page without a kernel shows it: the question, the figure, and where it runs."""

from __future__ import annotations

from html import escape
from typing import Any

from mlp_book.panels.pictures import MAPPED, PICTURES, USUAL
from mlp_book.scripts import as_json
from mlp_book.style import ReportFigure
from mlp_book.text import level_text
from mlp_core.what_if.panel import Panel

# What a reader sees who has no script, or paper: the page's script hides it behind its controls.
WHERE = (
    "Here the figure stands still: its controls need JavaScript. In Jupyter the panel trains while "
    "you watch: in a copy of the book's repository, type <code>make lab</code> and open this "
    "chapter."
)


def panel_html(panel: Panel, figure: ReportFigure | None) -> str:
    """Return an element that holds the panel as JSON and the figure of its default values."""
    drawn = figure.inline_svg() if figure else ""
    controls = ", ".join(escape(control.label) for control in panel.controls)
    return (
        f'<div class="what-if" data-panel="{escape(panel.name)}">'
        f'<script type="application/json" class="what-if-data">{as_json(panel_data(panel))}'
        "</script>"
        f'<p class="what-if-static"><strong>{escape(panel.question)}</strong></p>'
        f'<div class="report-figure what-if-static">{drawn}</div>'
        f'<p class="what-if-static">Controls: {controls}. The figure shows their default values, '
        f"on the small digits.</p>"
        f'<p class="what-if-where what-if-static">{WHERE}</p>'
        "</div>"
    )


def panel_data(panel: Panel) -> dict[str, Any]:
    """Return what the front end needs: panel, controls' stops, default config, pictures."""
    controls = [
        {
            "name": c.name, "stops": list(c.stops), "names": list(map(level_text, c.stops)),
            "whole": c.whole, "legal": c.legal,
        }
        for c in panel.controls
    ]  # fmt: skip
    return {
        "panel": panel.to_dict(),
        "controls": controls,
        "config": panel.config({}).to_dict(),
        "pictures": PICTURES.get(panel.name, USUAL),
        "mapped": MAPPED.get(panel.name),
    }
