"""What callbacks recorded: one line for each level of a factor, a mean over the seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlp_core.report.axes import format_level
from mlp_core.report.measures import group_runs
from mlp_core.training import Run


def records_by_level(
    runs: Sequence[Run], factor: str, name: str, layer: int
) -> dict[str, list[float]]:
    """Return a record of one layer, epoch by epoch, for each level of a factor.

    Parameters
    ----------
    runs : sequence of Run
        With the callback that records it; all as many epochs long.
    factor : str
        A config field.
    name : str
        A key of `Run.records` that holds a list with one value a layer, such as
        ``weight_norm``.
    layer : int
        From 0; negative from the last.

    Returns
    -------
    dict
        From the level, as text, to the mean over seeds at each epoch.
    """
    lines = {}
    for level, group in group_runs(runs, factor).items():
        values = [[epoch[layer] for epoch in run.records[name]] for run in group]
        lines[format_level(level)] = np.mean(values, axis=0).tolist()
    return lines


def last_records(runs: Sequence[Run], name: str, layer: int) -> list[float]:
    """Return a record of one layer after the last epoch, one value a run."""
    return [run.records[name][-1][layer] for run in runs]
