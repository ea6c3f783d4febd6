"""Results by the size of one hidden layer, from none at all: figure, table, where more stops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from mlp_core.report.axes import label_ends, make_log
from mlp_core.report.facets import Trace
from mlp_core.report.figures import describe_means
from mlp_core.report.marks import draw_dots, join_means
from mlp_core.report.measures import MEASURES, Measure, group_by, group_runs, values_of
from mlp_core.report.spread import outside_seed_noise, seed_spread
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, ramp, styled
from mlp_core.report.tables import cell_text, table_of_rows
from mlp_core.training import Run


def group_sizes(runs: Sequence[Run]) -> dict[int, list[Run]]:
    """Return the runs of networks with at most one hidden layer by its size, 0 for none.

    Raises
    ------
    ValueError
        If there are no such runs.
    """
    few = [run for run in runs if len(run.config.hidden_sizes) <= 1]
    return dict(sorted(group_by(few, lambda run: sum(run.config.hidden_sizes)).items()))


def count_parameters(in_features: int, hidden_sizes: Sequence[int], classes: int) -> int:
    """Return how many weights and biases a network has.

    >>> count_parameters(784, (), 10), count_parameters(784, (128,), 10)
    (7850, 101770)
    """
    return sum((n + 1) * m for n, m in pairwise([in_features, *hidden_sizes, classes]))


def enough_units(runs: Sequence[Run], measure: str = "test_accuracy", largest: bool = True) -> int:
    """Return the smallest size from which on no network beats a smaller one by more than noise.

    All pairs from this size upwards are compared, not only neighbours: many small steps can add
    up to one that stands out. And not only with this size: one with a wide spread of its own
    would hide what its larger neighbours gain.

    Parameters
    ----------
    runs : sequence of Run
    measure : str
        A name from `mlp_core.report.measures.MEASURES`.
    largest : bool
        Whether larger is better.
    """
    values = {size: values_of(group, measure) for size, group in group_sizes(runs).items()}
    means = {size: (1 if largest else -1) * seed_spread(v).mean for size, v in values.items()}
    sizes = list(values)
    beaten = [
        small
        for small, large in combinations(sizes, 2)
        if means[large] > means[small] and outside_seed_noise(values[small], values[large])
    ]
    return sizes[sizes.index(max(beaten)) + 1] if beaten else sizes[0]


def plot_sizes(
    runs: Sequence[Run],
    panels: Sequence[Sequence[str]] = (("test_error", "train_error"), ("test_loss", "train_loss")),
    examples: int = 60_000,
    height: float = 5.6,
) -> ReportFigure:
    """Draw measures after the last epoch against the hidden size, "none" apart on the left.

    Each dot is a seed, the line joins the means, the band runs from the lowest to the highest.
    An error of zero has no place on the logarithmic axis: it stands where half an image would.

    Parameters
    ----------
    runs : sequence of Run
    panels : sequence of sequence of str
        For each panel, measures of the same kind: one of the test set, one of the training set.
    examples : int
        Training images: sets where an error of zero is drawn.
    height : float
        In inches.
    """
    groups = group_sizes(runs)
    with styled():
        figure, rows = new_figure(height, len(panels), sharex=True)
        ends = []
        for axes, names in zip(rows, panels, strict=True):
            floor = 50 / examples if names[0].endswith("error") else 0.0
            shown = [MEASURES[name] for name in names]
            ends.append(
                [
                    _draw(axes, groups, measure, colour, floor)
                    for measure, colour in zip(shown, COLOURS, strict=False)
                ]
            )
            axes.set_title(f"{shown[0].label.split(' ', 1)[1]}, after the last epoch")
            make_log(axes, "y")
            axes.margins(x=0.03)
        _mark_sizes(rows[-1], list(groups))
        figure.draw_without_rendering()  # settles the layout, by which labels keep their gaps
        for axes, lines in zip(rows, ends, strict=True):
            label_ends(axes, lines)
        figure.set_label(_describe(groups, [MEASURES[name] for names in panels for name in names]))
    return figure


def trace_sizes(runs: Sequence[Run], measure: str) -> dict[str, list[Trace]]:
    """Return a measure over the epochs, a line a size, as `plot_traces` takes it."""
    groups = group_sizes(runs)
    return {
        "": [
            Trace(_name(size), np.array([MEASURES[measure].of_epochs(r) for r in group]), colour)
            for (size, group), colour in zip(groups.items(), ramp(len(groups)), strict=True)
        ]
    }


def _name(size: int) -> str:
    return str(size) if size else "none"


def _positions(sizes: Sequence[int]) -> dict[int, float]:
    """Return where each size stands: doublings are evenly spaced, "none" is two of them away."""
    places = {size: math.log2(size) for size in sizes if size}
    return {0: min(places.values(), default=0.0) - 2, **places} if 0 in sizes else places


def _draw(
    axes: Any, groups: dict[int, list[Run]], measure: Measure, colour: str, floor: float
) -> tuple[float, str, str]:
    """Draw one measure; return where its line ends, its name and its colour."""
    places = _positions(list(groups))
    spreads = draw_dots(
        axes,
        {
            places[size]: [max(value, floor) for value in values_of(group, measure)]
            for size, group in groups.items()
        },
        colour,
    )
    # No hidden layer is no small hidden layer: the line leaves it out.
    join_means(axes, {x: s for x, s in spreads.items() if x != places.get(0)}, colour)
    name = "test" if measure.column.startswith("test") else "training"
    return spreads[max(spreads)].mean, name, colour


def _mark_sizes(axes: Any, sizes: Sequence[int]) -> None:
    axes.xaxis.set_major_locator(FixedLocator(list(_positions(sizes).values())))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([_name(size) for size in _positions(sizes)])
    axes.set_xlabel("hidden units")
    axes.tick_params(axis="x", labelsize=9)


def _describe(groups: dict[int, list[Run]], measures: Sequence[Measure]) -> str:
    named = {_name(size): group for size, group in groups.items()}
    sentences = [describe_means(named, measure) for measure in measures]
    return " ".join(["Line charts by number of hidden units.", *sentences])


def table_of_sizes(
    runs: Sequence[Run],
    in_features: int,
    classes: int,
    measures: Sequence[str] = ("test_accuracy", "train_accuracy", "test_loss", "train_loss"),
) -> pd.DataFrame:
    """Return a row a hidden size: its parameters, then each measure with its spread."""
    ordered = [run for group in group_sizes(runs).values() for run in group]
    return table_of_networks(ordered, in_features, classes, measures)


def table_of_networks(
    runs: Sequence[Run],
    in_features: int,
    classes: int,
    measures: Sequence[str] = ("test_accuracy", "train_accuracy", "test_loss", "train_loss"),
) -> pd.DataFrame:
    """Return a row for the hidden layers of each network, in the order of the runs.

    Parameters
    ----------
    runs : sequence of Run
    in_features, classes : int
        Of the data, for the number of parameters.
    measures : sequence of str
        Names from `mlp_core.report.measures.MEASURES`.
    """
    rows = {}
    for sizes, group in group_runs(runs, "hidden_sizes").items():
        row = {"parameters": f"{count_parameters(in_features, sizes, classes):,}"}
        for measure in measures:
            row[MEASURES[measure].label] = cell_text(group, measure)
        name = ",\u00a0".join(str(size) for size in sizes) or "none"
        rows[name] = row | {"seeds": str(len(group))}
    return table_of_rows(rows, "hidden units")
