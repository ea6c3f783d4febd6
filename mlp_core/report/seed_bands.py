"""Line charts with seed bands of what a chapter computes: the mean, and from lowest to highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_core.report.axes import label_ends, make_log
from mlp_core.report.lines import DASHES
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled


@dataclass(frozen=True)
class BandChart:
    """One panel.

    Attributes
    ----------
    title : str
        What the lines are, with the unit.
    x : sequence of float
    lines : mapping of str to array-like of shape (seeds, len(x))
        From a line's name to its values.
    xlabel : str
    log : str
        Which axes are logarithmic: "", "x", "y" or "xy".
    """

    title: str
    x: Sequence[float]
    lines: Mapping[str, Any]
    xlabel: str = "epoch"
    log: str = "x"


def plot_bands(charts: Sequence[BandChart], height: float = 4.6) -> ReportFigure:
    """Draw charts, one under the other; a line has the same colour in all of them.

    Parameters
    ----------
    charts : sequence of BandChart
    height : float
        In inches, of the whole figure.
    """
    names = list(dict.fromkeys(name for chart in charts for name in chart.lines))
    with styled():
        figure, panels = new_figure(height, len(charts))
        for axes, chart in zip(panels, charts, strict=True):
            _draw(axes, chart, names)
        figure.set_label(" ".join(_describe(chart) for chart in charts))
    return figure


def _draw(axes: Any, chart: BandChart, names: Sequence[str]) -> None:
    ends = []
    for place, (name, values) in enumerate(chart.lines.items()):
        array = np.asarray(values, np.float64)
        colour, dash = COLOURS[names.index(name) % len(COLOURS)], DASHES[place % len(DASHES)]
        mean = array.mean(axis=0)
        axes.plot(chart.x, mean, color=colour, linestyle=dash)
        if len(array) > 1:
            axes.fill_between(
                chart.x, array.min(axis=0), array.max(axis=0), color=colour, alpha=0.22, linewidth=0
            )
        ends.append((float(mean[-1]), name, colour))
    axes.set_title(chart.title)
    axes.set_xlabel(chart.xlabel)
    axes.margins(x=0.01)
    for which in chart.log:
        make_log(axes, which)
    label_ends(axes, ends)


def _describe(chart: BandChart) -> str:
    parts = []
    for name, values in chart.lines.items():
        mean = np.asarray(values, np.float64).mean(axis=0)
        low = int(mean.argmin())
        parts.append(
            f"{name}: from {mean[0]:.3g} to {mean[-1]:.3g}, lowest {mean[low]:.3g} at "
            f"{chart.x[low]:g}"
        )
    return f"Line chart of {chart.title}, by {chart.xlabel}. {'; '.join(parts)}."
