"""Decision regions in the plane: which class a network gives to every point, and its examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlp_core.nn import MLP, SGD, Network, Optimizer, initialize, make_loss
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_grid, styled

MARKERS = ("o", "s", "^", "D")
GRID = 41  # points a side


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
    loss = make_loss("cross_entropy")
    losses = []
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
    """Return from which share of different initial weights training gets the points right.

    Parameters
    ----------
    hidden_sizes : sequence of int
    points, labels : ndarray
        As of `make_xor`.
    starts : int
    updates : int
        A start.
    reached : float
        The share of the points that counts as right.
    """
    successes = 0
    for seed in range(starts):
        network = MLP(points.shape[1], hidden_sizes, int(labels.max()) + 1)
        initialize(network, "he", np.random.default_rng(seed))
        fit(network, SGD(0.1, momentum=0.9), points, labels, updates)
        successes += accuracy_of(network, points, labels) >= reached
    return successes / starts


def plot_regions(
    networks: Mapping[str, Network],
    points: np.ndarray,
    labels: np.ndarray,
    columns: int = 2,
    height: float = 5.0,
) -> ReportFigure:
    """Draw what each network makes of the plane, one panel a network.

    The ground shows the class that a point gets, the marks are the examples in their own class's
    shape and colour, and a line is where the first hidden layer's units switch on, if it has any.

    Parameters
    ----------
    networks : mapping of str to Network
        Each from two inputs to two classes or more.
    points : ndarray of shape (n, 2)
    labels : ndarray of int, shape (n,)
    columns : int
        Panels side by side.
    height : float
        In inches, of the whole figure.
    """
    reach = 1.08 * float(np.abs(points).max())
    with styled():
        figure, grid = new_grid(height, len(networks), columns, sharex=True, sharey=True)
        for axes, (name, network) in zip(grid, networks.items(), strict=True):
            _draw_ground(axes, network, reach)
            _draw_kinks(axes, network, reach)
            for label in np.unique(labels):
                x, y = points[labels == label].T
                axes.plot(
                    x, y, MARKERS[label], color=COLOURS[label], markersize=3.2, alpha=0.9,
                    markeredgewidth=0,
                )  # fmt: skip
            right = accuracy_of(network, points, labels)
            axes.set_title(f"{name}: {100 * right:.0f} % right")
            axes.set_xlim(-reach, reach)
            axes.set_ylim(-reach, reach)
            axes.set_aspect("equal")
            axes.grid(visible=False)
            axes.set_xticks([-1, 1])
            axes.set_yticks([-1, 1])
        figure.set_label(_describe(networks, points, labels))
    return figure


def _draw_ground(axes: Any, network: Network, reach: float) -> None:
    side = np.linspace(-reach, reach, GRID, dtype=np.float32)
    x, y = np.meshgrid(side, side)
    plane = np.stack([x.ravel(), y.ravel()], axis=1).astype(network.dtype)
    outputs = network.forward(plane)
    for label, colour in zip(range(outputs.shape[1]), COLOURS, strict=False):
        others = np.delete(outputs, label, axis=1).max(axis=1)
        lead = (outputs[:, label] - others).reshape(x.shape)
        if (lead > 0).any():
            axes.contourf(x, y, lead, levels=[0, np.inf], colors=[colour], alpha=0.25)


def _draw_kinks(axes: Any, network: Network, reach: float) -> None:
    """Draw for each unit of the first hidden layer the line on which its input is zero."""
    first = network.linear_layers[0]
    if first is network.linear_layers[-1]:
        return
    side = np.array([-reach, reach])
    for (a, b), c in zip(first.weight.T, first.bias, strict=True):
        if abs(b) > abs(a):
            line: Sequence[np.ndarray] = (side, -(a * side + c) / b)
        elif a:
            line = (-(b * side + c) / a, side)
        else:
            continue
        axes.plot(*line, color=INK, linewidth=0.9, alpha=0.8)


def _describe(networks: Mapping[str, Network], points: np.ndarray, labels: np.ndarray) -> str:
    parts = [
        f"{name}: {100 * accuracy_of(network, points, labels):.0f} % of the points on the side of "
        "their own class"
        for name, network in networks.items()
    ]
    return f"Decision regions in the plane, one panel a network. {'; '.join(parts)}."
