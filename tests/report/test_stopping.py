"""Early stopping read off a history does what the callback does while training."""

from __future__ import annotations

import pytest

from mlp_core import RunConfig, train
from mlp_core.report.chapters.stopping import Stop, _range, find_stop, table_of_patience
from mlp_core.training import Run
from mlp_core.training.callbacks import EarlyStopping


@pytest.mark.parametrize(
    ("values", "patience", "rising", "stop"),
    [
        ([3.0, 2.0, 1.0], 1, False, Stop(3, 3, False)),
        ([3.0, 2.0, 2.5, 1.0], 1, False, Stop(3, 2, True)),
        ([3.0, 2.0, 2.5, 1.0], 2, False, Stop(4, 4, False)),
        ([2.0, 2.0, 2.0], 2, False, Stop(3, 1, True)),  # no change is no improvement
        ([0.5, 0.9, 0.8, 0.7], 2, True, Stop(4, 2, True)),
    ],
)
def test_where_it_stops(values: list[float], patience: int, rising: bool, stop: Stop) -> None:
    assert find_stop(values, patience, rising) == stop


@pytest.mark.parametrize("column", ["test_loss", "test_accuracy"])
def test_it_is_the_rule_of_the_callback(column: str) -> None:
    config = RunConfig(train_size=200, hidden_sizes=(16,), learning_rate=0.3, epochs=40)
    whole = train(config)
    ends = set()
    for patience in (1, 3, 8):
        stopped = train(config, [EarlyStopping(column, patience)])
        stop = find_stop(whole.history[column], patience, column.endswith("accuracy"))
        assert stop.stopped == len(stopped.history)
        assert stop.early == (stopped.status == "stopped")
        ends.add(stop.stopped)
    assert len(ends) > 1


def test_table_has_a_row_a_patience_and_one_without(runs: list[Run]) -> None:
    table = table_of_patience(runs[:3], (1, 2))
    assert list(table.index) == ["1", "2", "none"]
    assert table.columns.name == "patience"
    # The made-up losses fall throughout: nothing stops early.
    assert set(table["epochs trained"]) == {"5"}
    assert set(table["its test accuracy, %"]) == {"91.00\u00a0±\u00a01.00"}


def test_a_range_of_epochs_has_its_extremes() -> None:
    history = train(RunConfig(train_size=50, epochs=4)).history
    runs = [
        Run(RunConfig(epochs=4, seed=seed), history, "completed", duration_s=1.0) for seed in (1, 2)
    ]
    assert table_of_patience(runs, ()).loc["none", "epoch kept"] == "4"
    assert _range([3, 4]) == "3.5 (3\u00a0to\u00a04)"
