"""The first steps of training: gradients before any update, and what the first epochs reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mlp_core.report.axes import format_number
from mlp_core.report.cells import group_cells
from mlp_core.report.measures import MEASURES
from mlp_core.report.spread import seed_spread
from mlp_core.report.tables import table_of_rows
from mlp_core.training import Run, RunConfig, Training


@dataclass(frozen=True)
class Start:
    """A network before its first update.

    Attributes
    ----------
    gradients : tuple of float
        Euclidean norm of the gradient of each linear layer's weights, first to last.
    output : float
        Mean output of the units of the last hidden layer.
    variation : float
        How much such an output differs from image to image: standard deviation over the images,
        mean over the units.
    """

    gradients: tuple[float, ...]
    output: float
    variation: float


def measure_start(config: RunConfig, examples: int = 1000) -> Start:
    """Build the network of a config and measure it on its first training images.

    Parameters
    ----------
    config : RunConfig
        With at least one hidden layer.
    examples : int
        How many images.
    """
    training = Training(config)
    training.compute_gradients(examples)
    hidden = training.network.activation_layers[-1].outputs
    layers = training.network.linear_layers
    return Start(
        tuple(float(np.linalg.norm(layer.grad_weight)) for layer in layers),
        float(hidden.mean()),
        float(hidden.std(axis=0).mean()),
    )


def table_of_starts(starts: Mapping[str, Start]) -> pd.DataFrame:
    """Return a row a network: the gradient of each layer, hidden outputs, their variation."""
    longest = max(len(start.gradients) for start in starts.values())
    rows = {}
    for name, start in starts.items():
        norms = [_short(norm) for norm in start.gradients]
        norms = [*norms[:-1], *["-"] * (longest - len(norms)), norms[-1]]
        heads = [f"gradient, layer {n}" for n in range(1, longest)] + ["gradient, last layer"]
        rows[name.replace(" ", "\u00a0")] = {
            **dict(zip(heads, norms, strict=True)),
            "hidden output": _short(start.output),
            "its variation": _short(start.variation),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _short(value: float) -> str:
    return format_number(float(f"{value:.1e}"))


def table_of_epochs(
    runs: Sequence[Run], epochs: Sequence[int], measure: str = "test_accuracy"
) -> pd.DataFrame:
    """Return a row a cell: a measure after each of some epochs, mean and spread over the seeds.

    Parameters
    ----------
    runs : sequence of Run
    epochs : sequence of int
        Counted from 1.
    measure : str
        A name from `mlp_core.report.measures.MEASURES` that has one value an epoch.
    """
    shown = MEASURES[measure]
    rows = {}
    for cell, group in group_cells(runs).items():
        rows[cell.row_name] = {
            f"epoch {epoch}": seed_spread(at_epoch(group, epoch, measure)).text(1)
            for epoch in epochs
        }
    return table_of_rows(rows, shown.label)


def at_epoch(runs: Sequence[Run], epoch: int, measure: str = "test_accuracy") -> list[float]:
    """Return a measure after an epoch, counted from 1, one value a run."""
    return [MEASURES[measure].of_epochs(run)[epoch - 1] for run in runs]


def epochs_until(run: Run, level: float, measure: str = "test_accuracy") -> int | None:
    """Return the first epoch, counted from 1, after which a measure has reached a level, or None.

    Parameters
    ----------
    run : Run
    level : float
        In the measure's unit, such as percent.
    measure : str
        A name from `mlp_core.report.measures.MEASURES`; higher is better.
    """
    values = MEASURES[measure].of_epochs(run)
    return next((epoch for epoch, value in enumerate(values, 1) if value >= level), None)
