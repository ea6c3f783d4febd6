"""Published against reproduced in one look: a dot a cell, on the line where the two are equal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlp_core.report.axes import signed
from mlp_core.report.cells import in_words
from mlp_core.report.findings.compare import HEADS, TOLERANCES, Comparison
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled

MARKERS = {"single": "o", "double": "D"}
ROOM = 0.2  # percentage points about the dots


def plot_agreement(tables: Sequence[Sequence[Comparison]], height: float = 6.4) -> ReportFigure:
    """Draw what the runs reach over what was published, a panel a table of accuracies.

    A dot is a cell: its colour is the loss, its shape the depth. A line runs from the lowest to
    the highest seed. The band is the tolerance of all losses but hinge.

    Parameters
    ----------
    tables : sequence of sequence of Comparison
        Each of one measure, an accuracy.
    height : float
        In inches.
    """
    with styled():
        figure, panels = new_figure(height, rows=len(tables))
        for axes, table in zip(panels, tables, strict=True):
            _draw_line_of_equals(axes, table)
            for one in table:
                _draw(axes, one)
            _name_farthest(axes, table)
            axes.set_title(f"{HEADS[table[0].measure]}: reproduced over published")
        panels[-1].set_xlabel("published")
        _add_legend(panels[0])
        figure.set_label(" ".join(_describe(table) for table in tables))
    return figure


def _draw_line_of_equals(axes: Any, table: Sequence[Comparison]) -> None:
    low = min(min(one.published, one.ours.low) for one in table) - ROOM
    high = max(max(one.published, one.ours.high) for one in table) + ROOM
    band = TOLERANCES["mse"]
    ends = (low, high)
    axes.fill_between(
        ends, [end - band for end in ends], [end + band for end in ends],
        color=INK, alpha=0.18, linewidth=0,
    )  # fmt: skip
    axes.plot(ends, ends, color=INK, linewidth=1)
    axes.set_xlim(min(one.published for one in table) - ROOM, high)
    axes.set_ylim(low, high)


def _draw(axes: Any, one: Comparison) -> None:
    colour = COLOURS[list(TOLERANCES).index(one.cell.loss)]
    axes.plot([one.published] * 2, [one.ours.low, one.ours.high], color=colour, alpha=0.6)
    marker = MARKERS[one.cell.depth]
    axes.plot(one.published, one.ours.mean, marker, color=colour, alpha=0.85, markersize=5.5)


def _name_farthest(axes: Any, table: Sequence[Comparison]) -> None:
    one = max(table, key=lambda one: abs(one.difference))
    right = one.published > sum(axes.get_xlim()) / 2  # the name stands where there is room
    axes.annotate(
        f"{one.cell.text}: {signed(one.difference)}",
        (one.published, one.ours.mean),
        xytext=(-9 if right else 9, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        size=9,
        color=COLOURS[list(TOLERANCES).index(one.cell.loss)],
    )


def _add_legend(axes: Any) -> None:
    for place, loss in enumerate(TOLERANCES):
        axes.plot([], [], "s", color=COLOURS[place], label=in_words(loss))
    for depth, marker in MARKERS.items():
        axes.plot([], [], marker, color=INK, label=depth)
    axes.legend(frameon=False, loc="upper left", handletextpad=0.3, labelspacing=0.3)


def _describe(table: Sequence[Comparison]) -> str:
    inside = sum(one.inside is True for one in table)
    farthest = max(table, key=lambda one: abs(one.difference))
    return (
        f"Chart of {HEADS[table[0].measure]}: reproduced over published, {len(table)} cells and "
        f"the line of equal values. {inside} lie within their tolerance; the farthest is "
        f"{farthest.cell.text.replace(chr(0x2011), '-')}, {signed(farthest.difference)}."
    )
