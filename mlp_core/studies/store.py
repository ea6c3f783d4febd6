"""The store: one JSON file per run, which is there completely or not at all."""

from __future__ import annotations

import contextlib
import json
import math
import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mlp_core.files import Claim, parse_json, whole_file
from mlp_core.studies.catalogue import STUDIES, Study
from mlp_core.training import Run

SCHEMA = 1
# What a run is known by, and what is no figure.
_EXACT = {
    *("config", "run_id", "status", "stop_reason", "environment"),
    *("fingerprint", "given", "changes"),
}


# In a folder without the repository's results, where a notebook was copied or opened.
GET_RUNS = "git clone --depth 1 REPOSITORY copy && cp -r copy/results ."


class StoreWarning(UserWarning):
    """A file of results that cannot be read; it is left alone."""


def find_results(start: Path | None = None) -> Path:
    """Return the nearest folder named ``results``, here or in a parent folder.

    The environment variable ``MLP_CORE_RESULTS`` names another one.
    """
    named = os.environ.get("MLP_CORE_RESULTS")
    if named:
        return Path(named)
    start = (start or Path.cwd()).resolve()
    candidates = (folder / "results" for folder in (start, *start.parents))
    return next((folder for folder in candidates if folder.is_dir()), start / "results")


class RunStore:
    """The runs of one study, ``<root>/<study>/<run_id>.json``; iterating reads them all.

    Parameters
    ----------
    study : str
    root : path, optional
        By default what `find_results` finds.
    """

    def __init__(self, study: str, root: str | Path | None = None) -> None:
        self.study = study
        self.folder = (Path(root) if root is not None else find_results()) / study

    def path(self, run_id: str) -> Path:
        """Return the file of a run."""
        return self.folder / f"{run_id}.json"

    def save(self, run: Run) -> Path:
        """Write the file of a run; whoever reads meanwhile finds a complete file or none.

        A file that is there but cannot be read is not replaced: a FileExistsError names it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(run.run_id)
        if os.path.lexists(path):
            try:
                decode(path)
            except (ValueError, OSError) as error:
                raise FileExistsError(f"{error}; it is not replaced: move it away") from None
        with whole_file(path) as file:
            file.write(encode(run).encode())
        return path

    @contextlib.contextmanager
    def claim(self, purpose: str = "run") -> Iterator[None]:
        """Hold the folder for one purpose: who comes later waits, with a warning.

        The folder is made; one that cannot be written to is an OSError.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        claim = Claim(self.folder / f".{purpose}.claim")
        with claim.hold(lambda words: warnings.warn(words, StoreWarning, stacklevel=5)):
            yield

    def load(self, run_id: str) -> Run:
        """Read one run: FileNotFoundError if it is not stored, ValueError as of `decode`."""
        return decode(self.path(run_id))

    def run_ids(self) -> set[str]:
        """Return the ids of the runs whose files can be read."""
        return {run.run_id for run in self}

    def is_unreadable(self, run_id: str) -> bool:
        """Return whether there is a file of that run which cannot be read."""
        try:
            self.load(run_id)
        except (ValueError, OSError):
            return os.path.lexists(self.path(run_id))
        return False

    def __iter__(self) -> Iterator[Run]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                run = decode(path)
            except (ValueError, OSError) as error:
                warnings.warn(
                    f"{error}; it is left alone, and stands for its run", StoreWarning, stacklevel=2
                )
            else:
                yield run


def encode(run: Run) -> str:
    """Return a run as one line of JSON, its figures rounded to 5 significant digits."""
    values = run.to_dict()
    rounded = {k: v if k in _EXACT else round_figures(v) for k, v in values.items()}
    content = {"schema": SCHEMA, **rounded}
    return json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n"


def decode(path: Path) -> Run:
    """Read the file of a run; a ValueError names it if it is damaged or of an unknown schema."""
    try:
        if not path.is_file() and path.exists():
            raise ValueError("it is no file")  # to read a pipe would be to wait for ever
        values = parse_json(path.read_text(encoding="utf-8"))
        schema = values.pop("schema", None)
        if schema != SCHEMA:
            raise ValueError(f"its schema is {schema!r}, this version reads {SCHEMA}")
        run = Run.from_dict(values)
        if run.run_id != path.stem:
            raise ValueError(f"its config and data belong to run {run.run_id}")
    except ValueError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    return run


def round_figures(value: Any, digits: int = 5) -> Any:
    """Round every float in nested lists and dicts to that many significant digits.

    JSON has no number that is not finite (the norm of a gradient may be so): it becomes None.

    >>> round_figures({"loss": [0.123456789, 12345678.9, None], "epoch": 3})
    {'loss': [0.12346, 12346000.0, None], 'epoch': 3}
    """
    if isinstance(value, dict):
        return {key: round_figures(item, digits) for key, item in value.items()}
    if isinstance(value, list):
        return [round_figures(item, digits) for item in value]
    if isinstance(value, float):
        rounded = float(f"{value:.{digits}g}")
        return rounded if math.isfinite(rounded) else None
    return value


def load_runs(study: str, root: str | Path | None = None) -> list[Run]:
    """Return the stored runs of a study, in the order of the catalogue where it knows them.

    A study of which nothing is stored raises a FileNotFoundError that says what to do.
    """
    store = RunStore(study, root)
    runs = list(store)
    if not runs:
        source = study if study in STUDIES else f"{study}.toml"
        advice = f"get the book's by `{GET_RUNS}`, or make them by " if study in STUDIES else ""
        raise FileNotFoundError(
            f"no runs of the study {study!r} in {store.folder}: {advice}mlp-core study run {source}"
        )
    known = [config.run_id for config in STUDIES[study].configs()] if study in STUDIES else []
    order = {run_id: place for place, run_id in enumerate(known)}
    return sorted(runs, key=lambda run: order.get(run.run_id, len(order)))


@dataclass(frozen=True)
class StoredStudy:
    """A study of the catalogue, or a folder of runs that the catalogue does not know.

    Attributes
    ----------
    name : str
    runs : list of Run
        All runs of its folder, in the order of the catalogue; may be empty.
    study : Study or None
    """

    name: str
    runs: list[Run]
    study: Study | None = None

    @property
    def question(self) -> str:
        """What the study is to answer; empty if the catalogue does not know it."""
        return self.study.question if self.study else ""

    @cached_property
    def planned_ids(self) -> frozenset[str]:
        """Ids of the runs that the catalogue plans."""
        return frozenset(c.run_id for c in self.study.configs()) if self.study else frozenset()

    @cached_property
    def planned_runs(self) -> list[Run]:
        """The stored runs that the catalogue plans."""
        return [run for run in self.runs if run.run_id in self.planned_ids]


def load_study(name: str, root: str | Path | None = None) -> StoredStudy:
    """Return what is stored of a study, which may be nothing.

    `load_runs` leaves a damaged file alone with a warning. Here it is a ValueError: what is said
    of a study must not silently rest on a part of it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", StoreWarning)
        try:
            runs = load_runs(name, root)
        except FileNotFoundError:
            runs = []
        except StoreWarning as warning:
            raise ValueError(
                f"the stored runs of {name!r} are damaged: {warning}. Restore the file, or delete "
                f"it and run `mlp-core study run {name}`"
            ) from None
    return StoredStudy(name, runs, STUDIES.get(name))
