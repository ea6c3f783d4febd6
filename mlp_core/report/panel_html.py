"""A panel as a page without a kernel shows it: the question, the figure, and where it runs."""

from __future__ import annotations

import json
from html import escape

from mlp_core.report.curve import Curve
from mlp_core.report.panel_figure import plot_panel
from mlp_core.report.what_if import Panel

WHERE = (
    "On this page the figure stands still. In Jupyter the panel trains while you watch: in a copy "
    "of the book's repository, type <code>make lab</code> and open this chapter."
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
        f'<div class="report-figure">{figure}</div>'
        f"<p>{describe_setting(panel, default)}</p>"
        f'<p class="what-if-where">{WHERE}</p>'
        "</div>"
    )


def panel_json(panel: Panel, default: Curve | None) -> str:
    """Return the panel and its default run as JSON that is safe inside a script element."""
    run = None if default is None else vars(default)
    text = json.dumps({"panel": panel.to_dict(), "default_run": run}, separators=(",", ":"))
    return text.replace("<", "\\u003c")


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
