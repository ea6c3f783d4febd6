"""A table of what changing one factor at a time finds, and of what it would have found together."""

from __future__ import annotations

import pandas as pd

from mlp_core.report.axes import signed
from mlp_core.report.tables import table_of_rows
from mlp_core.studies.grid import Grid, OneAtATime


def table_of_changes(grid: Grid, found: OneAtATime, gap: float) -> pd.DataFrame:
    """Return a row a factor: where the search began, the best level alone, and what it gained.

    Parameters
    ----------
    grid : Grid
        Of test accuracies.
    found : OneAtATime
        As `mlp_core.studies.grid.one_at_a_time` returned it.
    gap : float
        In points of accuracy: a smaller gain is called seed noise.
    """
    rows = {}
    for factor, start, level, best in zip(
        grid.levels, found.base, found.found, found.best, strict=True
    ):
        gain = 100 * found.gains[factor]
        words = f"{signed(gain)}, {'more than' if gain > gap else 'inside'}\u00a0seed\u00a0noise"
        rows[factor.replace(" ", "\u00a0")] = {
            "from": start,
            "best alone": level if level != start else "as it is",
            "gain, points": words if level != start else "",
            "best together": best,
        }
    return table_of_rows(rows, "factor")
