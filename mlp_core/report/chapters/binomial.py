"""What a limited number of test images leaves open: the binomial spread of a share."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled

Z = 1.959964  # a normal variable lies within this many standard deviations 95 times in 100


def binomial_std(share: float, count: int) -> float:
    """Return the standard deviation of a share of so many independent images.

    >>> f"{binomial_std(0.5, 100):.3f}"
    '0.050'
    """
    return math.sqrt(share * (1 - share) / count)


def share_interval(right: float, count: float) -> tuple[float, float]:
    """Return the interval of true shares that a counted share is in line with, at 95 %.

    Parameters
    ----------
    right, count : float
        How many of how many.

    Returns
    -------
    tuple of float
        Lowest and highest true share.

    Notes
    -----
    Wilson's score interval; unlike the plain "share plus or minus two standard deviations" it
    stays between 0 and 1 and has a width where none or all are right.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22, 209-212 (1927).

    Examples
    --------
    >>> [f"{edge:.3f}" for edge in share_interval(36, 36)]
    ['0.904', '1.000']
    """
    if not 0 <= right <= count or count <= 0:
        raise ValueError(f"{right} of {count} is no share: need 0 <= right <= count and count > 0")
    share, weight = right / count, Z**2 / count
    centre = (share + weight / 2) / (1 + weight)
    half = Z * math.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + weight)
    return max(0.0, centre - half), min(1.0, centre + half)


def plot_shares(shares: Mapping[str, tuple[int, int]], label: str, xlabel: str) -> ReportFigure:
    """Draw shares in percent as dots, each with its interval (`share_interval`).

    Parameters
    ----------
    shares : mapping of str to (right, count)
        From the name of a row to how many of how many.
    label : str
        What the rows are.
    xlabel : str
        What the shares are, without the unit.
    """
    with styled():
        figure, (axes,) = new_figure(0.9 + 0.27 * len(shares))
        for y, (right, count) in enumerate(shares.values()):
            colour = COLOURS[0]
            low, high = share_interval(right, count)
            axes.plot([100 * low, 100 * high], [y, y], color=colour, linewidth=2.2, alpha=0.6)
            axes.plot(100 * right / count, y, "o", color=colour, markersize=6)
        axes.set_yticks(range(len(shares)), list(shares))
        axes.set_ylim(len(shares) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.set_ylabel(label)
        axes.set_xlabel(f"{xlabel}, %")
        figure.set_label(_describe(shares, xlabel))
    return figure


def _describe(shares: Mapping[str, tuple[int, int]], xlabel: str) -> str:
    parts = []
    for name, (right, count) in shares.items():
        low, high = (100 * edge for edge in share_interval(right, count))
        parts.append(f"{name}: {right} of {count}, interval {low:.1f} to {high:.1f}")
    return f"Dots with intervals: {xlabel} in percent. {'; '.join(parts)}."
