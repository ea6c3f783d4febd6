"""A study's stored runs as a page carries them: few digits, one band over the seeds a cell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlp_core.studies import load_runs
from mlp_core.studies.store import round_figures
from mlp_core.training import Run

LINES = ("running_loss", "running_accuracy")  # drawn as the mean alone
BANDS = ("test_loss", "test_accuracy")  # drawn with the spread over the seeds
DIGITS = 4  # significant
MAX_CHARACTERS = 45_000  # of the 2.5 MB that a page may load, the formulas take most
STEPS = (1, 2, 5, 10, 25, 50)  # every how many epochs, until the study fits


def study_json(name: str, results: Path) -> str | None:
    """Return a study's curves as JSON, or None if none of its runs is stored.

    Parameters
    ----------
    name : str
    results : Path
        The folder that holds a folder a study.

    Raises
    ------
    ValueError
        If it stays too large for a page, however few epochs are kept.
    """
    try:
        runs = load_runs(name, results)
    except FileNotFoundError:
        return None
    for step in STEPS:
        text = _to_text(study_dict(runs, step))
        if len(text) <= MAX_CHARACTERS:
            return text
    for step in STEPS:
        text = _to_text(pack_study(study_dict(runs, step)))
        if len(text) <= MAX_CHARACTERS:
            return text
    raise ValueError(f"study {name!r} is too large for a page: {len(text):,} characters")


def _to_text(study: dict[str, Any]) -> str:
    text = json.dumps(study, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def pack_study(study: dict[str, Any]) -> dict[str, Any]:
    """Write a study of very many cells shorter; `unpackStudy` of the page's script undoes it.

    Parameters
    ----------
    study : dict
        As `study_dict` returns it.

    Returns
    -------
    dict
        ``dataset`` and ``config`` as before; ``levels``: from field to the values that it takes;
        ``lists``: the lists of epochs and of seeds that occur; ``rows``: for each cell the index
        of its level of every field, of its seeds and of its epochs, then ``diverged`` and the
        bands of `BANDS`, each a list of mean or of mean, low and high. The training curves are
        left out.
    """
    cells = study["cells"]
    levels: dict[str, list[Any]] = {name: [] for name in cells[0]["values"]}
    lists: list[list[Any]] = []
    rows = [
        [
            *(_place(levels[name], value) for name, value in cell["values"].items()),
            _place(lists, cell["seeds"]),
            _place(lists, cell["epochs"]),
            cell["diverged"],
            *(list(cell["columns"][name].values()) for name in BANDS),
        ]
        for cell in cells
    ]
    shared = {name: study[name] for name in ("dataset", "config")}
    return {**shared, "levels": levels, "lists": lists, "rows": rows}


def _place(known: list[Any], value: Any) -> int:
    """Return where a value stands in a list, into which it is put if it is new."""
    if value not in known:
        known.append(value)
    return known.index(value)


def study_dict(runs: Sequence[Run], step: int = 1) -> dict[str, Any]:
    """Return the runs by cell (config without the seed), as plain JSON values.

    Returns
    -------
    dict
        ``dataset`` (name, train_size), ``config`` (the fields that all cells share) and
        ``cells``, each with ``values`` (the fields that differ), ``seeds``, ``epochs``,
        ``diverged`` (for each diverged run, the epoch as a broken number) and ``columns``:
        each a dict of ``mean``, and for `BANDS` of several seeds ``low`` and ``high``.
    """
    configs = [_without_seed(run) for run in runs]
    first = configs[0]
    varying = [name for name in first if any(c[name] != first[name] for c in configs)]
    groups: dict[str, list[Run]] = {}
    for run, config in zip(runs, configs, strict=True):
        groups.setdefault(json.dumps({name: config[name] for name in varying}), []).append(run)
    examples = next((run.history["examples"][0] for run in runs if len(run.history)), 0)
    return {
        "dataset": {"name": dataset_name(first["dataset"]), "train_size": examples},
        "config": {name: value for name, value in first.items() if name not in varying},
        "cells": [{"values": json.loads(key), **_cell(g, step)} for key, g in groups.items()],
    }


def _without_seed(run: Run) -> dict[str, Any]:
    config = run.config.to_dict()
    del config["seed"]
    return config


def dataset_name(name: str) -> str:
    """Return how a page calls a dataset: a folder by its last part alone."""
    return {"mnist": "MNIST"}.get(name, Path(name).name)


def _cell(runs: Sequence[Run], step: int) -> dict[str, Any]:
    whole = min(len(run.history) for run in runs)
    kept = [i for i in range(whole) if (i + 1) % step == 0 or i in (0, whole - 1)]
    columns = {
        name: _band([run.history[name] for run in runs], kept, name in BANDS)
        for name in (*LINES, *BANDS)
    }
    return {
        "seeds": [run.config.seed for run in runs],
        "epochs": [i + 1 for i in kept],
        "diverged": [_diverged_at_epoch(run) for run in runs if run.status == "diverged"],
        "columns": columns,
    }


def _band(
    histories: Sequence[Sequence[float]], kept: Sequence[int], spread: bool
) -> dict[str, list[float]]:
    rows = [[history[i] for history in histories] for i in kept]
    band = {"mean": [sum(row) / len(row) for row in rows]}
    if spread and len(histories) > 1:
        band |= {"low": [min(row) for row in rows], "high": [max(row) for row in rows]}
    return round_figures(band, DIGITS)


def _diverged_at_epoch(run: Run) -> float:
    """Return the place on the axis of epochs; updates an epoch follow from any finished one."""
    updates = run.history["updates"]
    epoch = run.diverged_at_update / updates[0] if updates and run.diverged_at_update else 0.0
    return round(epoch, 3)
