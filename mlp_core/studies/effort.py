"""How soon searches find what is good, played through on a finished grid."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from mlp_core.studies.grid import Grid
from mlp_core.studies.search import Search, Trial


@dataclass(frozen=True)
class Effort:
    """How long searches with several seeds take to come near the best of a grid.

    Attributes
    ----------
    trials, cells : list of float
        For each seed, the number of trials up to the first that is near enough, and how many
        different cells they are: a cell that is proposed again costs nothing. Infinite if there
        is none.
    costs : list of float
        For each seed, what these cells cost together; empty where no costs are known.
    """

    trials: list[float]
    cells: list[float]
    costs: list[float] = field(default_factory=list)

    @property
    def median_trials(self) -> float:
        """Median over the seeds."""
        return statistics.median(self.trials)

    @property
    def median_cells(self) -> float:
        """Median over the seeds."""
        return statistics.median(self.cells)


def play_searches(
    grid: Grid,
    sampler: str,
    seeds: Sequence[int] = range(20),
    trials: int | None = None,
    until: Callable[[float], bool] | None = None,
) -> list[list[Trial]]:
    """Return the trials of searches that are served from a finished grid: nothing is trained.

    Parameters
    ----------
    grid : Grid
    sampler : {"grid", "random", "tpe"}
    seeds : sequence of int
        A search for each.
    trials : int, optional
        How many a search has; by default as many as there are cells.
    until : callable, optional
        Ends a search after a trial of whose value it is true.
    """
    count = trials or grid.table.size
    return [
        Search(grid.levels, sampler, grid.objective, seed).run(
            lambda cells: [grid.value(cell) for cell in cells], count, until=until
        )
        for seed in seeds
    ]


def best_so_far(searches: Sequence[Sequence[Trial]], maximized: bool = True) -> np.ndarray:
    """Return the best value after each trial.

    Parameters
    ----------
    searches : sequence of sequence of Trial
        Of one length.
    maximized : bool
        Whether more is better.

    Returns
    -------
    ndarray of shape (searches, trials)
    """
    values = np.array([[trial.value for trial in trials] for trials in searches])
    return (np.maximum if maximized else np.minimum).accumulate(values, axis=1)


def effort_until(
    searches: Sequence[Sequence[Trial]],
    is_near: Callable[[float], bool],
    costs: Grid | None = None,
) -> Effort:
    """Count each search's trials up to the first whose value is near enough.

    Parameters
    ----------
    searches : sequence of sequence of Trial
    is_near : callable
        Whether a value is near enough.
    costs : Grid, optional
        What each cell costs; the levels are those of the grid that was searched.
    """
    paths = [_until(trials, is_near) for trials in searches]
    cells = [path and {trial.cell for trial in path} for path in paths]
    spent = [sum(map(costs.value, seen)) if seen else math.inf for seen in cells] if costs else []
    return Effort(
        trials=[float(len(path)) if path else math.inf for path in paths],
        cells=[float(len(seen)) if seen else math.inf for seen in cells],
        costs=spent,
    )


def search_effort(
    grid: Grid,
    sampler: str,
    within: float,
    seeds: Sequence[int] = range(20),
    trials: int | None = None,
) -> Effort:
    """Count the trials until a search is within some distance of the grid's best.

    The searches are served from the finished grid: nothing is trained.

    Parameters
    ----------
    grid : Grid
    sampler : {"grid", "random", "tpe"}
    within : float
        In the objective's unit: 0.001 is 0.1 points of accuracy.
    seeds : sequence of int
        Of the searches.
    trials : int, optional
        Where a search gives up; by default after as many trials as there are cells.
    """
    best = grid.best()[1]

    def is_near(value: float) -> bool:
        return abs(best - value) <= within

    return effort_until(play_searches(grid, sampler, seeds, trials, is_near), is_near)


def _until(trials: Sequence[Trial], is_near: Callable[[float], bool]) -> Sequence[Trial] | None:
    """Return the trials up to the first that is near enough, None if none is."""
    for count, trial in enumerate(trials, start=1):
        if is_near(trial.value):
            return trials[:count]
    return None
