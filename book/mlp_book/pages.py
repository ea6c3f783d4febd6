"""What pages carry of the stored runs: a panel's study, the explorer's runs, the best cells."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from mlp_book.frames import dataset_name, frame
from mlp_book.packing import kept_epochs, pack_figures
from mlp_book.scripts import as_json
from mlp_book.stats import against_all, spread
from mlp_book.text import level_text, listed_name, study_title
from mlp_core.studies import (
    STUDIES,
    RunStore,
    StoredStudy,
    load_runs,
    load_study,
    to_csv,
    to_json,
)
from mlp_core.studies.catalogue import FASHION, FRESH
from mlp_core.studies.store import round_figures
from mlp_core.training import Run, RunConfig

NAME = re.compile(r"[\w-]+")  # of a folder that may become part of an address
STOPS = "stops"  # a folder of results that holds no study: what stands behind the panels' controls
DIGITS = 4  # significant, of all curves
MAX_DOWNLOAD = 4_000_000  # characters of a study's JSON

LINES = ("running_loss", "running_accuracy")  # of a panel, drawn as the mean alone
BANDS = ("test_loss", "test_accuracy")  # drawn with the spread over the seeds
STEPS = (1, 2, 5, 10, 25, 50)  # every how many epochs, until a panel's study fits
MAX_PANEL = 45_000  # characters: of the 2.5 MB that a page may load, the formulas take most

FINALS = ("test_accuracy", "test_loss", "train_accuracy")
CURVES = ("test_error", "running_loss", "test_loss")
POINTS = (30, 25, 20, 16, 12, 8)  # of a curve at most, until the explorer's study fits
MAX_EXPLORER = 300_000  # characters of a study's script


def load_studies(results: Path) -> list[StoredStudy]:
    """Return all studies of the catalogue, then the folders of runs that it does not know.

    A study of the protocol's is there once it has runs: until then the protocol names it. A file of
    the store that cannot be read is a ValueError that names it.
    """
    found = (path for path in sorted(results.glob("*")) if path.name != STOPS)
    folders = [path.name for path in found if any(path.glob("*.json"))]
    unknown = [name for name in folders if name not in STUDIES and NAME.fullmatch(name)]
    first = [name for name in STUDIES if min(STUDIES[name].seeds) < FRESH]
    listed = [name for name in STUDIES if name in first or name in folders]
    return [load_study(name, results) for name in [*listed, *unknown]]


def write_downloads(folder: Path, name: str, runs: Sequence[Run]) -> list[Path]:
    """Write the runs of a study as CSV and as JSON, which lacks epochs if they are too many."""
    texts = {"csv": to_csv(runs), "json": to_json(name, runs, MAX_DOWNLOAD)}
    files = []
    for kind, text in texts.items():
        files.append(folder / f"{name}.{kind}")
        files[-1].write_text(text, encoding="utf-8", newline="")
    return files


# --- what varies --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """What varies from run to run: a config field, or a factor that sets several of them."""

    name: str
    levels: list[Any]  # each once; numbers from small to large
    at: list[int]  # for each run, the place of its level in `levels`
    is_field: bool = True  # whether it is a field of `RunConfig`

    @classmethod
    def of(cls, name: str, values: Iterable[Any], is_field: bool = True) -> Column:
        """Return the column of these values, one per run."""
        values = list(values)
        levels = list(dict.fromkeys(values))
        if all(isinstance(x, int | float) and not isinstance(x, bool) for x in levels):
            levels.sort()
        places = {level: place for place, level in enumerate(levels)}
        return cls(name, levels, [places[value] for value in values], is_field)

    def level(self, row: int) -> Any:
        """Return the level of a run."""
        return self.levels[self.at[row]]


def settings(runs: Sequence[Run]) -> pd.DataFrame:
    """Return one row per run: its config without the seed, each value as it is."""
    names = [name for name in RunConfig.field_names() if name != "seed"]
    return pd.DataFrame([vars(run.config) for run in runs], columns=names, dtype=object)


def varying(data: pd.DataFrame) -> list[str]:
    """Return the columns whose value is not the same in all rows."""
    return [str(name) for name in data if len(set(data[name])) > 1]


def columns(study: StoredStudy) -> list[Column]:
    """Return the study's factors that vary in the stored runs, then whatever else varies."""
    data = settings(study.runs)
    grids, base = (study.study.grids, study.study.base) if study.study else ([], {})
    factors = {factor: levels for grid in grids for factor, levels in grid.items()}
    known, found = set(factors), []
    for factor, levels in factors.items():
        if isinstance(levels, Mapping):
            known |= {name for fields in levels.values() for name in fields}
            found.append(Column.of(factor, _labels(data, base, levels), is_field=False))
        else:
            found.append(Column.of(factor, data[factor]))
    found += [Column.of(name, data[name]) for name in data if name not in known]
    return [column for column in found if len(column.levels) > 1]


def _labels(data: pd.DataFrame, base: Mapping[str, Any], levels: Mapping[str, Any]) -> list[str]:
    """Return each run's level of a factor that sets several fields."""
    names = list(dict.fromkeys(name for fields in levels.values() for name in fields))
    # A level that leaves a field alone leaves it at the base's value.
    configs = {label: RunConfig.from_dict({**base, **levels[label]}) for label in levels}
    labels = {tuple(getattr(c, name) for name in names): label for label, c in configs.items()}
    return [labels.get(row, "other") for row in data[names].itertuples(index=False, name=None)]


def cells_of(data: pd.DataFrame) -> list[list[int]]:
    """Return the rows of each config, in the order in which they are met first."""
    rows = data.index.to_series()
    keys = [data[name] for name in varying(data)] or [0] * len(rows)
    return rows.groupby(keys, sort=False, dropna=False).agg(list).tolist()


def best_cell(study: StoredStudy) -> str | None:
    """Return the cell of highest mean test accuracy in words, None if there is none.

    Only cells none of whose runs diverged count. It is also said how many of the others are not
    shown to differ from it.
    """
    if not study.runs:
        return None
    accuracy = frame(study.runs)["test_accuracy"]
    cells = [accuracy[rows] for rows in cells_of(settings(study.runs))]
    ranked = sorted(
        (cell for cell in cells if cell.notna().all()), key=lambda cell: -spread(cell).mean
    )
    if not ranked:
        return None
    best, *others = ranked
    setting = describe(study, best.index[0])
    words = f"{setting}: " if setting else ""
    words += f"{spread(best).text()}\u00a0%, "
    words += "one seed" if len(best) == 1 else f"{len(best)}\u00a0seeds"
    if len(best) == 1 or not others:
        return words
    found = against_all({n: spread(cell) for n, cell in enumerate(ranked)}, 0)
    unproven = sum(not one.direction for one in found.values()) or "none"
    others_words = f"{len(others)} others" if len(others) > 1 else "one other"
    return f"{words}; not shown to differ from it: {unproven} of {others_words}"


def describe(study: StoredStudy, row: int) -> str:
    """Return what sets a run apart from the others of its study, in words."""
    words = (f"{listed_name(c.name)} {level_text(c.level(row))}" for c in columns(study))
    return re.sub(r"(?<=\d)-(?=\d)", "\u2011", ", ".join(words))  # no line breaks within sizes


# --- a panel's study ----------------------------------------------------------------------------


def study_json(name: str, results: Path) -> str | None:
    """Return a study's curves as JSON that fits a page, or None if none of its runs is stored."""
    try:
        runs = [*load_runs(name, results), *_default_of(name, results)]
    except FileNotFoundError:
        return None
    # As it is, then packed, each with fewer and fewer epochs.
    contents = (pack(study_dict(runs, step)) for pack in (dict, pack_study) for step in STEPS)
    return _first_that_fits(contents, MAX_PANEL, f"study {name!r} is too large for a page")


def _default_of(name: str, results: Path) -> list[Run]:
    """Return the runs of the default setting, which the sweeps on Fashion-MNIST leave to one."""
    plain = STUDIES.get(name.removeprefix(FASHION))
    if name not in STUDIES or plain is None or plain.name == name:
        return []
    own = {config.replace(seed=0) for config in STUDIES[name].configs()}
    asked = {config.replace(seed=0, **STUDIES[name].base) for config in plain.configs()}
    stored = sorted(RunStore(f"{FASHION}seed-noise", results), key=lambda run: run.config.seed)
    return [run for run in stored if run.config.replace(seed=0) in asked - own]


def _first_that_fits(contents: Iterable[Any], limit: int, problem: str) -> str:
    """Return the first content that is short enough, as JSON that is safe in a script."""
    text = ""
    for content in contents:
        text = as_json(content)
        if len(text) <= limit:
            return text
    raise ValueError(f"{problem}: {len(text):,} characters at least, {limit:,} are allowed")


def study_dict(runs: Sequence[Run], step: int = 1) -> dict[str, Any]:
    """Return the runs by cell (config without the seed), as plain JSON values.

    ``config`` holds the fields that all cells share. Each of ``cells`` has ``values`` (the fields
    that differ), ``seeds``, ``epochs``, ``diverged`` (for each diverged run, the epoch as a
    fraction) and ``columns``: ``mean``, and for `BANDS` of several seeds ``low`` and ``high``.
    """
    data = settings(runs)
    names = varying(data)
    values = data[names].to_dict("records")
    examples = next((run.history["examples"][0] for run in runs if len(run.history)), 0)
    return {
        "dataset": {"name": dataset_name(runs[0].config.dataset), "train_size": examples},
        "config": data.iloc[0].drop(names).to_dict(),
        "cells": [
            {"values": values[rows[0]], **_cell([runs[row] for row in rows], step)}
            for rows in cells_of(data)
        ],
    }


def _cell(runs: Sequence[Run], step: int) -> dict[str, Any]:
    length = min(len(run.history) for run in runs)
    kept = [i for i in range(length) if (i + 1) % step == 0 or i in (0, length - 1)]
    bands = {}
    for name in (*LINES, *BANDS):
        epochs = list(zip(*(run.history[name] for run in runs), strict=False))
        band = {"mean": [sum(epochs[i]) / len(runs) for i in kept]}
        if name in BANDS and len(runs) > 1:
            band |= {"low": [min(epochs[i]) for i in kept], "high": [max(epochs[i]) for i in kept]}
        bands[name] = round_figures(band, DIGITS)
    return {
        "seeds": [run.config.seed for run in runs],
        "epochs": [i + 1 for i in kept],
        "diverged": [_diverged_at_epoch(run) for run in runs if run.status == "diverged"],
        "columns": bands,
    }


def _diverged_at_epoch(run: Run) -> float:
    """Return the place on the axis of epochs; updates per epoch follow from any finished one."""
    updates = run.history["updates"]
    epoch = run.diverged_at_update / updates[0] if updates and run.diverged_at_update else 0.0
    return round(epoch, 3)


def pack_study(study: Mapping[str, Any]) -> dict[str, Any]:
    """Write what `study_dict` returned shorter; `unpackStudy` of the page's script undoes it.

    ``levels`` maps a field to the values that it takes, ``lists`` are the lists of epochs and of
    seeds that occur, and ``rows`` hold for each cell the index of its level of every field, of
    its seeds and of its epochs, then ``diverged`` and the bands of `BANDS`, each a list of mean
    or of mean, low and high. The training curves are left out.
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
    """Return the place of a value in a list, into which it is put if it is new."""
    if value not in known:
        known.append(value)
    return known.index(value)


# --- the explorer's runs ------------------------------------------------------------------------


def explorer_json(study: StoredStudy) -> str:
    """Return a study's runs as JSON that is safe in a script, thinned until it fits a page."""
    contents = (explorer_dict(study, points) for points in POINTS)
    problem = f"study {study.name!r} is too large for the explorer page"
    return _first_that_fits(contents, MAX_EXPLORER, problem)


def explorer_dict(study: StoredStudy, points: int = POINTS[0]) -> dict[str, Any]:
    """Return a study's runs as plain JSON values: lists with one entry per run.

    ``columns`` are what varies, as the table shows it, ``fields`` the config fields that vary but
    are no column, ``shared`` all others that are not at their defaults. ``updates`` are those of
    one epoch, ``diverged`` is the update, and ``kept`` maps a number of epochs to those that
    ``curves`` hold, at most as many as `points`, each as one packed text.
    """
    runs, data, shown = study.runs, settings(study.runs), columns(study)
    names = varying(data)
    hidden = [name for name in names if name not in {c.name for c in shown if c.is_field}]
    shared = data.iloc[0].drop(names).to_dict()
    default = RunConfig()
    kept = {length: kept_epochs(length, points) for length in {len(r.history) for r in runs}}
    return {
        "name": study.name,
        "label": study_title(study.name),
        "dataset": sorted(set(data["dataset"])),
        "points": points,
        "columns": [vars(column) for column in shown],
        "fields": [vars(Column.of(name, data[name])) for name in hidden],
        "shared": {k: v for k, v in shared.items() if v != getattr(default, k)},
        "ids": [run.config.run_id for run in runs],
        "seeds": [run.config.seed for run in runs],
        "status": [run.status for run in runs],
        "epochs": [len(run.history) for run in runs],
        "updates": _updates_per_epoch(runs),
        "diverged": [run.diverged_at_update or 0 for run in runs],
        "seconds": [round(run.duration_s, 1) for run in runs],
        "final": {name: [run.summary[name] for run in runs] for name in FINALS},
        "kept": kept,
        "curves": {
            name: [_curve(run, name, kept[len(run.history)]) for run in runs] for name in CURVES
        },
    }


def _curve(run: Run, name: str, epochs: Sequence[int]) -> str:
    """Return the values of a run at some epochs, packed, the test error in percent."""
    values = run.history["test_accuracy" if name == "test_error" else name]
    if name == "test_error":
        values = [None if a is None else 100 * (1 - a) for a in values]
    return pack_figures(values[epoch - 1] for epoch in epochs)


def _updates_per_epoch(runs: Sequence[Run]) -> list[int]:
    """Return the updates of each run's epochs; of a run without an epoch, from its batch size."""
    data = [(run.config.dataset, run.config.train_size) for run in runs]
    known = {
        key: run.history["examples"][0] for key, run in zip(data, runs, strict=True) if run.history
    }
    return [
        run.history["updates"][0]
        if run.history
        else math.ceil((known.get(key) or 0) / run.config.batch_size)
        for key, run in zip(data, runs, strict=True)
    ]
