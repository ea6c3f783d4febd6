"""A run that is played: paused, stepped, changed on the way, and still what `Training` trains."""

from __future__ import annotations

import json
import math
import time

import numpy as np
import pytest

from mlp_book.panels import PANELS
from mlp_core.training import ConfigError, Run, Training, train
from mlp_core.what_if import Event, Panel, Player
from mlp_core.what_if.next_step import NextStep
from mlp_core.what_if.train_panel import TURN_S

PANEL = PANELS["learning-rate"]
QUICK = {"epochs": 20}


class Played:
    """A player, and what it has told."""

    def __init__(self, values: dict | None = None, panel: Panel = PANEL) -> None:
        self.events: list[Event] = []
        self.player = Player(panel, QUICK if values is None else values, self.events.append)

    def take(self, do: str, **rest: object) -> Played:
        """Give a command and play on until it is paused or has ended."""
        self.player.take({"do": do, **rest})
        while (wait := self.player.turn()) is not None and wait != math.inf:
            time.sleep(wait)
        return self

    def change(self, **settings: float) -> Played:
        for name, value in settings.items():
            self.player.take({"do": "set", "name": name, "value": value})
        return self

    def told(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["kind"] == kind]

    @property
    def run(self) -> Run:
        assert self.player.run is not None
        return self.player.run


def by_hand(changes: dict[int, dict[str, float]], values: dict = QUICK) -> Run:
    """Return the run in which settings are changed after updates of these numbers."""
    training = Training(PANEL.config(values))
    for update in training.updates():
        for name, value in changes.get(update, {}).items():
            setattr(training, name, value)
    return training.finish()


def assert_equal(one: Run, other: Run) -> None:
    assert one.history == other.history
    assert (one.changes, one.run_id) == (other.changes, other.run_id)
    assert one.network is not None
    assert other.network is not None
    np.testing.assert_array_equal(one.network.parameters, other.network.parameters)


def test_a_rate_changed_at_epoch_ten_is_that_of_training_by_hand() -> None:
    played = Played()
    for _ in range(10):
        played.take("epoch")
    played.change(learning_rate=0.005).take("play")
    assert_equal(played.run, by_hand({150: {"learning_rate": 0.005}}))
    epochs = Training(PANEL.config(QUICK))
    for epoch in epochs:
        if epoch == 10:
            epochs.learning_rate = 0.005
    assert_equal(played.run, epochs.finish())
    assert played.run.history["learning_rate"] == [0.05] * 10 + [0.005] * 10
    (change,) = played.told("change")
    assert {name: change[name] for name in ("name", "from", "to", "update", "at")} == {
        "name": "learning_rate", "from": 0.05, "to": 0.005, "update": 150, "at": 10.0,
    }  # fmt: skip


def test_all_four_settings_change_within_an_epoch_too() -> None:
    changes = {7: {"learning_rate": 0.2, "batch_size": 20}, 9: {"momentum": 0.5},
               90: {"weight_decay": 0.01, "batch_size": 500}}  # fmt: skip
    played = Played()
    for _ in range(90):
        played.take("update").change(**changes.get(played.player.training.update, {}))
    played.take("play")
    assert_equal(played.run, by_hand(changes))
    assert [event["at"] for event in played.told("change")][:2] == [round(700 / 1433, 3)] * 2


def test_commands_alone_change_nothing() -> None:
    played = Played()
    for do in ("update", "update", "epoch", "pause", "update", "epoch", "play"):
        played.take(do)
    assert_equal(played.run, train(PANEL.config(QUICK)))


def test_events_of_pauses_come_in_order_and_are_json() -> None:
    played = Played().take("update").take("pause").take("epoch").take("play")
    kinds = [event["kind"] for event in played.events if event["kind"] != "progress"]
    pause = ["paused", "ahead", "playing"]
    assert kinds == ["start", *pause, "epoch", *pause, *["epoch"] * 19, "end"]
    assert [event["update"] for event in played.told("paused")] == [1, 15]
    json.dumps(played.events, allow_nan=False)


def test_a_command_before_the_first_turn_comes_after_the_start() -> None:
    played = Played()
    played.change(learning_rate=0.1)
    assert [event["kind"] for event in played.events] == ["start", "change"]
    assert played.events[1]["update"] == 0


def test_a_pause_is_heard_within_an_epoch() -> None:
    played = Played({"batch_size": 1})
    assert played.player.turn() == 0.0
    played.take("pause")
    assert 0 < played.player.training.examples < 1433
    assert played.player.turn() == math.inf


def test_while_it_is_paused_a_change_tells_where_the_step_would_lead() -> None:
    played = Played().take("epoch")
    first = played.told("ahead")[-1]
    assert first["chosen"] == 1.0
    played.change(learning_rate=0.2).take("pause")
    second = played.told("ahead")[-1]
    assert (second["rate"], second["chosen"]) == (0.05, pytest.approx(4.0))
    assert second["loss"] == first["losses"][first["multiples"].index(4.0)]
    played.take("update")
    landed = played.told("ahead")[-1]
    assert landed["losses"][landed["multiples"].index(0.0)] == pytest.approx(
        second["loss"], abs=1e-5
    )
    assert landed["rate"] == 0.2  # a new pause: its own rate is the multiple 1
    played.change(learning_rate=5.0).take("pause")  # farther than the picture
    assert played.told("ahead")[-1]["chosen"] == 1.0


def test_it_is_what_the_next_step_is() -> None:
    played = Played().take("epoch")
    training = Training(PANEL.config(QUICK))
    training.run_epoch()
    assert played.told("ahead")[0] == {"kind": "ahead", **NextStep(training).describe()}


def test_it_rests_between_epochs_and_a_command_ends_the_rest() -> None:
    played = Played({"epochs": 1000})
    played.player.take({"do": "speed", "wait_s": 1000.0})
    while (wait := played.player.turn()) == 0.0:
        pass
    assert wait is not None
    assert 1000.0 - TURN_S < wait <= 1000.0
    assert len(played.told("epoch")) == 1
    played.take("epoch")
    assert len(played.told("epoch")) == 2


def test_a_value_that_is_not_legal_is_refused_by_an_event() -> None:
    played = Played().take("epoch").change(momentum=1.5)
    (refused,) = played.told("refused")
    assert (refused["name"], refused["value"]) == ("momentum", 0.9)
    assert "momentum=1.5 is not legal" in refused["message"]
    assert not played.told("change")


def test_no_such_command_and_no_such_setting() -> None:
    with pytest.raises(ConfigError, match="do='jump' is not legal: must be one of"):
        Played().take("jump")
    played = Played().change(hidden_sizes=3)
    assert "hidden_sizes: no setting" in played.told("refused")[0]["message"]


def test_where_a_run_diverges_after_its_batches_were_changed() -> None:
    played = Played().take("epoch").change(batch_size=1000).take("epoch")
    played.change(learning_rate=1e4).take("play")
    end = played.events[-1]
    assert end["status"] == "diverged"
    assert end["diverged_at"] == pytest.approx(2 + (end["diverged_at_update"] - 17) / 2)
