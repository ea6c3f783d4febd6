"""A study's runs as files to take away: a table for spreadsheets, and everything as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mlp_core.studies import to_dataframe
from mlp_core.studies.store import SCHEMA, encode
from mlp_core.training import Run

MAX_CHARACTERS = 4_000_000  # of a study's JSON
STEPS = (1, 2, 5, 10, 25, 50)  # every how many epochs, until it fits


def runs_csv(runs: Sequence[Run]) -> str:
    r"""Return one row a run: its settings, then the figures of its summary.

    Hidden sizes are joined by hyphens ("256-128"), and "none" stands for no hidden layer.
    """
    table = to_dataframe(list(runs))
    sizes = ["-".join(map(str, run.config.hidden_sizes)) or "none" for run in runs]
    table["hidden_sizes"] = sizes
    table.insert(0, "run_id", table.pop("run_id"))
    return str(table.to_csv(index=False, lineterminator="\n"))


def runs_json(study: str, runs: Sequence[Run]) -> str:
    """Return the runs with their histories as JSON, thinned only if they are too many.

    Parameters
    ----------
    study : str
    runs : sequence of Run

    Returns
    -------
    str
        An object with ``study``, ``schema``, ``every_epochs`` (1 if no epoch was left out; the
        last one never is) and ``runs``, each as its file in ``results/`` has it, but without the
        time of each epoch. Where epochs were left out, what callbacks recorded is too.
    """
    text = ""
    for step in STEPS:
        content = {
            "study": study,
            "schema": SCHEMA,
            "every_epochs": step,
            "runs": [_plain(run, step) for run in runs],
        }
        text = json.dumps(content, separators=(",", ":"), allow_nan=False)
        if len(text) <= MAX_CHARACTERS:
            break
    return text


def _plain(run: Run, step: int) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(encode(run))
    del values["schema"], values["epoch_ms_per_update"]
    if step > 1:
        del values["records"]
        values["history"] = {
            name: _thin(column, step) for name, column in values["history"].items()
        }
    return values


def _thin(column: list[Any], step: int) -> list[Any]:
    """Keep every so many entries, and the last.

    >>> _thin([1, 2, 3, 4, 5], 2)
    [2, 4, 5]
    """
    kept = column[step - 1 :: step]
    return kept if len(column) % step == 0 else [*kept, column[-1]]
