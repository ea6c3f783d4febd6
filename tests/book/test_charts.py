"""Charts draw the series that they should, and look right on light and dark grounds."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import fake_run

from mlp_book import epochs, error_map, frame, images, lines, sweep, tidy
from mlp_book.alt import LONGEST, name
from mlp_book.charts.shared import drawn_epochs
from mlp_book.end_labels import GAP, NEAR, spread_out
from mlp_book.frames import FIELDS, MEASURES, vary_one
from mlp_book.style import COLOURS, INK, MEANINGS, RAMP, STYLE, ReportFigure, new_figure, styled
from mlp_book.svg import to_file
from mlp_book.text import NONE, format_number
from mlp_core import Run, RunConfig

LIGHT, DARK = "#fdfdfb", "#14191d"  # the book's grounds
SVG = "{http://www.w3.org/2000/svg}"
ENDS = {
    0.01: (90, 91, 92),
    0.1: (98.0, 98.1, 98.2),
    1.0: (97.9, 98.1, None),
    10.0: (None, None, None),
}


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """Three seeds at four rates; of the third rate one seed diverged, of the last all."""
    return [
        fake_run(RunConfig(learning_rate=rate, seed=seed, epochs=5), accuracy)
        for rate, ends in ENDS.items()
        for seed, accuracy in enumerate(ends)
    ]


def texts(figure: ReportFigure) -> list[str]:
    root = ET.fromstring(figure.inline_svg())
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


# --- frames -----------------------------------------------------------------------------------


def test_a_frame_has_every_field_and_measure_in_the_units_of_the_figures(runs: list[Run]) -> None:
    data = frame(runs)
    assert {*FIELDS, *MEASURES, "run_id", "diverged", "row"} <= set(data.columns)
    first, lost = data.iloc[0], data.iloc[-1]
    assert (first["test_accuracy"], first["test_error"]) == pytest.approx((90, 10))
    assert lost["diverged"] and math.isnan(lost["test_accuracy"]) and lost["epochs_run"] == 2
    long = epochs(runs)
    assert len(long) == 5 * 8 + 2 * 4
    assert long.loc[long["row"] == 0, "test_accuracy"].iloc[-1] == pytest.approx(90)


def test_runs_that_differ_from_a_base_in_one_field() -> None:
    base = RunConfig()
    configs = [base, base.replace(seed=1), base.replace(momentum=0), base.replace(batch_size=9)]
    data = frame([fake_run(config) for config in configs])
    assert vary_one(data, base, ["momentum"])["row"].tolist() == [2, 0, 1]


# --- what charts show -------------------------------------------------------------------------


def test_lines_have_a_band_over_seeds_and_say_which_diverged(runs: list[Run]) -> None:
    figure = lines(epochs(runs), "epoch", "test_accuracy", color="learning_rate", log="x")
    (axes,) = figure.axes
    drawn = [line for line in axes.lines if len(line.get_xdata()) > 1]
    assert [list(line.get_xdata()) for line in drawn] == [[1, 2, 3, 4, 5]] * 2 + [[1, 2]] * 2
    assert drawn[1].get_ydata()[-1] == pytest.approx(98.1)
    points = axes.collections[0].get_paths()[0].vertices
    at_the_end = points[points[:, 0] == 5][:, 1]
    assert (at_the_end.min(), at_the_end.max()) == pytest.approx((90, 92))
    assert {"0.01", "0.1", "1 (1/3 div.)", "10 diverged", "epoch", "test accuracy, %"} <= set(
        texts(figure)
    )


def test_lines_over_a_loss_run_from_right_to_left(runs: list[Run]) -> None:
    (axes,) = lines(epochs(runs[:6]), "running_loss", color="learning_rate", by="epoch",
                    y="test_error").axes  # fmt: skip
    assert axes.get_xlim()[0] > axes.get_xlim()[1]
    assert axes.get_xlabel() == "training loss, running mean"


def test_computed_lines_leave_out_what_has_no_place() -> None:
    data = tidy("x", [1, 2, 3], {"y": {"a": [1.0, 0.0, 2.0], "b": [np.inf, 1.0, 1.0]}})
    (axes,) = lines(data, "x", color="line", panel="panel", log="y").axes
    assert [np.isnan(line.get_ydata()).tolist() for line in axes.lines] == [
        [False, True, False],
        [True, False, False],
    ]
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()


def test_words_keep_their_colour_and_panels_their_dashes(runs: list[Run]) -> None:
    configs = [
        RunConfig(activation=name, loss=loss, epochs=3)
        for name in ("relu", "gelu")
        for loss in ("mse", "hinge")
    ]
    data = epochs([fake_run(config) for config in configs])
    panels = lines(data, "epoch", "test_error", color="activation", panel="loss").axes
    for axes in panels:
        colours = {line.get_label(): line.get_color() for line in axes.lines}
        assert colours == {"ReLU": MEANINGS["relu"], "GELU": MEANINGS["gelu"]}
    assert [axes.get_title("left") for axes in panels] == [
        "squared\u00a0error: test error, %",
        "hinge: test error, %",
    ]


@pytest.mark.parametrize("count", [1, 20, 25, 26, 100, 1000])
def test_late_epochs_are_drawn_more_sparsely(count: int) -> None:
    drawn = drawn_epochs(count)
    assert (drawn[0], drawn[-1]) == (1, count) and len(drawn) <= 50
    assert np.all(np.diff(drawn) > 0)
    assert drawn[: min(count, 25)].tolist() == list(range(1, min(count, 25) + 1))


def test_a_sweep_shows_every_seed_and_marks_divergence_and_guessing(runs: list[Run]) -> None:
    figure = sweep(frame(runs), "learning_rate", ("test_error", "test_loss"), guessing=10)
    above, below = figure.axes
    assert above.get_title("left") == "test error, %, after the last epoch"
    assert (below.get_xlabel(), below.get_xscale(), above.get_yscale()) == (
        "learning rate", "log", "log",
    )  # fmt: skip
    dots = [line for line in above.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [3, 3, 2, 0]
    crosses = [line for line in above.lines if line.get_marker() == "x"]
    assert [line.get_xdata()[0] for line in crosses] == [1.0, 10.0]
    for axes, level in zip(figure.axes, (90, math.log(10)), strict=True):
        assert any(np.allclose(line.get_ydata(), level) for line in axes.lines)


def test_a_map_shows_means_frames_the_best_of_each_row_and_marks_divergence() -> None:
    ends = {(10, 0.01): (98.0, 98.1, 98.2), (10, 0.1): (91, 91.1, 90.9), (10, 1.0): (None,) * 3,
            (100, 0.01): (98.0, 98.1, 98.2), (100, 0.1): (98.1, 98.0, 98.2),
            (100, 1.0): (91, 91, None)}  # fmt: skip
    data = frame(
        [
            fake_run(RunConfig(batch_size=size, learning_rate=rate, seed=seed), accuracy)
            for (size, rate), accuracies in ends.items()
            for seed, accuracy in enumerate(accuracies)
        ]
    )
    (axes,) = error_map(data, "batch_size", "learning_rate").axes
    assert [text.get_text() for text in axes.texts] == [
        "1.90", "9.00", "✕", "1.90", "1.90", "9.00\n✕",
    ]  # fmt: skip
    framed = sorted((round(p.get_x() + 0.46), round(p.get_y() + 0.44)) for p in axes.patches)
    assert framed == [(0, 0), (0, 1), (1, 1)]


# --- end labels -------------------------------------------------------------------------------


def test_images_without_a_name_each_are_refused() -> None:
    with pytest.raises(ValueError, match="3 images have 2 names: give one for each"):
        images(np.ones((3, 2, 2)), ["a", "b"])


def test_labels_stand_at_their_lines_or_have_a_leader() -> None:
    values = {"a": [1.0, 5.0], "b": [1.0, 5.01], "c": [1.0, 1.0], "d": [9.0, np.nan]}
    figure = lines(tidy("x", [0, 10], {"y": values}), "x", color="line", panel="panel")
    figure.inline_svg()
    (axes,) = figure.axes
    points = 72 / figure.dpi
    named = {text.get_text(): text for text in axes.texts}
    heights = {n: named[n].get_window_extent().y0 * points for n in "abcd"}
    assert abs(heights["a"] - heights["b"]) >= GAP - 1
    arrows = [text.arrow_patch for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert arrows  # a and b had to move, d ends far from the edge
    assert mpl.colors.to_hex(arrows[-1].get_edgecolor()) == INK  # d's is long
    at_c = axes.transData.transform((10, 1.0))[1] * points
    assert abs(heights["c"] + 4 - at_c) <= NEAR


def test_beside_a_dashed_line_s_name_is_a_whole_dash_and_above_the_names_their_title() -> None:
    values = {"a": [9.0, 2.0], "b": [9.0, 1.0]}
    figure = lines(
        tidy("x", [0, 10], {"y": values}),
        "x",
        color="line",
        panel="panel",
        label_title="two\nlines",
    )
    figure.inline_svg()
    (axes,) = figure.axes
    named = {text.get_text(): text.get_window_extent() for text in axes.texts}
    points = 72 / figure.dpi
    assert 0 < (named["two\nlines"].y0 - named["a"].y1) * points < GAP
    dashed = axes.get_lines()[1]
    ends = axes.transData.transform(dashed.get_xydata()) * points / dashed.get_linewidth()
    offset, dashes = dashed._unscaled_dash_pattern
    length = math.dist(*ends)
    assert (offset + length) % sum(dashes) == pytest.approx(dashes[0], abs=0.1)


def test_words_on_gridlines_have_a_ground(runs: list[Run]) -> None:
    on_lines = sweep(frame(runs), "learning_rate", "test_error", guessing=10).inline_svg()
    assert re.findall(r'data-ground="\d"><text[^>]*>(\w+)', on_lines) == ["guessing"]
    assert "data-ground" not in error_map(frame(runs), "epochs", "learning_rate").inline_svg()
    with styled():
        figure, (axes,) = new_figure(2.6)
        axes.plot([0, 1], label="named")
        axes.legend()
    assert re.search(r'data-ground="0"><text[^>]*>named', figure.inline_svg())


def test_a_legend_names_each_line_once_in_place_of_its_ends() -> None:
    curves = tidy("x", [0, 1], {"up": {"a": [0, 1], "b": [1, 2]}, "down": {"a": [1, 0]}})
    data = pd.concat(curves.assign(depth=depth) for depth in ("1", "2"))
    figure = lines(data, "x", color="line", dash="depth", panel="panel", legend=True)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a, 1", "a, 2", "b, 1", "b, 2"]
    assert "data-end" not in figure.inline_svg() and "b, 2" in figure.alt()


def test_in_a_smaller_picture_names_of_ticks_do_not_touch() -> None:
    doubling = [fake_run(RunConfig(batch_size=2**k, epochs=1), 95) for k in range(2, 13)]
    figure = sweep(frame(doubling), "batch_size", "test_error", even=True)
    figure.picture_svg((3.2, 2))
    shown = [t for t in figure.axes[0].get_xticklabels() if t.get_visible()]
    assert shown[-1].get_text() == "4096" and len(shown) < len(doubling)
    boxes = [text.get_window_extent() for text in shown]
    assert all(b.x0 - a.x1 > a.height / 2 for a, b in pairwise(boxes))


def test_a_smaller_picture_keeps_its_words_inside() -> None:
    title = "a title as long as the figure, or nearly so"
    figure = lines(tidy("x", [0, 10], {title: {"a": [1, 2]}}), "x", color="line", panel="panel")
    figure.picture_svg((3.2, 2))
    (axes,) = figure.axes
    (drawn,) = axes.findobj(lambda one: getattr(one, "get_text", str)() == title)
    box = drawn.get_window_extent()
    assert box.x1 <= figure.bbox.x1 < axes.bbox.x0 + box.width


@settings(deadline=None)
@given(st.lists(st.floats(-0.5, 1.5), max_size=10))
def test_labels_are_spread_out_in_order(wanted: list[float]) -> None:
    places = spread_out(wanted, 0.08, 0.0, 1.0)
    ordered = [places[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])]
    assert all(b - a >= 0.08 - 1e-9 for a, b in pairwise(ordered))
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread_out([0.9, 0.1, 0.5], 0.1, 0, 1) == [0.9, 0.1, 0.5]


# --- how figures look -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def svg(runs: list[Run]) -> str:
    return sweep(frame(runs), "learning_rate").inline_svg()


def test_svg_fits_into_any_page(svg: str) -> None:
    root = ET.fromstring(svg)
    assert root.get("role") == "img" and 20 < len(root.get("aria-label", "")) <= LONGEST
    described = {e.get("id"): e.text or "" for e in root.iter(f"{SVG}desc")}
    assert len(described[root.get("aria-describedby")]) > 60
    assert "width" not in root.attrib
    assert INK not in svg and "<style" not in svg and "rotate(-0" not in svg
    assert not re.search(r"<g><(?:path|use)\b[^>]*/></g>", svg)
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids)) and set(re.findall(r"url\(#([^)]+)\)", svg)) <= set(ids)
    assert all(name.startswith("f") and len(name) > 9 for name in ids)
    assert len(svg) < 120_000 and "fill: #ffffff" not in svg
    sizes = [float(s) for s in re.findall(r"font(?:-size)?: (?:\w+ )?([\d.]+)px", svg)]
    assert min(sizes) * 386 / (4.8 * 72) >= 10  # on a phone
    places = re.findall(r' (?:d|x|y)="([^"]*)"', svg)
    assert len(places) > 50 and not any(re.search(r"\.\d{3}", place) for place in places)
    marks = [g for g in root.iter(f"{SVG}g") if len(g.findall(f"{SVG}use")) == 3]
    assert marks and all("fill" in g.get("style", "") for g in marks)


def test_the_same_figure_is_the_same_svg(runs: list[Run], svg: str) -> None:
    assert sweep(frame(runs), "learning_rate").inline_svg() == svg


def test_a_file_has_a_title_and_keeps_its_colours(
    runs: list[Run], svg: str, tmp_path: Path
) -> None:
    figure = sweep(frame(runs), "learning_rate")
    figure.save(tmp_path / "figure.svg")
    figure.save(tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 1000
    for text in ((tmp_path / "figure.svg").read_text("utf-8"), to_file(svg)):
        assert f"<title>{name(figure)}</title>" in text and INK in text
        assert f">{figure.alt()}</desc>" in text


def test_the_style_leaves_no_trace() -> None:
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), styled():
        assert mpl.rcParams["text.color"] == INK
        raise ZeroDivisionError
    assert dict(mpl.rcParams) == before and set(STYLE) <= set(before)


def luminance(colour: str) -> float:
    parts = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("colour", sorted({*COLOURS, *RAMP, INK}))
@pytest.mark.parametrize("ground", [LIGHT, DARK])
def test_colours_read_on_light_and_dark(colour: str, ground: str) -> None:
    low, high = sorted((luminance(colour), luminance(ground)))
    assert (high + 0.05) / (low + 0.05) >= 3.5


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1e-5, "10⁻⁵"), (0.001, "0.001"), (0.5, "0.5"), (2000, "2,000"), (3e7, "3·10⁷"),
     (math.nan, NONE), (math.inf, "∞")],
)  # fmt: skip
def test_format_number(value: float, text: str) -> None:
    assert format_number(value) == text
