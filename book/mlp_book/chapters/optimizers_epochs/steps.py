"""Steps of optimizers: down a valley, first ones, ones that grow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlp_book.facts import claim, facts
from mlp_book.quadratic import losses_along
from mlp_book.style import COLOURS, DASHES, INK, ReportFigure, make_log, new_figure, styled
from mlp_core.nn import Adadelta

TARGET = 0.01  # the loss in the valley that an optimizer has to reach
MARKED = 50  # updates of a path that have a dot each
EDGE = 1e-9  # the lowest loss that the figure of the valley shows
Arrays = Mapping[str, np.ndarray]


def plot_paths(paths: Arrays, valley: np.ndarray) -> ReportFigure:
    """Draw each optimizer's path on the valley's contour lines, and the losses below.

    Parameters
    ----------
    paths : mapping of str to ndarray of shape (updates + 1, 2)
    valley : ndarray of shape (2, 2)
    """
    points = np.concatenate(list(paths.values()))
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.array([0.06, 0.18]) * (high - low)
    ratios = [1.0] * len(paths) + [2.2]
    with styled():
        figure, (*panels, below) = new_figure(6.0, len(ratios), height_ratios=ratios)
        for place, (axes, (name, path)) in enumerate(zip(panels, paths.items(), strict=True)):
            colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
            shown, losses = drawn_points(len(path)), losses_along(path, valley)
            _draw_contours(axes, valley, low - margin, high + margin)
            axes.plot(*path[shown].T, color=colour, linewidth=1)
            axes.plot(*path[:MARKED].T, "o", color=colour, markersize=2)
            axes.set_title(name, color=colour)
            axes.alt = f"Its path, {len(path) - 1} updates"
            below.plot(shown[1:], losses[shown[1:]], color=colour, linestyle=dash, label=name)
            figure.end_labels.add(below, shown[-1], losses[-1], name, colour)
        below.set_title("loss")
        below.set_xlabel("update")
        below.set_ylim(EDGE, 1.5 * losses_along(points[:1], valley)[0])
        below.margins(x=0.01)
        make_log(below, "x")
        make_log(below, "y")
    return figure


def drawn_points(length: int) -> np.ndarray:
    """Return which points of a path are drawn: early ones all, later ones ever more sparsely.

    >>> len(drawn_points(50)), len(drawn_points(3001)) < 200, int(drawn_points(3001)[-1])
    (50, True, 3000)
    """
    early = np.arange(min(length, 100))
    late = np.geomspace(100, max(length - 1, 100), 80).round().astype(int)
    return np.unique(np.concatenate([early, late[late < length]]))


def _draw_contours(axes: Any, valley: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Draw the valley's contour lines and its minimum on bare axes."""
    x, y = (np.linspace(*ends, 31) for ends in zip(low, high, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1)
    loss = np.einsum("abi,ij,abj->ab", points, valley, points) / 2
    levels = loss.max() * 0.5 ** np.arange(7, 0, -1)
    axes.contour(x, y, loss, levels=levels, colors=INK, linewidths=0.6, alpha=0.6)
    axes.plot(0, 0, "+", color=INK, markersize=10, markeredgewidth=1.6, zorder=4)
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[], yticks=[])
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def arrival(losses: np.ndarray) -> float:
    """Return the first update after which the loss is below the target; nan if none is."""
    below = np.flatnonzero(losses < TARGET)
    return int(below[0]) if len(below) else np.nan


def settling(losses: np.ndarray) -> int:
    """Return the update from which on the loss stays below the target."""
    return int(np.flatnonzero(losses >= TARGET)[-1]) + 1


@facts("optimizers-epochs")
def valley(paths: Arrays, valley: np.ndarray) -> Iterator[Any]:
    """Say how four optimizers get down a valley."""
    losses = {name: losses_along(path, valley) for name, path in paths.items()}
    settled = {name: settling(loss) for name, loss in losses.items()}
    yield {f"settled-{name.lower()}": n for name, n in settled.items() if name != "Adadelta"}
    yield claim(
        "all get the loss down to a hundredth",
        all(loss.min() < TARGET for loss in losses.values()),
    )
    yield claim(
        "SGD zigzags across the valley",
        lambda: (np.diff(np.sign(paths["SGD"][:20, 1])) != 0).all(),
    )
    adadelta = losses["Adadelta"]
    arrived = arrival(adadelta)
    yield {
        "arrived-adadelta": arrived,
        "valley-lowest": f"{adadelta.min():.2g}",
        "valley-end": f"{adadelta[-1]:.2g}",
    }
    yield claim(
        "momentum and Adam need less than half of SGD's updates, Adadelta three times as many",
        lambda: max(settled["momentum"], settled["Adam"]) < settled["SGD"] / 2 < arrived / 6,
    )
    yield claim(
        "Adadelta's loss rises again, while the others' has become nothing",
        lambda: (
            settled["Adadelta"] == len(adadelta)
            and adadelta[-1] > 2 * adadelta.min() > 1e-6
            and max(losses[name][-1] for name in ("SGD", "momentum", "Adam")) < 1e-20
        ),
    )


@facts("optimizers-epochs")
def growth(first: Arrays, slopes: Sequence[float], lengths: Arrays) -> Iterator[Any]:
    """Say how long first steps are, and how they grow.

    Parameters
    ----------
    first : mapping of str to ndarray of shape (slopes, 1)
        By optimizer, as the others: the first step on each slope.
    slopes : sequence of float
    lengths : mapping of str to ndarray of shape (updates,)
        The length of each step on a slope of 1.
    """
    usual, adadelta, grown = Adadelta(), first["Adadelta"], lengths["Adadelta"]
    longest = np.sqrt(usual.epsilon / (1 - usual.rho))
    yield claim(
        "SGD's first step is the rate times the slope, also with momentum; Adam's is the rate",
        lambda: (
            np.allclose(first["SGD"][:, 0], 0.05 * np.asarray(slopes))
            and np.allclose(first["momentum"], first["SGD"])
            and np.allclose(first["Adam"], 0.001, rtol=1e-4)
        ),
    )
    yield claim(
        "Adadelta's is at most the square root of epsilon / (1 - rho), which it nearly reaches",
        adadelta.max() <= longest * (1 + 1e-9)
        and np.allclose([*adadelta[1:, 0], grown[0]], longest, rtol=0.01),
    )
    yield {
        "first-adadelta": f"{adadelta[-1, 0]:.4f}",
        "first-ratio": f"{0.05 / grown[0]:.0f}",
    }
    yield claim(
        "on a constant slope momentum grows to ten times SGD, Adadelta grows all the time",
        lambda: np.isclose(lengths["momentum"][-1], 0.5) and grown[-1] > grown[100] > 0,
    )
    yield {"after-100": f"{grown[99]:.4f}", "after-3000": f"{grown[-1]:.4f}"}


@facts("optimizers-epochs")
def exercises(
    paths: Arrays, valley: np.ndarray, turned: Arrays, turned_valley: np.ndarray, scaled: Arrays
) -> Iterator[Any]:
    """Answer the exercises on the valley.

    Parameters
    ----------
    paths, turned : mapping of str to ndarray
        By optimizer: down the valley, and down the one turned by 45 degrees.
    valley, turned_valley : ndarray of shape (2, 2)
    scaled : mapping of str to ndarray
        The first updates with the loss in other units.
    """
    before = {name: losses_along(path, valley) for name, path in paths.items()}
    after = {name: losses_along(path, turned_valley) for name, path in turned.items()}
    slow = arrival(after["Adadelta"])
    yield {f"ex1-{name.lower()}": settling(losses) for name, losses in after.items()}
    yield {"ex1-adadelta": slow}
    yield claim(
        "SGD and momentum do not notice the turn, Adam needs far more updates, Adadelta similar",
        lambda: (
            all(abs(settling(after[n]) - settling(before[n])) <= 1 for n in ("SGD", "momentum"))
            and settling(after["Adam"]) > 1.5 * settling(before["Adam"])
            and abs(slow / arrival(before["Adadelta"]) - 1) < 0.3
        ),
    )
    moved = {
        name: np.linalg.norm(path[-1] - paths[name][len(path) - 1]) for name, path in scaled.items()
    }
    yield {f"ex2-{name.lower()}": float(f"{moved[name]:.0e}") for name in ("Adam", "Adadelta")}
    yield claim(
        "in other units SGD diverges, Adam and Adadelta go where they went",
        lambda: moved["SGD"] > 1e10 and max(moved["Adam"], moved["Adadelta"]) < 1e-3,
    )
