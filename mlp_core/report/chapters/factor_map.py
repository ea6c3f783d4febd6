"""A grid of two factors as a map: a number a cell, and some cells marked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlp_core.report.map_cells import draw_cell, make_cells
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.studies.grid import Grid
from mlp_core.studies.search import Cell


def plot_marked_map(grid: Grid, marks: Mapping[str, Cell], height: float = 3.4) -> ReportFigure:
    """Draw two factors' cells with their test accuracies in percent.

    The better a cell, the stronger its ground. Marked cells have a frame and a name.

    Parameters
    ----------
    grid : Grid
        Of test accuracies, with two factors: the first down, the second across.
    marks : mapping of str to tuple of str
        From a name to the cell that it stands for.
    height : float
        In inches.

    Raises
    ------
    ValueError
        If the grid has not two factors.
    """
    if len(grid.levels) != 2:
        raise ValueError(f"{len(grid.levels)} factors: a map is of two")
    (down, rows), (across, columns) = grid.levels.items()
    names: dict[tuple[int, ...], list[str]] = {}
    for name, cell in marks.items():
        names.setdefault(grid.index(cell), []).append(name)
    lowest, highest = float(grid.table.min()), float(grid.table.max())
    with styled():
        figure, (axes,) = new_figure(height)
        for place in np.ndindex(grid.table.shape):
            value = float(grid.table[place])
            share = (value - lowest) / ((highest - lowest) or 1.0)
            _draw_cell(axes, place, 100 * value, share, names.get(place, []))
        make_cells(axes, columns, rows)
        axes.set_xlabel(across)
        axes.set_ylabel(down)
        figure.set_label(_describe(grid, marks))
    return figure


def _draw_cell(
    axes: Any, place: tuple[int, ...], percent: float, share: float, names: list[str]
) -> None:
    y, x = place
    frame = {"edgecolor": COLOURS[1], "alpha": 1.0, "linewidth": 2} if names else {}
    text = "\n".join([f"{percent:.1f}", *names])
    draw_cell(axes, x, y, text, COLOURS[0], 0.05 + 0.4 * share, **frame)


def _describe(grid: Grid, marks: Mapping[str, Cell]) -> str:
    (down, rows), (across, columns) = grid.levels.items()
    sentences = []
    for row, values in zip(rows, grid.table, strict=True):
        cells = ", ".join(f"{c}: {100 * v:.1f}" for c, v in zip(columns, values, strict=True))
        sentences.append(f"{down} {row}: {cells}.")
    named = "; ".join(f"{name}: {' and '.join(cell)}" for name, cell in marks.items())
    return (
        f"Map of test accuracies in percent, by {down} and {across}. {' '.join(sentences)} "
        f"Marked: {named}."
    )
