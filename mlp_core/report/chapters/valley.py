"""Momentum on a quadratic valley: how fast each direction shrinks, and the figures of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled


def eigenvalues(rate_times_curvature: float, momentum: float, nesterov: bool = False) -> np.ndarray:
    """Return the two eigenvalues of one update along one direction of a valley.

    With the curvature c, the update of `mlp_core.nn.SGD` maps (position, velocity) by a matrix of
    2 x 2. Its eigenvalues solve x^2 - t x + d = 0, where t is the trace and d the determinant:
    t = 1 + momentum - rate c and d = momentum; with Nesterov's look ahead
    t = (1 + momentum) (1 - rate c) and d = momentum (1 - rate c).

    Parameters
    ----------
    rate_times_curvature : float
    momentum : float
    nesterov : bool

    Returns
    -------
    ndarray of complex, shape (2,)

    Source: G. Goh, "Why Momentum Really Works", Distill (2017).

    Examples
    --------
    >>> eigenvalues(0.19, 0.0).real.round(2).tolist()  # plain descent: 1 - rate c, and 0
    [0.81, 0.0]
    """
    still = 1 - rate_times_curvature
    trace = (1 + momentum) * still if nesterov else momentum + still
    determinant = momentum * still if nesterov else momentum
    root = np.sqrt(complex(trace**2 / 4 - determinant))
    return np.array([trace / 2 + root, trace / 2 - root])


def shrink_factor(rate_times_curvature: float, momentum: float, nesterov: bool = False) -> float:
    """Return by what factor an update shrinks the distance in the long run: the spectral radius.

    >>> round(shrink_factor(0.04, 0.64), 6), round(shrink_factor(0.04, 0.81), 6)
    (0.8, 0.9)
    """
    return float(np.abs(eigenvalues(rate_times_curvature, momentum, nesterov)).max())


def updates_a_swing(rate_times_curvature: float, momentum: float) -> float:
    """Return after how many updates a full swing about the minimum is over; nan without one.

    >>> round(updates_a_swing(1.0, 1.0 - 1e-12)), updates_a_swing(0.04, 0.5)
    (6, nan)
    """
    angle = np.abs(np.angle(eigenvalues(rate_times_curvature, momentum)[0]))
    swings = momentum > critical_momentum(rate_times_curvature)
    return float(2 * np.pi / angle) if swings else float("nan")


def critical_momentum(rate_times_curvature: float) -> float:
    """Return the momentum at which a direction shrinks fastest: with more of it, it swings.

    >>> round(critical_momentum(0.04), 6)
    0.64
    """
    return float((1 - np.sqrt(rate_times_curvature)) ** 2)


def plot_valley(
    paths: Mapping[str, np.ndarray], curvatures: tuple[float, float], height: float = 5.6
) -> ReportFigure:
    """Draw paths through a valley, one chart a path, seen from above.

    Parameters
    ----------
    paths : mapping of str to ndarray of shape (updates + 1, 2)
        From a chart's title to positions: along the valley, across it.
    curvatures : tuple of float
        Along the valley and across it.
    height : float
        In inches, of the whole figure.
    """
    points = np.concatenate([np.asarray(path) for path in paths.values()])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.07 * (high - low)
    with styled():
        figure, panels = new_figure(height, len(paths), sharex=True)
        for axes, (title, path), colour in zip(panels, paths.items(), COLOURS, strict=False):
            _draw_levels(axes, curvatures, np.abs(points).max(axis=0))
            axes.plot(*np.asarray(path).T, "o-", color=colour, linewidth=1.3, markersize=3)
            axes.plot(0, 0, "+", color=INK, markersize=11, markeredgewidth=1.8, zorder=4)
            axes.set_title(title)
            axes.grid(visible=False)
            axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
            axes.set_ylim(low[1] - margin[1], high[1] + margin[1])
            axes.set_ylabel("across")
        panels[-1].set_xlabel("along the valley")
        figure.set_label(_describe_valley(paths, curvatures))
    return figure


def _draw_levels(axes: Any, curvatures: tuple[float, float], far: np.ndarray) -> None:
    """Draw lines of equal loss: ellipses about the minimum."""
    angle = np.linspace(0, 2 * np.pi, 33)
    widths = 1 / np.sqrt(np.asarray(curvatures))
    largest = float((far / widths).max())
    for share in (0.15, 0.35, 0.6, 1.0):
        x, y = (
            share * largest * w * f(angle) for w, f in zip(widths, (np.cos, np.sin), strict=True)
        )
        axes.plot(x, y, color=INK, linewidth=0.8, alpha=0.45, zorder=1)


def _describe_valley(paths: Mapping[str, np.ndarray], curvatures: tuple[float, float]) -> str:
    ends = [
        f"{title}: ends {np.linalg.norm(np.asarray(path)[-1]):.2g} from the minimum"
        for title, path in paths.items()
    ]
    return (
        f"Charts of a valley from above, with curvature {curvatures[0]:g} along it and "
        f"{curvatures[1]:g} across; each shows the path of gradient descent. {'; '.join(ends)}."
    )


def plot_damping_map(
    points: Mapping[str, Sequence[tuple[float, float]]], height: float = 4.2
) -> ReportFigure:
    """Draw what one direction of a valley does, by rate times curvature and by momentum.

    Parameters
    ----------
    points : mapping of str to sequence of (rate times curvature, momentum)
        Drawn as dots; the name stands beside the last.
    height : float
        In inches.
    """
    product = np.linspace(0, 2, 61) ** 2  # close where the curve is steep
    critical = (1 - np.sqrt(product)) ** 2
    with styled():
        figure, (axes,) = new_figure(height)
        axes.plot(product, critical, color=COLOURS[0])
        axes.plot([2, 4], [0, 1], color=COLOURS[1], linestyle=(0, (5, 2)))
        axes.fill_between(product, critical, 1, color=COLOURS[0], alpha=0.14, linewidth=0)
        for x, y, words in (
            (1.05, 0.66, "swings: complex roots"), (0.12, 0.03, "creeps"),
            (1.64, 0.04, "leaps"), (3.05, 0.1, "diverges"),
        ):  # fmt: skip
            axes.text(x, y, words)
        axes.text(1, 0.06, "critically\ndamped", color=COLOURS[0], ha="center")
        axes.text(2.62, 0.26, "limit", color=COLOURS[1], va="top")
        for name, places in points.items():
            axes.plot(
                *zip(*places, strict=True), "o", color=COLOURS[3], markersize=6, clip_on=False
            )
            axes.annotate(
                name, places[-1], xytext=(7, 0), textcoords="offset points", va="center",
                color=COLOURS[3],
            )  # fmt: skip
        axes.set_title("momentum")
        axes.set_xlabel("learning rate times curvature")
        axes.set_xlim(0, 4)
        axes.set_ylim(0, 1)
        figure.set_label(_describe_map(points))
    return figure


def _describe_map(points: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    where = "; ".join(
        f"{name} at {', '.join(f'{x:.3g} and {y:.3g}' for x, y in places)}"
        for name, places in points.items()
    )
    return (
        "Map of momentum against rate times curvature. A curve of critical damping falls from "
        "momentum 1 at 0 to momentum 0 at 1 and rises to 1 at 4; above it the roots are "
        "complex and the path swings, left below it it creeps, right below it leaps. A "
        f"straight line from 2 to 4 is the limit of stability. Dots: {where}."
    )
