"""Where an update's arithmetic goes: floating-point operations, counted from the layer sizes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from mlp_core.report.axes import format_number
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.report.tables import table_of_rows

UPDATE_PASSES = 5  # of SGD: parameters times decay, add, step times momentum, add, add


def count_operations(
    in_features: int, hidden_sizes: Sequence[int], classes: int, batch_size: int
) -> dict[str, dict[str, int]]:
    """Return the operations of one update, by layer and by what they are for.

    A matrix product of (rows, n) and (n, m) takes 2 rows n m: a multiplication and an addition
    for each of its terms. Activations and losses, which are a few operations a unit, are left
    out.

    Parameters
    ----------
    in_features : int
    hidden_sizes : sequence of int
    classes : int
    batch_size : int

    Returns
    -------
    dict
        From a layer's name to ``forward``, ``weights``, ``inputs`` (the two gradients of the
        backward pass; nobody reads the input gradient of the first layer, so it is not
        computed) and ``update`` (momentum and weight decay, `UPDATE_PASSES` a parameter).
    """
    counts = {}
    for place, (n, m) in enumerate(pairwise([in_features, *hidden_sizes, classes])):
        product = 2 * batch_size * n * m
        counts[f"{n} to {m}"] = {
            "forward": product,
            "weights": product,
            "inputs": product if place else 0,
            "update": UPDATE_PASSES * (n + 1) * m,
        }
    return counts


def table_of_operations(counts: dict[str, dict[str, int]]) -> pd.DataFrame:
    """Return millions of operations, a row a layer, with each layer's share of all."""
    total = sum(sum(parts.values()) for parts in counts.values())
    rows = {}
    for layer, parts in counts.items():
        row = {name: format_number(round(count / 1e6, 3)) for name, count in parts.items()}
        name = layer.replace(" ", "\u00a0")  # a narrow page does not break it
        rows[name] = row | {"share, %": f"{100 * sum(parts.values()) / total:.1f}"}
    heads = {"weights": "gradient of the weights", "inputs": "gradient of the inputs"}
    return table_of_rows(rows, "layer").rename(columns=heads)


def plot_operations(counts: dict[str, dict[str, int]], height: float = 2.9) -> ReportFigure:
    """Draw a bar for each kind of work of each layer, with its millions of operations."""
    words = {"forward": "forward", "weights": "weights' gradient", "inputs": "inputs' gradient"}
    bars = [
        (f"{words.get(kind, kind)}, {layer}", count / 1e6, COLOURS[place % len(COLOURS)])
        for place, (layer, parts) in enumerate(counts.items())
        for kind, count in parts.items()
    ]
    names, values, colours = zip(*bars, strict=True)
    with styled():
        figure, (axes,) = new_figure(height)
        axes.barh(names, values, color=colours, height=0.66)
        for place, value in enumerate(values):
            axes.annotate(
                format_number(round(value, 2)), (value, place), xytext=(4, 0),
                textcoords="offset points", va="center",
            )  # fmt: skip
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.set_xlim(0, 1.14 * max(values))
        axes.set_title("million operations an update")
        parts = (
            f"{name}: {format_number(round(v, 2))}" for name, v in zip(names, values, strict=True)
        )
        figure.set_label(f"Bar chart: million operations an update. {'; '.join(parts)}.")
    return figure
