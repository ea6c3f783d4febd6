"""What a finished grid says: which factors matter, which matter together, what one misses."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.studies.grid import Grid
from mlp_core.studies.search import quiet_optuna
from mlp_core.studies.space import Cell

if TYPE_CHECKING:
    import pandas as pd


def importance(
    grid: Grid, seed: int = 0, trees: int = 16, cells: Iterable[Cell] | None = None
) -> dict[str, float]:
    """Return each factor's share of the variance that one factor alone explains, by fANOVA.

    Optuna's evaluator fits a forest of regression trees to the grid (Hutter, Hoos and
    Leyton-Brown, 2014) and splits the variance of its prediction; the shares of the factors alone
    are scaled to add up to 1. On a whole grid, `variance_shares` gives the same without a model,
    and the interactions besides; from some of the cells, only a model can tell.

    Parameters
    ----------
    grid : Grid
    seed : int
        Of the forest.
    trees : int
        How many it has.
    cells : iterable of tuple of str, optional
        All that the forest is shown, such as those of a search; by default the whole grid.

    Returns
    -------
    dict of str to float
        The most important factor first.
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
            study.add_trial(
                optuna.trial.create_trial(
                    params=dict(zip(grid.levels, places, strict=True)),
                    distributions=lines,
                    value=grid.value(cell),
                )
            )
        evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=trees, seed=seed)
        shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {factor: float(share) for factor, share in shares.items()}


def variance_shares(grid: Grid) -> pd.DataFrame:
    """Split the variance of a grid's values among its factors and their pairs.

    The analysis of variance of a balanced design with one value a cell: the sum of squares of a
    factor is that of its levels' means around the grand mean, times the cells a level; that of a
    pair is the same of the pair's means, less what the two factors give alone. With a value a
    cell there is no residual: what is left is due to three or more factors together.

    Returns
    -------
    DataFrame
        Rows: the factors, their pairs ("a x b") and "rest"; largest share first within each
        kind. Columns: term, kind ("factor", "pair" or "rest"), degrees_of_freedom,
        sum_of_squares, and share (of the total; nan where nothing varies).
    """
    import pandas as pd

    deviation = grid.table - grid.table.mean()
    total = float((deviation**2).sum())
    squares: dict[tuple[int, ...], float] = {}
    rows: list[tuple[str, str, int, float]] = []
    for order, kind in ((1, "factor"), (2, "pair")):
        for axes in itertools.combinations(range(deviation.ndim), order):
            others = tuple(set(range(deviation.ndim)) - set(axes))
            means = deviation.mean(axis=others)
            own = float((means**2).sum()) * deviation.size / means.size
            own = max(own - sum(squares[(axis,)] for axis in axes if order > 1), 0.0)
            squares[axes] = own
            term = " x ".join(list(grid.levels)[axis] for axis in axes)
            freedom = math.prod(deviation.shape[axis] - 1 for axis in axes)
            rows.append((term, kind, freedom, own))
    freedom = deviation.size - 1 - sum(row[2] for row in rows)
    rows.append(("rest", "rest", freedom, max(total - sum(squares.values()), 0.0)))
    frame = pd.DataFrame(
        rows, columns=pd.Index(["term", "kind", "degrees_of_freedom", "sum_of_squares"])
    )
    frame["share"] = frame["sum_of_squares"] / total if total else math.nan
    kinds = pd.Categorical(frame["kind"], ["factor", "pair", "rest"], ordered=True)
    order_of = np.lexsort((np.arange(len(frame)), -frame["sum_of_squares"], kinds.codes))
    return frame.iloc[order_of].reset_index(drop=True)


@dataclass(frozen=True)
class OneAtATime:
    """What varying one factor at a time finds, beside the best of all combinations.

    Attributes
    ----------
    base, found, best : tuple of str
        Cells: where it began, the combination of each factor's best level, the grid's best.
    base_value, found_value, best_value : float
    gains : dict of str to float
        How much each factor improves on the base alone (0 if the base's level is the best).
    cells_seen : int
        How many cells were looked at, the combination included.
    """

    base: Cell
    base_value: float
    found: Cell
    found_value: float
    best: Cell
    best_value: float
    gains: dict[str, float]
    cells_seen: int


def one_at_a_time(grid: Grid, base: Mapping[str, Any]) -> OneAtATime:
    """Vary one factor at a time from a base cell, and combine the best levels.

    Parameters
    ----------
    grid : Grid
    base : mapping
        A level of every factor.

    Raises
    ------
    ValueError
        If a factor has no level in `base`, or one that the grid does not have.
    """
    if set(base) != set(grid.levels):
        raise ValueError(f"base names {sorted(base)}: must name exactly {sorted(grid.levels)}")
    start = grid.index([base[factor] for factor in grid.levels])
    sign = 1.0 if grid.maximized else -1.0
    found, gains, seen = list(start), {}, {start}
    for axis, factor in enumerate(grid.levels):
        others = tuple(place for place in range(len(start)) if place != axis)
        line = sign * grid.table.transpose(*others, axis)[tuple(start[i] for i in others)]
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
