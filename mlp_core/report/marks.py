"""How figures show seeds: a line for their mean, a band from lowest to highest, a dot for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlp_core.report.spread import Spread, seed_spread


def draw_mean(axes: Any, x: Any, values: np.ndarray, alpha: float = 0.25, **look: Any) -> None:
    """Draw the mean of several seeds as a line, and their range as a band.

    Parameters
    ----------
    axes : matplotlib Axes
    x : array-like of shape (n,)
    values : ndarray of shape (seeds, n)
        Of a single seed there is no band.
    alpha : float
        How strong the band is.
    **look
        ``color``, and whatever else `Axes.plot` takes.
    """
    axes.plot(x, values.mean(axis=0), **look)
    if len(values) > 1:
        low, high = values.min(axis=0), values.max(axis=0)
        axes.fill_between(x, low, high, color=look["color"], alpha=alpha, linewidth=0)


def draw_dots(
    axes: Any, line: Mapping[float, Sequence[float]], colour: str, marker: str = "o"
) -> dict[float, Spread]:
    """Draw a dot a seed; return the spread of each place that has one.

    Parameters
    ----------
    axes : matplotlib Axes
    line : mapping of float to sequence of float
        From a place on the x axis to one value a seed.
    colour : str
    marker : str
    """
    for x, values in line.items():
        axes.plot([x] * len(values), values, marker, color=colour, alpha=0.75)
    return {x: seed_spread(values) for x, values in line.items() if values}


def join_means(
    axes: Any, spreads: Mapping[float, Spread], colour: str, dash: Any = "solid", band: bool = True
) -> None:
    """Draw a line from mean to mean, and a band from the lowest to the highest seed.

    Parameters
    ----------
    axes : matplotlib Axes
    spreads : mapping of float to Spread
        From a place on the x axis, as `draw_dots` returned it.
    colour : str
    dash : object
        A line style of matplotlib.
    band : bool
        Whether there is room for the band.
    """
    x = list(spreads)
    axes.plot(x, [s.mean for s in spreads.values()], color=colour, linestyle=dash)
    if band:
        low, high = ([getattr(s, name) for s in spreads.values()] for name in ("low", "high"))
        axes.fill_between(x, low, high, color=colour, alpha=0.25, linewidth=0)
