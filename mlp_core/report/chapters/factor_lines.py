"""Means of two factors: a line for each level of the one over the levels of the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core.report.axes import label_ends
from mlp_core.report.bands import MARKERS, make_log_with_ticks
from mlp_core.report.chapters.parallel import errors_of
from mlp_core.report.lines import DASHES
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.studies.grid import Grid

Pair = tuple[str, str]


def mean_errors(grid: Grid, lines: str, across: str) -> np.ndarray:
    """Return the test error in percent, in the mean over all cells that share two levels.

    Parameters
    ----------
    grid : Grid
        Of test accuracies.
    lines, across : str
        Two factors.

    Returns
    -------
    ndarray of shape (levels of lines, levels of across)
    """
    factors = list(grid.levels)
    kept = (factors.index(lines), factors.index(across))
    others = tuple(axis for axis in range(len(factors)) if axis not in kept)
    means = errors_of(grid).mean(axis=others)
    return means if kept[0] < kept[1] else means.T


def plot_factor_pairs(
    grid: Grid, pairs: Sequence[Pair], height: float | None = None
) -> ReportFigure:
    """Draw a panel for each pair of factors; lines that are not parallel are an interaction.

    Parameters
    ----------
    grid : Grid
        Of test accuracies.
    pairs : sequence of (lines, across)
        The factor whose levels are lines, and the one along the axis.
    height : float, optional
        In inches.
    """
    with styled():
        figure, panels = new_figure(height or 0.3 + 2.1 * len(pairs), len(pairs))
        for axes, (lines, across) in zip(panels, pairs, strict=True):
            _draw(axes, grid, lines, across)
        figure.draw_without_rendering()  # settles the layout, by which labels keep their gaps
        for axes, (lines, across) in zip(panels, pairs, strict=True):
            _label(axes, grid, lines, across)
        figure.set_label(" ".join(_describe(grid, *pair) for pair in pairs))
    return figure


def _draw(axes: Any, grid: Grid, lines: str, across: str) -> None:
    labels = grid.levels[across]
    for place, values in enumerate(mean_errors(grid, lines, across)):
        axes.plot(
            range(len(labels)), values, marker=MARKERS[place % len(MARKERS)],
            color=COLOURS[place % len(COLOURS)], linestyle=DASHES[place % len(DASHES)],
        )  # fmt: skip
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.3, len(labels) - 0.7)
    axes.set_xlabel(across)
    axes.set_title("mean test error, %")
    make_log_with_ticks(axes, "y")


def _label(axes: Any, grid: Grid, lines: str, across: str) -> None:
    last = mean_errors(grid, lines, across)[:, -1]
    ends = [
        (float(value), label, COLOURS[place % len(COLOURS)])
        for place, (value, label) in enumerate(zip(last, grid.levels[lines], strict=True))
    ]
    label_ends(axes, ends, lines)


def _describe(grid: Grid, lines: str, across: str) -> str:
    parts = []
    for label, values in zip(grid.levels[lines], mean_errors(grid, lines, across), strict=True):
        cells = zip(grid.levels[across], values, strict=True)
        parts.append(f"{label}: {', '.join(f'{level} {value:.3g}' for level, value in cells)}")
    return (
        f"Line chart of the mean test error in percent by {across}, a line for each level of "
        f"{lines}. {'; '.join(parts)}."
    )
