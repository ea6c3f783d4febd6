"""Several seeds for someone who watches: in order, in lots, and stopped between two seeds."""

from __future__ import annotations

import json
import math

from mlp_book.panels import PANELS
from mlp_core.training import train
from mlp_core.what_if import run_seeds
from mlp_core.what_if.live import Lots
from mlp_core.what_if.train_panel import PROGRESS_S, Event

PANEL = PANELS["learning-rate"]
RUNS = [{"values": {"epochs": 10, "seed": seed}, "seed": seed} for seed in (4, 5)]


def test_the_seeds_of_one_panel_one_after_the_other() -> None:
    lots: list[list[Event]] = []
    last = run_seeds(PANEL, RUNS, lots.append)
    events = [event for lot in json.loads(json.dumps(lots, allow_nan=False)) for event in lot]
    assert [e["index"] for e in events if e["kind"] == "epoch"] == [0] * 10 + [1] * 10
    assert last is not None
    assert last.config.seed == 5
    assert last.history == train(PANEL.config(RUNS[1]["values"])).history
    assert len(lots[0]) == 1  # that it has begun is told at once
    assert len(lots) < len(events)


def test_what_is_stopped_begins_no_other_seed() -> None:
    lots: list[list[Event]] = []
    asked = iter([False, False, False, True, True, True])
    last = run_seeds(PANEL, RUNS, lots.append, lambda: next(asked))
    assert last is not None
    assert last.status == "stopped"
    assert {event["index"] for lot in lots for event in lot} == {0}


def test_what_is_not_finite_is_none() -> None:
    sent: list[list[Event]] = []
    Lots(sent.append).add({"kind": "end", "loss": math.inf, "epoch": 1, "name": "x"})
    assert sent == [[{"kind": "end", "loss": None, "epoch": 1, "name": "x"}]]


def test_weights_that_break_a_formula_before_any_update_are_told_too() -> None:
    """The loss of the first weights was NaN, which no page can parse."""
    events: list[Event] = []
    values = {"loss": "naive_cross_entropy", "init_std": 10.0}
    run_seeds(PANELS["numerical-stability"], [{"values": values, "seed": 1}], events.extend)
    assert events[0]["before"]["test_loss"] is None
    json.dumps(events, allow_nan=False)


def test_a_long_epoch_says_how_far_it_is() -> None:
    events: list[Event] = []
    panel = PANEL.with_base(hidden_sizes=[2048, 2048])
    run_seeds(panel, [{"values": {"epochs": 1, "batch_size": 10}, "seed": 1}], events.extend)
    shares = [event["share"] for event in events if event["kind"] == "progress"]
    assert PROGRESS_S < 1
    assert shares == sorted(shares)
    assert shares
    assert all(0 < share < 1 for share in shares)
