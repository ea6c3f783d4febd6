"""Curves and tables of searches: the error to expect, and how soon it was good enough."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.report.chapters.search_curves import plot_searches, table_of_effort
from mlp_core.studies.effort import Effort

ERRORS = {
    "random": np.array([[9.0, 5.0, 3.0], [5.0, 5.0, 5.0]]),
    "TPE": np.array([[8.0, 2.0, 2.0], [6.0, 4.0, 2.0]]),
}


def test_lines_are_means_over_the_searches() -> None:
    figure = plot_searches(ERRORS, ("found", 1.5, 2.5))
    (axes,) = figure.axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[7, 5, 4], [7, 3, 2]]
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert axes.get_xlabel() == "trials"
    assert {text.get_text() for text in axes.texts} == {"random", "TPE"}
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.ymin, band.ymax) == pytest.approx((1.5, 2.5))
    label = figure.get_label()
    assert "random: 7 after 1, 4 after 3; TPE: 7 after 1, 2 after 3." in label
    assert "found: 1.5 to 2.5" in label


def test_a_band_holds_eight_searches_of_ten() -> None:
    errors = np.arange(1.0, 12.0)[:, None] * np.ones(2)  # 1 to 11
    (axes,) = plot_searches({"all": errors}, ("found", 1.0, 2.0)).axes
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((2, 10))


def test_effort_has_a_row_for_each_goal_and_search() -> None:
    some = Effort([5.0, 10.0, 3.0], [5.0, 8.0, 3.0], [300.0, 600.0, 120.0])
    few = Effort([5.0, np.inf, np.inf], [5.0, np.inf, np.inf], [300.0, np.inf, np.inf])
    table = table_of_effort({"near": {"random": some}, "best": {"random": few}}, trials=50)
    assert table.index.tolist() == ["near, random", "best, random"]
    assert table.loc["near, random"].tolist() == ["3 of 3", "5", "10", "5", "5"]
    assert table.loc["best, random"].tolist() == ["1 of 3", "over 50", "over 50", "over 50", "-"]
