"""A dot chart has a row for every level, in order, and the band to compare with."""

from __future__ import annotations

import pytest

from mlp_core.report.dots import plot_levels

FACTORS = {"activation": {"relu": [2.0, 2.2], "tanh": [2.5, 2.7]}, "rate": {"10": [50.0, 90.0]}}


def test_a_row_for_each_level() -> None:
    figure = plot_levels(FACTORS, "test error, %", ("default", [2.0, 2.3]))
    (axes,) = figure.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["relu", "tanh", "10"]
    assert axes.yaxis_inverted()
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [list(line.get_xdata()) for line in dots] == [[2.0, 2.2], [2.5, 2.7], [50.0, 90.0]]
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() != "o"]
    assert means == pytest.approx([2.1, 2.6, 70.0])
    assert [text.get_text() for text in axes.texts] == ["activation", "rate"]
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.xmin, band.xmax) == pytest.approx((2.0, 2.3))
    assert axes.get_xscale() == "log"
    assert axes.get_title("left") == "test error, % (band: default)"
    assert "activation: relu: 2.1, tanh: 2.6." in figure.get_label()


def test_the_axis_may_be_linear() -> None:
    assert plot_levels(FACTORS, "t", ("d", [2.0, 2.3]), log=False).axes[0].get_xscale() == "linear"
