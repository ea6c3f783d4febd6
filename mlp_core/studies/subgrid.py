"""Grids made of a grid: some of its levels only, a level under a second name, other names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mlp_core.studies.grid import Grid


def keep_levels(grid: Grid, factor: str, labels: Sequence[str]) -> Grid:
    """Return the part of a grid in which a factor has some of its levels only.

    Parameters
    ----------
    grid : Grid
    factor : str
    labels : sequence of str
        In the order in which they are to stand. A level may stand twice, so that one set of runs
        answers for two levels that are the same thing; `rename` then tells them apart.

    Raises
    ------
    ValueError
        If the grid has no such factor or level; names those that it has.
    """
    if factor not in grid.levels:
        raise ValueError(f"factor={factor!r} does not vary: must be one of {list(grid.levels)}")
    known = grid.levels[factor]
    for label in labels:
        if label not in known:
            raise ValueError(f"{factor}={label!r} is no level: must be one of {known}")
    axis = list(grid.levels).index(factor)
    places = [known.index(label) for label in labels]
    return replace(
        grid,
        levels={**grid.levels, factor: tuple(labels)},
        table=grid.table.take(places, axis),
        diverged=grid.diverged.take(places, axis),
    )


def rename(grid: Grid, names: Mapping[str, tuple[str, Sequence[str]]]) -> Grid:
    """Return the same values under other names.

    Parameters
    ----------
    grid : Grid
    names : mapping
        From a factor to its new name and the new names of all its levels; factors that are left
        out keep theirs.

    Raises
    ------
    ValueError
        If the number of levels changes.
    """
    levels = {}
    for factor, labels in grid.levels.items():
        name, new = names.get(factor, (factor, labels))
        if len(new) != len(labels):
            raise ValueError(f"{factor} has {len(labels)} levels: {len(new)} names were given")
        levels[name] = tuple(new)
    return replace(grid, levels=levels)
