"""The figure of a panel: the run under way, those kept, and where one diverged."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from mlp_book.panels import PANELS
from mlp_book.panels.curve import Curve, labels
from mlp_book.panels.panel_figure import MAX_KEPT, plot_panel
from mlp_book.style import COLOURS, ReportFigure
from mlp_core.what_if import run_panel

PANEL = PANELS["learning-rate"]


def texts(figure: ReportFigure) -> list[str]:
    root = ET.fromstring(figure.inline_svg())
    return ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture(scope="module")
def curves() -> list[Curve]:
    result = []
    for values in ({"epochs": 20}, {"epochs": 20, "learning_rate": 0.5}, {"learning_rate": 1000.0}):
        curve = Curve(PANEL.clean(values))
        run_panel(PANEL, values, curve.add)
        result.append(curve)
    return result


def test_panel_shows_current_and_kept_and_divergence(curves: list[Curve]) -> None:
    figure = plot_panel(PANEL, curves[0], curves[1:])
    above, below = figure.axes
    assert [len(axes.lines) for axes in figure.axes] == [7, 6]  # and a cross
    assert below.get_lines()[1].get_ydata()[-1] == 100 * curves[0].last("test_accuracy")
    written = texts(figure)
    at = curves[2].diverged_at_update
    assert "now: learning rate 0.05, epochs 20" in written
    assert f"kept: learning rate 1000, epochs 100, diverged at update {at}" in written
    assert above.get_ylim()[1] <= 30  # a loss of 1e30 would flatten all the others


def test_panel_can_be_empty() -> None:
    assert plot_panel(PANEL, None).alt()
    assert plot_panel(PANEL, Curve(PANEL.defaults)).alt()


def test_colours_tell_current_and_kept_apart(curves: list[Curve]) -> None:
    figure = plot_panel(PANEL, curves[0], [curves[1]] * MAX_KEPT)
    lines = figure.axes[0].lines
    assert len({line.get_color() for line in lines}) == len(COLOURS)


def test_curves_are_named_by_what_differs(curves: list[Curve]) -> None:
    assert labels(PANEL, curves[:1]) == ["learning rate 0.05"]
    assert labels(PANEL, curves[:2]) == ["learning rate 0.05", "learning rate 0.5"]
    assert labels(PANEL, [curves[0]] * 2) == ["learning rate 0.05"] * 2
