"""Figures and tables of a finished grid: each says what the grid says, cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.report.chapters.factor_lines import mean_errors, plot_factor_pairs
from mlp_core.report.chapters.factor_map import plot_marked_map
from mlp_core.report.chapters.factor_shares import plot_shares
from mlp_core.report.chapters.one_change import table_of_changes
from mlp_core.report.chapters.parallel import errors_of, level_shares, plot_parallel
from mlp_core.report.chapters.ranking import plot_ranking
from mlp_core.studies.analysis import one_at_a_time, variance_shares
from mlp_core.studies.grid import Grid

# Test accuracies: "bad" ruins only what is deep, which is an interaction.
LEVELS = {"depth": ("flat", "deep"), "rate": ("low", "good", "bad"), "seed": ("x", "y")}
VALUES = [
    [[0.90, 0.91], [0.96, 0.97], [0.94, 0.95]],
    [[0.92, 0.93], [0.98, 0.99], [0.10, 0.12]],
]


@pytest.fixture
def grid() -> Grid:
    return Grid.from_values(LEVELS, VALUES)


def texts(axes: object) -> list[str]:
    return [text.get_text() for text in axes.texts]  # type: ignore[attr-defined]


# --- parallel coordinates -------------------------------------------------------------------------


def test_the_chosen_cells_have_shares_of_every_factor(grid: Grid) -> None:
    chosen = errors_of(grid) < 4.5  # of the rate "good" all four
    assert level_shares(grid, chosen) == {
        "depth": {"flat": 0.5, "deep": 0.5},
        "rate": {"low": 0, "good": 1, "bad": 0},
        "seed": {"x": 0.5, "y": 0.5},
    }


def test_a_line_leads_through_the_levels_of_a_cell_to_its_error(grid: Grid) -> None:
    chosen = np.zeros(grid.table.shape, bool)
    chosen[1, 1, 1] = True  # the best cell
    figure = plot_parallel(grid, chosen)
    (axes,) = figure.axes
    carpet, line = axes.lines[:2]
    segments = line.get_xdata().reshape(-1, 3)[:, :2]
    # The middle of the second of two levels, of the second of three, of the second of two; and
    # the error axis begins at the best cell.
    np.testing.assert_allclose(segments, [[0.75, 0.5], [0.5, 0.75], [0.75, 0.0]])
    assert len(carpet.get_xdata()) / 3 == 2 * 3 + 3 * 2  # every level with every other
    assert {"depth", "deep (100 %)", "flat (0 %)", "good (100 %)", "50"} <= set(texts(axes))
    assert "levels of the 1 chosen cells" in figure.get_label()
    assert "rate: low 0 %, good 100 %, bad 0 %" in figure.get_label()


def test_lines_in_one_level_stand_from_the_best_to_the_worst(grid: Grid) -> None:
    chosen = np.zeros(grid.table.shape, bool)
    chosen[0, :2, 0] = True  # errors 10 and 4, both "flat"
    line = plot_parallel(grid, chosen).axes[0].lines[1]
    starts = line.get_xdata().reshape(-1, 3)[:, 0]
    better, worse = starts[0], starts[3]
    assert better < 0.25 < worse  # on either side of the level's middle


# --- all cells in order ---------------------------------------------------------------------------


def test_cells_are_ranked_within_their_level(grid: Grid) -> None:
    figure = plot_ranking(grid, "rate", {"best": ("deep", "good", "y")})
    (axes,) = figure.axes
    low, good, bad, mark = (line.get_ydata() for line in axes.lines)
    assert (low[0], low[-1]) == pytest.approx((7, 10))
    assert (good[0], good[-1]) == pytest.approx((1, 4))
    assert (bad[0], bad[-1]) == pytest.approx((5, 90))
    assert all(np.all(np.diff(line) >= 0) for line in (low, good, bad))
    assert mark == pytest.approx([1])
    assert {"low", "good", "bad", "rate", "best 1.00"} <= set(texts(axes))
    assert "12 cells" in figure.get_label()
    assert "bad: best 5, half of them up to 47, worst 90" in figure.get_label()


# --- what matters ---------------------------------------------------------------------------------


def test_means_of_two_factors(grid: Grid) -> None:
    expected = [[9.5, 3.5, 5.5], [7.5, 1.5, 89]]
    np.testing.assert_allclose(mean_errors(grid, "depth", "rate"), expected)
    np.testing.assert_allclose(mean_errors(grid, "rate", "depth"), np.transpose(expected))


def test_a_panel_for_each_pair_and_a_line_for_each_level(grid: Grid) -> None:
    figure = plot_factor_pairs(grid, [("depth", "rate"), ("seed", "depth")])
    above, below = figure.axes
    assert [line.get_ydata().tolist() for line in above.lines] == [
        pytest.approx([9.5, 3.5, 5.5]),
        pytest.approx([7.5, 1.5, 89]),
    ]
    assert [tick.get_text() for tick in above.get_xticklabels()] == ["low", "good", "bad"]
    assert (above.get_xlabel(), above.get_yscale()) == ("rate", "log")
    assert set(texts(above)) == {"depth", "flat", "deep"}
    assert len(below.lines) == 2
    assert "deep: low 7.5, good 1.5, bad 89" in figure.get_label()


def test_shares_are_bars_and_what_is_not_shown_is_summed_up(grid: Grid) -> None:
    table = variance_shares(grid)
    figure = plot_shares({"of the accuracy": table}, pairs=1)
    (axes,) = figure.axes
    words = [tick.get_text() for tick in axes.get_yticklabels()]
    assert words[3:] == ["depth and rate", "all other pairs", "three or more together"]
    widths = [bar.get_width() for bar in axes.patches]
    assert sum(widths) == pytest.approx(100)
    assert widths[:3] == pytest.approx((100 * table["share"][:3]).tolist())
    assert f"{widths[0]:.1f}" in [text.strip() for text in texts(axes)]
    assert axes.get_title("left") == "of the accuracy"
    assert f"depth and rate: {widths[3]:.1f}" in figure.get_label()


# --- one at a time --------------------------------------------------------------------------------


def test_a_map_has_a_number_a_cell_and_names() -> None:
    two = Grid.from_values({"depth": LEVELS["depth"], "rate": LEVELS["rate"]}, np.mean(VALUES, 2))
    marks = {"start": ("flat", "low"), "best": ("deep", "good"), "also": ("deep", "good")}
    figure = plot_marked_map(two, marks)
    (axes,) = figure.axes
    assert texts(axes) == ["90.5\nstart", "96.5", "94.5", "92.5", "98.5\nbest\nalso", "11.0"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["low", "good", "bad"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("rate", "depth")
    assert "depth deep: low: 92.5, good: 98.5, bad: 11.0." in figure.get_label()
    assert "best: deep and good" in figure.get_label()


def test_a_map_is_of_two_factors(grid: Grid) -> None:
    with pytest.raises(ValueError, match="3 factors: a map is of two"):
        plot_marked_map(grid, {})


def test_changes_are_named_with_what_they_gain(grid: Grid) -> None:
    found = one_at_a_time(grid, {"depth": "flat", "rate": "low", "seed": "y"})
    table = table_of_changes(grid, found, gap=3.0)
    assert table.index.tolist() == list(LEVELS)
    assert table["from"].tolist() == ["flat", "low", "y"]
    assert table["best alone"].tolist() == ["deep", "good", "as it is"]
    gains = [gain.replace("\u00a0", " ") for gain in table["gain, points"]]
    assert gains == ["+2.00, inside seed noise", "+6.00, more than seed noise", ""]
    assert table["best together"].tolist() == ["deep", "good", "y"]
