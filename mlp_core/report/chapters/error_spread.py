"""The test errors of many seeds, beside the spread that their test set alone would explain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core.report.chapters.binomial import binomial_std
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled


def stack_dots(values: Sequence[float], width: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a place for each value: the middle of its bin, and its rank in it, from 1.

    >>> x, y = stack_dots([0.1, 0.12, 0.3], 0.1)
    >>> x.round(2).tolist(), y.tolist()
    ([0.15, 0.15, 0.35], [1, 2, 1])
    """
    bins = np.floor(np.sort(values) / width + 1e-9).astype(int)
    first = np.searchsorted(bins, bins)
    return (bins + 0.5) * width, np.arange(len(bins)) - first + 1


def plot_error_spread(errors: Sequence[float], test_size: int, width: float = 0.04) -> ReportFigure:
    """Draw one dot a seed, and two bars: the seeds' spread, and that of the choice of images.

    Parameters
    ----------
    errors : sequence of float
        Test errors in percent, one a seed, all on the same images.
    test_size : int
        How many images.
    width : float
        Of the bins in which dots are stacked, in percent.
    """
    spread = seed_spread(errors)
    binomial = 100 * binomial_std(spread.mean / 100, test_size)
    with styled():
        figure, (axes,) = new_figure(3.0)
        x, y = stack_dots(errors, width)
        axes.plot(x, y, "o", color=COLOURS[0], markersize=8)
        top = int(y.max())
        _draw_bar(axes, spread.mean, spread.std, top + 1.1, COLOURS[0], f"{spread.n} seeds")
        name = f"{test_size:,} images"
        _draw_bar(axes, spread.mean, binomial, top + 2.6, COLOURS[1], name)
        reach = 1.1 * max(2 * binomial, *(abs(error - spread.mean) for error in errors))
        axes.set_xlim(spread.mean - reach, spread.mean + reach)
        axes.set_ylim(0.2, top + 4.1)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("test error, %")
        figure.set_label(
            f"Dots: the test errors of {spread.n} seeds, from {spread.low:.2f} to "
            f"{spread.high:.2f} %, mean {spread.mean:.2f} %. Bars: a standard deviation to both "
            f"sides of the mean, {spread.std:.3f} points over the seeds, {binomial:.3f} points for "
            f"a choice of {test_size:,} images."
        )
    return figure


def _draw_bar(axes: Any, mean: float, std: float, y: float, colour: str, name: str) -> None:
    axes.plot([mean - std, mean + std], [y, y], color=colour, linewidth=4, solid_capstyle="butt")
    axes.annotate(
        f"{name}: ± {std:.2f}", (mean, y), xytext=(0, 6), textcoords="offset points",
        ha="center", color=colour,
    )  # fmt: skip
