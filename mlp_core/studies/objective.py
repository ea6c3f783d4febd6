"""What a search looks for: a figure of stored runs, and the runs made where they are missing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from concurrent.futures import Executor

from mlp_core.studies.runner import Report, run_missing
from mlp_core.studies.space import Cell, Space
from mlp_core.studies.store import RunStore
from mlp_core.training import ConfigError, Run, RunConfig

# Columns of a run's summary, and whether more is better.
OBJECTIVES = {
    "test_accuracy": True,
    "train_accuracy": True,
    "test_loss": False,
    "train_loss": False,
    "ms_per_update": False,
    "duration_s": False,
}


def is_maximized(objective: str) -> bool:
    """Return whether more is better.

    Raises
    ------
    ConfigError
        If it is no column that can be searched for.
    """
    if objective not in OBJECTIVES:
        raise ConfigError(
            f"objective={objective!r} is not legal: must be one of {', '.join(OBJECTIVES)}"
        )
    return OBJECTIVES[objective]


def worst_value(objective: str) -> float:
    """Return what a cell counts for of which a run diverged: 0 for accuracies, else infinity."""
    return 0.0 if is_maximized(objective) else math.inf


def cell_value(runs: Sequence[Run], objective: str) -> float:
    """Return the mean of a summary column over a cell's runs; the worst if any diverged."""
    values = [None if run.status == "diverged" else run.summary[objective] for run in runs]
    finite = [value for value in values if value is not None]
    return statistics.fmean(finite) if len(finite) == len(values) else worst_value(objective)


class StoredObjective:
    """Gives the values of cells; only runs that are stored nowhere are made.

    Parameters
    ----------
    space : Space
    objective : str
        A key of `OBJECTIVES`.
    store : RunStore
        Where runs that are made are stored.
    read_only : sequence of RunStore
        Where they may lie as well.
    callbacks : sequence of str
        Names from `mlp_core.studies.study.CALLBACKS`, for the runs that are made.
    executor : concurrent.futures.Executor, optional
        See `run_missing`.
    report : callable, optional
        Called with every run once it is stored.

    Attributes
    ----------
    made : int
        How many runs were made so far.
    """

    def __init__(
        self,
        space: Space,
        objective: str,
        store: RunStore,
        read_only: Sequence[RunStore] = (),
        *,
        callbacks: Sequence[str] = (),
        executor: Executor | None = None,
        report: Report = lambda run: None,
    ) -> None:
        is_maximized(objective)
        self.space, self.objective, self.store = space, objective, store
        self.executor, self.report = executor, report
        self._callbacks = callbacks
        self._runs = {run.config.run_id: run for each in (*read_only, store) for run in each}
        self.made = 0

    def missing(self, cells: Sequence[Cell]) -> list[RunConfig]:
        """Return the configs of cells that are stored nowhere, each once."""
        configs = {c.run_id: c for cell in cells for c in self.space.configs(cell)}
        return [config for run_id, config in configs.items() if run_id not in self._runs]

    def __call__(self, cells: Sequence[Cell]) -> list[float]:
        """Return the cells' values, after making the runs that are missing."""
        todo = self.missing(cells)

        def keep(run: Run) -> None:
            self._runs[run.config.run_id] = run
            self.made += 1
            self.report(run)

        run_missing(todo, self.store, self._callbacks, self.executor, keep)
        # To 5 digits, as they will be read again: a search that resumes must see the same.
        self._runs |= {c.run_id: self.store.load(c.run_id) for c in todo}
        return [self.value(cell) for cell in cells]

    def value(self, cell: Cell) -> float:
        """Return the value of a cell whose runs are all there."""
        runs = [self._runs[config.run_id] for config in self.space.configs(cell)]
        return cell_value(runs, self.objective)
