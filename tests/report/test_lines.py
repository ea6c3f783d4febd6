"""Line charts draw what they are given, and leave gaps where there is nothing to draw."""

from __future__ import annotations

import numpy as np

from mlp_core.report.lines import DASHES, Chart, plot_lines
from mlp_core.report.style import COLOURS

X = [1.0, 10.0, 100.0]


def test_each_line_has_its_own_look_and_its_name_at_its_end() -> None:
    lines = {"first": [1.0, 2.0, 3.0], "second": [3.0, 2.0, 1.0]}
    figure = plot_lines([Chart("loss", X, lines, "step", log="x")], "what it shows")
    (axes,) = figure.axes
    assert [line.get_ydata().tolist() for line in axes.lines] == list(lines.values())
    assert len({(line.get_color(), line.get_linestyle()) for line in axes.lines}) == 2
    assert [text.get_text() for text in axes.texts] == ["first", "second"]
    assert axes.get_title("left") == "loss"
    assert axes.get_xlabel() == "step"
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    assert figure.get_label() == "what it shows"


def test_what_cannot_be_drawn_is_a_gap() -> None:
    lines = {"ends": [1.0, np.inf, np.nan], "zero": [0.0, 1.0, 2.0], "never": [np.nan] * 3}
    linear, log = plot_lines(
        [Chart("linear", X, lines, "x"), Chart("log", X, lines, "x", log="y", ylim=(0.1, 10))], "d"
    ).axes
    assert np.isfinite(linear.lines[0].get_ydata()).tolist() == [True, False, False]
    assert np.isfinite(linear.lines[1].get_ydata()).all()
    assert np.isfinite(log.lines[1].get_ydata()).tolist() == [False, True, True]
    assert [text.get_text() for text in log.texts] == ["ends", "zero"]
    assert log.get_ylim() == (0.1, 10)


def test_there_are_as_many_looks_as_a_chapter_needs() -> None:
    names = [f"line {n}" for n in range(len(COLOURS))]
    figure = plot_lines([Chart("t", X, dict.fromkeys(names, X), "x")], "d")
    assert len({line.get_color() for line in figure.axes[0].lines}) == len(COLOURS) > len(DASHES)


def test_dots_are_drawn_on_request() -> None:
    figure = plot_lines([Chart("t", X, {"a": X}, "x", markers=True)], "d")
    assert figure.axes[0].lines[0].get_marker() == "o"
