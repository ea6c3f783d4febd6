"""Where an update's arithmetic goes: floating-point operations, counted from the layer sizes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from mlp_book.charts import bars
from mlp_book.style import ReportFigure
from mlp_book.text import unbroken

PRODUCTS = ("forward", "weights", "inputs")
UPDATE_PASSES = 5  # of SGD: parameters times decay, add, step times momentum, add, add


def count_operations(
    in_features: int, hidden_sizes: Sequence[int], classes: int, batch_size: int
) -> pd.DataFrame:
    """Return the operations of one update, one row per layer and one column per kind of work.

    A matrix product of (rows, n) and (n, m) takes 2 rows n m: a multiplication and an addition
    for each of its terms. Activations and losses, a few operations per unit, are left out; the
    first layer's input gradient is not computed, for nobody reads it.
    """
    counts = {}
    for place, (n, m) in enumerate(pairwise([in_features, *hidden_sizes, classes])):
        product = 2 * batch_size * n * m
        counts[f"{n} to {m}"] = {
            "forward": product,
            "weights": product,
            "inputs": product if place else 0,
            "step": UPDATE_PASSES * (n + 1) * m,
        }
    return pd.DataFrame(counts).T


def table_of_operations(counts: pd.DataFrame) -> pd.DataFrame:
    """Return millions of operations, one row per layer, with each layer's share of all."""
    table = (counts / 1e6).map(lambda value: _fixed(value, 3))
    table["share, %"] = (100 * counts.sum(axis=1) / counts.to_numpy().sum()).map("{:.1f}".format)
    heads = {"weights": "gradient of the weights", "inputs": "gradient of the inputs"}
    return table.rename(index=unbroken, columns=heads).rename_axis(columns="layer")


def _fixed(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if value else "0"


def plot_operations(counts: pd.DataFrame, height: float = 3.0) -> ReportFigure:
    """Draw a bar for each kind of work of each layer, with its millions of operations."""
    words = {"weights": "weights' gradient", "inputs": "inputs' gradient"}
    rows = [
        (f"{words.get(str(kind), kind)}, {layer}", layer, count / 1e6)
        for layer, own in counts.iterrows()
        for kind, count in own.items()
    ]
    data = pd.DataFrame(rows, columns=["work", "layer", "millions"])
    data["text"] = data["millions"].map(lambda value: _fixed(value, 2))
    return bars(
        data, "work", "millions", color="layer", text="text", title="million operations per update",
        xlim=(0, 1.14 * data["millions"].max()), height=height,
    )  # fmt: skip
