"""The figure of the smallest demonstration: gradient descent on a parabola."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from mlp_core.report.axes import format_number, label_ends, make_log
from mlp_core.report.style import INK, ReportFigure, new_figure, ramp, styled


def plot_descent(
    paths: Mapping[float, Sequence[float]], curvature: float, height: float = 5.0
) -> ReportFigure:
    """Draw gradient descent on the parabola ``curvature / 2 * x^2``, one path a learning rate.

    Above: the loss update by update. Below: the factor by which one update shrinks the distance
    to the minimum, ``|1 - learning_rate * curvature|``, with the stability limit
    ``2 / curvature``.

    Parameters
    ----------
    paths : mapping of float to sequence of float
        From learning rates to positions, the first one before any update.
    curvature : float
    height : float
        In inches.
    """
    rates = sorted(paths)
    limit = 2 / curvature
    colours = ramp(len(rates))
    with styled():
        figure, (above, below) = new_figure(height, 2)
        ends = []
        for rate, colour in zip(rates, colours, strict=True):
            losses = curvature / 2 * np.square(np.asarray(paths[rate], np.float64))
            above.plot(losses, color=colour, marker="o", markersize=3)
            ends.append((float(losses[-1]), format_number(rate), colour))
            factor = abs(1 - rate * curvature)
            below.plot(rate, factor, "o", color=colour, markersize=7, zorder=3)
        above.set_title("loss")
        above.set_xlabel("update")
        above.set_ylim(1e-6, 100)
        above.xaxis.set_major_locator(MaxNLocator(integer=True))
        make_log(above, "y")
        label_ends(above, ends, "learning\nrate")
        _draw_factor(below, curvature, max(rates))
        figure.set_label(
            f"Two charts of gradient descent on a parabola of curvature {curvature:g}. Above: the "
            "loss over the updates falls at learning rates below the stability limit "
            f"2 / curvature = {limit:g} and grows above it. Below: the factor by which one update "
            "shrinks the distance falls from 1 at rate 0 to 0 at 1 / curvature and rises to 1 "
            "again at the limit."
        )
    return figure


def _draw_factor(axes: Any, curvature: float, highest: float) -> None:
    """Draw the shrinking factor against the learning rate, with the limit of stability."""
    limit = 2 / curvature
    rates = np.linspace(0, 1.1 * max(highest, limit), 200)
    axes.plot(rates, abs(1 - rates * curvature), color=INK, linewidth=1.4)
    axes.axhline(1, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.axvline(limit, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
    stability = f"stability limit 2 / {curvature:g} = {format_number(limit)}"
    axes.annotate(
        stability, (limit, 1.5), xytext=(-5, 0), textcoords="offset points",
        ha="right", va="center",
    )  # fmt: skip
    axes.annotate(
        "above this line the distance grows", (0, 1), xytext=(5, 3), textcoords="offset points"
    )
    axes.set_title("distance after an update / distance before it")
    axes.set_xlabel("learning rate")
    axes.set_xlim(0, rates[-1])
    axes.set_ylim(0, 1.65)
