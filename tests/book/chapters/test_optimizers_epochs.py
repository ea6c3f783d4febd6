"""Optimizers and epochs: early stopping read off a history, and which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from made import failing, fake_run

from mlp_book.chapters import optimizers_epochs as chapter
from mlp_book.chapters.optimizers_epochs.duration import Stop, find_stop
from mlp_book.chapters.optimizers_epochs.steps import arrival, settling
from mlp_book.facts import Facts
from mlp_book.quadratic import descend, make_valley
from mlp_core import Run, RunConfig, train
from mlp_core.nn import SGD, Adadelta, Adam
from mlp_core.studies import load_runs
from mlp_core.training import EarlyStopping

VALLEY = make_valley((1, 100))
DIGITS = {"SGD": [fake_run(RunConfig(batch_size=60000, epochs=1))]}  # one update


@pytest.mark.parametrize(
    ("values", "patience", "rising", "stop"),
    [
        ([3.0, 2.0, 1.0], 1, False, Stop(3, 3)),
        ([3.0, 2.0, 2.5, 1.0], 1, False, Stop(3, 2)),
        ([3.0, 2.0, 2.5, 1.0], 2, False, Stop(4, 4)),
        ([2.0, 2.0, 2.0], 2, False, Stop(3, 1)),  # no change is no improvement
        ([0.5, 0.9, 0.8, 0.7], 2, True, Stop(4, 2)),
    ],
)
def test_where_it_stops(values: list[float], patience: int, rising: bool, stop: Stop) -> None:
    assert find_stop(values, patience, rising) == stop


@pytest.mark.parametrize("column", ["test_loss", "test_accuracy"])
def test_it_is_the_rule_of_the_callback(column: str) -> None:
    config = RunConfig(train_size=200, hidden_sizes=(16,), learning_rate=0.3, epochs=40)
    history, ends = train(config).history, set()
    for patience in (1, 3, 8):
        stopped = train(config, callbacks=[EarlyStopping(column, patience)]).history
        assert find_stop(history[column], patience, column.endswith("accuracy"))[0] == len(stopped)
        ends.add(len(stopped))
    assert len(ends) > 1


def test_a_row_for_each_patience_and_one_without() -> None:
    runs = [fake_run(RunConfig(epochs=n, seed=n), 90 + n) for n in (4, 5)]
    table = chapter.table_of_patience(runs, (1, 2))  # the made-up losses fall throughout
    assert list(table.index) == ["1", "2", "none"] and table.columns.name == "patience"
    assert set(table["epochs trained"]) == {"4.5 (4\u00a0to\u00a05)"}
    assert set(table["its test accuracy, %"]) == {"94.50\u00a0±\u00a00.71"}


def test_curves_have_no_zero_error() -> None:
    curves = chapter.learning_curves([fake_run(RunConfig(epochs=2), 100.0)])
    assert curves.groupby(["panel", "line"]).size().tolist() == [2, 2, 2, 2]
    training = curves[(curves["panel"] == "error, %") & (curves["line"] == "training")]
    assert training["value"].tolist() == pytest.approx([5.0, 0.001])


def test_a_loss_arrives_and_settles() -> None:
    losses = np.array([1.0, 0.001, 1.0, 0.001])
    assert (arrival(losses), settling(losses)) == (1, 3)
    assert np.isnan(arrival(losses[:1])) and settling(losses[:1]) == 1


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


def kept(study: str, keep: Callable[[RunConfig], bool]) -> list[Run]:
    return [run for run in stored(study) if keep(run.config)]


def paths(updates: int, **rates: float) -> dict[str, np.ndarray]:
    optimizers = {
        "SGD": SGD(rates.get("sgd", 0.018)),
        "momentum": SGD(0.018, momentum=0.9),
        "Adadelta": Adadelta(1.0),
        "Adam": Adam(0.1),
    }
    return {name: descend(own, VALLEY, (-3.0, 0.3), updates) for name, own in optimizers.items()}


def test_what_the_text_says_holds_for_the_stored_runs() -> None:
    changes = stored("one-at-a-time")
    found = chapter.findings(changes, DIGITS)
    assert found.values["optimizers-epochs-updates"] == "13,132"
    chapter.stopping(changes)
    chapter.schedules(stored("schedules"), changes)
    chapter.valley(paths(3000), VALLEY)


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: chapter.valley(paths(300), VALLEY), "all get the loss down"),
        (lambda: chapter.valley(paths(3000, sgd=0.001), VALLEY), "SGD zigzags"),
        (lambda: chapter.digits(DIGITS), "each optimizer learns"),
        (lambda: chapter.findings(stored("one-at-a-time"), {"a": stored("schedules")}), "a run"),
        (
            lambda: chapter.findings(kept("one-at-a-time", lambda c: c.seed < 3), DIGITS),
            "four hold",
        ),
        (lambda: chapter.findings(stored("schedules"), DIGITS), "the rest can be computed"),
        (lambda: chapter.stopping(kept("one-at-a-time", lambda c: c.seed < 3)), "stopping by"),
        (lambda: chapter.stopping(kept("one-at-a-time", lambda c: c.epochs != 14)), "the first 14"),
        (
            lambda: chapter.schedules(
                kept("schedules", lambda c: c.learning_rate != 0.2), stored("one-at-a-time")
            ),
            "from 0.2 they gain",
        ),
        (
            lambda: chapter.schedules(
                kept("schedules", lambda c: c.schedule != "step"), stored("one-at-a-time")
            ),
            "the rest can be computed",
        ),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
