"""Runs as tidy tables: one row per run, or one row per epoch, in the units of the figures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.stats import FEW_MARGIN, MARGIN, Spread, spread
from mlp_book.text import in_words
from mlp_core.data import SOURCES
from mlp_core.studies import run_row
from mlp_core.training import Run, RunConfig

Runs = Sequence[Run] | Mapping[str, Sequence[Run]]
FIELDS = tuple(field.name for field in fields(RunConfig))
# Points that do not matter, with all images and with few, where they are not those of MNIST: the
# small digits have 364 test images.
MARGINS = {"digits": (1.0, 1.0), "fashion-mnist": (0.2, 0.4)}
LEARNED = 50.0  # percent of test accuracy: a network below it has lost what it learns with


@dataclass(frozen=True)
class Measure:
    """How a column of a frame is shown.

    Attributes
    ----------
    label : str
        For axes and table heads, with the unit.
    log : bool
        Whether an axis of it is logarithmic.
    digits : int
        Decimals in tables; negative for that many significant digits.
    """

    label: str
    log: bool = False
    digits: int = 2

    def of_guessing(self, classes: int) -> float | None:
        """Return what a network reaches that gives every class the same probability."""
        if "accuracy" in self.label:
            return 100 / classes
        if "error" in self.label:
            return 100 - 100 / classes
        return math.log(classes) if "loss" in self.label else None


MEASURES = {
    "test_accuracy": Measure("test accuracy, %"),
    "train_accuracy": Measure("training accuracy, %"),
    "running_accuracy": Measure("running accuracy, %"),
    "test_error": Measure("test error, %", log=True),
    "train_error": Measure("training error, %", log=True),
    "test_loss": Measure("test loss", log=True, digits=-3),
    "train_loss": Measure("training loss", log=True, digits=-3),
    "running_loss": Measure("training loss, running mean", log=True, digits=-3),
    "ms_per_update": Measure("ms per update", digits=-3),
}


def label_of(column: str) -> str:
    """Return how a column of a frame is called on axes and in tables."""
    return MEASURES[column].label if column in MEASURES else in_words(column)


def frame(runs: Runs) -> pd.DataFrame:
    """Return one row per run.

    Parameters
    ----------
    runs : sequence of Run, or mapping of str to such
        The names of a mapping become the column ``group``.

    Returns
    -------
    DataFrame
        Every field of `RunConfig`; the measures after the last epoch (accuracies and errors in
        percent, nan where the run diverged); the other columns of `run_row`; ``diverged``,
        ``epochs_run``, ``waking_epoch`` (the first above `LEARNED`, nan if none is), ``late``
        (whether that was in the last half of training), and ``row``, the place in `runs`.
    """
    listed, group = _listed(runs)
    rows = [
        {
            **run_row(run),
            **_running(run),
            **_waking(run),
            "diverged": run.status == "diverged",
            "epochs_run": len(run.history),
            "core_s": run.core_s,
            "row": row,
        }
        for row, run in enumerate(listed)
    ]
    data = _with_errors(pd.DataFrame(rows))
    return data.assign(group=group) if group else data


def _listed(runs: Runs) -> tuple[Sequence[Run], list[str]]:
    """Return runs one after the other, and the name of each one's group, if they are grouped."""
    if not any(runs.values() if isinstance(runs, Mapping) else runs):
        raise ValueError("no runs to show: load them with load_runs(study), or leave out fewer")
    if not isinstance(runs, Mapping):
        return runs, []
    pairs = [(run, name) for name, own in runs.items() for run in own]
    return [run for run, _ in pairs], [name for _, name in pairs]


def _running(run: Run) -> dict[str, Any]:
    """Return the running figures of the last epoch, None where the run diverged."""
    names = ("running_loss", "running_accuracy")
    return {name: None if run.status == "diverged" else run.history.last(name) for name in names}


def _waking(run: Run) -> dict[str, Any]:
    """Return when a run passed `LEARNED`, and whether that was in the last half of its epochs."""
    awake = [value is not None and 100 * value >= LEARNED for value in run.history["test_accuracy"]]
    first = awake.index(True) + 1 if any(awake) else None
    half = len(awake) // 2
    return {"waking_epoch": first, "late": half > 0 and (first is None or first > half)}


def _with_errors(data: pd.DataFrame) -> pd.DataFrame:
    """Add the errors, and turn fractions into percent."""
    losses = ("train_loss", "test_loss", "running_loss")
    accuracies = ("train_accuracy", "test_accuracy", "running_accuracy")
    data = data.astype(dict.fromkeys((*losses, *accuracies), float))  # None becomes nan
    for split in ("train", "test"):
        data[f"{split}_error"] = 100 * (1 - data[f"{split}_accuracy"])
    data[list(accuracies)] *= 100
    return data


def epochs(runs: Runs) -> pd.DataFrame:
    """Return one row per run and epoch, of such runs as `frame` takes.

    Returns
    -------
    DataFrame
        Every field of `RunConfig`, every column of `History` in the units of `frame`, the errors,
        ``run_id``, and ``row``, the place of the run in `runs`. The epoch's learning rate is in
        ``epoch_learning_rate``.
    """
    parts = []
    listed, group = _listed(runs)
    for row, run in enumerate(listed):
        history = run.history.to_dict()
        history["epoch_learning_rate"] = history.pop("learning_rate")
        part = pd.DataFrame(history)
        for name in FIELDS:
            value = getattr(run.config, name)
            part[name] = [value] * len(part) if isinstance(value, tuple) else value
        if group:
            part["group"] = group[row]
        lost = run.status == "diverged"
        parts.append(part.assign(row=row, run_id=run.run_id, diverged=lost))
    return _with_errors(pd.concat(parts, ignore_index=True).infer_objects())


def records(runs: Sequence[Run], name: str) -> pd.DataFrame:
    """Return what a callback recorded of each layer: one row per run, epoch and layer.

    Parameters
    ----------
    runs : sequence of Run
    name : str
        A key of `Run.records` that holds one value per layer and epoch, such as ``dead_units``.

    Returns
    -------
    DataFrame
        The fields of `RunConfig`, ``epoch`` and ``layer`` (both from 1), ``layers`` (how many),
        ``row``, and the values in a column of the record's name.
    """
    parts = []
    for row, run in enumerate(_listed(runs)[0]):
        values = np.asarray(run.records[name], np.float64)  # epoch, layer
        epoch, layer = np.indices(values.shape) + 1
        part = pd.DataFrame(
            {"epoch": epoch.ravel(), "layer": layer.ravel(), name: values.ravel()}
        ).assign(layers=values.shape[1], row=row)
        for field in FIELDS:
            part[field] = [getattr(run.config, field)] * len(part)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def vary_one(data: pd.DataFrame, base: RunConfig, factors: Iterable[str]) -> pd.DataFrame:
    """Return the rows that differ from a base in one of some factors alone, and the seed.

    Returns
    -------
    DataFrame
        With ``factor`` and ``level``, in their order. The base is a level of each factor, so its
        rows are there once per factor.
    """
    agrees = pd.DataFrame(
        {name: [_agrees(value, getattr(base, name)) for value in data[name]] for name in FIELDS},
        index=data.index,
    )
    blocks = []
    for factor in factors:
        rows = data[agrees.drop(columns=["seed", factor]).all(axis=1)]
        for level in levels_of(rows[factor]):
            own = rows[[value == level for value in rows[factor]]]
            blocks.append(own.assign(factor=factor, level=[level] * len(own)))
    if not blocks:
        return data.iloc[:0].assign(factor=[], level=[])
    return pd.concat(blocks, ignore_index=True)


def _agrees(value: Any, setting: Any) -> bool:
    """Say whether a value is a setting; beside numbers, None stands in a column as nan."""
    return bool(value == setting or (setting is None and value != value))


def broke(data: pd.DataFrame) -> pd.Series[bool]:
    """Say of each run whether it diverged, or ends below `LEARNED`."""
    return ~(data["test_accuracy"] >= LEARNED)


def all_learned(group: pd.DataFrame) -> bool:
    """Say whether there are runs, and none of them broke."""
    return len(group) > 0 and not broke(group).any()


def settled(data: pd.DataFrame, measure: str = "test_accuracy") -> Spread:
    """Return a measure over the seeds of a setting; those that broke are counted, not averaged."""
    lost = broke(data) if "test_accuracy" in data else data[measure].isna()
    return spread(data.loc[~lost, measure], int(lost.sum()))


def dataset_name(name: str) -> str:
    """Return what a page calls a dataset: a folder by its last part alone."""
    return SOURCES[name].title if name in SOURCES else Path(name).name


def margin_of(data: pd.DataFrame) -> float:
    """Return the difference in points that does not matter, as `book/protocol.md` has it."""
    few = "train_size" in data and bool((data["train_size"] <= 1000).any())
    names = set(data["dataset"]) if "dataset" in data else {""}
    return max((MARGINS.get(name, (MARGIN, FEW_MARGIN))[few] for name in names), default=MARGIN)


def levels_of(column: pd.Series[Any]) -> list[Any]:
    """Return the levels of a column: ordered ones from small to large, others as they come.

    >>> levels_of(pd.Series([(16,), (256, 128), (), (8,)]))
    [(), (8,), (16,), (256, 128)]
    """
    levels = list(dict.fromkeys(column.dropna()))
    if not are_ordered(levels):
        return levels
    return sorted(levels, key=lambda level: (np.size(level), level))


def are_ordered(levels: Iterable[Any]) -> bool:
    """Say whether levels are numbers or hidden sizes, which go from small to large."""
    parts = (part for level in levels for part in (level if type(level) is tuple else (level,)))
    return all(isinstance(part, int | float | np.number) for part in parts)


def round_level(level: float) -> float:
    """Return a level without the last bits of its arithmetic, so that equal ones meet.

    >>> round_level(0.4 / 0.02**2) == round_level(0.1 / 0.01**2) == 1000
    True
    """
    return float(f"{level:.6g}")
