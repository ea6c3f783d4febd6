"""Mistakes are counted by class, drawn as images, and compared between networks."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.report.chapters.binomial import binomial_std, plot_shares, share_interval
from mlp_core.report.chapters.confusion import count_confusions, plot_confusion, worst_confusion
from mlp_core.report.chapters.disagreement import (
    describe_agreement,
    plot_agreement,
    table_of_agreement,
    toss_std,
)
from mlp_core.report.chapters.error_spread import plot_error_spread, stack_dots
from mlp_core.report.chapters.image_grid import plot_images, plot_most_wrong
from mlp_core.report.chapters.predictions import Predictions
from mlp_core.report.note import Note
from mlp_core.report.seed_bands import BandChart, plot_bands

LABELS = np.array([0, 0, 1, 2])


def saying(classes: list[int], confidence: float = 0.8) -> Predictions:
    """Return predictions of three classes that say these, all as sure."""
    probabilities = np.full((len(classes), 3), (1 - confidence) / 2)
    probabilities[np.arange(len(classes)), classes] = confidence
    return Predictions(probabilities, LABELS)


MEMBERS = [saying([0, 0, 1, 1]), saying([0, 1, 1, 1]), saying([0, 0, 1, 1])]


# --- confusions -----------------------------------------------------------------------------


def test_confusions_are_images_a_network() -> None:
    counts = count_confusions(MEMBERS)
    assert counts == pytest.approx(np.array([[5 / 3, 1 / 3, 0], [0, 1, 0], [0, 1, 0]]))
    assert worst_confusion(counts) == (2, 1)


def test_confusion_matrix_shows_what_is_not_zero() -> None:
    figure = plot_confusion(count_confusions(MEMBERS))
    (axes,) = figure.axes
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {(0, 0): "1.7", (1, 0): "0.3", (1, 1): "1", (1, 2): "1"}
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert "right: 2.7 of 4" in figure.get_label()
    assert "2 taken for 1: 1.0, 0 taken for 1: 0.3" in figure.get_label()


def test_no_mistakes_draw_no_colour() -> None:
    figure = plot_confusion(np.diag([3.0, 4.0]))
    grounds = [bar.get_alpha() for bar in figure.axes[0].patches if bar.get_fill()]
    assert grounds == [0, 0, 0, 0]


# --- shares ---------------------------------------------------------------------------------


def test_binomial_spread() -> None:
    assert binomial_std(0.02, 10_000) == pytest.approx(0.0014)


@pytest.mark.parametrize(("right", "count"), [(0, 10), (7, 10), (10, 10), (354, 364)])
def test_interval_solves_wilsons_equation(right: int, count: int) -> None:
    """At its ends, the share lies 1.96 standard deviations of the end from the end."""
    for edge in share_interval(right, count):
        distance = abs(right / count - edge)
        assert distance == pytest.approx(1.959964 * binomial_std(edge, count), abs=1e-7)


@pytest.mark.parametrize(("right", "count"), [(-1, 3), (4, 3), (0, 0)])
def test_no_share_is_an_error(right: int, count: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        share_interval(right, count)


def test_shares_have_a_row_each() -> None:
    figure = plot_shares({"0": (9, 10), "all": (90, 100)}, "class", "test accuracy")
    (axes,) = figure.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["0", "all"]
    assert [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"] == [90, 90]
    assert axes.get_xlabel() == "test accuracy, %"
    assert "all: 90 of 100, interval 82.6 to 94.5" in figure.get_label()


# --- images ---------------------------------------------------------------------------------


def test_images_are_named_and_none_is_empty() -> None:
    figure = plot_images(np.arange(12), (2, 2), ["a", "b", "c"], columns=2, heading="three")
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", ""]
    tiles = [axes.get_images()[0].get_array() for axes in figure.axes if axes.get_images()]
    assert len(tiles) == 3
    assert tiles[2].max() == 1 == tiles[2][-1, -1]
    assert figure.get_label() == "three\n3 images of digits: a; b; c."


def test_the_surest_mistake_comes_first() -> None:
    predictions = Predictions(
        np.array([[0.2, 0.8, 0.0], [0.0, 0.001, 0.999], [0.0, 1.0, 0.0], [0.3, 0.4, 0.3]]), LABELS
    )
    figure = plot_most_wrong(predictions, np.zeros((4, 4)), (2, 2), count=2)
    names = [axes.get_title() for axes in figure.axes if axes.get_images()]
    assert names == ["0, not 2\n>\u00a099\u00a0% sure", "0, not 1\n80\u00a0% sure"]


# --- several networks -----------------------------------------------------------------------


def test_table_of_mistakes_alone_and_together() -> None:
    table = table_of_agreement({"three": MEMBERS})
    assert table.loc["three"].tolist() == ["1.3\u00a0±\u00a00.6", 1, 1, 1]
    assert (table.columns.name, table.columns[0]) == ("mistakes", "of one")
    assert describe_agreement(MEMBERS) == (
        "Mistakes on 4 images: 1, 2, 1.\nThe same in all 3: 1. Of their average: 1."
    )


def test_bars_count_images_by_the_networks_that_fail() -> None:
    figure = plot_agreement({"three": MEMBERS, "again": MEMBERS})
    first, second = figure.axes
    assert [bar.get_height() for bar in first.patches] == [1, 0, 1]
    assert first.get_title("left") == "three"
    assert second.get_xlabel() == "networks that get the image wrong"
    assert "three: 1: 1, 3: 1." in figure.get_label()


def test_tosses_explain_the_spread_of_networks_that_toss() -> None:
    rng = np.random.default_rng(3)
    chances = rng.uniform(0, 1, 400)
    labels = np.zeros(400, int)
    members = []
    for _ in range(200):
        top = np.where(rng.random(400) < chances, 0.1, 0.9)
        members.append(Predictions(np.stack([top, 1 - top], axis=1), labels))
    expected = np.sqrt((chances * (1 - chances)).sum())
    assert toss_std(members) == pytest.approx(expected, rel=0.02)
    assert np.std([m.mistakes for m in members]) == pytest.approx(expected, rel=0.15)
    with pytest.raises(ValueError, match="at least 2 networks, got 1"):
        toss_std(members[:1])


# --- seeds ----------------------------------------------------------------------------------


def test_dots_are_stacked_without_loss() -> None:
    x, y = stack_dots([1.81, 1.86, 1.99, 1.82, 1.80], 0.04)
    assert x == pytest.approx([1.82, 1.82, 1.82, 1.86, 1.98])
    assert y.tolist() == [1, 2, 3, 1, 1]


def test_error_spread_compares_seeds_with_images() -> None:
    figure = plot_error_spread([1.9, 2.0, 2.1], 10_000)
    (axes,) = figure.axes
    assert len(axes.lines[0].get_xdata()) == 3
    assert [text.get_text() for text in axes.texts] == ["3 seeds: ± 0.10", "10,000 images: ± 0.14"]
    assert axes.lines[2].get_xdata() == pytest.approx([1.86, 2.14])
    assert axes.get_xlabel() == "test error, %"


def test_bands_run_from_the_lowest_to_the_highest() -> None:
    two, three = [[1.0, 2.0], [3.0, 4.0]], [[5.0, 4.0]]
    charts = {"loss": {"two": two, "three": three}, "error": {"three": three}}
    figure = plot_bands([BandChart(title, [1, 10], lines) for title, lines in charts.items()])
    first, second = figure.axes
    assert [line.get_ydata().tolist() for line in first.lines] == [[2, 3], [5, 4]]
    (band,) = first.collections
    assert band.get_paths()[0].get_extents().y0 == 1
    assert band.get_paths()[0].get_extents().y1 == 4
    assert second.lines[0].get_color() == first.lines[1].get_color()
    assert (first.get_title("left"), first.get_xlabel()) == ("loss", "epoch")
    assert [text.get_text() for text in first.texts] == ["two", "three"]
    assert "two: from 2 to 3, lowest 2 at 1" in figure.get_label()


def test_a_note_is_safe_html() -> None:
    note = Note("a < b")
    assert repr(note) == "a < b"
    assert note._repr_html_() == '<div class="report-figure"><p>a &lt; b</p></div>'
