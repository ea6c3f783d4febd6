"""The widget of each kind of control, and what else a panel in Jupyter is put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets

from mlp_book.panels.curve import format_value
from mlp_book.panels.panel_figure import LOWER_CHARTS
from mlp_core.what_if.control import Control
from mlp_core.what_if.panel import Panel

DATA = {"small digits": "digits", "MNIST": "mnist"}
SEEDS = (1, 3, 5)
LABELLED: dict[str, Any] = {"description_width": "7.5em"}


def make_widget(control: Control) -> ipywidgets.Widget:
    """Return the widget of a control, set to its default."""
    common: dict[str, Any] = {
        "description": control.label,
        "style": LABELLED,
        "layout": ipywidgets.Layout(width="auto"),
    }
    common["value"] = control.default
    if control.stops:
        options = [(format_value(stop), stop) for stop in control.stops]
        ordered = all(isinstance(stop, int | float) for stop in control.stops)
        kind = ipywidgets.SelectionSlider if ordered else ipywidgets.Dropdown
        return kind(options=options, **common)
    bounds = {"min": control.low, "max": control.high, "step": control.step}
    if control.kind == "int":
        return ipywidgets.BoundedIntText(**bounds, **common)
    kind = ipywidgets.IntSlider if control.whole else ipywidgets.FloatSlider
    return kind(**bounds, **common)


def make_dropdown(label: str, options: Sequence[Any], value: Any) -> ipywidgets.Dropdown:
    """Return a list to choose from that is no control of the panel's."""
    layout = ipywidgets.Layout(width="auto")
    return ipywidgets.Dropdown(
        description=label, options=options, value=value, style=LABELLED, layout=layout
    )


def make_options(panel: Panel) -> dict[str, ipywidgets.Widget]:
    """Return what every panel lets the reader choose besides its own controls."""
    options = {
        "seeds": make_dropdown("seeds to train", SEEDS, 1),
        "lower": make_dropdown("lower chart", list(LOWER_CHARTS), "accuracy"),
    }
    dataset = panel.config({}).dataset
    if dataset in DATA.values():
        options["data"] = make_dropdown("data", list(DATA.items()), dataset)
    return options


def make_button(text: str, tooltip: str, action: Callable[[], object]) -> ipywidgets.Button:
    """Return a button as wide as its text."""
    button = ipywidgets.Button(
        description=text, tooltip=tooltip, layout=ipywidgets.Layout(width="auto")
    )
    button.on_click(lambda _: action())
    return button
