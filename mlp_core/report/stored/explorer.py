"""What the explorer page carries of a study: every run in a few hundred bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from mlp_core.report.stored.stored_study import Column, StoredStudy
from mlp_core.studies.store import round_figures
from mlp_core.training import Run

DIGITS = 4  # significant, of the curves
POINTS = (30, 25, 20, 16, 12, 8)  # of a curve at most, until the study fits
MAX_CHARACTERS = 300_000  # of a study's script
FINALS = ("test_accuracy", "test_loss", "train_accuracy")
EARLY = 0.4  # the share of a curve's points for its first epochs, none of which is left out


def explorer_json(study: StoredStudy) -> str:
    """Return a study's runs as JSON that is safe in a script, thinned until it fits a page.

    Raises
    ------
    ValueError
        If it stays too large, however few points a curve keeps.
    """
    for points in POINTS:
        text = json.dumps(explorer_dict(study, points), separators=(",", ":"), allow_nan=False)
        if len(text) <= MAX_CHARACTERS:
            return text.replace("<", "\\u003c")
    raise ValueError(
        f"study {study.name!r} is too large for the explorer page: {len(text):,} characters with "
        f"{points} points a curve, {MAX_CHARACTERS:,} are allowed"
    )


def explorer_dict(study: StoredStudy, points: int = POINTS[0]) -> dict[str, Any]:
    """Return a study's runs as plain JSON values, a list a quantity and an entry a run.

    Parameters
    ----------
    study : StoredStudy
        With at least one run.
    points : int
        A curve keeps at most so many epochs.

    Returns
    -------
    dict
        ``columns`` (what varies, as the table shows it), ``fields`` (config fields that vary but
        are no column), ``shared`` (all others that are not at their defaults); by run ``ids``,
        ``seeds``, ``status``, ``epochs``, ``updates`` (an epoch), ``diverged`` (the update) and
        ``final`` (figures after the last epoch, None where a run diverged); ``kept`` maps a
        number of epochs to those that ``curves`` hold: test error in percent, running loss, test
        loss.
    """
    runs = study.runs
    columns = study.columns
    shown = {column.name for column in columns if column.is_field}
    hidden = [column for name, column in study.fields.items() if name not in shown]
    kept = {length: kept_epochs(length, points) for length in {len(r.history) for r in runs}}
    return {
        "name": study.name,
        "dataset": sorted({run.config.dataset for run in runs}),
        "points": points,
        "columns": [_column_dict(column) for column in columns],
        "fields": [_column_dict(column) for column in hidden],
        "shared": study.shared,
        "ids": [run.config.run_id for run in runs],
        "seeds": [run.config.seed for run in runs],
        "status": [run.status for run in runs],
        "epochs": [len(run.history) for run in runs],
        "updates": _updates_an_epoch(runs),
        "diverged": [run.diverged_at_update or 0 for run in runs],
        "final": {name: [run.summary[name] for run in runs] for name in FINALS},
        "kept": kept,
        "curves": {
            name: [curve(run, name, kept[len(run.history)]) for run in runs]
            for name in ("test_error", "running_loss", "test_loss")
        },
    }


def kept_epochs(length: int, points: int) -> list[int]:
    """Return which epochs of a curve are kept, counted from 1: all the first ones, and the last.

    >>> kept_epochs(4, 30)
    [1, 2, 3, 4]
    >>> kept_epochs(100, 10)
    [1, 2, 3, 4, 20, 36, 52, 68, 84, 100]
    """
    if length <= points:
        return list(range(1, length + 1))
    early = round(EARLY * points)
    step = (length - early) / (points - early)
    return [*range(1, early + 1), *(early + round(step * (i + 1)) for i in range(points - early))]


def curve(run: Run, name: str, epochs: Sequence[int]) -> list[float | None]:
    """Return a run's values at some epochs; the test error is in percent."""
    if name == "test_error":
        accuracies = run.history["test_accuracy"]
        values = [None if a is None else 100 * (1 - a) for a in accuracies]
    else:
        values = run.history[name]
    return [_short(values[epoch - 1]) for epoch in epochs]


def _short(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    rounded = float(round_figures(value, DIGITS))
    return int(rounded) if rounded.is_integer() else rounded


def _column_dict(column: Column) -> dict[str, Any]:
    values = vars(column)
    return {name: values[name] for name in ("name", "levels", "at", "is_field")}


def _updates_an_epoch(runs: Sequence[Run]) -> list[int]:
    """Return the updates of each run's epochs; of a run without an epoch, from its batch size."""
    examples = {_data_of(run): run.history["examples"][0] for run in runs if len(run.history)}
    return [
        run.history["updates"][0]
        if len(run.history)
        else math.ceil((examples.get(_data_of(run)) or 0) / run.config.batch_size)
        for run in runs
    ]


def _data_of(run: Run) -> tuple[str, int | None]:
    return run.config.dataset, run.config.train_size
