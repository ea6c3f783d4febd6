"""The export: one flat row per run, the same in CSV, and all epochs in JSON."""

import csv
import io
import json

import pytest

from mlp_core import RunConfig
from mlp_core.studies import run_row, to_csv, to_json
from mlp_core.studies.store import encode
from mlp_core.training import History, Run


def made_run(seed=1, epochs=5, **fields):
    history = History()
    for epoch in range(1, epochs + 1):
        history.append(epoch=epoch, test_accuracy=epoch / epochs, test_loss=1 / epoch)
    config = RunConfig(seed=seed, epochs=epochs, **{"hidden_sizes": (8, 4), **fields})
    records, times = {"dead_units": [0.0] * epochs}, [0.25] * epochs
    return Run(config, history, "completed", records=records, epoch_ms_per_update=times)


DIVERGED = Run(
    RunConfig(hidden_sizes=(), train_size=100, epochs=7),
    made_run(epochs=2).history,
    "diverged",
    stop_reason='"loss", not finite',
    diverged_at_update=3,
)


def test_a_row_has_the_config_and_the_summary():
    row = run_row(DIVERGED)
    assert list(row)[:2] == ["run_id", "dataset"]
    assert set(row) == {*RunConfig.field_names(), *DIVERGED.summary}
    assert (row["run_id"], row["hidden_sizes"]) == (DIVERGED.config.run_id, ())
    assert row["epochs"] == 7  # as asked for, not as reached
    assert (row["status"], row["test_accuracy"], row["updates"]) == ("diverged", None, 3)


def test_csv_has_one_line_per_run():
    runs = [made_run(1), DIVERGED]
    text = to_csv(runs)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.count("\n") == len(rows) + 1 and "\r" not in text
    assert list(rows[0]) == list(run_row(runs[0]))
    assert [row["hidden_sizes"] for row in rows] == ["8-4", "none"]
    assert [row["train_size"] for row in rows] == ["", "100"]  # a whole number stays one
    assert [row["diverged_at_update"] for row in rows] == ["", "3"]
    assert [row["test_accuracy"] for row in rows] == ["1.0", ""]
    assert rows[1]["stop_reason"] == DIVERGED.stop_reason


def test_json_has_every_epoch():
    runs = [made_run(1), DIVERGED]
    content = json.loads(to_json("learning-rate", runs))
    assert (content["study"], content["schema"], content["every_epochs"]) == ("learning-rate", 1, 1)
    as_stored = [{"schema": 1, **run} for run in content["runs"]]
    assert as_stored == [json.loads(encode(run)) for run in runs]
    (short, _) = json.loads(to_json("learning-rate", runs, 100_000))["runs"]
    assert "epoch_ms_per_update" not in short
    assert short["history"] == content["runs"][0]["history"] and short["records"]


@pytest.mark.parametrize("share", [3, 20])
def test_json_of_many_runs_is_thinned_and_says_so(share):
    runs = [made_run(seed, epochs=101) for seed in range(3)]
    limit = len(to_json("x", runs)) // share
    text = to_json("x", [*runs, Run(RunConfig(), History(), "diverged")], limit)
    content = json.loads(text)
    step = content["every_epochs"]
    assert step > 1 and (len(text) <= limit or step == 50)
    first, *_, last = content["runs"]
    assert first["history"]["epoch"] == [*range(step, 101, step), 101]
    assert last["history"]["epoch"] == [] and "records" not in first
