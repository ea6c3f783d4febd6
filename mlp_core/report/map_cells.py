"""Maps: a cell for each pair of levels, with a ground, a frame and a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlp_core.report.style import INK


def make_cells(axes: Any, columns: Sequence[str], rows: Sequence[str]) -> None:
    """Give axes a place for each of named columns and rows, from the upper left, without lines."""
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def draw_cell(
    axes: Any, x: int, y: int, text: str, colour: str, strength: float, **frame: Any
) -> None:
    """Draw one cell.

    Parameters
    ----------
    axes : matplotlib Axes
        As `make_cells` leaves them.
    x, y : int
        The places of its column and its row.
    text : str
        What stands in its middle.
    colour : str
        Of the ground.
    strength : float
        Of the ground: how far from transparent, 0 to 1.
    **frame
        How the frame differs from a thin, faint one.
    """
    box = {"left": x - 0.46, "height": 0.9}
    axes.barh(y, 0.92, color=colour, alpha=strength, linewidth=0, **box)
    look = {"edgecolor": INK, "alpha": 0.25, "linewidth": 0.8, **frame}
    axes.barh(y, 0.92, fill=False, **look, **box)
    if text:
        axes.text(x, y, text, ha="center", va="center", linespacing=1.1, size=9)
