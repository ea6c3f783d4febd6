"""The shapes of activations and losses, traced with the package's own layers and losses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mlp_book.cells import LOSSES
from mlp_book.facts import claim, facts
from mlp_book.text import MINUS
from mlp_core import Run
from mlp_core.nn import ACTIVATIONS, Network, make_loss

NAME = "activations-losses"
Curves = Mapping[str, np.ndarray]


def trace_activation(name: str, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an activation's outputs and its slopes at inputs of shape (n,).

    The slope is what the layer's backward pass makes of a gradient of ones.
    """
    rows = np.asarray(inputs, np.float64)[:, None]
    network = Network([ACTIVATIONS[name](1)], dtype="float64")
    outputs = network.forward(rows)[:, 0].copy()
    return outputs, network.layers[0].backward(np.ones_like(rows))[:, 0].copy()


def trace_loss(
    name: str, leads: np.ndarray, classes: int = 2, **settings: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return a loss and its pull while the true class's output leads all others by more and more.

    The other outputs stay at 0. The pull is how strongly gradient descent moves the true class's
    output up: the slope of the loss along it, with its sign reversed.

    Parameters
    ----------
    name : str
        One of `mlp_core.nn.LOSSES`.
    leads : ndarray of shape (n,)
        The true class's output, which is also its lead.
    classes : int
        All outputs together.
    **settings
        For `mlp_core.nn.make_loss`.
    """
    outputs = np.zeros((len(leads), classes))
    outputs[:, 0] = leads
    loss = make_loss(name, **settings)
    losses = loss.forward(outputs, np.zeros(len(leads), np.intp)).copy()
    # `backward` is of the mean over the rows; each row is a case of its own here.
    return losses, -loss.backward(scale=len(leads))[:, 0]


@facts(NAME)
def activations(inputs: np.ndarray, outputs: Curves, slopes: Curves) -> Iterator[Any]:
    """Say what the curves of activations show."""
    gelu, relu = slopes["gelu"], slopes["relu"]
    lowest, at_4 = outputs["gelu"].min(), trace_activation("sigmoid", np.array([4.0]))[1][0]
    yield {
        "gelu-lowest": f"{lowest:.2f}".replace("-", MINUS),
        "sigmoid-at-4": f"{at_4:.3f}",
    }
    yield claim(
        "ReLU passes the gradient on unchanged, or not at all",
        set(relu[inputs < 0]) == {0} and set(relu[inputs > 0]) == {1},
    )
    yield claim(
        "GELU dips below zero, where its slope is zero at one place alone, and is steeper than 1",
        -0.2 < lowest < -0.1
        and (abs(gelu[(inputs < -0.1) & (inputs > -2)]) > 0.001).all()
        and gelu.max() > 1,
    )
    yield claim(
        "sigmoid is positive, and lets through a quarter of the gradient at most; tanh all of it",
        lambda: (
            outputs["sigmoid"].min() > 0
            and np.allclose([slopes["sigmoid"].max(), slopes["tanh"].max()], [1 / 4, 1])
            and at_4 < 0.02
        ),
    )


@facts(NAME)
def losses(leads: np.ndarray, pulls: Curves) -> Iterator[Any]:
    """Say how strongly losses pull, over the lead of the true class."""
    soft, hinge = (
        trace_loss(loss, np.array([5.0, 20.0]))[1] for loss in ("cross_entropy", "hinge")
    )
    start = [trace_loss(loss, np.zeros(1), classes=10)[1][0] for loss in LOSSES]
    yield {"soft-at-5": f"{soft[0]:.4f}"}
    yield claim(
        "hinge pulls with full strength up to the margin, and then not at all",
        lambda: (
            set(pulls["hinge"][leads < 0.099]) == {1} and set(pulls["hinge"][leads > 0.101]) == {0}
        ),
    )
    yield claim(
        "squared error pulls in proportion to the distance from 1",
        lambda: np.allclose(pulls["mse"], 1 - leads),
    )
    yield claim(
        "the pull of cross-entropy falls and never ends, that of hinge does",
        lambda: (
            (np.diff(pulls["cross_entropy"]) < 0).all()
            and min(pulls["cross_entropy"].min(), soft[1]) > 0 == hinge[1]
        ),
    )
    yield claim(
        "at the start the true one of ten classes is pulled with 0.9; by hinge with 9, mse 1",
        np.allclose(start, [0.9, 9, 1]),
    )


@facts(NAME)
def silence(silent: Sequence[Run]) -> Iterator[Any]:
    """Say which loss stops to pull on small digits; runs with `NormStatistics`, one per loss."""
    norms = {run.config.loss: np.array(run.records["gradient_norm"])[:, 0] for run in silent}
    soft, hinge, square = (norms[loss] for loss in LOSSES)
    silent_from = int(np.flatnonzero(hinge).max(initial=-1)) + 2  # the first epoch is 1
    yield {
        "silent-from": silent_from,
        "hinge-over-soft": f"{hinge[0] / soft[0]:.0f}",
    }
    yield claim(
        "hinge begins with the longest gradient and ends with none, for more than 20 epochs",
        hinge[0] > 5 * max(soft[0], square[0]) and 20 < silent_from < len(hinge) - 20,
    )
    yield claim(
        "the gradient of cross-entropy fades and does not end",
        0 < soft[-10:].max() < soft.max() / 5,
    )
    yield claim(
        "that of squared error stays about where it was, above that of cross-entropy",
        square[-10:].min() > 1.5 * soft[-10:].mean() and 0.5 < square[-10:].mean() / square[0] < 2,
    )
