"""A finished grid, one value per cell: which factors matter, which matter together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.studies.catalogue import Study
from mlp_core.studies.search import (
    Cell,
    Space,
    cell_value,
    is_maximized,
    quiet_optuna,
    worst_value,
)
from mlp_core.studies.store import RunStore
from mlp_core.training import ConfigError, Run

if TYPE_CHECKING:
    import pandas as pd

EPOCHS = "epochs"
_EVERY_EPOCH = ("test_accuracy", "test_loss")


@dataclass(frozen=True, eq=False)
class Grid:
    """The values of all cells of a space: means over the seeds, in a table with an axis per factor.

    A cell of which a run diverged has the worst value: 0 for accuracies, else that of the worst
    other cell.
    """

    levels: Mapping[str, tuple[str, ...]]  # the labels of each factor's levels
    table: np.ndarray
    diverged: np.ndarray  # bool, same shape
    objective: str = "test_accuracy"

    @classmethod
    def from_values(
        cls, levels: Mapping[str, Sequence[Any]], values: Any, objective: str = "test_accuracy"
    ) -> Grid:
        """Return a grid of given values; one that is not finite stands for a diverged run."""
        labels = {factor: tuple(str(level) for level in each) for factor, each in levels.items()}
        shape = tuple(len(each) for each in labels.values())
        array = np.array(values, dtype=np.float64)
        if array.size != np.prod(shape):
            raise ValueError(f"{array.size} values for {np.prod(shape)} cells: one each is needed")
        array = array.reshape(shape)
        diverged = ~np.isfinite(array)
        worst = worst_value(objective)
        array[diverged] = worst if np.isfinite(worst) else array[~diverged].max(initial=0.0)
        return cls(labels, array, diverged, objective)

    @property
    def maximized(self) -> bool:
        """Whether more is better."""
        return is_maximized(self.objective)

    def index(self, cell: Sequence[Any]) -> tuple[int, ...]:
        """Return the place of a cell in `table`; a ValueError names a label that is no level."""
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

    def keep_levels(self, factor: str, labels: Sequence[str]) -> Grid:
        """Return the part of the grid in which a factor has only these levels, in this order.

        A level may be named twice, so that one set of runs answers for two levels that are the
        same thing; `rename` then tells them apart.
        """
        if factor not in self.levels:
            raise ValueError(f"factor={factor!r} does not vary: must be one of {list(self.levels)}")
        known = self.levels[factor]
        for label in labels:
            if label not in known:
                raise ValueError(f"{factor}={label!r} is no level: must be one of {known}")
        axis = list(self.levels).index(factor)
        places = [known.index(label) for label in labels]
        return replace(
            self,
            levels={**self.levels, factor: tuple(labels)},
            table=self.table.take(places, axis),
            diverged=self.diverged.take(places, axis),
        )

    def rename(self, names: Mapping[str, tuple[str, Sequence[str]]]) -> Grid:
        """Return the same values under other names.

        `names` maps a factor to its new name and the new names of all its levels; factors that
        are left out keep theirs.
        """
        levels = {}
        for factor, labels in self.levels.items():
            name, new = names.get(factor, (factor, labels))
            if len(new) != len(labels):
                raise ValueError(f"{factor} has {len(labels)} levels: {len(new)} names were given")
            levels[name] = tuple(new)
        return replace(self, levels=levels)

    def to_dataframe(self) -> pd.DataFrame:
        """Return one row per cell: the label of every factor, the value, whether it diverged."""
        import pandas as pd

        cells = itertools.product(*self.levels.values())
        frame = pd.DataFrame(cells, columns=pd.Index(list(self.levels)))
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
) -> Grid:
    """Read a finished grid; a FileNotFoundError says how many runs are missing.

    Parameters
    ----------
    study : Study
    root : path, optional
        The folder of results; by default what `find_results` finds.
    objective : str
        A key of `mlp_core.studies.search.OBJECTIVES`.
    epochs : sequence of int, optional
        Read the objective after each of these epochs off the runs' histories, as one factor
        more. This is the same as shorter runs only if the rate follows no schedule.
    overrides : mapping, optional
        Config fields that replace those of the study.
    """
    space = Space.of(study, overrides)
    is_maximized(objective)
    if epochs:
        _check_epochs(space, objective, epochs)
    store = RunStore(study.name, root)
    runs = {run.run_id: run for run in store}
    ids = [[config.run_id for config in space.configs(cell)] for cell in space.cells()]
    lacking = sum(run_id not in runs for each in ids for run_id in each)
    if lacking:
        raise FileNotFoundError(
            f"{lacking} of {sum(map(len, ids))} runs of the grid of {study.name!r} are not in "
            f"{store.folder}: mlp-core study search {study.name} --sampler grid"
        )
    cells = [[runs[run_id] for run_id in each] for each in ids]
    levels: dict[str, Sequence[Any]] = {f: list(each) for f, each in space.factors.items()}
    if epochs:
        levels[EPOCHS] = epochs
        values = [_value_after(each, objective, epoch) for each in cells for epoch in epochs]
    else:
        values = [
            math.nan
            if any(run.status == "diverged" for run in each)
            else cell_value(each, objective)
            for each in cells
        ]
    return Grid.from_values(levels, values, objective)


def _value_after(runs: Sequence[Run], objective: str, epoch: int) -> float:
    """Return the mean after an epoch; a run that diverges later has not diverged yet."""
    if any(len(run.history) < epoch for run in runs):
        return math.nan
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


def importance(
    grid: Grid, seed: int = 0, trees: int = 16, cells: Iterable[Cell] | None = None
) -> dict[str, float]:
    """Return each factor's share of the variance that one factor alone explains, by fANOVA.

    Optuna's evaluator fits a forest of regression trees to the grid (Hutter, Hoos and
    Leyton-Brown, 2014) and splits the variance of its prediction; the shares of the factors alone
    are scaled to add up to 1. On a complete grid, `variance_shares` gives the same without a
    model, and the interactions besides; from some of the cells, only a model can tell.

    The most important factor comes first. `cells` are all that the forest is shown, such as those
    of a search; by default the complete grid.
    """
    with quiet_optuna():
        import optuna

        # Not categories: the evaluator gives each of these a column of its own and averages over
        # combinations of columns that are no level at all. Levels in the middle of equally long
        # stretches of a line count equally, and a tree can tell each of them from the others.
        lines: dict[str, optuna.distributions.BaseDistribution] = {
            factor: optuna.distributions.FloatDistribution(0.0, len(labels))
            for factor, labels in grid.levels.items()
        }
        study = optuna.create_study(direction="maximize" if grid.maximized else "minimize")
        for cell in itertools.product(*grid.levels.values()) if cells is None else cells:
            places = [place + 0.5 for place in grid.index(cell)]
            params = dict(zip(grid.levels, places, strict=True))
            value = grid.value(cell)
            study.add_trial(
                optuna.trial.create_trial(params=params, distributions=lines, value=value)
            )
        evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=trees, seed=seed)
        shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {factor: float(share) for factor, share in shares.items()}


def variance_shares(grid: Grid) -> pd.DataFrame:
    """Split the variance of a grid's values among its factors and their pairs.

    The analysis of variance of a balanced design with one value per cell: the sum of squares of a
    factor is that of its levels' means around the grand mean, times the cells per level; that of
    a pair is the same of the pair's means, less what the two factors give alone. With one value
    per cell there is no residual: what is left is due to three or more factors together.

    Returns
    -------
    DataFrame
        One row per factor, per pair ("a x b"), and "rest"; largest share first within each kind.
        Columns: term, kind, degrees_of_freedom, sum_of_squares, share (nan if nothing varies).
    """
    import pandas as pd

    deviation = grid.table - grid.table.mean()
    total = float((deviation**2).sum())
    squares: dict[tuple[int, ...], float] = {}
    rows: list[tuple[str, str, int, float]] = []
    for order, kind in ((1, "factor"), (2, "pair")):
        of_kind = []
        for axes in itertools.combinations(range(deviation.ndim), order):
            others = tuple(set(range(deviation.ndim)) - set(axes))
            means = deviation.mean(axis=others)
            own = float((means**2).sum()) * deviation.size / means.size
            own = max(own - sum(squares[(axis,)] for axis in axes if order > 1), 0.0)
            squares[axes] = own
            term = " x ".join(list(grid.levels)[axis] for axis in axes)
            freedom = math.prod(deviation.shape[axis] - 1 for axis in axes)
            of_kind.append((term, kind, freedom, own))
        rows += sorted(of_kind, key=lambda row: -row[-1])
    freedom = deviation.size - 1 - sum(row[2] for row in rows)
    rows.append(("rest", "rest", freedom, max(total - sum(squares.values()), 0.0)))
    names = ["term", "kind", "degrees_of_freedom", "sum_of_squares"]
    frame = pd.DataFrame(rows, columns=pd.Index(names))
    return frame.assign(share=frame["sum_of_squares"] / total if total else math.nan)


@dataclass(frozen=True)
class OneAtATime:
    """What varying one factor at a time finds, compared with the best of all combinations."""

    base: Cell  # where it began
    base_value: float
    found: Cell  # the combination of each factor's best level
    found_value: float
    best: Cell  # of all cells
    best_value: float
    gains: dict[str, float]  # what each factor alone improves on the base: at least 0
    cells_seen: int  # how many cells were looked at, the combination included


def one_at_a_time(grid: Grid, base: Mapping[str, Any]) -> OneAtATime:
    """Vary one factor at a time from a base, a level of every factor; combine the best levels."""
    if set(base) != set(grid.levels):
        raise ValueError(f"base names {sorted(base)}: must name exactly {sorted(grid.levels)}")
    start = grid.index([base[factor] for factor in grid.levels])
    sign = 1.0 if grid.maximized else -1.0
    found, gains, seen = list(start), {}, {start}
    for axis, factor in enumerate(grid.levels):
        line = sign * np.moveaxis(grid.table, axis, -1)[(*start[:axis], *start[axis + 1 :])]
        # At equal values the base stays as it is.
        found[axis] = int(line.argmax()) if line.max() > line[start[axis]] else start[axis]
        gains[factor] = float(line.max() - line[start[axis]])
        seen |= {(*start[:axis], level, *start[axis + 1 :]) for level in range(len(line))}
    best, best_value = grid.best()
    combined = grid.cell(found)
    return OneAtATime(
        base=grid.cell(start),
        base_value=float(grid.table[start]),
        found=combined,
        found_value=grid.value(combined),
        best=best,
        best_value=best_value,
        gains=gains,
        cells_seen=len(seen | {tuple(found)}),
    )
