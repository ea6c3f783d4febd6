"""A study and what is stored of it: how many of its runs, what varies in them, the best cell."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mlp_core.report.axes import format_number
from mlp_core.report.measures import MEASURES
from mlp_core.report.spread import outside_seed_noise, seed_spread
from mlp_core.studies import STUDIES, StoreWarning, Study, load_runs
from mlp_core.training import Run, RunConfig

NAME = re.compile(r"[\w-]+")  # of a folder that may become part of an address


@dataclass(frozen=True)
class Column:
    """What varies from run to run: a config field, or a factor that sets several of them.

    Attributes
    ----------
    name : str
    levels : list
        Plain JSON values, each once; numbers from small to large.
    at : list of int
        For each run, the place of its level in `levels`.
    is_field : bool
        Whether it is a field of `RunConfig`.
    """

    name: str
    levels: list[Any]
    at: list[int]
    is_field: bool = True


class StoredStudy:
    """A study of the catalogue, or a folder of runs that the catalogue does not know.

    Parameters
    ----------
    name : str
    runs : sequence of Run
        In the catalogue's order; may be empty.
    study : Study, optional
    """

    def __init__(self, name: str, runs: Sequence[Run], study: Study | None = None) -> None:
        self.name, self.runs, self.study = name, list(runs), study
        self.question = study.question if study else ""
        planned = {config.run_id for config in study.configs()} if study else set()
        self.planned = len(planned)
        self.stored = sum(run.config.run_id in planned for run in self.runs)
        self._values = [_without_seed(run.config.to_dict()) for run in self.runs]

    @cached_property
    def columns(self) -> list[Column]:
        """The study's factors that vary in the stored runs, then whatever else varies."""
        compounds = self._compounds()
        covered = {field for levels in compounds.values() for field in _fields_of(levels)}
        factors = self.study.factors if self.study else []
        plain = self.fields
        found = [
            self._compound_column(name, compounds[name]) if name in compounds else plain[name]
            for name in factors
            if name in compounds or name in plain
        ]
        known = {*factors, *covered}
        others = [column for name, column in plain.items() if name not in known]
        return [column for column in [*found, *others] if len(column.levels) > 1]

    @cached_property
    def fields(self) -> dict[str, Column]:
        """Every config field but the seed whose value is not the same in all runs."""
        varying = [name for name, shared in self.is_shared.items() if not shared]
        return {name: _column(name, [values[name] for values in self._values]) for name in varying}

    @cached_property
    def shared(self) -> dict[str, Any]:
        """The config fields that all runs share and that are not at their defaults."""
        default = RunConfig().to_dict()
        first = self._values[0] if self._values else {}
        return {
            name: value
            for name, value in first.items()
            if self.is_shared[name] and value != default[name]
        }

    @cached_property
    def is_shared(self) -> dict[str, bool]:
        """For each config field but the seed, whether all runs have the same value."""
        first = self._values[0] if self._values else {}
        return {
            name: all(values[name] == value for values in self._values)
            for name, value in first.items()
        }

    def _compounds(self) -> dict[str, Mapping[str, Mapping[str, Any]]]:
        """Return the factors that are no single field, each with its labelled levels."""
        grids = self.study.grids if self.study else []
        return {
            name: levels
            for grid in grids
            for name, levels in grid.items()
            if isinstance(levels, Mapping)
        }

    def _compound_column(self, name: str, levels: Mapping[str, Mapping[str, Any]]) -> Column:
        base = {**RunConfig().to_dict(), **(self.study.base if self.study else {})}
        fields = _fields_of(levels)
        # A level that leaves a field alone leaves it at the base's value.
        labels = {
            json.dumps([settings.get(field, base[field]) for field in fields]): label
            for label, settings in levels.items()
        }
        keys = [json.dumps([values[field] for field in fields]) for values in self._values]
        column = _column(name, [labels.get(key, "other") for key in keys])
        return Column(name, column.levels, column.at, is_field=False)

    @cached_property
    def cells(self) -> list[list[Run]]:
        """The runs by config without the seed."""
        groups: dict[str, list[Run]] = {}
        for run, values in zip(self.runs, self._values, strict=True):
            groups.setdefault(json.dumps(values), []).append(run)
        return list(groups.values())

    def best_cell(self) -> str | None:
        """Return the best cell in words, with its spread; None if there is none.

        That is the highest mean test accuracy of a cell none of whose runs diverged; and how many
        other cells seed noise cannot tell from it.
        """
        measure = MEASURES["test_accuracy"]
        scores = []
        for cell in self.cells:
            values = [value for run in cell if (value := measure.of_run(run)) is not None]
            if len(values) == len(cell):
                scores.append((values, cell[0]))
        if not scores:
            return None
        scores.sort(key=lambda score: -seed_spread(score[0]).mean)
        (best, run), others = scores[0], scores[1:]
        words = f"{seed_spread(best).text(measure.digits)}\u00a0%"
        words += ", one seed" if len(best) == 1 else f", {len(best)} seeds"
        setting = self.describe(run)
        words = f"{setting}: {words}" if setting else words
        if len(best) == 1 or not others:
            return words
        level = sum(not outside_seed_noise(best, values) for values, _ in others)
        return f"{words}; inside its seed noise: {level} of {len(others)} others"

    def describe(self, run: Run) -> str:
        """Return what sets a run apart from the others of its study, in words."""
        place = self.runs.index(run)
        parts = [
            f"{column.name.replace('_', ' ')} {level_text(column.levels[column.at[place]])}"
            for column in self.columns
        ]
        return ", ".join(parts)


def level_text(value: Any) -> str:
    """Return a level as a reader sees it.

    >>> level_text([256, 128]), level_text([]), level_text(1e-5), level_text("relu")
    ('256-128', 'none', '10⁻⁵', 'relu')
    """
    if isinstance(value, list):
        return "-".join(map(str, value)) or "none"
    if value is None:
        return "all"  # the one field that may be unset: how many images to train on
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).replace("_", " ")
    return format_number(value)


def load_studies(results: Path) -> list[StoredStudy]:
    """Return all studies of the catalogue, then the folders of runs that it does not know.

    Raises
    ------
    ValueError
        If a file of the store cannot be read; it is named.
    """
    folders = [path.name for path in sorted(results.glob("*")) if any(path.glob("*.json"))]
    unknown = [name for name in folders if name not in STUDIES and NAME.fullmatch(name)]
    return [load_study(name, results) for name in [*STUDIES, *unknown]]


def load_study(name: str, results: Path) -> StoredStudy:
    """Return one study, with no runs if none is stored."""
    with warnings.catch_warnings():
        # The store leaves a damaged file alone; a book drawn from the rest would not say so.
        warnings.simplefilter("error", StoreWarning)
        try:
            runs = load_runs(name, results)
        except FileNotFoundError:
            runs = []
        except StoreWarning as warning:
            raise ValueError(
                f"the stored runs of {name!r} are damaged: {warning}. Restore the file, or delete "
                f"it and run `mlp-core study run {name}`"
            ) from None
    return StoredStudy(name, runs, STUDIES.get(name))


def _without_seed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "seed"}


def _fields_of(levels: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(field for settings in levels.values() for field in settings))


def _column(name: str, values: Sequence[Any]) -> Column:
    keys = [json.dumps(value) for value in values]
    levels = [json.loads(key) for key in dict.fromkeys(keys)]
    if all(isinstance(level, int | float) and not isinstance(level, bool) for level in levels):
        levels.sort()
    places = {json.dumps(level): place for place, level in enumerate(levels)}
    return Column(name, levels, [places[key] for key in keys])
