"""A part of a grid, a level that stands twice, and other names: the values stay where they were."""

from __future__ import annotations

import math

import pytest

from mlp_core.studies.grid import Grid
from mlp_core.studies.subgrid import keep_levels, rename

LEVELS = {"a": ("a0", "a1"), "b": ("b0", "b1", "b2")}


@pytest.fixture
def grid() -> Grid:
    return Grid.from_values(LEVELS, [[1.0, 2.0, 3.0], [4.0, 5.0, math.nan]])


def test_some_levels_in_a_given_order(grid: Grid) -> None:
    part = keep_levels(grid, "b", ("b2", "b0"))
    assert part.levels == {"a": ("a0", "a1"), "b": ("b2", "b0")}
    assert part.table.tolist() == [[3, 1], [0, 4]]
    assert part.diverged.tolist() == [[False, False], [True, False]]
    assert part.value(("a1", "b0")) == grid.value(("a1", "b0"))


def test_a_level_twice_then_told_apart(grid: Grid) -> None:
    twice = rename(
        keep_levels(grid, "a", ("a0", "a0", "a1")), {"a": ("letter", ("x", "same", "y"))}
    )
    assert twice.levels == {"letter": ("x", "same", "y"), "b": LEVELS["b"]}
    assert twice.table[0].tolist() == twice.table[1].tolist() == [1, 2, 3]
    assert twice.value(("y", "b0")) == 4


def test_what_does_not_fit_is_named(grid: Grid) -> None:
    with pytest.raises(ValueError, match=r"factor='c' does not vary: must be one of \['a', 'b'\]"):
        keep_levels(grid, "c", ("a0",))
    with pytest.raises(ValueError, match="b='b9' is no level: must be one of"):
        keep_levels(grid, "b", ("b0", "b9"))
    with pytest.raises(ValueError, match="a has 2 levels: 1 names were given"):
        rename(grid, {"a": ("a", ("only",))})
