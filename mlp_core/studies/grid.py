"""A finished grid: one value a cell, read from the store, for all that analyses it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.studies.objective import cell_value, is_maximized, worst_value
from mlp_core.studies.space import Cell, Space
from mlp_core.studies.store import RunStore
from mlp_core.studies.study import Study
from mlp_core.training import ConfigError, Run

if TYPE_CHECKING:
    import pandas as pd

EPOCHS = "epochs"
_EVERY_EPOCH = ("test_accuracy", "test_loss")


@dataclass(frozen=True, eq=False)
class Grid:
    """The values of all cells of a space.

    Attributes
    ----------
    levels : mapping of str to tuple of str
        The labels of each factor's levels.
    table : ndarray, one axis a factor
        Mean over the seeds. A cell of which a run diverged has the worst value: 0 for
        accuracies, else that of the worst other cell.
    diverged : ndarray of bool, same shape
    objective : str
    """

    levels: Mapping[str, tuple[str, ...]]
    table: np.ndarray
    diverged: np.ndarray
    objective: str = "test_accuracy"

    @classmethod
    def from_values(
        cls, levels: Mapping[str, Sequence[Any]], values: Any, objective: str = "test_accuracy"
    ) -> Grid:
        """Return a grid of given values; one that is not finite stands for a diverged run.

        Raises
        ------
        ValueError
            If the number of values is not that of the cells.
        """
        labels = {factor: tuple(str(level) for level in each) for factor, each in levels.items()}
        shape = tuple(len(each) for each in labels.values())
        array = np.array(values, dtype=np.float64)
        if array.size != np.prod(shape):
            raise ValueError(f"{array.size} values for {np.prod(shape)} cells: one each is needed")
        array = array.reshape(shape)
        diverged = ~np.isfinite(array)
        worst = worst_value(objective)
        if not np.isfinite(worst):
            worst = array[~diverged].max(initial=0.0)
        array[diverged] = worst
        return cls(labels, array, diverged, objective)

    @property
    def maximized(self) -> bool:
        """Whether more is better."""
        return is_maximized(self.objective)

    def index(self, cell: Sequence[Any]) -> tuple[int, ...]:
        """Return a cell's place in `table`.

        Raises
        ------
        ValueError
            If a label is no level of its factor; names those that are.
        """
        place = []
        for (factor, labels), level in zip(self.levels.items(), cell, strict=True):
            if str(level) not in labels:
                raise ValueError(f"{factor}={level!r} is no level: must be one of {labels}")
            place.append(labels.index(str(level)))
        return tuple(place)

    def value(self, cell: Sequence[Any]) -> float:
        """Return the value of a cell, given by its labels."""
        return float(self.table[self.index(cell)])

    def cell(self, index: Sequence[int]) -> Cell:
        """Return the labels of a place in `table`."""
        return tuple(labels[i] for labels, i in zip(self.levels.values(), index, strict=True))

    def best(self) -> tuple[Cell, float]:
        """Return the best cell and its value; of equals, the first."""
        order = self.table if self.maximized else -self.table
        cell = self.cell([int(i) for i in np.unravel_index(int(order.argmax()), order.shape)])
        return cell, self.value(cell)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row a cell: the label of every factor, the value, whether it diverged."""
        import pandas as pd

        frame = pd.DataFrame(
            itertools.product(*self.levels.values()), columns=pd.Index(list(self.levels))
        )
        for factor, labels in self.levels.items():  # in the study's order, not the alphabet's
            frame[factor] = pd.Categorical(frame[factor], categories=list(labels), ordered=True)
        return frame.assign(
            **{self.objective: self.table.ravel(), "diverged": self.diverged.ravel()}
        )


def load_grid(
    study: Study,
    root: str | Path | None = None,
    objective: str = "test_accuracy",
    *,
    epochs: Sequence[int] = (),
    overrides: Mapping[str, Any] | None = None,
    only_whole: str | None = None,
) -> Grid:
    """Read a finished grid.

    Parameters
    ----------
    study : Study
    root : path, optional
        The folder of results; by default what `find_results` finds.
    objective : str
        A key of `mlp_core.studies.objective.OBJECTIVES`.
    epochs : sequence of int, optional
        Read the objective after each of these epochs off the runs' histories, as one factor
        more. This is the same as shorter runs only if the rate follows no schedule.
    overrides : mapping, optional
        Config fields that replace the study's.
    only_whole : str, optional
        A factor whose levels are left out of which runs are missing, as long as two remain.

    Raises
    ------
    FileNotFoundError
        If runs are missing; says how many.
    ConfigError
        If the objective is not known after every epoch, or `only_whole` does not vary.
    """
    space = Space.of(study, overrides)
    is_maximized(objective)
    if epochs:
        _check_epochs(space, objective, epochs)
    store = RunStore(study.name, root)
    runs = {run.config.run_id: run for run in store}
    space = space.keep_whole(only_whole, runs) if only_whole else space
    asked = [[config.run_id for config in space.configs(cell)] for cell in space.cells()]
    lacking = sum(run_id not in runs for each in asked for run_id in each)
    if lacking:
        raise FileNotFoundError(
            f"{lacking} of {sum(map(len, asked))} runs of the grid of {study.name!r} are not in "
            f"{store.folder}: mlp-core study search {study.name} --sampler grid"
        )
    cells = [[runs[run_id] for run_id in each] for each in asked]
    levels: dict[str, Sequence[Any]] = {f: list(each) for f, each in space.factors.items()}
    if epochs:
        levels[EPOCHS] = epochs
        values = [_value_after(each, objective, epoch) for each in cells for epoch in epochs]
    else:
        values = [_value(each, objective) for each in cells]
    return Grid.from_values(levels, values, objective)


def _value(runs: Sequence[Run], objective: str) -> float:
    if any(run.status == "diverged" for run in runs):
        return float("nan")
    return cell_value(runs, objective)


def _value_after(runs: Sequence[Run], objective: str, epoch: int) -> float:
    """Return the mean after an epoch; a run that diverges later has not diverged yet."""
    if any(len(run.history) < epoch for run in runs):
        return float("nan")
    return float(np.mean([run.history[objective][epoch - 1] for run in runs]))


def _check_epochs(space: Space, objective: str, epochs: Sequence[int]) -> None:
    if objective not in _EVERY_EPOCH:
        legal = " or ".join(_EVERY_EPOCH)
        raise ConfigError(f"objective={objective!r} is not known after every epoch: take {legal}")
    config = space.configs(space.cells()[0])[0]
    if EPOCHS in space.factors or not 1 <= min(epochs) <= max(epochs) <= config.epochs:
        raise ConfigError(
            f"epochs={tuple(epochs)} is not legal: must lie between 1 and {config.epochs}, in a "
            "study that does not vary them"
        )
