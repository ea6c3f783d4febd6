"""Confusion matrices: which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core.report.chapters.predictions import Predictions
from mlp_core.report.map_cells import draw_cell, make_cells
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled


def count_confusions(members: Sequence[Predictions]) -> np.ndarray:
    """Return how often each class was taken for each, in the mean over networks.

    Returns
    -------
    ndarray of shape (classes, classes)
        Row: the true class; column: the predicted one. Images a network.
    """
    classes = members[0].probabilities.shape[1]
    counts = np.zeros((classes, classes))
    for member in members:
        np.add.at(counts, (member.labels, member.classes), 1)
    return counts / len(members)


def worst_confusion(counts: np.ndarray) -> tuple[int, int]:
    """Return the true and the predicted class of the most frequent mistake."""
    wrong = counts * ~np.eye(len(counts), dtype=bool)
    true, predicted = np.unravel_index(np.argmax(wrong), wrong.shape)
    return int(true), int(predicted)


def plot_confusion(counts: np.ndarray, height: float = 4.5) -> ReportFigure:
    """Draw a confusion matrix.

    Only mistakes have a coloured ground, the stronger the more of them; the many right answers
    on the diagonal stand in plain numbers.

    Parameters
    ----------
    counts : ndarray of shape (classes, classes)
        As from `count_confusions`.
    height : float
        In inches.
    """
    classes = len(counts)
    largest = counts[worst_confusion(counts)] or 1.0
    with styled():
        figure, (axes,) = new_figure(height)
        for true in range(classes):
            for predicted in range(classes):
                _draw_cell(axes, true, predicted, counts[true, predicted], largest)
        names = [str(label) for label in range(classes)]
        make_cells(axes, names, names)
        axes.set_xlabel("predicted class")
        axes.set_ylabel("true class")
        figure.set_label(_describe(counts))
    return figure


def _draw_cell(axes: Any, true: int, predicted: int, count: float, largest: float) -> None:
    right = true == predicted
    strength = 0.08 + 0.5 * count / largest if count and not right else 0.0
    text = f"{count:.1f}".removesuffix(".0") if count else ""
    draw_cell(axes, predicted, true, text, COLOURS[1], strength, alpha=0.6 if right else 0.15)


def _describe(counts: np.ndarray) -> str:
    order = np.argsort(-counts, axis=None, kind="stable")
    pairs = (np.unravel_index(place, counts.shape) for place in order)
    wrong = [(t, p) for t, p in pairs if t != p and counts[t, p] > 0]
    parts = ", ".join(f"{t} taken for {p}: {counts[t, p]:.1f}" for t, p in wrong[:8])
    return (
        f"Confusion matrix of {len(counts)} classes, images a network. On the diagonal, right: "
        f"{np.trace(counts):.1f} of {counts.sum():.0f}. Most frequent mistakes: {parts}."
    )
