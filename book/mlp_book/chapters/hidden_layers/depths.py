"""Deeper networks: what the first weights hand on, and how deep a network can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book import lines
from mlp_book.chapters.hidden_layers.regions import NAME
from mlp_book.facts import Levels, claim, facts
from mlp_book.findings.claims import verdict_of
from mlp_book.findings.report_a import gelu_with_depth
from mlp_book.frames import all_learned, frame, settled
from mlp_book.stats import compare, judge_family, noise_of
from mlp_book.style import ReportFigure
from mlp_book.tables import grid_of_verdicts
from mlp_book.text import enumerate_words, format_level
from mlp_core import Run

STARTS = {"normal": "first weights 0.01", "he": "He initialization"}
BY_LAYER = Mapping[str, Sequence[float]]


def plot_starts(spreads: BY_LAYER, gradients: BY_LAYER) -> ReportFigure:
    """Draw what layers hand on before training, a line per way to start.

    Parameters
    ----------
    spreads, gradients : mapping of str to sequence of float
        By name of the first weights: one value per hidden layer, one per layer of weights.
    """
    across, measures = ("hidden layer", "layer"), ("spread of a hidden output", "gradient norm")
    parts = []
    for name in gradients:
        columns = (pd.Series(own[name]) for own in (spreads, gradients))
        own = pd.DataFrame(dict(zip(measures, columns, strict=True)))
        parts.append(own.assign(weights=name, **dict.fromkeys(across, own.index + 1)))
    return lines(
        pd.concat(parts), across, measures, color="weights", log="y", markers=True, height=5
    )


@facts(NAME)
def starts(spreads: BY_LAYER, gradients: BY_LAYER) -> Iterator[Any]:
    """Say what layers hand on before training."""
    small, he = (np.array(spreads[name]) for name in ("0.01", "He"))
    if len(small) < 2:
        raise ValueError("hidden_sizes in the cell above the figure needs two layers or more")
    handed_on = small[1:] / small[:-1]
    yield {
        "handed-on": f"{100 * handed_on.mean():.0f}",
        "he-ratio": f"{he.max() / he.min():.1f}",
        "gradient-small": float(f"{max(gradients['0.01']):.0e}"),
        "gradient-he": f"{min(gradients['He']):.2f}",
    }
    yield claim(
        "with weights of 0.01 each layer hands on a ninth at most, and eight of them nothing",
        handed_on.max() < 0.12 and small[-1] < 1e-6 * small[0],
    )
    yield claim("with He initialization the spread hardly changes", he.max() < 4 * he.min())
    yield claim(
        "gradients are tiny with the one, and none is with the other",
        max(gradients["0.01"]) < 1e-6 < 0.01 < min(gradients["He"]),
    )


def reach_of(data: pd.DataFrame) -> int:
    """Return the last ``depth`` up to which all networks learn, 0 if not even the first do."""
    reach = 0
    for depth, own in data.groupby("depth"):
        if not all_learned(own):
            break
        reach = int(depth)
    return reach


def by_depth(runs: Sequence[Run]) -> pd.DataFrame:
    """Return one row per run, with ``hidden layers`` (how many) and ``start`` (in words)."""
    data = frame(runs)
    depth = data["hidden_sizes"].map(len)
    return data.assign(depth=depth, start=data["init"].map(STARTS), **{"hidden layers": depth})


def table_of_depths(runs: Sequence[Run]) -> pd.DataFrame:
    """Return the accuracies with He initialization, each set against ReLU at the same depth."""
    data = by_depth(runs).query("init == 'he'").sort_values("activation", kind="stable")
    grid = {
        f"{depth}": {
            format_level(name): settled(own) for name, own in rows.groupby("activation", sort=False)
        }
        for depth, rows in data.groupby("depth")
    }
    return grid_of_verdicts(grid, "ReLU", "hidden layers")


def _gained(learning: Mapping[str, Levels]) -> str:
    """Say with which activations the best depth is shown to beat a single layer."""
    names = [name for name, own in learning.items() if own.different(own.best, 1)]
    if not names:
        return "Against a single layer, no gain is shown with any of them"
    return f"Against a single layer, a gain is shown with {enumerate_words(names)}"


def _fallen(learning: Mapping[str, Levels]) -> str:
    """Say with which activations eight layers are shown to be worse than one."""
    effects = {name: own.effect(8, 1) for name, own in learning.items()}
    names = [f"{name} ({one.text()})" for name, one in effects.items() if one.direction < 0]
    if not names:
        return "Eight layers are not shown to be worse than one with any of them"
    return f"With {enumerate_words(names)}, eight layers are shown to be worse than one"


def _ahead(depths: Mapping[str, Sequence[int]]) -> str:
    """Say at which depths either activation is shown to be ahead of the other."""
    parts = [
        f"{name} is shown to be ahead at {'depths' if own[1:] else 'depth'} "
        f"{enumerate_words([str(depth) for depth in own])}"
        for name, own in depths.items()
        if own
    ]
    return " and ".join(parts) or "neither is shown to be ahead at any depth"


@facts(NAME)
def deeper(runs: Sequence[Run]) -> Iterator[Any]:
    """Say how deep networks can be; runs of the study ``depth-activation``."""
    data = by_depth(runs)
    small, he = (
        {format_level(name): own for name, own in data[data["init"] == init].groupby("activation")}
        for init in ("normal", "he")
    )
    small_reach, he_reach = (
        {name: reach_of(own) for name, own in grid.items()} for grid in (small, he)
    )
    accuracy = {name: Levels(own, "depth") for name, own in he.items()}
    gelu, relu = accuracy["GELU"], accuracy["ReLU"]
    noise = noise_of(own[depth] for own in accuracy.values() for depth in own.levels)
    pairs = judge_family([compare(gelu[n], relu[n], noise) for n in relu.levels])
    ahead = [depth for depth, one in zip(relu.levels, pairs, strict=True) if one.direction]
    gelu_ahead = [depth for depth in ahead if gelu[depth].mean > relu[depth].mean]
    relu_ahead = [depth for depth in ahead if depth not in gelu_ahead]
    learning = {name: accuracy[name] for name in ("GELU", "ReLU", "tanh")}
    best: dict[int, list[str]] = {}
    for name, own in learning.items():
        best.setdefault(own.best, []).append(name)
    gains = {name: own.effect(own.best, 1) for name, own in learning.items()}
    most = max(gains, key=lambda name: gains[name].difference)
    lost = data[(data["init"] == "normal") & (data["depth"] == 8)]["test_accuracy"]
    yield {
        "deep-runs": len(runs),
        "deep-seeds": data["seed"].nunique(),
        "small-reach": [f"{reach} with {name}" for name, reach in small_reach.items()],
        "lost": f"{lost.mean():.2f}",
        "he-sigmoid": he_reach["sigmoid"],
        "best-depth": [f"{depth} with {enumerate_words(own)}" for depth, own in best.items()],
        "gained": _gained(learning),
        "best-effect": f"{gains[most].text()}, with {most}",
        "fallen": _fallen(learning),
        **{f"relu-{depth}": relu[depth] for depth in (1, 8)},
        "deep-ahead": _ahead({"GELU": gelu_ahead, "ReLU": relu_ahead}),
        "deep-verdict": verdict_of(gelu_with_depth(data).comparisons),
    }
    yield claim("no run diverges", (data["status"] == "completed").all())
    yield claim("there are one to eight hidden layers", relu.levels == list(range(1, 9)))
    yield claim(
        "with first weights of 0.01, no activation learns with eight layers, each with two",
        1 < min(small_reach.values()) <= max(small_reach.values()) < 8,
    )
    yield claim("there all networks guess alike", lost.min() == lost.max() < 12)
    yield claim(
        "with He initialization ReLU, GELU and tanh learn with eight",
        sorted(name for name, reach in he_reach.items() if reach == 8) == ["GELU", "ReLU", "tanh"],
    )
    yield claim(
        "but their mean is then below that of a single layer",
        all(own[8].mean < own[1].mean for own in learning.values()),
    )
