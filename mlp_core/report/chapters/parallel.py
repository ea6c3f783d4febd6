"""Parallel coordinates of a finished grid, one under the other: a phone has room for them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from mlp_core.report.axes import format_number
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled
from mlp_core.studies.grid import Grid

SLOT = 0.6  # of the distance between two levels: what a level's lines are spread over
# A factor's texts, in rows: above them and below them the lines end, so that none crosses a word.
ABOVE, BELOW = 0.33, 0.17
TICKS = (1, 2, 3, 5, 10, 20, 50, 90)  # percent


def errors_of(grid: Grid) -> np.ndarray:
    """Return the test error of every cell, in percent, in the shape of the grid's table."""
    return 100 * (1 - grid.table)


def level_shares(grid: Grid, chosen: np.ndarray) -> dict[str, dict[str, float]]:
    """Return for each factor which share of the chosen cells has which level.

    Parameters
    ----------
    grid : Grid
    chosen : ndarray of bool, in the shape of the grid's table
        At least one cell.
    """
    places = np.nonzero(chosen)
    return {
        factor: {label: float(np.mean(places[axis] == level)) for level, label in enumerate(labels)}
        for axis, (factor, labels) in enumerate(grid.levels.items())
    }


def plot_parallel(grid: Grid, chosen: np.ndarray, height: float = 7.4) -> ReportFigure:
    """Draw a line for each chosen cell through its levels, down to its test error.

    In a full grid every level meets every other equally often: the lines of all cells together
    would be an even carpet. It is drawn as such, in grey; only the chosen cells have lines of
    their own, and beside each level stands its share of them.

    Parameters
    ----------
    grid : Grid
        Of test accuracies.
    chosen : ndarray of bool, in the shape of the grid's table
        At least one cell.
    height : float
        In inches.
    """
    errors = errors_of(grid)
    result = len(grid.levels)
    with styled():
        figure, (axes,) = new_figure(height)
        _draw_carpet(axes, grid)
        _draw_lines(axes, grid, chosen, errors)
        for row, (factor, shares) in enumerate(level_shares(grid, chosen).items()):
            _draw_factor(axes, row, factor, shares)
        _draw_errors(axes, result, errors)
        axes.set_xlim(-0.01, 1.01)
        axes.set_ylim(result + 0.2, -ABOVE)
        axes.axis("off")
        figure.set_label(_describe(grid, chosen))
    return figure


def _place(level: int, count: int) -> float:
    """Return where a level stands on its factor's line, from 0 to 1."""
    return (level + 0.5) / count


def _draw_carpet(axes: Any, grid: Grid) -> None:
    counts = [len(labels) for labels in grid.levels.values()]
    segments = [
        (_place(first, above), _place(second, below), row)
        for row, (above, below) in enumerate(pairwise(counts))
        for first in range(above)
        for second in range(below)
    ]
    _draw_segments(axes, segments, color=INK, alpha=0.3, linewidth=1)


def _draw_lines(axes: Any, grid: Grid, chosen: np.ndarray, errors: np.ndarray) -> None:
    """Draw the chosen cells, in every level spread out from the best on the left."""
    cells = sorted(map(tuple, np.argwhere(chosen)), key=lambda cell: errors[cell])
    position = _error_axis(errors)
    segments = []
    for rank, cell in enumerate(cells):
        share = (rank + 0.5) / len(cells) - 0.5
        xs = [
            _place(level, len(labels)) + SLOT * share / len(labels)
            for level, labels in zip(cell, grid.levels.values(), strict=True)
        ]
        xs.append(position(errors[cell]))
        segments += [(left, right, row) for row, (left, right) in enumerate(pairwise(xs))]
    strength = float(np.clip(6 / np.sqrt(len(cells)), 0.25, 0.9))
    _draw_segments(axes, segments, color=COLOURS[0], alpha=strength, linewidth=0.8)


def _draw_segments(axes: Any, segments: list[tuple[float, float, int]], **look: Any) -> None:
    """Draw lines from below a factor's texts to above the next one's, as a single path."""
    xs = [x for left, right, _ in segments for x in (left, right, np.nan)]
    ys = [y for _, _, row in segments for y in (row + BELOW, row + 1 - ABOVE, np.nan)]
    axes.plot(xs, ys, **look)


def _draw_factor(axes: Any, row: int, factor: str, shares: dict[str, float]) -> None:
    axes.text(0, row - 0.21, factor, va="center", fontweight="bold", size=9.5)
    for level, (label, share) in enumerate(shares.items()):
        x = _place(level, len(shares))
        words = f"{label} ({100 * share:.0f} %)"
        weight = (
            {"fontweight": "bold", "color": COLOURS[0]} if share == max(shares.values()) else {}
        )
        axes.text(x, row + 0.03, words, ha="center", va="center", size=9, **weight)


def _error_axis(errors: np.ndarray) -> Any:
    """Return a function from a test error to its place from 0 to 1, on a logarithmic axis."""
    low, high = np.log10(errors.min()), np.log10(errors.max())
    return lambda error: float((np.log10(error) - low) / ((high - low) or 1.0))


def _draw_errors(axes: Any, row: int, errors: np.ndarray) -> None:
    """Draw the axis that the lines lead to: it reaches from the best of all cells to the worst."""
    position, top = _error_axis(errors), row - ABOVE
    axes.plot([0, 1], [top, top], color=INK, linewidth=1)
    for tick in TICKS:
        if errors.min() <= tick <= errors.max():
            x = position(tick)
            axes.plot([x, x], [top, top + 0.06], color=INK, linewidth=1)
            axes.text(x, top + 0.18, format_number(tick), ha="center", va="center", size=9)
    axes.text(0, top + 0.42, "test error, %", va="center", fontweight="bold", size=9.5)


def _describe(grid: Grid, chosen: np.ndarray) -> str:
    parts = []
    for factor, shares in level_shares(grid, chosen).items():
        levels = (f"{label} {100 * share:.0f} %" for label, share in shares.items())
        parts.append(f"{factor}: {', '.join(levels)}")
    return (
        f"Parallel coordinates of {grid.table.size:,} cells, the factors one under the other. "
        f"Lines lead through the levels of the {int(chosen.sum())} chosen cells. Their shares: "
        f"{'; '.join(parts)}."
    )
