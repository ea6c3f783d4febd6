"""Several seeds for someone who watches: in order, in lots, and paused on the way."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable

import pytest

from mlp_book.panels import PANELS
from mlp_core.training import ConfigError, Run, train
from mlp_core.what_if import LiveRuns, Panel, run_panel
from mlp_core.what_if.live import Lots
from mlp_core.what_if.train_panel import PROGRESS_S, Event

PANEL = PANELS["learning-rate"]
RUNS = [{"values": {"epochs": 10, "seed": seed}, "seed": seed} for seed in (4, 5)]


def play(live: LiveRuns) -> None:
    """Take turns to the end, or until it is paused."""
    while (wait := live.turn()) is not None and wait != math.inf:
        time.sleep(wait)


def kinds(lots: list[list[Event]]) -> list[str]:
    told = [event["kind"] for lot in lots for event in lot]
    return [kind for kind in told if kind not in ("progress", "frame")]


def run_seeds(panel: Panel, runs: list[dict], send: Callable[[list[Event]], object]) -> Run | None:
    live = LiveRuns(panel, runs, send)
    play(live)
    return live.last


def test_the_seeds_of_one_panel_one_after_the_other() -> None:
    lots: list[list[Event]] = []
    last = run_seeds(PANEL, RUNS, lots.append)
    events = [event for lot in json.loads(json.dumps(lots, allow_nan=False)) for event in lot]
    assert [e["index"] for e in events if e["kind"] == "epoch"] == [0] * 10 + [1] * 10
    assert last is not None
    assert last.config.seed == 5
    assert last.history == train(PANEL.config(RUNS[1]["values"])).history
    assert {e["index"] for e in events if e["kind"] == "frame"} == {0}  # the first alone
    alone: list[Event] = []
    run_panel(PANEL, RUNS[1]["values"], alone.append)
    epochs = [e for e in alone if e["kind"] == "epoch"]
    assert [e for e in events if e["kind"] == "epoch"][10:] == [{**e, "index": 1} for e in epochs]
    assert len(lots[0]) == 1  # that it has begun is told at once
    seen = [[e["epoch"] for e in lot if e["kind"] == "epoch"] for lot in lots]
    assert next(filter(None, seen)) == [1]  # and so is the first epoch
    assert len(lots) < len(events)


def frames_of(lots: list[list[Event]]) -> list[int]:
    return [event["epoch"] for lot in lots for event in lot if event["kind"] == "frame"]


def test_a_quick_network_is_looked_at_as_often_as_an_eye_sees(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And exactly where it pauses, where it ends, and at the epochs that the control names."""
    monkeypatch.setattr("mlp_core.what_if.live.FRAME_S", 1000)
    lots: list[list[Event]] = []
    run = {"values": {"epochs": 20}, "seed": 4}
    live = LiveRuns(PANEL, [run], lots.append)
    play(live)
    assert frames_of(lots) == [0, 1, 10, 20]
    lots.clear()
    live = LiveRuns(PANEL, [run], lots.append)
    live.take({"do": "epoch"})
    for _ in range(4):
        play(live)
        live.take({"do": "epoch"})
    assert frames_of(lots) == [0, 1, 2, 3, 4]
    lots.clear()
    live = LiveRuns(PANEL, [run], lots.append)
    live.take({"do": "speed", "wait_s": 0.001})  # it rests: there is time to look
    play(live)
    assert frames_of(lots) == list(range(21))


def test_seeds_are_paused_and_go_on_in_order() -> None:
    lots: list[list[Event]] = []
    live = LiveRuns(PANEL, RUNS, lots.append)
    live.take({"do": "speed", "wait_s": 0.01})
    live.take({"do": "epoch"})
    play(live)
    assert kinds(lots) == ["start", "epoch", "paused", "ahead"]
    for _ in range(9):  # to the end of the first seed; the second waits before its first update
        live.take({"do": "epoch"})
        play(live)
    events = [event for lot in lots for event in lot]
    second = [e["kind"] for e in events if e["index"] == 1]
    assert second == ["start", "paused", "ahead"]
    assert live.last is not None
    assert live.last.config.seed == 4
    live.take({"do": "play"})
    play(live)
    assert live.turn() is None
    assert live.last.config.seed == 5
    assert live.last.history == train(PANEL.config(RUNS[1]["values"])).history


def test_settings_of_several_seeds_are_not_changed() -> None:
    live = LiveRuns(PANEL, RUNS, lambda lot: None)
    with pytest.raises(ConfigError, match="one seed alone: choose one seed"):
        live.take({"do": "set", "name": "learning_rate", "value": 0.1})


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
