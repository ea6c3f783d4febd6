"""Figures show the series, labels and units that they should, on light and dark grounds."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_book.panels import PANELS
from mlp_book.panels.curve import Curve, labels
from mlp_book.panels.panel_figure import MAX_KEPT, plot_panel
from mlp_core.report.axes import format_number, spread_out
from mlp_core.report.chapters.descent import plot_descent
from mlp_core.report.figures import plot_curves, plot_sweep
from mlp_core.report.style import COLOURS, INK, RAMP, STYLE, ReportFigure, styled
from mlp_core.training import Run
from mlp_core.what_if import run_panel

PANEL = PANELS["learning-rate"]
LIGHT, DARK = "#fdfdfb", "#14191d"  # the book's grounds


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


def paths(curvature: float = 4.0) -> dict[float, list[float]]:
    return {rate: [(1 - rate * curvature) ** t for t in range(20)] for rate in (0.1, 0.49, 0.51)}


def all_figures(runs: list[Run], curves: list[Curve]) -> dict[str, ReportFigure]:
    return {
        "curves": plot_curves(runs, "learning_rate"),
        "sweep": plot_sweep(runs, "learning_rate"),
        "descent": plot_descent(paths(), 4.0),
        "panel": plot_panel(PANEL, curves[0], curves[1:]),
    }


# --- what they show -------------------------------------------------------------------------


def test_curves_have_a_line_with_a_band_for_each_level(runs: list[Run]) -> None:
    figure = plot_curves(runs, "learning_rate", "test_accuracy")
    (axes,) = figure.axes
    lines = [line for line in axes.lines if len(line.get_xdata()) > 1]
    assert len(lines) == 4
    assert lines[1].get_xdata().tolist() == [1, 2, 3, 4, 5]
    assert lines[1].get_ydata()[-1] == pytest.approx(98.1)
    assert len(axes.collections) == 4
    assert axes.get_xlabel() == "epoch"
    assert axes.get_xscale() == "log"
    assert axes.get_title("left") == "test accuracy, %"
    written = texts(figure)
    assert {"0.01", "0.1", "1 (1/3 div.)", "10 diverged"} <= set(written)


def test_bands_run_from_the_lowest_to_the_highest_seed(runs: list[Run]) -> None:
    figure = plot_curves(runs[:3], "learning_rate", "test_accuracy")
    points = figure.axes[0].collections[0].get_paths()[0].vertices
    at_the_end = points[points[:, 0] == 5][:, 1]
    assert (at_the_end.min(), at_the_end.max()) == pytest.approx((90, 92))


def test_sweep_shows_every_seed_and_marks_divergence(runs: list[Run]) -> None:
    figure = plot_sweep(runs, "learning_rate")
    above, below = figure.axes
    assert above.get_title("left") == "test error, %, after the last epoch"
    assert below.get_title("left") == "training loss, after the last epoch"
    assert below.get_xlabel() == "learning rate"
    assert below.get_xscale() == above.get_yscale() == "log"
    dots = [line for line in above.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [3, 3, 2, 0]
    crosses = [line for line in above.lines if line.get_marker() == "x"]
    assert [line.get_xdata()[0] for line in crosses] == [1.0, 10.0]


def test_sweep_shows_what_guessing_reaches(runs: list[Run]) -> None:
    figure = plot_sweep(runs, "learning_rate", ("test_error", "test_loss"), classes=10)
    for axes, level in zip(figure.axes, (90, math.log(10)), strict=True):
        assert any(np.allclose(line.get_ydata(), level) for line in axes.lines)
    assert texts(figure).count("guessing") == 2


def test_levels_can_stand_side_by_side(runs: list[Run]) -> None:
    figure = plot_sweep(runs, "learning_rate", even=True)
    below = figure.axes[-1]
    assert below.get_xscale() == "linear"
    assert below.get_xticks().tolist() == [0, 1, 2, 3]
    assert [label.get_text() for label in below.get_xticklabels()] == ["0.01", "0.1", "1", "10"]
    dots = [line for line in below.lines if line.get_marker() == "o"]
    assert dots[1].get_xdata()[0] == 1


def test_curves_over_updates_and_over_the_loss(runs: list[Run]) -> None:
    (axes,) = plot_curves(runs[:6], "learning_rate", over="updates").axes
    assert axes.lines[0].get_xdata().tolist() == [15, 30, 45, 60, 75]
    assert axes.get_xlabel() == "updates"
    figure = plot_curves(runs[:6], "learning_rate", over="running_loss")
    (axes,) = figure.axes
    assert axes.get_xlabel() == "training loss, running mean"
    assert axes.get_xlim()[0] > axes.get_xlim()[1]
    assert "over training loss, running mean, by learning rate" in figure.get_label()


def test_descent_shows_the_stability_limit() -> None:
    figure = plot_descent(paths(), 4.0)
    above, below = figure.axes
    losses = [line.get_ydata() for line in above.lines]
    assert losses[0][1] == pytest.approx(2 * 0.6**2)
    assert losses[1][-1] < losses[1][0] < losses[2][-1]
    assert "stability limit 2 / 4 = 0.5" in [text.get_text() for text in below.texts]
    assert any(np.all(np.asarray(line.get_xdata()) == 0.5) for line in below.lines)


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
    assert plot_panel(PANEL, None).get_label()
    assert plot_panel(PANEL, Curve(PANEL.defaults)).get_label()


def test_colours_tell_current_and_kept_apart(curves: list[Curve]) -> None:
    figure = plot_panel(PANEL, curves[0], [curves[1]] * MAX_KEPT)
    lines = figure.axes[0].lines
    assert len({line.get_color() for line in lines}) == len(COLOURS)


def test_curves_are_named_by_what_differs(curves: list[Curve]) -> None:
    assert labels(PANEL, curves[:1]) == ["learning rate 0.05"]
    assert labels(PANEL, curves[:2]) == ["learning rate 0.05", "learning rate 0.5"]
    assert labels(PANEL, [curves[0]] * 2) == ["learning rate 0.05"] * 2


# --- how they look --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["curves", "sweep", "descent", "panel"])
def test_svg_fits_into_any_page(runs: list[Run], curves: list[Curve], kind: str) -> None:
    figure = all_figures(runs, curves)[kind]
    svg = figure.inline_svg()
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert len(root.get("aria-label", "")) > 60
    assert "width" not in root.attrib
    assert texts(figure)  # text is text
    assert INK not in svg
    assert "<style" not in svg
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids)
    assert all(name.startswith("f") and len(name) > 9 for name in ids)
    assert len(svg) < 120_000
    for element in root.iter():
        assert "fill: #ffffff" not in element.get("style", "")  # the ground is the page's


def test_an_svg_says_nothing_in_vain(runs: list[Run]) -> None:
    svg = plot_sweep(runs, "learning_rate").inline_svg()
    assert "rotate(-0" not in svg
    assert not re.search(r"<g><(?:path|use)\b[^>]*/></g>", svg)
    ET.fromstring(svg)  # still well formed


def test_small_text_stays_readable_on_a_phone(runs: list[Run], curves: list[Curve]) -> None:
    """On 350 CSS pixels, what a phone of 390 leaves, no text is smaller than 9 pixels."""
    for name, figure in all_figures(runs, curves).items():
        width = figure.get_figwidth() * 72
        sizes = [
            float(s)
            for s in re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)px", figure.inline_svg())
        ]
        assert sizes, name
        assert min(sizes) * 350 / width >= 9, name


def test_a_file_has_a_title_and_keeps_its_colours(runs: list[Run], tmp_path: Path) -> None:
    figure = plot_curves(runs, "learning_rate")
    figure.save(tmp_path / "figure.svg")
    text = (tmp_path / "figure.svg").read_text("utf-8")
    root = ET.fromstring(text)
    assert root[0].tag.endswith("title")
    assert root[0].text == figure.get_label()
    assert INK in text
    figure.save(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 1000


def test_the_same_figure_is_the_same_svg(runs: list[Run]) -> None:
    first, second = (plot_sweep(runs, "learning_rate").inline_svg() for _ in range(2))
    assert first == second


def test_places_are_rounded_and_words_are_not(runs: list[Run]) -> None:
    figure = plot_sweep(runs, "learning_rate")
    figure.axes[0].set_title("0.0625 is 1/16")
    svg = figure.inline_svg()
    assert "0.0625 is 1/16" in texts(figure)
    places = re.findall(r' (?:d|x|y)="([^"]*)"', svg)
    assert len(places) > 50
    assert not any(re.search(r"\.\d{3}", place) for place in places)


def test_the_marks_of_a_group_share_their_look(runs: list[Run]) -> None:
    root = ET.fromstring(plot_sweep(runs, "learning_rate").inline_svg())
    name = "{http://www.w3.org/2000/svg}"
    groups = [g for g in root.iter(f"{name}g") if len(g.findall(f"{name}use")) == 3]
    assert groups  # three seeds
    for group in groups:
        assert "fill" in group.get("style", "")
        assert not any(use.get("style") for use in group.findall(f"{name}use"))


def test_the_style_leaves_no_trace() -> None:
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), styled():
        assert mpl.rcParams["text.color"] == INK
        raise ZeroDivisionError
    assert dict(mpl.rcParams) == before
    assert set(STYLE) <= set(before)


def luminance(colour: str) -> float:
    parts = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", sorted({*COLOURS, *RAMP, INK}))
@pytest.mark.parametrize("ground", [LIGHT, DARK])
def test_colours_read_on_light_and_dark(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3.5


# --- parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1e-5, "10⁻⁵"), (0.001, "0.001"), (0.5, "0.5"), (2000, "2000"), (3e7, "3·10⁷")],
)
def test_format_number(value: float, text: str) -> None:
    assert format_number(value) == text


@settings(deadline=None)
@given(st.lists(st.floats(-0.5, 1.5), max_size=10))
def test_labels_are_spread_out_in_order(wanted: list[float]) -> None:
    gap = 0.08
    places = spread_out(wanted, gap, 0.0, 1.0)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    ordered = [places[i] for i in order]
    assert all(b - a >= gap - 1e-9 for a, b in pairwise(ordered))
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread_out([0.9, 0.1, 0.5], 0.1, 0, 1) == [0.9, 0.1, 0.5]
