"""The study of regularization: its runs by treatment and strength, and charts of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mlp_core.report.axes import format_number
from mlp_core.report.bands import SeedChart
from mlp_core.report.measures import MEASURES, group_runs
from mlp_core.report.selection import runs_varying
from mlp_core.studies import STUDIES
from mlp_core.training import Run, RunConfig

STUDY = "regularization"
FIELDS = {"L1": "l1_penalty", "L2": "l2_penalty", "dropout": "dropout"}
DOSES = {"L1": "strength", "L2": "strength", "dropout": "rate"}
SIZES: dict[str, dict[str, Any]] = {
    "60,000 images": {"epochs": 25},
    "1,000 images": {"train_size": 1000, "epochs": 100},
}

# From a kind to its doses, 0 among them, to runs.
Kinds = Mapping[str, Mapping[float, Sequence[Run]]]


def group_treatments(runs: Sequence[Run]) -> dict[str, Kinds]:
    """Return the runs by number of images, kind and dose; dose 0 is no treatment.

    Parameters
    ----------
    runs : sequence of Run
        Of the study ``regularization``.
    """
    base = RunConfig.from_dict(dict(STUDIES[STUDY].base))
    return {
        images: {
            kind: group_runs(runs_varying(runs, base.replace(**changes), field), field)
            for kind, field in FIELDS.items()
        }
        for images, changes in SIZES.items()
    }


def name_treatments(kinds: Kinds) -> dict[str, Sequence[Run]]:
    """Return the runs by name, such as "none" or "dropout 0.5"."""
    named: dict[str, Sequence[Run]] = {"none": next(iter(kinds.values()))[0.0]}
    for kind, doses in kinds.items():
        for dose, group in doses.items():
            if dose:
                named[f"{kind}\u00a0{format_number(dose)}"] = group
    return named


def accuracy_gap(run: Run) -> float:
    """Return training accuracy minus test accuracy after the last epoch, in percentage points."""
    train, test = (MEASURES[name].of_run(run) for name in ("train_accuracy", "test_accuracy"))
    if train is None or test is None:
        raise ValueError(f"run {run.config.run_id} diverged: it has no accuracies")
    return train - test


def late_accuracy(run: Run, epochs: int = 10) -> float:
    """Return the mean test accuracy of the last epochs, in percent: a run that is still jumping."""
    return float(np.mean(MEASURES["test_accuracy"].of_epochs(run)[-epochs:]))


def chart_doses(
    sizes: Mapping[str, Kinds], measure: Callable[[Run], float], title: str, log: str = ""
) -> list[SeedChart]:
    """Return a chart for each kind, with a line for each number of images.

    Parameters
    ----------
    sizes : mapping of str to kinds
        What `group_treatments` returned, or part of it.
    measure : callable
        From a run to the number that is drawn.
    title : str
        Of the measure, with its unit.
    log : {"", "y"}
        Whether the axis of the measure is logarithmic. That of strengths is, that of rates not.
    """
    several = len(sizes) > 1
    charts = []
    for place, kind in enumerate(FIELDS):
        values = {
            images: {dose: [measure(run) for run in group] for dose, group in kinds[kind].items()}
            for images, kinds in sizes.items()
        }
        lines = {
            images if several else kind: {dose: v for dose, v in doses.items() if dose}
            for images, doses in values.items()
        }
        untreated = {
            f"none, {images.split()[0]}" if several else "none": doses[0.0]
            for images, doses in values.items()
        }
        axes = log if DOSES[kind] == "rate" else f"x{log}"
        shade = 0 if several else place
        charts.append(SeedChart(f"{title}: {kind}", DOSES[kind], lines, untreated, axes, shade))
    return charts
