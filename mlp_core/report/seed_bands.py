"""Line charts with seed bands of what a chapter computes: the mean, and from lowest to highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_core.report.lines import Chart, draw_chart
from mlp_core.report.style import ReportFigure, new_figure, styled


@dataclass(frozen=True)
class BandChart(Chart):
    """One panel, whose lines are each of several seeds.

    Attributes
    ----------
    lines : mapping of str to array-like of shape (seeds, len(x))
        From a line's name to its values.
    """

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
            draw_chart(axes, chart, names)
        figure.set_label(" ".join(_describe(chart) for chart in charts))
    return figure


def _describe(chart: BandChart) -> str:
    parts = []
    for name, values in chart.lines.items():
        mean = np.asarray(values, np.float64).mean(axis=0)
        known = np.flatnonzero(np.isfinite(mean))
        if known.size:
            low = known[mean[known].argmin()]
            parts.append(
                f"{name}: from {mean[known[0]]:.3g} to {mean[known[-1]]:.3g}, lowest "
                f"{mean[low]:.3g} at {chart.x[low]:g}"
            )
    return f"Line chart of {chart.title}, by {chart.xlabel}. {'; '.join(parts)}."
