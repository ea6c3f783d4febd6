"""The store: one JSON file a run, written whole or not at all."""

from __future__ import annotations

import json
import math
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlp_core.training import Run

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 1
_EXACT = ("config", "run_id", "status", "stop_reason", "environment")


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
    for folder in (start, *start.parents):
        if (folder / "results").is_dir():
            return folder / "results"
    return start / "results"


class RunStore:
    """The runs of one study, ``<root>/<study>/<run_id>.json``.

    Parameters
    ----------
    study : str
    root : Path, optional
        By default what `find_results` finds.
    """

    def __init__(self, study: str, root: str | Path | None = None) -> None:
        self.study = study
        self.folder = (Path(root) if root is not None else find_results()) / study

    def path(self, run_id: str) -> Path:
        """Return the file of a run."""
        return self.folder / f"{run_id}.json"

    def save(self, run: Run) -> Path:
        """Write a run's file; whoever reads meanwhile finds the whole file or none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.path(run.config.run_id)
        half = path.with_suffix(f".{os.getpid()}.part")
        half.write_text(encode(run), encoding="utf-8")
        half.replace(path)
        return path

    def load(self, run_id: str) -> Run:
        """Read one run.

        Raises
        ------
        FileNotFoundError
            If it is not stored.
        ValueError
            If its file is damaged or of an unknown schema.
        """
        return decode(self.path(run_id))

    def run_ids(self) -> set[str]:
        """Return the ids of the runs whose files can be read."""
        return {run.config.run_id for run in self}

    def __iter__(self) -> Iterator[Run]:
        for path in sorted(self.folder.glob("*.json")):
            try:
                run = decode(path)
            except ValueError as error:
                warnings.warn(f"{error}; it is left alone", StoreWarning, stacklevel=2)
            else:
                yield run


def encode(run: Run) -> str:
    """Return a run as one line of JSON, its figures rounded to 5 significant digits."""
    values = run.to_dict()
    rounded = {k: v if k in _EXACT else round_figures(v) for k, v in values.items()}
    content = {"schema": SCHEMA, **rounded}
    return json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n"


def decode(path: Path) -> Run:
    """Read a run's file.

    Raises
    ------
    ValueError
        Naming the file, if it is damaged or of an unknown schema.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        schema = values.get("schema")
        if schema != SCHEMA:
            raise ValueError(f"its schema is {schema!r}, this version reads {SCHEMA}")
        run = Run.from_dict(values)
        if run.config.run_id != path.stem:
            raise ValueError(f"its config belongs to run {run.config.run_id}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    return run


def round_figures(value: Any, digits: int = 5) -> Any:
    """Round every float in a nest of lists and dicts to so many significant digits.

    JSON knows no figure that is not finite (a gradient's norm may be so): it becomes None.

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
    """Return the stored runs of a study, in the catalogue's order where it knows them.

    Raises
    ------
    FileNotFoundError
        If there are none.
    """
    from mlp_core.studies.catalogue import STUDIES

    store = RunStore(study, root)
    runs = {run.config.run_id: run for run in store}
    if not runs:
        raise FileNotFoundError(
            f"no runs of the study {study!r} in {store.folder}: mlp-core study run {study}"
        )
    known = [c.run_id for c in STUDIES[study].configs()] if study in STUDIES else []
    order = {run_id: place for place, run_id in enumerate(known)}
    return [runs[run_id] for run_id in sorted(runs, key=lambda r: order.get(r, len(order)))]


def to_dataframe(runs: list[Run]) -> pd.DataFrame:
    """Return one row a run: every config field, then the figures of the summary."""
    import pandas as pd

    rows = []
    for run in runs:
        config = {**run.config.to_dict(), "hidden_sizes": run.config.hidden_sizes}
        rows.append({**config, **{k: v for k, v in run.summary.items() if k != "epochs"}})
    return pd.DataFrame(rows)
