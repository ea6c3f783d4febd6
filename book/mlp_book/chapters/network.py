"""The chapter on what a network is: one trained by the textbook's formulas, its first weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlp_book.charts import lines, tidy
from mlp_book.facts import claim, facts
from mlp_book.style import ReportFigure
from mlp_core.nn import textbook

NAME = "network"


def plot_errors(errors: Sequence[float], height: float = 2.6) -> ReportFigure:
    """Draw the test error after each epoch, in percent."""
    epochs = np.arange(len(errors))
    curves = tidy("epoch", epochs, {"test error, %": {"": 100 * np.asarray(errors)}})
    return lines(curves, "epoch", panel="panel", log="y", height=height)


def plot_spreads(spreads: Mapping[str, Sequence[float]]) -> ReportFigure:
    """Draw the standard deviation of the hidden units, layer by layer."""
    layers = np.arange(1, 1 + len(next(iter(spreads.values()))))
    curves = tidy("layer", layers, {"standard deviation of a layer's units": spreads})
    return lines(curves, "layer", color="line", panel="panel", log="y", markers=True)


@facts(NAME)
def trained(
    errors: Sequence[float], weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]
) -> Iterator[Any]:
    """Say how far the textbook's network comes."""
    start, end = 100 * errors[0], 100 * errors[-1]
    yield claim("it begins by guessing: the error is above 75 %", start > 75)
    yield claim("and ends with fewer than one error in twenty", end < 5)
    yield {
        "start": f"{start:.0f}",
        "end": f"{end:.1f}",
        "epochs": len(errors) - 1,
        "parameters": f"{sum(array.size for array in (*weights, *biases)):,}",
        "answer": (
            "It multiplies, adds, and asks of each of its numbers which way the loss falls. A page "
            f"of NumPy brings the error on small digits from {start:.0f} % down to {end:.1f} % in "
            f"{len(errors) - 1} epochs."
        ),
    }


@facts(NAME)
def slope(logits: np.ndarray, label: int, by_formula: np.ndarray) -> Iterator[Any]:
    """Say that the slope along the logits is what central differences measure."""
    step = 1e-6
    labels = np.array([label])
    measured = [
        (textbook.cross_entropy(logits + d, labels) - textbook.cross_entropy(logits - d, labels))
        / (2 * step)
        for d in step * np.eye(logits.shape[1])
    ]
    yield claim("p - y is the slope", np.allclose(measured, by_formula, atol=1e-8))
    yield claim("the slopes add up to zero", abs(by_formula.sum()) < 1e-12)


@facts(NAME)
def first_weights(spreads: Mapping[str, Sequence[float]]) -> Iterator[Any]:
    """Say that only weights of the right size carry a signal through many layers."""
    small, right, large = spreads.values()
    yield claim("with half the size the signal fades", small[-1] < 0.05 * small[0])
    yield claim("with the right one it stays", 0.3 < right[-1] / right[0] < 3)
    yield claim("with twice the size it explodes", large[-1] > 20 * large[0])
    yield {
        "fades": f"{small[-1] / small[0]:.1g}",
        "stays": f"{right[-1] / right[0]:.2f}",
        "grows": f"{large[-1] / large[0]:,.0f}",
        "layers": len(right),
    }
