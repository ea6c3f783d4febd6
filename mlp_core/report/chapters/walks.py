"""Optimizers on a long valley: a parabola in two dimensions, and the paths that lead down it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlp_core.nn import Optimizer
from mlp_core.report.axes import label_ends, make_log
from mlp_core.report.lines import DASHES
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled

MARKED = 50  # updates of a path that have a dot each


def make_valley(curvatures: Sequence[float], degrees: float = 0.0) -> np.ndarray:
    """Return the symmetric matrix H of the loss ``x @ H @ x / 2``, turned by an angle.

    Parameters
    ----------
    curvatures : sequence of float
        Along the two axes of the valley.
    degrees : float
        By how much these are turned away from those of the parameters.

    Returns
    -------
    ndarray of shape (2, 2)
    """
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.diag(np.asarray(curvatures, np.float64)) @ turn.T


def losses_along(path: np.ndarray, valley: np.ndarray) -> np.ndarray:
    """Return the loss at each point of a path."""
    return np.einsum("ni,ij,nj->n", path, valley, path) / 2


def descend(
    optimizer: Optimizer, valley: np.ndarray, start: Sequence[float], updates: int
) -> np.ndarray:
    """Let an optimizer walk down a valley.

    Parameters
    ----------
    optimizer : Optimizer
        A new one.
    valley : ndarray of shape (n, n)
    start : sequence of float
    updates : int

    Returns
    -------
    ndarray of shape (updates + 1, n)
        The start, then where each update led.
    """
    position = np.array(start, np.float64)
    path = [position.copy()]
    for _ in range(updates):
        optimizer.step(position, valley @ position)
        path.append(position.copy())
    return np.array(path)


def drawn_points(length: int) -> np.ndarray:
    """Return which points of a path are drawn: early ones all, later ones ever more sparsely.

    >>> len(drawn_points(50)), len(drawn_points(3001)) < 200, int(drawn_points(3001)[-1])
    (50, True, 3000)
    """
    early = np.arange(min(length, 100))
    late = np.geomspace(100, max(length - 1, 100), 80).round().astype(int)
    return np.unique(np.concatenate([early, late[late < length]]))


def plot_walks(
    paths: Mapping[str, np.ndarray], valley: np.ndarray, height: float = 6.0
) -> ReportFigure:
    """Draw paths on the valley's contour lines, each in a panel of its own; losses below.

    Parameters
    ----------
    paths : mapping of str to ndarray of shape (n, 2)
        From an optimizer's name to its path.
    valley : ndarray of shape (2, 2)
    height : float
        In inches.
    """
    with styled():
        ratios = [1.0] * len(paths) + [2.2]
        figure, (*panels, below) = new_figure(height, len(ratios), height_ratios=ratios)
        ends = []
        for place, (axes, (name, path)) in enumerate(zip(panels, paths.items(), strict=True)):
            colour = COLOURS[place]
            _draw_path(axes, path, valley, colour, _limits(paths))
            axes.set_title(name, color=colour)
            losses, shown = losses_along(path, valley), drawn_points(len(path))[1:]
            below.plot(shown, losses[shown], color=colour, linestyle=DASHES[place % len(DASHES)])
            ends.append((max(float(losses[-1]), 1e-9), name, colour))
        below.set_title("loss")
        below.set_xlabel("update")
        below.set_ylim(1e-9, 1.5 * losses_along(next(iter(paths.values())), valley)[0])
        below.margins(x=0.01)
        make_log(below, "x")
        make_log(below, "y")
        figure.draw_without_rendering()  # settles the layout, by which labels keep their gaps
        label_ends(below, ends)
        figure.set_label(_describe(paths, valley))
    return figure


def _limits(paths: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the lowest and the highest place that a drawing of all paths shows, a margin about."""
    points = np.concatenate(list(paths.values()))
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.array([0.06, 0.18]) * (high - low)
    return np.array([low - margin, high + margin])


def _draw_path(
    axes: Any, path: np.ndarray, valley: np.ndarray, colour: str, limits: np.ndarray
) -> None:
    x, y = (np.linspace(low, high, 31) for low, high in limits.T)
    points = np.stack(np.meshgrid(x, y), axis=-1)
    loss = np.einsum("abi,ij,abj->ab", points, valley, points) / 2
    levels = loss.max() * 0.5 ** np.arange(7, 0, -1)
    axes.contour(x, y, loss, levels=levels, colors=INK, linewidths=0.6, alpha=0.6)
    axes.plot(*path[drawn_points(len(path))].T, color=colour, linewidth=1)
    axes.plot(*path[:MARKED].T, "o", color=colour, markersize=2)
    axes.plot(0, 0, "+", color=INK, markersize=10, markeredgewidth=1.6, zorder=4)
    axes.set_xlim(*limits[:, 0])
    axes.set_ylim(*limits[:, 1])
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _describe(paths: Mapping[str, np.ndarray], valley: np.ndarray) -> str:
    ends = "; ".join(
        f"{name}: {losses_along(path, valley)[-1]:.2g} after {len(path) - 1} updates"
        for name, path in paths.items()
    )
    return f"Paths of optimizers on a valley's contour lines, and their losses: {ends}."
