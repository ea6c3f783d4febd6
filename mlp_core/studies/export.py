"""The runs of a study as flat rows, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from mlp_core.studies.store import SCHEMA, encode
from mlp_core.training import Run

STEPS = (1, 2, 5, 10, 25, 50)  # every how many epochs, until a limited JSON fits


def run_row(run: Run) -> dict[str, Any]:
    """Return a run as one flat row: its id, every field of its config, then its summary.

    ``hidden_sizes`` is a tuple, and ``epochs`` is what was asked for. Accuracies are fractions;
    figures of a run that diverged are None.
    """
    config = {name: getattr(run.config, name) for name in run.config.field_names()}
    return {"run_id": run.run_id, **config, **run.summary, "epochs": run.config.epochs}


def sizes_text(sizes: Sequence[int]) -> str:
    """Return the sizes of the hidden layers as text.

    >>> sizes_text((256, 128)), sizes_text(())
    ('256-128', 'none')
    """
    return "-".join(map(str, sizes)) or "none"


def to_csv(runs: Sequence[Run]) -> str:
    """Return one line per run, with the columns of `run_row`."""
    rows = [run_row(run) for run in runs]
    text = io.StringIO()
    columns = dict.fromkeys(name for row in rows for name in row)  # some have validation figures
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "hidden_sizes": sizes_text(row["hidden_sizes"])} for row in rows)
    return text.getvalue()


def to_json(study: str, runs: Sequence[Run], max_characters: int | None = None) -> str:
    """Return the runs with their histories as JSON.

    It is an object with ``study``, ``schema``, ``every_epochs`` (1 if no epoch is left out) and
    ``runs``, each as in its file in ``results/``. A limit of characters leaves out the time of
    each epoch and, if that is not enough, epochs (never the last one) and what callbacks recorded.
    """
    content = [json.loads(encode(run)) for run in runs]
    for run in content:
        del run["schema"]
        if max_characters is not None:
            del run["epoch_ms_per_update"]
    text = ""
    for step in STEPS:
        kept = content if step == 1 else [_thin(run, step) for run in content]
        values = {"study": study, "schema": SCHEMA, "every_epochs": step, "runs": kept}
        text = json.dumps(values, separators=(",", ":"), allow_nan=False)
        if max_characters is None or len(text) <= max_characters:
            break
    return text


def _thin(run: dict[str, Any], step: int) -> dict[str, Any]:
    """Keep every so many epochs, and the last one; records go."""
    count = len(run["history"]["epoch"])
    kept = [i for i in range(count) if (i + 1) % step == 0 or i == count - 1]
    history = {name: [column[i] for i in kept] for name, column in run["history"].items()}
    return {**{name: run[name] for name in run if name != "records"}, "history": history}
