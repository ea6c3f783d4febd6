"""Report B's grid and searches on it: cells, shares and gaps with known answers; claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure_cases.searching import CELLS, GRID, LEVELS
from made import failing, fake_run

from mlp_book import frame
from mlp_book.chapters import searching as chapter
from mlp_book.chapters.searching import grid as grids
from mlp_book.facts import Facts
from mlp_book.text import NONE
from mlp_core import RunConfig
from mlp_core.studies import STUDIES, load_runs
from mlp_core.studies.effort import Effort
from mlp_core.studies.grid import Grid, one_at_a_time, variance_shares
from mlp_core.studies.store import RunStore

# --- the grid -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("results")
    store = RunStore(grids.STUDY, root)
    for c in STUDIES[grids.STUDY].configs():  # sizes, batches and losses differ, and add up
        odd = 0.5 * (c.loss == "log_softmax_mse") + 0.2 * (c.dropout > 0)
        accuracy = 90 + len(c.hidden_sizes) + 0.01 * c.batch_size - odd
        store.save(fake_run(c, accuracy, duration_s=float(c.batch_size)))
    return root


def test_a_cell_is_read_from_the_right_run(results: Path) -> None:
    grid, seconds = chapter.load_full_grid(results), grids.load_seconds(results)
    assert grid.table.shape == (3,) * 7 and list(grid.levels) == list(chapter.DEFAULT)
    assert seconds.levels == grid.levels
    cell = {**chapter.DEFAULT, "batch size": "16", "hidden layers": "3"}
    cell |= {"regularization": "dropout 0.2", "loss": "mse"}
    reached = 93 + 0.16 - 0.5 - 0.2
    for epochs in (5, 14, 25):
        place = list({**cell, "epochs": str(epochs)}.values())
        expected = reached / 100 - 0.1 * (1 / epochs - 1 / 25)  # as `fake_run` climbs
        assert grid.value(place) == pytest.approx(expected, abs=1e-5)
        assert seconds.value(place) == pytest.approx(16 * epochs / 25)
    np.testing.assert_array_equal(grid.table[:, :, :, 0], grid.table[:, :, :, 1])  # nll twice
    table = chapter.table_of_levels(grid)
    assert table.loc["batch size"].tolist() == ["256", "64", "16", "64"]
    assert table["default"].to_dict() == chapter.DEFAULT


def test_a_grid_that_lacks_runs_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="486 of 486 runs of the grid of 'full-factorial'"):
        chapter.load_full_grid(tmp_path)


def test_cells_have_levels_and_errors() -> None:
    shares = grids.level_shares(CELLS[CELLS["test_error"] < 4.5])  # of the rate "good" all four
    assert shares["rate"].to_dict() == {"low": 0, "good": 1, "bad": 0}
    assert shares["depth"].to_dict() == {"flat": 0.5, "deep": 0.5}
    expected = np.array([[9.5, 3.5, 5.5], [7.5, 1.5, 89]])
    np.testing.assert_allclose(grids.mean_errors(CELLS, "depth", "rate"), expected)
    np.testing.assert_allclose(grids.mean_errors(CELLS, "rate", "depth"), expected.T)


def test_without_interactions_every_start_finds_the_best() -> None:
    flat = grids.without_interactions(GRID)
    assert variance_shares(flat).set_index("kind")["share"][["pair", "rest"]].max() < 1e-9
    assert grids.from_everywhere(flat) == pytest.approx(flat.table.max())
    assert grids.from_everywhere(GRID).min() < GRID.table.max()


# --- what single runs can tell --------------------------------------------------------------


def test_settings_share_a_spread_by_their_degrees_of_freedom() -> None:
    # Variances 2 with one degree of freedom and 1 with two: (2 + 2 x 1) / 3.
    groups = {0.0: [91.0, 93.0], 0.5: [94.0, 95.0, 96.0], 0.9: [97.0]}
    runs = [
        fake_run(RunConfig(momentum=momentum, epochs=1, seed=seed), accuracy)
        for momentum, accuracies in groups.items()
        for seed, accuracy in enumerate(accuracies)
    ]
    assert chapter.pooled_noise(frame(runs)) == pytest.approx((4 / 3) ** 0.5)
    assert np.isnan(chapter.pooled_noise(frame(runs[-1:])))


def test_a_gap_is_rarely_exceeded_by_chance_alone() -> None:
    """Six runs of one setting, the first against the mean of the others; then the best of 100."""
    draws = np.random.default_rng(0).normal(0, 0.1, (20_000, 6))
    gaps = np.abs(draws[:, 0] - draws[:, 1:].mean(axis=1))
    assert np.mean(gaps > chapter.smallest_gap(0.1, 1, 5)) == pytest.approx(0.05, abs=0.005)
    best = np.random.default_rng(0).normal(0, 0.1, (5000, 100)).max(axis=1)
    lead = best - draws[:5000, 1:].mean(axis=1)
    alarms = [np.mean(lead > chapter.smallest_gap(0.1, 1, 5, count)) for count in (1, 100)]
    assert alarms[1] < 0.05 < 0.5 < alarms[0]


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_the_best_of_equals_stands_out_by_chance(count: int) -> None:
    draws = np.random.default_rng(0).standard_normal((4000, count))
    assert grids.expected_best(count) == pytest.approx(draws.max(axis=1).mean(), abs=0.05)


# --- figures and tables ---------------------------------------------------------------------


def test_a_line_leads_through_the_levels_of_a_cell_to_its_error() -> None:
    best = CELLS[CELLS["test_error"] == CELLS["test_error"].min()]
    carpet, line = chapter.plot_parallel(CELLS, best).axes[0].lines[:2]
    # The middle of the second of two levels, of the second of three, of the second of two; and
    # the error axis begins at the best of the chosen cells.
    segments = line.get_xdata().reshape(-1, 3)[:, :2]
    np.testing.assert_allclose(segments, [[0.75, 0.5], [0.5, 0.75], [0.75, 0.0]])
    assert len(carpet.get_xdata()) / 3 == 2 * 3 + 3 * 2  # every level with every other


def test_lines_in_one_level_stand_from_the_best_to_the_worst() -> None:
    chosen = CELLS.iloc[[0, 2]]  # errors 10 and 4, both "flat"
    line = chapter.plot_parallel(CELLS, chosen).axes[0].lines[1]
    better, worse = line.get_xdata().reshape(-1, 3)[[0, 3], 0]
    assert better < 0.25 < worse  # on either side of the level's middle


def test_cells_are_ranked_within_their_level() -> None:
    axes = chapter.plot_ranking(CELLS, "rate", {"best": ("deep", "good", "y")}).axes[0]
    low, good, bad, mark = (line.get_ydata() for line in axes.lines)
    ends = [(line[0], line[-1]) for line in (low, good, bad)]
    np.testing.assert_allclose(ends, [(10, 7), (4, 1), (90, 5)])
    assert all((np.diff(line) <= 0).all() for line in (low, good, bad))
    assert list(mark) == pytest.approx([1])


def test_shares_that_are_not_shown_are_summed_up() -> None:
    (axes,) = chapter.plot_shares({"of the accuracy": variance_shares(GRID)}, pairs=1).axes
    words = [tick.get_text() for tick in axes.get_yticklabels()]
    assert words[3:] == ["depth and rate", "all other pairs", "three or more together"]
    assert sum(bar.get_width() for bar in axes.patches) == pytest.approx(100)


def test_a_band_holds_eight_searches_of_ten() -> None:
    (axes,) = chapter.plot_searches({"all": np.arange(1.0, 12.0)[:, None] * np.ones(2)}, 1, 2).axes
    heights = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == pytest.approx((2, 10))


def test_changes_are_named_with_what_they_gain() -> None:
    found = one_at_a_time(GRID, {"depth": "flat", "rate": "low", "seed": "y"})
    table = chapter.table_of_changes(GRID, found, gap=3.0).map(lambda s: s.replace("\u00a0", " "))
    assert table.loc["depth"].tolist() == ["flat", "deep", "+2.00, undecided, ± 3.00", "deep"]
    assert table.loc["rate"].tolist() == ["low", "good", "+6.00, different, ± 3.00", "good"]
    assert table.loc["seed"].tolist() == ["y", "as it is", "", "y"]


def test_effort_has_a_row_for_each_goal_and_search() -> None:
    some = Effort([5.0, 10.0, 3.0], [5.0, 8.0, 3.0], [300.0, 600.0, 120.0])
    few = Effort([5.0, np.inf, np.inf], [5.0, np.inf, np.inf], [300.0, np.inf, np.inf])
    goals: Any = {"near": {"random": some}, "best": {"random": few}}
    table = chapter.table_of_effort(goals, {"random": [[None] * 50]})  # type: ignore[list-item]
    assert table.loc["near, random"].tolist() == ["3 of 3", "5", "10", "5", "5"]
    assert table.loc["best, random"].tolist() == ["1 of 3", "over 50", "over 50", "over 50", NONE]


# --- claims ---------------------------------------------------------------------------------


def test_a_run_that_answers_for_two_cells_is_counted_once() -> None:
    """nll and cross-entropy are one run; nine such runs were called fifteen cells."""
    cells = chapter.cells_of(chapter.load_full_grid())
    close = cells[cells["test_error"] <= cells["test_error"].min() + chapter.smallest_gap(0.11)]
    apart = close[close["loss"] != "cross-entropy"]
    runs, changes = load_runs(grids.STUDY), load_runs("one-at-a-time")
    found = chapter.seed_noise(cells, apart, 0.11, changes, runs)
    assert found.values["searching-near"] == str(len(close)) == "15"
    assert found.values["searching-near-distinct"] == "9"
    twice = failing(lambda: chapter.seed_noise(cells, close, 0.11, changes, runs))
    assert twice == ["none of them is counted twice"]


def test_where_the_odd_loss_is_ahead_is_said() -> None:
    """Most cells that fail have it, and still it wins where batches are small and layers many."""
    grid, runs = chapter.load_full_grid(), load_runs(grids.STUDY)
    values = chapter.ranking(grid, runs).values
    assert (values["searching-odd-ahead"], values["searching-odd-pairs"]) == ("6", "6")
    turned = replace(grid, table=grid.table[:, :, :, ::-1])
    assert "with small batches and several layers, mse is ahead of nll" in failing(
        lambda: chapter.ranking(turned, runs)
    )


def tuned(rates: Sequence[float], momenta: Sequence[float], best: float = 97.0) -> Facts:
    """Return the facts of small grids whose accuracy falls with the rate times the momentum."""
    configs = [
        RunConfig(learning_rate=rate, momentum=momentum, epochs=1, seed=seed)
        for rate in rates for momentum in momenta for seed in range(3)
    ]  # fmt: skip
    runs = [fake_run(c, best - c.seed - 70 * (c.learning_rate * c.momentum > 0.9)) for c in configs]
    means = frame(runs).pivot_table("test_accuracy", "learning_rate", "momentum") / 100
    grid = Grid.from_values({"learning rate": means.index, "momentum": means.columns}, means)
    start = {"learning rate": rates[0], "momentum": momenta[0]}
    return chapter.small(frame(runs), one_at_a_time(grid, start))


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: tuned((0.01, 1.0), (0.0, 0.99)), "each alone is better"),
        (lambda: tuned((0.01, 1.0), (0.0, 0.5)), "a rate of 1 and a momentum of 0.99"),
        (lambda: tuned((0.01, 1.0), (0.0, 0.99), 80), "alone they learn"),
        (lambda: chapter.ranking(GRID, []), "the rest can be computed"),
        (
            lambda: chapter.learned(
                variance_shares(GRID),
                dict.fromkeys(LEVELS, 0.9),
                {kind: [dict.fromkeys(LEVELS, 0.9)] * 2 for kind in ("random", "TPE")},
            ),
            "the forest is not to blame",
        ),
        (
            lambda: chapter.importance(
                GRID, variance_shares(GRID), variance_shares(GRID), dict.fromkeys(LEVELS, 0.0)
            ),
            "the forest agrees",
        ),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
