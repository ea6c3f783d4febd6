"""A panel as a page without a kernel shows it: the question, the figure, and where it runs."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from mlp_book.panels.curve import Curve
from mlp_book.panels.panel_figure import plot_panel
from mlp_core.studies.store import round_figures
from mlp_core.what_if.panel import Panel

DIGITS = 4  # significant, of the default run: its curves are drawn from them

# What a reader sees who has no script, or paper: the page's script hides it behind its controls.
WHERE = (
    "Here the figure stands still: its controls need JavaScript. In Jupyter the panel trains while "
    "you watch: in a copy of the book's repository, type <code>make lab</code> and open this "
    "chapter."
)


def panel_html(panel: Panel, default: Curve | None) -> str:
    """Return an element that holds the panel as JSON and the figure of its default run.

    Parameters
    ----------
    panel : Panel
    default : Curve or None
        The run of the panel's default values; without it there is no figure.
    """
    figure = plot_panel(panel, default).inline_svg() if default else ""
    return (
        f'<div class="what-if" data-panel="{escape(panel.name)}">'
        f'<script type="application/json" class="what-if-data">{panel_json(panel, default)}'
        "</script>"
        f'<p class="what-if-question"><strong>{escape(panel.question)}</strong></p>'
        f'<div class="report-figure what-if-static">{figure}</div>'
        f'<p class="what-if-static">{describe_setting(panel, default)}</p>'
        f'<p class="what-if-where what-if-static">{WHERE}</p>'
        "</div>"
    )


def panel_json(panel: Panel, default: Curve | None) -> str:
    """Return what the page's script needs, as JSON that is safe inside a script element.

    The panel, each control's stops and legal range spelled out, the config of the default
    values, and the default run.
    """
    controls = [
        {
            "name": control.name,
            "stops": control.stops,
            "whole": control.whole,
            "legal": control.legal,
        }
        for control in panel.controls
    ]
    content = {
        "panel": panel.to_dict(),
        "controls": controls,
        "config": panel.config({}).to_dict(),
        "default_run": None if default is None else _plain(default),
    }
    return json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")


def _plain(curve: Curve) -> dict[str, Any]:
    """Return what the page draws the default run from."""
    fields = {name: value for name, value in vars(curve).items() if name != "earlier"}
    return round_figures(fields, DIGITS)


def describe_setting(panel: Panel, default: Curve | None) -> str:
    """Return in words what the controls are and what the default run was trained on."""
    controls = ", ".join(escape(control.label) for control in panel.controls)
    if default is None:
        return f"Controls: {controls}."
    data = default.dataset
    return (
        f"Controls: {controls}. The figure shows their default values, trained on "
        f"{escape(str(data['name']))} ({data['train_size']:,} images)."
    )
