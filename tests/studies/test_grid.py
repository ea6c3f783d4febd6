"""Finished grids: a variance split by hand, importance, one factor at a time, search effort."""

import itertools
import math

import numpy as np
import pytest
from made_runs import Inline

from mlp_core.studies import RunStore, Study, run_missing
from mlp_core.studies.effort import best_so_far, effort_until, play_searches, search_effort
from mlp_core.studies.grid import Grid, importance, load_grid, one_at_a_time, variance_shares
from mlp_core.studies.search import Trial
from mlp_core.training import ConfigError

pytest.importorskip("pandas")
pytest.importorskip("optuna")

# Two factors, by hand. Grand mean 24 / 6 = 4.
#   means of the rows     2, 6:     3 x (4 + 4)     = 24
#   means of the columns  2, 4, 6:  2 x (4 + 0 + 4) = 16
#   all cells: 9 + 4 + 1 + 1 + 4 + 25 = 44, so 4 are left for the pair.
ROWS, COLUMNS = ["low", "high"], [1, 2, 3]
TWO = np.array([[1.0, 2.0, 3.0], [3.0, 6.0, 9.0]])
GRID = Grid.from_values({"row": ROWS, "column": COLUMNS}, TWO)

# A third factor adds 10, which makes the sums of the others twice what they were. What it adds is
# 12 x 5^2 = 300; and a pattern of +1 and -1 in 8 of 12 cells, which no pair has a share in, is 8
# for all three together.
PATTERN = np.multiply.outer(np.outer([1, -1], [1, 0, -1]), [1, -1])
THREE = Grid.from_values(
    {"row": ROWS, "column": COLUMNS, "third": "ab"}, np.stack([TWO, TWO + 10], axis=2) + PATTERN
)


@pytest.mark.parametrize(
    ("grid", "expected"),
    [
        (
            GRID,
            [
                ("row", "factor", 1, 24),
                ("column", "factor", 2, 16),
                ("row x column", "pair", 2, 4),
                ("rest", "rest", 0, 0),
            ],
        ),
        (
            THREE,
            [
                ("third", "factor", 1, 300),  # the largest of its kind first
                ("row", "factor", 1, 48),
                ("column", "factor", 2, 32),
                ("row x column", "pair", 2, 8),
                ("row x third", "pair", 1, 0),
                ("column x third", "pair", 2, 0),
                ("rest", "rest", 2, 8),
            ],
        ),
    ],
    ids=["two factors", "three"],
)
def test_the_variance_by_hand(grid, expected):
    table = variance_shares(grid)
    columns = ["term", "kind", "degrees_of_freedom", "sum_of_squares"]
    assert list(table) == [*columns, "share"]
    found = [(*row[:3], round(row[3], 9)) for row in table[columns].itertuples(index=False)]
    assert found == expected
    total = sum(row[-1] for row in expected)
    assert table["share"].tolist() == pytest.approx([row[-1] / total for row in expected])


def test_a_grid_in_which_nothing_varies_has_no_shares():
    table = variance_shares(Grid.from_values({"row": ROWS, "column": COLUMNS}, np.ones(6)))
    assert table["sum_of_squares"].tolist() == [0, 0, 0, 0]
    assert table["share"].isna().all()


def test_importance_orders_the_factors_and_is_reproducible():
    levels = {"small": range(3), "none": range(3), "large": range(4)}
    small, large = np.array([0.0, 0.1, 0.2]), np.array([0.0, 1.0, 3.0, 2.0])
    grid = Grid.from_values(levels, small[:, None, None] + np.zeros(3)[:, None] + large)
    shares = importance(grid)
    assert list(shares) == ["large", "small", "none"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["large"] > 0.95 and shares["none"] < 0.01
    assert importance(grid) == shares != importance(grid, seed=1)
    # From some of the cells, the same by and large.
    cells = list(itertools.product("012", "012", "0123"))
    assert importance(grid, cells=cells) == shares
    some = importance(grid, cells=cells[::2])
    assert some != shares and list(some)[:2] == ["large", "small"]


def test_importance_of_a_complete_grid_is_its_analysis_of_variance():
    """A forest that has seen all cells predicts them, but for those that a tree's draw left out."""
    rng = np.random.default_rng(0)
    levels = {"many": range(5), "few": range(3), "two": range(2), "none": range(3)}
    main = np.add.outer(np.add.outer([0, 3, 1, 0, 2], [0, 2, 0]), [0, 1]).astype(float)
    values = (main + rng.normal(0, 0.2, main.shape))[..., None] + np.zeros(3)
    grid = Grid.from_values(levels, values)
    table = variance_shares(grid)
    alone = table[table["kind"] == "factor"].set_index("term")["share"]
    exact = (alone / alone.sum()).to_dict()
    assert importance(grid, trees=64) == pytest.approx(exact, abs=0.03)


# --- the grid -------------------------------------------------------------------------------------


def test_best_and_diverged_cells():
    levels = {"rate": (0.1, 10.0), "size": ("a", "b")}
    accuracy = Grid.from_values(levels, [[0.5, 0.9], [0.9, math.nan]])
    assert accuracy.best() == (("0.1", "b"), 0.9)  # of equals the first
    assert accuracy.value((10.0, "b")) == 0.0
    assert accuracy.diverged.tolist() == [[False, False], [False, True]]
    loss = Grid.from_values(levels, [[0.5, 0.9], [0.3, math.inf]], "test_loss")
    assert loss.best() == (("10.0", "a"), 0.3)
    assert loss.value(("10.0", "b")) == 0.9  # as bad as the worst that came to an end
    frame = loss.to_dataframe()
    assert list(frame) == ["rate", "size", "test_loss", "diverged"]
    assert frame["test_loss"].tolist() == [0.5, 0.9, 0.3, 0.9]
    assert frame["rate"].cat.categories.tolist() == ["0.1", "10.0"]


def test_some_levels_in_a_given_order_and_a_level_twice():
    grid = Grid.from_values({"a": ("a0", "a1"), "b": ("b0", "b1", "b2")}, [1, 2, 3, 4, 5, math.nan])
    part = grid.keep_levels("b", ("b2", "b0"))
    assert part.levels == {"a": ("a0", "a1"), "b": ("b2", "b0")}
    assert part.table.tolist() == [[3, 1], [0, 4]]
    assert part.diverged.tolist() == [[False, False], [True, False]]
    twice = grid.keep_levels("a", ("a0", "a0", "a1")).rename({"a": ("letter", ("x", "same", "y"))})
    assert twice.levels == {"letter": ("x", "same", "y"), "b": ("b0", "b1", "b2")}
    assert twice.table[0].tolist() == twice.table[1].tolist() == [1, 2, 3]
    assert twice.value(("y", "b0")) == 4


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Grid.from_values(GRID.levels, np.ones(5)), "5 values for 6 cells"),
        (lambda: GRID.value(("low", 4)), r"column=4 is no level: must be one of \('1', '2', '3'\)"),
        (lambda: one_at_a_time(GRID, {"row": "low"}), r"exactly \['column', 'row'\]"),
        (lambda: GRID.keep_levels("c", ("1",)), r"factor='c' does .* one of \['row', 'column'\]"),
        (lambda: GRID.keep_levels("row", ("low", "b9")), "row='b9' is no level: must be one of"),
        (lambda: GRID.rename({"row": ("a", ("only",))}), "row has 2 levels: 1 names were given"),
    ],
)
def test_what_does_not_fit_a_grid_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


STUDY = Study(
    "small",
    "What?",
    [{"learning_rate": (0.05, 1e6), "size": {"8": {"hidden_sizes": [8]}, "-": {}}}],
    seeds=(1, 2),
    base={"epochs": 3},
)


def test_a_finished_study_is_a_grid(tmp_path):
    store = RunStore("small", tmp_path)
    run_missing(STUDY.configs()[:-1], store, (), Inline())
    with pytest.raises(FileNotFoundError, match="1 of 8 runs of the grid of 'small' are not in"):
        load_grid(STUDY, tmp_path)
    run_missing(STUDY.configs(), store, (), Inline())
    grid = load_grid(STUDY, tmp_path)
    assert grid.levels == {"learning_rate": ("0.05", "1000000.0"), "size": ("8", "-")}
    assert grid.diverged.tolist() == [[False, False], [True, True]]
    runs = [r for r in store if r.config.learning_rate == 0.05 and r.config.hidden_sizes == (8,)]
    mean = sum(run.summary["test_accuracy"] for run in runs) / 2
    assert grid.value((0.05, 8)) == pytest.approx(mean)

    epochs = load_grid(STUDY, tmp_path, epochs=(1, 3))
    assert epochs.levels["epochs"] == ("1", "3")
    np.testing.assert_array_equal(epochs.table[..., 1], grid.table)
    first = sum(run.history["test_accuracy"][0] for run in runs) / 2
    assert epochs.value((0.05, 8, 1)) == pytest.approx(first)
    for epochs, objective in [((1, 4), "test_accuracy"), ((1,), "train_accuracy")]:
        with pytest.raises(ConfigError):
            load_grid(STUDY, tmp_path, objective, epochs=epochs)


# --- what searches find ---------------------------------------------------------------------------


def test_one_at_a_time_misses_what_two_factors_do_together():
    #         b0   b1   b2
    values = [[5.0, 6.0, 4.0], [7.0, 3.0, 9.0]]  # a0, a1
    levels, base = {"a": ["a0", "a1"], "b": ["b0", "b1", "b2"]}, {"a": "a0", "b": "b0"}
    found = one_at_a_time(Grid.from_values(levels, values), base)
    assert (found.base, found.base_value) == (("a0", "b0"), 5)
    assert found.gains == {"a": 2, "b": 1}  # alone, a1 gives 7 and b1 gives 6
    assert (found.found, found.found_value) == (("a1", "b1"), 3)  # together, they give 3
    assert (found.best, found.best_value) == (("a1", "b2"), 9)
    assert found.cells_seen == 5
    found = one_at_a_time(Grid.from_values(levels, values, "test_loss"), base)
    assert (found.found, found.gains) == (("a0", "b2"), {"a": 0, "b": 1})
    assert found.cells_seen == 4  # the combination was among them


@pytest.fixture(scope="module")
def peak():
    """Make a grid of 64 cells with one best, and others the worse the farther from it."""
    cells = itertools.product(range(4), repeat=3)
    values = [1.0 - 0.1 * sum(abs(place - 2) for place in cell) for cell in cells]
    return Grid.from_values({"a": range(4), "b": range(4), "c": range(4)}, values)


def test_effort_is_counted_to_the_first_that_is_near(peak):
    everything = search_effort(peak, "random", within=2.0, seeds=range(3))
    assert everything.trials == everything.cells == [1, 1, 1]
    grid = search_effort(peak, "grid", within=0.0, seeds=range(9))
    assert grid.trials == grid.cells
    assert min(grid.trials) >= 1 and max(grid.trials) <= 64
    few = search_effort(peak, "random", within=0.0, seeds=range(9), trials=2)
    assert few.median_trials == math.inf  # two trials seldom hit one of 64
    tpe, random = (search_effort(peak, s, within=0.0, seeds=range(9)) for s in ("tpe", "random"))
    assert tpe == search_effort(peak, "tpe", within=0.0, seeds=range(9))
    assert tpe.median_trials < random.median_trials  # it learns
    assert all(c <= t for c, t in zip(random.cells, random.trials, strict=True))


def test_searches_are_played_on_the_grid(peak):
    played = play_searches(peak, "random", range(3), trials=20)
    assert [len(trials) for trials in played] == [20, 20, 20]
    assert all(trial.value == peak.value(trial.cell) for trials in played for trial in trials)
    assert played == play_searches(peak, "random", range(3), trials=20)


def test_the_best_so_far_never_gets_worse():
    searches = [
        [Trial(n, (), value) for n, value in enumerate(v, 1)] for v in ([3, 1, 4], [1, 5, 2])
    ]
    assert best_so_far(searches).tolist() == [[3, 3, 4], [1, 5, 5]]
    assert best_so_far(searches, maximized=False).tolist() == [[3, 1, 1], [1, 1, 1]]


def test_effort_counts_a_cell_once_and_adds_up_what_cells_cost():
    cells = [("a",), ("b",), ("a",), ("c",), ("d",)]
    path = [Trial(n, cell, float(n)) for n, cell in enumerate(cells, 1)]
    costs = Grid.from_values({"letter": "abcd"}, [1.0, 10.0, 100.0, 1000.0], "duration_s")
    effort = effort_until([path, path[:3]], lambda value: value >= 4, costs)
    assert effort.trials == [4, math.inf]
    assert (effort.cells, effort.median_cells) == ([3, math.inf], math.inf)
    assert effort.costs == [111, math.inf]
    assert effort_until([path], lambda value: value >= 4).costs == []
