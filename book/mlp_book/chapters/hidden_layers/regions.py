"""Four corners in the plane: which class a network gives to every point, and from which starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlp_book.facts import claim, facts
from mlp_book.style import COLOURS, INK, MARKERS, ReportFigure, new_figure, styled
from mlp_core.nn import MLP, SGD, Network, Optimizer, initialize, make_loss

NAME = "hidden-layers"
GRID = 41  # points per side


def make_xor(
    examples: int, noise: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return points about the corners of a square, in two classes: opposite corners are alike.

    Parameters
    ----------
    examples : int
        A multiple of 4.
    noise : float
        Standard deviation about a corner; the corners lie at -1 and 1.
    rng : numpy.random.Generator

    Returns
    -------
    points : ndarray of shape (examples, 2), float32
    labels : ndarray of int, shape (examples,)
    """
    corners = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1]], np.float32)
    which = np.arange(examples) % 4
    points = corners[which] + noise * rng.standard_normal((examples, 2), np.float32)
    return points.astype(np.float32), which // 2


def fit(
    network: Network, optimizer: Optimizer, points: np.ndarray, labels: np.ndarray, updates: int
) -> list[float]:
    """Train on all points at once, by cross-entropy; return the mean loss before each update."""
    loss, losses = make_loss("cross_entropy"), []
    for _ in range(updates):
        losses.append(float(loss.forward(network.forward(points), labels).mean()))
        network.backward(loss.backward())
        optimizer.step(network.parameters, network.gradients)
    return losses


def accuracy_of(network: Network, points: np.ndarray, labels: np.ndarray) -> float:
    """Return the share of the points that get their own class."""
    return float((network.forward(points).argmax(axis=1) == labels).mean())


def share_of_starts(
    hidden_sizes: Sequence[int],
    points: np.ndarray,
    labels: np.ndarray,
    starts: int,
    updates: int,
    reached: float,
) -> float:
    """Return from which share of initial weights training gets so many of the points right."""
    successes = 0
    for seed in range(starts):
        network = MLP(points.shape[1], hidden_sizes, int(labels.max()) + 1)
        initialize(network, "he", np.random.default_rng(seed))
        fit(network, SGD(0.1, momentum=0.9), points, labels, updates)
        successes += accuracy_of(network, points, labels) >= reached
    return successes / starts


def plot_regions(
    networks: Mapping[str, Network], points: np.ndarray, labels: np.ndarray
) -> ReportFigure:
    """Draw what each network makes of the plane, one panel per network.

    The ground shows the class that a point gets, the marks are the examples in their own class's
    shape and colour, and a line is where a unit of the first hidden layer switches on.

    Parameters
    ----------
    networks : mapping of str to Network
        Each from two inputs to two classes or more.
    points : ndarray of shape (n, 2)
    labels : ndarray of int, shape (n,)
    """
    reach = 1.08 * float(np.abs(points).max())
    with styled():
        figure, panels = new_figure(5.0, len(networks), 2, sharex=True, sharey=True)
        for axes, (name, network) in zip(panels, networks.items(), strict=True):
            _draw_ground(axes, network, reach)
            _draw_kinks(axes, network, reach)
            for label in np.unique(labels):
                axes.plot(
                    *points[labels == label].T, MARKERS[label], color=COLOURS[label],
                    markersize=3.2, alpha=0.9, markeredgewidth=0,
                )  # fmt: skip
            right = f"{100 * accuracy_of(network, points, labels):.0f} %"
            axes.set_title(f"{name}: {right} right")
            axes.alt = f"{right} of the points are on the side of their own class"
            axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
            axes.set(xticks=[-1, 1], yticks=[-1, 1])
            axes.grid(visible=False)
    return figure


def _draw_ground(axes: Any, network: Network, reach: float) -> None:
    side = np.linspace(-reach, reach, GRID, dtype=np.float32)
    x, y = np.meshgrid(side, side)
    outputs = network.forward(np.stack([x.ravel(), y.ravel()], axis=1).astype(network.dtype))
    for label, colour in zip(range(outputs.shape[1]), COLOURS, strict=False):
        others = np.delete(outputs, label, axis=1).max(axis=1)
        lead = (outputs[:, label] - others).reshape(x.shape)
        if (lead > 0).any():
            axes.contourf(x, y, lead, levels=[0, np.inf], colors=[colour], alpha=0.25)


def _draw_kinks(axes: Any, network: Network, reach: float) -> None:
    """Draw for each unit of the first hidden layer the line on which its input is zero."""
    first, *others = network.linear_layers
    side = np.array([-reach, reach])
    for (a, b), c in zip(first.weight.T, first.bias, strict=True) if others else ():
        if abs(b) > abs(a):
            axes.plot(side, -(a * side + c) / b, color=INK, linewidth=0.9, alpha=0.8)
        elif a:
            axes.plot(-(b * side + c) / a, side, color=INK, linewidth=0.9, alpha=0.8)


@facts(NAME)
def xor(
    networks: Mapping[str, Network],
    points: np.ndarray,
    labels: np.ndarray,
    solved: Mapping[int, float],
    starts: int,
) -> Iterator[Any]:
    """Say which networks get the corners right, and which share of starts by hidden units."""
    right = {name: accuracy_of(network, points, labels) for name, network in networks.items()}
    yield {"starts": starts}
    yield {f"luck-{units}": f"{100 * solved[units]:.0f}" for units in (2, 4, 16)}
    yield claim(
        "no start solves it with one unit or none, and more do with more units",
        lambda: (
            solved[0] == solved[1] == 0 < solved[2] < solved[4] < solved[16]
            and solved[2] < 0.7 < 0.95 < solved[16]
        ),
    )
    yield {"xor-none": f"{100 * right['none']:.0f}"}
    yield claim(
        "without a hidden layer the corners stay mixed, with 16 units they do not",
        right["none"] < 0.8 < 0.95 < right["16 units"],
    )
