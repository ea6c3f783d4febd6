"""Charts of seeds draw every seed, the means, and the level to compare with."""

from __future__ import annotations

import pytest

from mlp_core.report.bands import SeedChart, plot_seed_charts

LINE = {0.1: [2.0, 2.2], 1.0: [3.0, 3.4], 10.0: [8.0, 9.0]}
NONE = {"none": [2.4, 2.6]}


def test_a_dot_a_seed_a_line_through_the_means_and_a_band() -> None:
    chart = SeedChart("test error, %", "strength", {"L1": LINE}, NONE, log="xy")
    (axes,) = plot_seed_charts([chart]).axes
    *dots, means, reference = axes.lines
    assert [list(line.get_ydata()) for line in dots] == list(LINE.values())
    assert list(means.get_ydata()) == pytest.approx([2.1, 3.2, 8.5])
    assert list(reference.get_ydata()) == [2.5, 2.5]
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.ymin, band.ymax) == pytest.approx((2.4, 2.6))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in axes.texts] == ["L1", "none"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.1", "1", "10"]


def test_lines_on_one_axis_differ_in_colour_mark_and_dash() -> None:
    lines = {"first": LINE, "second": LINE}
    (axes,) = plot_seed_charts([SeedChart("t", "x", lines)]).axes
    joined = [line for line in axes.lines if line.get_linestyle() != "None"]
    assert len({line.get_color() for line in joined}) == 2
    assert len({line.get_linestyle() for line in joined}) == 2
    marks = {line.get_marker() for line in axes.lines if line.get_marker() != "None"}
    assert len(marks) == 2
    assert axes.get_yscale() == "linear"


def test_panels_of_one_measure_share_their_range() -> None:
    low, high = {1.0: [1.0, 1.1]}, {1.0: [5.0, 6.0]}
    charts = [
        SeedChart("gap: L1", "x", {"L1": low}),
        SeedChart("gap: L2", "x", {"L2": high}, shade=1),
        SeedChart("other", "x", {"o": low}),
    ]
    first, second, other = plot_seed_charts(charts).axes
    assert first.get_ylim() == second.get_ylim() != other.get_ylim()
    assert first.lines[0].get_color() != second.lines[0].get_color()


def test_the_description_has_the_means() -> None:
    label = plot_seed_charts([SeedChart("error", "rate", {"L1": LINE}, NONE)]).get_label()
    assert label == "Chart of error, by rate. L1: 0.1: 2.1, 1: 3.2, 10: 8.5; none: 2.5."


def test_a_level_without_values_is_left_out() -> None:
    (axes,) = plot_seed_charts([SeedChart("t", "x", {"a": {**LINE, 100.0: []}})]).axes
    assert list(axes.lines[-1].get_xdata()) == [0.1, 1.0, 10.0]


def test_a_narrow_logarithmic_axis_has_ticks_too() -> None:
    line = {1.0: [9.0, 9.2], 10.0: [15.0, 16.0]}
    figure = plot_seed_charts([SeedChart("t", "x", {"a": line}, log="xy")])
    (axes,) = figure.axes
    low, high = axes.get_ylim()
    assert sum(low <= tick <= high for tick in axes.get_yticks()) >= 3
