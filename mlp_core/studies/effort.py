"""How soon searches find what is good, played through on a finished grid."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    """

    trials: list[float]
    cells: list[float]

    @property
    def median_trials(self) -> float:
        """Median over the seeds."""
        return statistics.median(self.trials)

    @property
    def median_cells(self) -> float:
        """Median over the seeds."""
        return statistics.median(self.cells)


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

    limit = trials or grid.table.size
    counts = []
    for seed in seeds:
        search = Search(grid.levels, sampler, grid.objective, seed)
        made = search.run(lambda cells: [grid.value(c) for c in cells], limit, until=is_near)
        counts.append(_until(made, is_near))
    return Effort([float(a) for a, _ in counts], [float(b) for _, b in counts])


def _until(trials: Sequence[Trial], is_near: Callable[[float], bool]) -> tuple[float, float]:
    if not is_near(trials[-1].value):
        return math.inf, math.inf
    return len(trials), len({trial.cell for trial in trials})
