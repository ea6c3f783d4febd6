"""Finished grids: a variance split by hand, importance, one factor at a time, search effort."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from made_runs import Inline

from mlp_core.studies import RunStore, Study, run_missing
from mlp_core.studies.analysis import importance, one_at_a_time, variance_shares
from mlp_core.studies.effort import best_so_far, effort_until, play_searches, search_effort
from mlp_core.studies.grid import Grid, load_grid
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


def squares(grid):
    table = variance_shares(grid)
    return dict(zip(table["term"], table["sum_of_squares"], strict=True))


def test_the_variance_of_two_factors_by_hand():
    grid = Grid.from_values({"row": ROWS, "column": COLUMNS}, TWO)
    table = variance_shares(grid)
    assert table["term"].tolist() == ["row", "column", "row x column", "rest"]
    assert table["kind"].tolist() == ["factor", "factor", "pair", "rest"]
    assert table["degrees_of_freedom"].tolist() == [1, 2, 2, 0]
    assert table["sum_of_squares"].tolist() == pytest.approx([24, 16, 4, 0], abs=1e-12)
    assert table["share"].tolist() == pytest.approx([24 / 44, 16 / 44, 4 / 44, 0], abs=1e-12)


def test_the_variance_of_three_factors_by_hand():
    """A third factor adds 10, which makes the sums of the others twice what they were.

    What it adds is 12 x 5^2 = 300; and a pattern of +1 and -1 in 8 of 12 cells, which no pair
    has a share in, is 8 for all three together.
    """
    pattern = np.multiply.outer(np.outer([1, -1], [1, 0, -1]), [1, -1])
    values = np.stack([TWO, TWO + 10], axis=2) + pattern
    grid = Grid.from_values({"row": ROWS, "column": COLUMNS, "third": "ab"}, values)
    found = squares(grid)
    assert list(found)[:3] == ["third", "row", "column"]  # the largest first
    expected = {
        **{"row": 48, "column": 32, "third": 300, "row x column": 8},
        **{"row x third": 0, "column x third": 0, "rest": 8},
    }
    assert found == pytest.approx(expected, abs=1e-9)
    freedom = variance_shares(grid).set_index("term")["degrees_of_freedom"]
    assert freedom.to_dict() == {
        **{"third": 1, "row": 1, "column": 2, "row x column": 2},
        **{"row x third": 1, "column x third": 2, "rest": 2},
    }
    assert variance_shares(grid)["share"].sum() == pytest.approx(1)


def test_a_grid_in_which_nothing_varies_has_no_shares():
    table = variance_shares(Grid.from_values({"row": ROWS, "column": COLUMNS}, np.ones(6)))
    assert table["sum_of_squares"].tolist() == [0, 0, 0, 0]
    assert table["share"].isna().all()


def test_importance_orders_the_factors_and_is_reproducible():
    levels = {"small": range(3), "none": range(3), "large": range(4)}
    small, large = np.array([0.0, 0.1, 0.2]), np.array([0.0, 1.0, 3.0, 2.0])
    values = small[:, None, None] + np.zeros(3)[:, None] + large
    grid = Grid.from_values(levels, values)
    shares = importance(grid)
    assert list(shares) == ["large", "small", "none"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["large"] > 0.95 and shares["none"] < 0.01
    assert importance(grid) == shares
    assert importance(grid, seed=1) != shares


def test_importance_of_a_whole_grid_is_its_analysis_of_variance():
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


def test_importance_may_be_told_from_some_of_the_cells():
    levels = {"small": range(3), "large": range(4)}
    grid = Grid.from_values(levels, np.add.outer([0.0, 0.1, 0.2], [0.0, 1.0, 3.0, 2.0]))
    cells = list(itertools.product("012", "0123"))
    assert importance(grid, cells=cells) == importance(grid)
    some = importance(grid, cells=cells[::2])
    assert some != importance(grid) and list(some) == ["large", "small"]


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


def test_what_does_not_fit_a_grid_is_named():
    with pytest.raises(ValueError, match="5 values for 6 cells"):
        Grid.from_values({"row": ROWS, "column": COLUMNS}, np.ones(5))
    grid = Grid.from_values({"row": ROWS, "column": COLUMNS}, TWO)
    with pytest.raises(ValueError, match=r"column=4 is no level: must be one of \('1', '2', '3'\)"):
        grid.value(("low", 4))
    with pytest.raises(ValueError, match=r"must name exactly \['column', 'row'\]"):
        one_at_a_time(grid, {"row": "low"})


STUDY = Study(
    name="small",
    question="What?",
    base={"epochs": 3},
    grids=[{"learning_rate": (0.05, 1e6), "size": {"8": {"hidden_sizes": [8]}, "-": {}}}],
    seeds=(1, 2),
)


def test_a_finished_study_is_a_grid(tmp_path):
    run_missing(STUDY.configs()[:-1], RunStore("small", tmp_path), (), Inline())
    with pytest.raises(FileNotFoundError, match="1 of 8 runs of the grid of 'small' are not in"):
        load_grid(STUDY, tmp_path)
    store = RunStore("small", tmp_path)
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


def test_only_the_whole_levels_of_a_factor(tmp_path):
    study = dataclasses.replace(
        STUDY, grids=[{"learning_rate": (0.1, 0.05, 0.02), "batch_size": (100, 200)}], seeds=(1,)
    )
    run_missing(study.configs()[:3], RunStore("small", tmp_path), (), Inline())
    for only_whole in ("learning_rate", "batch_size"):  # one level is whole: no grid
        with pytest.raises(FileNotFoundError, match="3 of 6 runs of the grid of 'small' are not"):
            load_grid(study, tmp_path, only_whole=only_whole)
    run_missing(study.configs()[:5], RunStore("small", tmp_path), (), Inline())
    part = load_grid(study, tmp_path, epochs=(1, 3), only_whole="learning_rate")
    assert part.levels == {
        "learning_rate": ("0.1", "0.05"), "batch_size": ("100", "200"), "epochs": ("1", "3")
    }  # fmt: skip
    run_missing(study.configs(), RunStore("small", tmp_path), (), Inline())
    whole = load_grid(study, tmp_path, only_whole="learning_rate")
    assert whole.levels == load_grid(study, tmp_path).levels
    np.testing.assert_array_equal(part.table[..., 1], whole.table[:2])
    with pytest.raises(ConfigError, match="factor='epochs' does not vary: must be one of learning"):
        load_grid(study, tmp_path, only_whole="epochs")


# --- what searches find ---------------------------------------------------------------------------


def test_one_at_a_time_misses_what_two_factors_do_together():
    #         b0   b1   b2
    values = [[5.0, 6.0, 4.0], [7.0, 3.0, 9.0]]  # a0, a1
    grid = Grid.from_values({"a": ["a0", "a1"], "b": ["b0", "b1", "b2"]}, values)
    found = one_at_a_time(grid, {"a": "a0", "b": "b0"})
    assert (found.base, found.base_value) == (("a0", "b0"), 5)
    assert found.gains == {"a": 2, "b": 1}  # alone, a1 gives 7 and b1 gives 6
    assert (found.found, found.found_value) == (("a1", "b1"), 3)  # together, they give 3
    assert (found.best, found.best_value) == (("a1", "b2"), 9)
    assert found.cells_seen == 5
    lower = Grid.from_values({"a": ["a0", "a1"], "b": ["b0", "b1", "b2"]}, values, "test_loss")
    found = one_at_a_time(lower, {"a": "a0", "b": "b0"})
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
    random = search_effort(peak, "random", within=0.0, seeds=range(9), trials=2)
    assert random.median_trials == math.inf  # two trials seldom hit one of 64
    assert search_effort(peak, "tpe", 0.05, range(3)) == search_effort(peak, "tpe", 0.05, range(3))


def test_tpe_needs_fewer_trials_than_chance(peak):
    tpe, random = (search_effort(peak, s, within=0.0, seeds=range(9)) for s in ("tpe", "random"))
    assert tpe.median_trials < random.median_trials
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
    assert effort.cells == [3, math.inf]
    assert effort.costs == [111, math.inf]
    assert effort_until([path], lambda value: value >= 4).costs == []
