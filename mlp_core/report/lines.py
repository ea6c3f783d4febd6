"""Line charts of what a chapter computes on the page: lines over a common axis, named at the end.

`mlp_core.report.seed_bands` has those of several seeds; for runs there are the functions of
`mlp_core.report.figures`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_core.report.axes import label_ends, make_log
from mlp_core.report.marks import draw_mean
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled

DASHES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1, 2)))


@dataclass(frozen=True)
class Chart:
    """One panel of a line chart.

    Attributes
    ----------
    title : str
        What the lines are, with the unit.
    x : sequence of float
    lines : mapping of str to sequence of float
        From a line's name to one value for each of `x`; a value that is not finite is a gap.
        They differ in colour and in dash, so that lines on one another can both be seen.
    xlabel : str
    log : str
        Which axes are logarithmic: "", "x", "y" or "xy".
    ylim : tuple, optional
        Lowest and highest y.
    markers : bool
        Whether each value has a dot.
    """

    title: str
    x: Sequence[float]
    lines: Mapping[str, Sequence[float]]
    xlabel: str
    log: str = ""
    ylim: tuple[float, float] | None = None
    markers: bool = False


def plot_lines(charts: Sequence[Chart], description: str, height: float = 3.4) -> ReportFigure:
    """Draw charts, one under the other.

    Parameters
    ----------
    charts : sequence of Chart
    description : str
        The figure's text alternative: what it shows, in words.
    height : float
        In inches, of the whole figure.
    """
    with styled():
        figure, panels = new_figure(height, len(charts))
        for axes, chart in zip(panels, charts, strict=True):
            draw_chart(axes, chart, list(chart.lines))
        figure.set_label(description)
    return figure


def draw_chart(axes: Any, chart: Chart, names: Sequence[str]) -> None:
    """Draw one chart; a line's colour is its place among the names."""
    x = np.asarray(chart.x, np.float64)
    ends = []
    for place, (name, values) in enumerate(chart.lines.items()):
        seeds = np.atleast_2d(np.asarray(values, np.float64))
        # A zero has no place on a logarithmic axis, and infinity on none.
        seen = np.isfinite(seeds) & ((seeds > 0) | ("y" not in chart.log))
        seeds = np.where(seen, seeds, np.nan)
        colour = COLOURS[names.index(name) % len(COLOURS)]
        draw_mean(
            axes, x, seeds, 0.22,
            color=colour, linestyle=DASHES[place % len(DASHES)],
            marker="o" if chart.markers else None, markersize=3.5,
        )  # fmt: skip
        mean = seeds.mean(axis=0)[seen.all(axis=0)]
        if mean.size:
            ends.append((float(mean[-1]), name, colour))
    axes.set_title(chart.title)
    axes.set_xlabel(chart.xlabel)
    axes.margins(x=0.01)
    if chart.ylim:
        axes.set_ylim(*chart.ylim)
    for which in chart.log:
        make_log(axes, which)
    label_ends(axes, ends)
