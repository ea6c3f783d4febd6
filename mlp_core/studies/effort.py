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
    """How long searches take to come near the best of a grid, one value per search.

    A cell that is proposed again costs nothing. Counts and costs are infinite for a search that
    never comes near.
    """

    trials: list[float]  # up to the first that is near enough
    cells: list[float]  # how many different cells they are
    costs: list[float] = field(default_factory=list)  # of these cells, if costs are known

    @property
    def median_trials(self) -> float:
        """Median over the searches."""
        return statistics.median(self.trials)

    @property
    def median_cells(self) -> float:
        """Median over the searches."""
        return statistics.median(self.cells)


def play_searches(
    grid: Grid,
    sampler: str,
    seeds: Sequence[int] = range(20),
    trials: int | None = None,
    until: Callable[[float], bool] | None = None,
) -> list[list[Trial]]:
    """Return the trials of searches, one per seed, that are served from a finished grid.

    Nothing is trained. A search has as many trials as there are cells if not told otherwise;
    `until` ends it after a trial of whose value it is true.
    """
    count = trials or grid.table.size
    return [
        Search(grid.levels, sampler, grid.objective, seed).run(
            lambda cells: [grid.value(cell) for cell in cells], count, until=until
        )
        for seed in seeds
    ]


def best_so_far(searches: Sequence[Sequence[Trial]], maximized: bool = True) -> np.ndarray:
    """Return the best value after each trial, of shape (searches, trials)."""
    values = np.array([[trial.value for trial in trials] for trials in searches])
    return (np.maximum if maximized else np.minimum).accumulate(values, axis=1)


def effort_until(
    searches: Sequence[Sequence[Trial]],
    is_near: Callable[[float], bool],
    costs: Grid | None = None,
) -> Effort:
    """Count the trials of each search up to the first whose value is near enough.

    `costs`, with the levels of the grid that was searched, says what each cell costs.
    """
    trials, cells, spent = [], [], []
    for search in searches:
        count = next((n for n, trial in enumerate(search, 1) if is_near(trial.value)), None)
        seen = dict.fromkeys(trial.cell for trial in search[:count])
        trials.append(float(count or math.inf))
        cells.append(float(len(seen)) if count else math.inf)
        if costs:
            spent.append(sum(map(costs.value, seen)) if count else math.inf)
    return Effort(trials, cells, spent)


def search_effort(
    grid: Grid,
    sampler: str,
    within: float,
    seeds: Sequence[int] = range(20),
    trials: int | None = None,
) -> Effort:
    """Count the trials until a search is within some distance of the grid's best.

    `within` is in the objective's unit: 0.001 is 0.1 points of accuracy. See `play_searches`.
    """
    best = grid.best()[1]

    def is_near(value: float) -> bool:
        return abs(best - value) <= within

    return effort_until(play_searches(grid, sampler, seeds, trials, is_near), is_near)
