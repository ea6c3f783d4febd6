"""A panel in Jupyter: what it answers, its one thread, a panel of one's own, and its figure."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from waiting import wait_for

from mlp_book.panels import PANELS, WhatIf, choice, log, show_panel, slider, what_if
from mlp_core.training import ConfigError, RunConfig, Training, train

QUICK = RunConfig(epochs=3)


class Heard:
    """A panel whose messages are kept."""

    def __init__(self, panel: WhatIf, monkeypatch: pytest.MonkeyPatch) -> None:
        self.panel, self.messages = panel, list[dict[str, Any]]()
        monkeypatch.setattr(
            panel, "send", lambda message, buffers=None: self.messages.append(message)
        )

    def ask(self, **message: Any) -> None:
        self.panel._take(self.panel, message, [])

    def train(
        self, number: int, values: dict[str, Any], seeds: tuple[int, ...] = (1,), *commands: dict
    ) -> None:
        runs = [{"values": values, "seed": seed} for seed in seeds]
        self.ask(kind="train", id=number, dataset="digits", runs=runs, commands=commands)

    def events(self, kind: str) -> list[dict[str, Any]]:
        lots = [m["events"] for m in self.messages if m["kind"] == "events"]
        return [event for lot in lots for event in lot if event["kind"] == kind]

    def wait(self, kind: str) -> dict[str, Any]:
        wait_for(lambda: any(m["kind"] == kind for m in self.messages))
        return next(m for m in self.messages if m["kind"] == kind)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    panel = what_if(QUICK, learning_rate=log(1e-4, 1e6), momentum=slider(0, 0.99))
    return Heard(panel, monkeypatch)


def threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("panel ")]


def test_it_trains_the_values_seed_by_seed_and_no_thread_is_left(heard: Heard) -> None:
    heard.train(1, {"learning_rate": 0.1}, (3, 4))
    assert heard.wait("done") == {"kind": "done", "id": 1}
    wait_for(lambda: not threads())
    assert [event["index"] for event in heard.events("epoch")] == [0, 0, 0, 1, 1, 1]
    run = train(QUICK.replace(learning_rate=0.1, seed=4))
    assert heard.events("epoch")[-1]["test_accuracy"] == run.history["test_accuracy"][-1]
    assert heard.events("start")[0]["before"]["test_accuracy"] < 0.5
    assert heard.panel.trained is not None


def test_a_new_job_cancels_the_one_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(what_if(RunConfig(epochs=100_000), learning_rate=log(1e-4, 1)), monkeypatch)
    heard.train(1, {})
    heard.wait("events")
    for number in range(2, 30):
        heard.train(number, {})
    assert len(threads()) == 1
    wait_for(lambda: heard.messages[-1]["id"] == 29)
    assert not [m for m in heard.messages if m["kind"] == "done"]
    heard.ask(kind="stop", id=29)
    wait_for(lambda: not threads())


def test_a_paused_run_needs_no_thread_and_changes_on_the_way(heard: Heard) -> None:
    heard.train(1, {}, (1,), {"do": "epoch"})
    wait_for(lambda: heard.events("ahead"))
    wait_for(lambda: not threads())
    assert len(heard.events("epoch")) == 1
    change = {"do": "set", "name": "learning_rate", "value": 0.2}
    heard.ask(kind="command", id=1, command=change)
    wait_for(lambda: len(heard.events("ahead")) == 2)
    heard.ask(kind="command", id=7, command={"do": "play"})  # of another run: not meant
    wait_for(lambda: not threads())
    heard.ask(kind="command", id=1, command={"do": "play"})
    heard.wait("done")
    training = Training(QUICK.replace(seed=1))
    for epoch in training:
        if epoch == 1:
            training.learning_rate = 0.2
    assert heard.panel.trained is not None
    assert heard.panel.trained.history == training.finish().history


def test_a_run_that_rests_hears_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(what_if(QUICK, learning_rate=log(1e-4, 1)), monkeypatch)
    heard.train(1, {}, (1,), {"do": "speed", "wait_s": 1e4})
    wait_for(lambda: heard.events("epoch"))
    heard.ask(kind="command", id=1, command={"do": "speed", "wait_s": 0.0})
    heard.wait("done")


def test_errors_are_messages(heard: Heard) -> None:
    heard.train(1, {"learning_rate": 1e9})
    assert "must be a number from" in heard.wait("failed")["message"]
    heard.messages.clear()
    runs = [{"values": {}, "seed": 1}]
    heard.ask(kind="train", id=2, dataset="no-such-folder", runs=runs, commands=[])
    assert "no-such-folder" in heard.wait("failed")["message"]
    wait_for(lambda: not threads())


def test_its_network_classifies(heard: Heard) -> None:
    heard.ask(kind="classify", number=1, image={"test": 1})
    assert "press Play" in heard.wait("answer")["answer"]["problem"]
    heard.train(1, {})
    heard.wait("done")
    heard.messages.clear()
    for number, image in enumerate(({"test": 2}, {"pixels": [3.0] * 64}, {"test": 0})):
        heard.ask(kind="classify", number=number, image=image)
    answers = [m["answer"] for m in heard.messages]
    assert [len(answer.get("scores", ())) for answer in answers] == [10, 10, 0]
    assert "not legal" in answers[2]["problem"]


def test_one_line_makes_a_panel_of_ones_own() -> None:
    panel = what_if(
        RunConfig(hidden_sizes=(32,)),
        learning_rate=log(1e-4, 10),
        momentum=slider(0, 0.99),
        activation=choice("relu", "tanh"),
    )
    assert panel.panel.config({}) == RunConfig(hidden_sizes=(32,))
    assert panel.data["controls"][0]["stops"][:2] == [0.0001, 0.00013]
    assert panel.stops is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: what_if(RunConfig()), "needs a control"),
        (lambda: what_if(RunConfig(), rate=log(1e-4, 1)), "rate: RunConfig has no such field"),
        (lambda: what_if(RunConfig(), momentum=slider(0, 0.5)), "momentum=0.9 is not legal"),
        (lambda: show_panel("none"), "panel='none' is not legal"),
    ],
)
def test_a_panel_that_cannot_be_is_refused(make: Callable[[], WhatIf], words: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)):
        make()


@pytest.mark.parametrize(
    ("name", "data"), [("regularization", ["MNIST", "Fashion-MNIST"]), ("engine", [None, None])]
)
def test_a_panel_has_the_full_scale_runs_that_are_stored(name: str, data: list[str | None]) -> None:
    panel = show_panel(name)
    assert [one and one["dataset"]["name"] for one in (panel.study, panel.twin)] == data


@pytest.mark.parametrize("name", PANELS)
def test_without_a_kernel_a_page_has_the_figure_and_a_sentence(name: str) -> None:
    html = show_panel(name)._repr_mimebundle_()[0]["text/html"]
    assert "<svg" in html
    assert "need JavaScript" in html
    assert html.count("</script>") == 1


def test_the_figure_shows_what_is_stored_and_what_was_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panel = show_panel("engine")
    stored = panel.figure()
    assert "stored: small digits, 5 seeds: test loss" in stored.alt()
    assert "seed 2022. " in stored.alt()
    heard = Heard(panel, monkeypatch)
    heard.train(1, {})
    heard.wait("done")
    assert "trained here: test loss" in panel.figure().alt()
    assert panel.figure().axes[1].get_title("left") == "accuracy, %"


def test_the_figure_of_values_that_diverge_has_a_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard(what_if(QUICK, learning_rate=log(1e-4, 1e6)), monkeypatch)
    heard.train(1, {"learning_rate": 1e6})
    heard.wait("done")
    assert heard.events("end")[0]["status"] == "diverged"
