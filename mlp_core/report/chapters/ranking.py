"""All cells of a grid from best to worst, a line for each level of a factor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mlp_core.report.axes import label_ends
from mlp_core.report.bands import make_log_with_ticks
from mlp_core.report.chapters.parallel import errors_of
from mlp_core.report.lines import DASHES
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled
from mlp_core.studies.grid import Grid
from mlp_core.studies.search import Cell

POINTS = 201  # of a line


def plot_ranking(
    grid: Grid, factor: str, marks: Mapping[str, Cell], height: float = 4.2
) -> ReportFigure:
    """Draw the cells' test errors in order.

    Along the axis stands which share of the cells of a level is as good, or better.

    Parameters
    ----------
    grid : Grid
        Of test accuracies.
    factor : str
        Its levels are the lines.
    marks : mapping of str to tuple of str
        Cells with a name, as dots on their lines.
    height : float
        In inches.
    """
    lines = _sorted_errors(grid, factor)
    shares = np.linspace(0, 100, POINTS)
    with styled():
        figure, (axes,) = new_figure(height)
        ends = []
        for place, (label, errors) in enumerate(lines.items()):
            colour = COLOURS[place % len(COLOURS)]
            values = np.quantile(errors, shares / 100)
            axes.plot(shares, values, color=colour, linestyle=DASHES[place % len(DASHES)])
            ends.append((float(values[-1]), label, colour))
        for name, cell in marks.items():
            _mark(axes, grid, lines, factor, name, cell)
        axes.set_title("test error, %")
        axes.set_xlabel(f"share of the cells of that {factor}, %")
        axes.set_xlim(-1, 100)
        axes.set_ylim(bottom=0.7 * float(errors_of(grid).min()))
        make_log_with_ticks(axes, "y")
        figure.draw_without_rendering()  # settles the layout, by which labels keep their gaps
        label_ends(axes, ends, factor)
        figure.set_label(_describe(lines, factor, grid, marks))
    return figure


def _sorted_errors(grid: Grid, factor: str) -> dict[str, np.ndarray]:
    axis = list(grid.levels).index(factor)
    errors = errors_of(grid)
    return {
        label: np.sort(errors.take(level, axis), axis=None)
        for level, label in enumerate(grid.levels[factor])
    }


def _mark(
    axes: Any, grid: Grid, lines: Mapping[str, np.ndarray], factor: str, name: str, cell: Cell
) -> None:
    error = float(errors_of(grid)[grid.index(cell)])
    errors = lines[cell[list(grid.levels).index(factor)]]
    share = 100 * float(np.mean(errors < error))
    axes.plot([share], [error], "o", color=INK, markersize=6, zorder=5)
    axes.annotate(
        f"{name} {error:.2f}", (share, error), xytext=(9, -3), textcoords="offset points", va="top"
    )


def _describe(
    lines: Mapping[str, np.ndarray], factor: str, grid: Grid, marks: Mapping[str, Cell]
) -> str:
    parts = [
        f"{label}: best {errors[0]:.3g}, half of them up to {np.median(errors):.3g}, worst "
        f"{errors[-1]:.3g}"
        for label, errors in lines.items()
    ]
    errors = errors_of(grid)
    named = ", ".join(f"{name} {errors[grid.index(cell)]:.3g}" for name, cell in marks.items())
    return (
        f"Line chart of the test errors in percent of {grid.table.size:,} cells in order, a line "
        f"for each {factor}. {'; '.join(parts)}. Marked: {named}."
    )
