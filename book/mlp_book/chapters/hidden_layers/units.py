"""Single hidden units: what their weights look for, and the exercises on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mlp_book.chapters.hidden_layers.regions import NAME
from mlp_book.facts import claim, facts
from mlp_core import Run
from mlp_core.data import Dataset
from mlp_core.nn import Linear, Network


@facts(NAME)
def weights(linear: np.ndarray, classes: np.ndarray) -> Iterator[Any]:
    """Say what weights look for.

    Parameters
    ----------
    linear : ndarray of shape (64, 10)
        Of the linear classifier of small digits.
    classes : ndarray of int, shape (n,)
        For which class each hidden unit speaks.
    """
    zero = linear[:, 0].reshape(8, 8)
    yield claim(
        "a ring speaks for the 0, and the middle against it",
        zero[3:5, 3:5].mean() < 0 < zero[2:6, [2, 5]].mean(),
    )
    yield claim("several units speak for one class", 5 < len(set(classes)) < len(classes))


def in_and_out(hidden: Run) -> list[Linear]:
    """Return the layers before and after the units of a network with one hidden layer."""
    assert hidden.network is not None  # a stored run has none, one that was just trained does
    if len(layers := hidden.network.linear_layers) != 2:
        found = hidden.config.hidden_sizes
        raise ValueError(f"hidden_sizes={found} in this cell must name one hidden layer: (32,)")
    return layers


def collapse(images: np.ndarray) -> tuple[float, float]:
    """Compare two linear layers after one another with the one that their product is.

    Returns
    -------
    difference, largest : float
        Between the outputs, and the largest output.
    """
    stack = Network([Linear(images.shape[1], 32), Linear(32, 16), Linear(16, 10)], dtype="float64")
    stack.parameters[...] = np.random.default_rng(0).normal(size=stack.parameters.size)
    weight, bias = np.eye(images.shape[1]), np.zeros(images.shape[1])
    for layer in stack.linear_layers:
        weight, bias = weight @ layer.weight, bias @ layer.weight + layer.bias
    scores = stack.forward(images)
    return float(abs(scores - (images @ weight + bias)).max()), float(abs(scores).max())


def swap_units(network: Network, images: np.ndarray) -> float:
    """Exchange the first two hidden units, and return by how much an output changes at most."""
    first, last = network.linear_layers
    before = network.forward(images).copy()
    for array in (first.weight.T, first.bias, last.weight):
        array[[0, 1]] = array[[1, 0]]
    return float(abs(network.forward(images) - before).max())


@facts(NAME)
def exercises(hidden: Run, small: Sequence[Run], digits: Dataset) -> Iterator[Any]:
    """Answer the exercises.

    Parameters
    ----------
    hidden : Run
        A network with one hidden layer; two of its units are exchanged.
    small : sequence of Run
        Networks of several hidden sizes, those of a single unit among them.
    digits : Dataset
    """
    difference, largest = collapse(digits.inputs("test", dtype="float64"))
    yield {"ex1-difference": float(f"{difference:.0e}")}
    yield claim("two linear layers are one, but for rounding", difference < 1e-9 * largest)

    images = digits.inputs("test")
    assert hidden.network is not None  # a stored run has none, one that was just trained does
    change = swap_units(hidden.network, images)
    yield {"ex2-change": float(f"{change:.0e}"), "ex2-digits": len(str(math.factorial(128)))}
    yield claim("two units may change places", change < 1e-4)

    narrow = [run.network for run in small if run.config.hidden_sizes == (1,) and run.network]
    named = [len(np.unique(network.forward(images).argmax(axis=1))) for network in narrow]
    yield {"ex3-fewest": min(named), "ex3-most": max(named)}
    yield claim(
        "a single unit distinguishes from two to ten classes, depending on the seed",
        2 <= min(named) < max(named) <= 10,
    )
