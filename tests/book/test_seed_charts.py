"""Sweeps and rows draw every seed, the means, and the level to compare with."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlp_book import dots, sweep
from mlp_book.stats import spread

VALUES = {0.1: [2.0, 2.2], 1.0: [3.0, 3.4], 10.0: [8.0, 9.0]}
LINE = pd.DataFrame([(x, y) for x, seeds in VALUES.items() for y in seeds], columns=["x", "error"])
NONE = pd.DataFrame({"error": [2.4, 2.6]})


def test_a_dot_for_each_seed_a_line_through_the_means_and_a_band() -> None:
    figure = sweep(LINE, "x", "error", reference={"none": NONE}, log="xy", ticks="levels")
    (axes,) = figure.axes
    *seeds, means, reference = axes.lines
    assert [list(line.get_ydata()) for line in seeds] == list(VALUES.values())
    assert list(means.get_ydata()) == pytest.approx([2.1, 3.2, 8.5])
    assert list(reference.get_ydata()) == [2.5, 2.5]
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.ymin, band.ymax) == pytest.approx(spread([2.4, 2.6]).interval)
    points = axes.collections[0].get_paths()[0].vertices
    for x, values in VALUES.items():  # bands are intervals of the mean; dots show the seeds
        own = points[np.isclose(points[:, 0], x), 1]
        low, high = spread(values).interval
        assert own.max() == pytest.approx(high) and own.min() == pytest.approx(low)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.1", "1", "10"]


def test_a_band_that_reaches_zero_meets_a_logarithmic_axis_at_its_own_level_alone() -> None:
    wide = LINE.assign(error=[2.0, 2.2, 0.1, 6.0, 8.0, 9.0])
    (axes,) = sweep(wide, "x", "error", log="xy").axes
    points = axes.collections[0].get_paths()[0].vertices
    floor = axes.get_ylim()[0]
    assert set(points[points[:, 1] <= floor, 0]) == {1.0}
    assert points[:, 1].min() == pytest.approx(floor)


def test_lines_on_one_axis_differ_in_colour_marker_and_dash() -> None:
    both = pd.concat([LINE.assign(line="first"), LINE.assign(line="second")])
    (axes,) = sweep(both, "x", "error", color="line", log="x").axes
    joined = [line for line in axes.lines if line.get_linestyle() != "None"]
    markers = {line.get_marker() for line in axes.lines if line.get_marker() != "None"}
    assert len({line.get_color() for line in joined}) == 2
    assert len({line.get_linestyle() for line in joined}) == len(markers) == 2
    assert [text.get_text() for text in axes.texts] == ["first", "second"]


def test_panels_of_one_measure_share_their_range_and_not_their_axes() -> None:
    data = pd.concat([LINE.assign(kind="a"), LINE.assign(kind="b", error=LINE["error"] + 9)])
    heads = {"a": "strength", "b": "rate"}
    logs = {"a": "x", "b": ""}
    panels = sweep(data, "x", "error", panel="kind", title="", log=logs, xlabel=heads).axes
    assert panels[0].get_ylim() == panels[1].get_ylim()
    assert [axes.get_xscale() for axes in panels] == ["log", "linear"]
    assert [axes.get_xlabel() for axes in panels] == ["strength", "rate"]


def test_a_level_without_values_is_a_cross() -> None:
    (axes,) = sweep(
        pd.concat([LINE, pd.DataFrame({"x": [100.0], "error": [None]})]), "x", "error"
    ).axes
    assert list(axes.lines[-1].get_xdata()) == [0.1, 1.0, 10.0]
    assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "x"] == [[100.0]]


def test_a_narrow_logarithmic_axis_has_ticks_too() -> None:
    narrow = pd.DataFrame({"x": [1.0, 1.0, 10.0, 10.0], "error": [9.0, 9.2, 15.0, 16.0]})
    (axes,) = sweep(narrow, "x", "error", log="xy").axes
    low, high = axes.get_ylim()
    assert sum(low <= tick <= high for tick in axes.get_yticks()) >= 3


def test_a_row_for_each_level() -> None:
    rows = [("activation", "relu", 2.0), ("activation", "relu", 2.2), ("rate", 10.0, 50.0)]
    data = pd.DataFrame(rows, columns=["factor", "level", "error"])
    reference = ("the default", [2.0, 2.3])
    figure = dots(
        data, "level", "error", group="factor", reference=reference, name="{}!".format, log=True
    )
    (axes,) = figure.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["relu!", "10.0!"]
    assert axes.yaxis_inverted() and axes.get_xscale() == "log"
    seeds = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "o"]
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() != "o"]
    assert seeds == [[2.0, 2.2], [50.0]] and means == pytest.approx([2.1, 50.0])
    assert [text.get_text() for text in axes.texts] == ["activation", "rate"]
    bands = [band.get_datalim(axes.transData) for band in axes.collections]
    assert [(band.xmin, band.xmax) for band in bands] == [pytest.approx((2.0, 2.3))] * 2
    for band, words in zip(bands, axes.texts, strict=True):  # no edge runs through a head
        assert words.xy[1] < band.ymin < band.ymax
    assert axes.get_title("left") == "error (band: the default)"
    assert dots(data, "level", "error").axes[0].get_xscale() == "linear"
