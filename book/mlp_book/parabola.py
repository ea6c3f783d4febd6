"""Gradient descent on a parabola: the loss along its path, and the limit of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from mlp_book.interactive import Interactive
from mlp_book.style import INK, ReportFigure, make_log, new_figure, ramp, styled
from mlp_book.text import format_number

DASHED = {"color": INK, "linewidth": 0.9, "linestyle": (0, (4, 3))}


def plot_descent(paths: Mapping[float, Sequence[float]], curvature: float) -> ReportFigure:
    """Draw gradient descent on the parabola ``curvature / 2 * x**2``.

    Above: the loss after each update. Below: the factor by which one update changes the distance
    to the minimum, ``|1 - learning_rate * curvature|``, with the stability limit
    ``2 / curvature``.

    Parameters
    ----------
    paths : mapping of float to sequence of float
        From learning rates to positions, the first one before any update.
    curvature : float
    """
    with styled():
        figure, (above, below) = new_figure(5.0, 2)
        for (rate, path), colour in zip(sorted(paths.items()), ramp(len(paths)), strict=True):
            losses = curvature / 2 * np.square(np.asarray(path, np.float64))
            name = format_number(rate)
            above.plot(losses, color=colour, marker="o", markersize=3, label=name)
            figure.end_labels.add(above, len(losses) - 1, losses[-1], name, colour)
            below.plot(rate, abs(1 - rate * curvature), "o", color=colour, markersize=7, zorder=3)
        figure.end_labels.set_title(above, "learning\nrate")
        above.set_title("loss")
        above.set_xlabel("update")
        above.set_ylim(1e-6, 100)
        above.xaxis.set_major_locator(MaxNLocator(integer=True))
        make_log(above, "y")
        _draw_factor(below, curvature, max(paths))
    return figure


def play_descent(paths: Mapping[float, Sequence[float]], curvature: float) -> Interactive:
    """Return the same parabola to take in hand; where it stands still, it is `plot_descent`."""
    still = plot_descent(paths, curvature)
    updates = len(next(iter(paths.values()))) - 1
    return Interactive("parabola", still, curvature=curvature, updates=updates, rates=list(paths))


def _draw_factor(axes: Any, curvature: float, highest: float) -> None:
    """Draw the shrinking factor against the learning rate, with the limit of stability."""
    limit = 2 / curvature
    rates = np.linspace(0, 1.1 * max(highest, limit), 200)
    axes.plot(rates, abs(1 - rates * curvature), color=INK, linewidth=1.4, label="factor")
    axes.axhline(1, **DASHED)
    axes.axvline(limit, **DASHED)
    axes.annotate(
        f"stability limit 2 / {curvature:g} = {format_number(limit)}", (limit, 1.5),
        xytext=(-5, 0), textcoords="offset points", ha="right", va="center",
    )  # fmt: skip
    axes.annotate(
        "above this line the distance grows", (0, 1), xytext=(5, 3), textcoords="offset points"
    )
    axes.set_title("distance after an update / distance before it")
    axes.set_xlabel("learning rate")
    axes.set_xlim(0, rates[-1])
    axes.set_ylim(0, 1.65)
