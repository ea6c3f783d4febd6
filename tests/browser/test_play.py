"""A run that is played on a page: paused, stepped, changed on the way, by any hand."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from browsing import PHONE, has_no_clipboard, is_cut_off, opened, small_targets, violations
from built_book import require
from live_page import write_page
from panel import Panel
from playwright.sync_api import Browser, Locator, Page

from chromium import served
from mlp_book.panels import PANELS
from mlp_book.panels.panel_html import panel_html
from mlp_book.scripts import JS, join_modules
from mlp_core.training import Run, Training
from mlp_core.what_if.next_step import NextStep

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NAMES = ("learning-rate", "weight-decay", "optimizers")
RATE = PANELS["learning-rate"].controls[0]
DIFFERENCE = 1e-5
TALLEST = 560
SPEEDS = ("slow", "normal", "fast")
SLOW_S = 0.6  # of rest after an epoch
TRANSPORT = ("Play", "One epoch", "Restart", "speed")
POINTS = 0.003  # of test accuracy: one of the 364 test images
AHEAD = "import json; json.dumps(live._player._next_step.describe())"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a page with three panels, which trains by the sources as they are."""
    pyodide = Path(sys.prefix) / "pyodide"
    missing = "Pyodide is not here"
    require(pyodide / "pyodide.js", "MLP_CORE_OFFLINE", missing, "make book-offline")
    folder = tmp_path_factory.mktemp("play")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLP_CORE_PYODIDE", str(pyodide))
        write_page(folder, "".join(panel_html(PANELS[n], None) for n in NAMES), trains=True)
    with served(folder) as host:
        yield f"{host}/page.html"


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def panel(page: Page) -> Panel:
    return reset(page, 0)


def reset(page: Page, number: int) -> Panel:
    """Return a panel at its first values, in view, with its controls unfolded."""
    panel = Panel(page, number)
    panel.reset()
    panel.unfold("More")
    panel.root.evaluate("e => e.scrollIntoView({block: 'start', behavior: 'instant'})")
    return panel


def pause_after(panel: Panel, epochs: int) -> None:
    """Train so many epochs more, one by one."""
    for _ in range(epochs):
        epoch = int(panel.data("epoch"))
        panel.click("One epoch")
        panel.wait(lambda epoch=epoch: int(panel.data("epoch")) == epoch + 1)
        panel.wait_for("paused")
    panel.wait(panel.root.locator(".what-if-next").is_visible)


def by_hand(values: dict[str, Any], changes: dict[int, dict[str, float]]) -> Run:
    training = Training(PANELS["learning-rate"].config(values))
    for update in training.updates():
        for name, value in changes.get(update, {}).items():
            setattr(training, name, value)
    return training.finish()


def marks(panel: Panel) -> list[str]:
    return panel.root.locator(".mlp-chart >> nth=0 >> .mlp-change-words").all_text_contents()


def ahead(panel: Panel) -> dict[str, Any]:
    """Return what the page's Python says of the next step."""
    (worker,) = panel.page.workers
    return dict(json.loads(worker.evaluate("text => pyodide.runPython(text)", AHEAD)))


# --- the must-shows -------------------------------------------------------------------------


def test_a_rate_changed_at_epoch_ten_gives_what_training_gives(panel: Panel) -> None:
    panel.set("epochs", "2")  # twenty
    pause_after(panel, 10)
    panel.set_to("learning_rate", 0.005, RATE.stops)
    panel.wait(lambda: marks(panel) == ["rate 0.05 → 0.005 at epoch 10"])
    assert panel.data("state") == "paused"
    panel.click("Play")
    panel.wait_for("completed")
    assert panel.headline().startswith("rate 0.05 → 0.005 at epoch 10: ")
    page_run = panel.download()
    here = by_hand({"epochs": 20}, {150: {"learning_rate": 0.005}})
    (rows,) = page_run["histories"]
    assert [row["learning_rate"] for row in rows] == here.history["learning_rate"]
    pairs = zip(rows, here.history["running_loss"], strict=True)
    off = max(abs(row["running_loss"] - loss) for row, loss in pairs)
    print(f"largest difference of a training loss: {off:.2g}")
    assert off < 1e-4
    for row, accuracy in zip(rows, here.history["test_accuracy"], strict=True):
        assert row["test_accuracy"] == pytest.approx(accuracy, abs=POINTS)
    program = copied(panel)
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(None):
        exec(program, scope)
    assert scope["run"].history == here.history
    assert scope["run"].changes == here.changes
    (worker,) = panel.page.workers  # and in the page's own Python, bit for bit
    said = worker.evaluate(
        "text => pyodide.runPython(text)",
        program + "import json\njson.dumps(run.history['test_loss'])",
    )
    assert json.loads(said) == [row["test_loss"] for row in rows]


def copied(panel: Panel) -> str:
    has_no_clipboard(panel.page)
    panel.click("Copy as code")
    return panel.text(".mlp-code")


def test_the_next_step_is_numpys_and_one_step_lands_there(panel: Panel) -> None:
    pause_after(panel, 3)
    training = Training(PANELS["learning-rate"].config({}))
    for update in training.updates():
        if update == 45:
            break
    assert ahead(panel)["losses"] == pytest.approx(
        NextStep(training).describe()["losses"], abs=DIFFERENCE
    )
    drag(panel, 4.0)
    panel.wait(lambda: marks(panel) == ["rate 0.05 → 0.2 at epoch 3"])
    panel.wait(lambda: ahead(panel)["chosen"] == 4.0)
    said = ahead(panel)["loss"]
    assert f"at rate 0.2, it is {said:.3g} " in caption(panel)
    panel.click("One step")
    panel.wait(lambda: "Paused after 3.07 of 100" in panel.says())
    panel.wait(lambda: f"images is {said:.3g} (the dot)" in caption(panel))
    now = ahead(panel)
    assert now["losses"][now["multiples"].index(0.0)] == pytest.approx(said, abs=DIFFERENCE)
    training.learning_rate = 0.2
    training.run_update()
    assert now["losses"] == pytest.approx(NextStep(training).describe()["losses"], abs=DIFFERENCE)


def caption(panel: Panel) -> str:
    return panel.text(".what-if-next .mlp-note")


def drag(panel: Panel, multiple: float) -> None:
    """Drag the handle by the mouse."""
    page, chart = panel.page, panel.root.locator(".what-if-ahead")
    chart.scroll_into_view_if_needed()
    handle = chart.locator(".what-if-hit").bounding_box()
    zero = chart.locator(".what-if-here").bounding_box()
    assert handle is not None
    assert zero is not None
    [start, origin] = [box["x"] + box["width"] / 2 for box in (handle, zero)]
    unit = (start - origin) / float(chart.get_attribute("aria-valuenow") or "")
    y = handle["y"] + handle["height"] / 2
    page.mouse.move(start, y)
    page.mouse.down()
    for share in (0.3, 0.7, 1.0):
        page.mouse.move(start + share * (origin + multiple * unit - start), y)
    page.mouse.up()


def assert_one_row(panel: Panel) -> None:
    """Look whether what leads a run stands in one row, inside the panel."""
    boxes = [
        box
        for part in panel.root.locator(".what-if-transport > *").all()
        if (box := part.bounding_box())
    ]
    whole = panel.root.bounding_box()
    assert whole is not None
    assert len({box["y"] for box in boxes}) == 1
    assert max(box["x"] + box["width"] for box in boxes) <= whole["x"] + whole["width"] - 8


# --- the transport --------------------------------------------------------------------------


def test_a_pinned_curve_is_named_after_what_was_trained(panel: Panel) -> None:
    pause_after(panel, 1)
    panel.set_to("learning_rate", 0.5, RATE.stops)
    panel.wait(lambda: marks(panel) == ["rate 0.05 → 0.5 at epoch 1"])
    panel.click("Pin")  # nothing was trained at the new rate
    assert "learning rate 0.05, pinned" in panel.names()
    pause_after(panel, 1)
    panel.click("Pin")
    assert "rate 0.05 → 0.5 at epoch 1, pinned" in panel.names()


def test_it_fits_the_panel(panel: Panel) -> None:
    """Beside what the run says, so that the panel stays as low as without it."""
    panel.fold("More").click()
    whole = panel.root.bounding_box()
    assert whole is not None
    assert whole["height"] <= TALLEST
    assert_one_row(panel)
    panel.click("One epoch")
    panel.wait_for("paused")
    row, says = (
        panel.root.locator(s).bounding_box() for s in (".what-if-transport", ".what-if-says")
    )
    assert row is not None
    assert says is not None
    assert says["x"] > row["x"] + row["width"]
    assert says["height"] < 1.5 * row["height"]
    assert panel.says() == (
        "Paused after 1 of 100 epochs. Learning rate, momentum and batch size act at once; "
        "the others start a new run."
    )


@dataclass
class Hand:
    """A panel, and one of the ways to press its buttons and to choose a speed."""

    panel: Panel
    way: str

    def press(self, name: str) -> None:
        button = self.panel.button(name)
        if self.way == "mouse":
            button.click()
        elif self.way == "touch":
            button.tap()
        else:
            self.tab_to(button)
            self.panel.page.keyboard.press(self.way)

    def choose(self, speed: str) -> None:
        """Choose a speed; the list that a mouse or a finger opens is the browser's own."""
        control = self.panel.control("speed")
        if self.way == "mouse":
            control.select_option(speed)
            return
        if self.way == "touch":
            control.tap()
        else:
            self.tab_to(control)
        steps = SPEEDS.index(speed) - SPEEDS.index(control.input_value())
        for _ in range(abs(steps)):
            self.panel.page.keyboard.press("ArrowDown" if steps > 0 else "ArrowUp")
        if self.way == "touch":
            self.panel.page.keyboard.press("Enter")
        assert control.input_value() == speed

    def tab_to(self, part: Locator) -> None:
        """Go to a part of the transport from its first button, by Tab."""
        self.panel.root.locator(".what-if-transport button").first.focus()
        for _ in range(len(TRANSPORT)):
            if part.evaluate("e => e === document.activeElement"):
                return
            self.panel.page.keyboard.press("Tab")
        raise AssertionError("Tab does not reach it")


@pytest.fixture(params=["mouse", "Enter", "Space", "touch"])
def hand(
    request: pytest.FixtureRequest, browser: Browser, address: str, page: Page
) -> Iterator[Hand]:
    if request.param != "touch":
        yield Hand(reset(page, 0), request.param)
        return
    with opened(browser, address, has_touch=True, viewport=PHONE) as phone:
        yield Hand(reset(phone, 0), "touch")


def test_every_hand_leads_a_run(hand: Hand) -> None:
    """Pause stays, Play goes on, One epoch is one, Restart begins anew, slow is slow."""
    panel, wait = hand.panel, hand.panel.page.wait_for_timeout
    hand.choose("slow")
    hand.press("Play")
    panel.wait_for_epoch(2)
    epoch = int(panel.data("epoch"))
    wait(1000 * SLOW_S)
    assert int(panel.data("epoch")) <= epoch + 2
    hand.press("Pause")
    panel.wait_for("paused")
    assert "Paused after " in panel.says()
    assert "the others start a new run" in panel.says()
    lines, epoch = panel.shapes("line"), int(panel.data("epoch"))
    wait(2000 * SLOW_S)
    assert (panel.shapes("line"), int(panel.data("epoch"))) == (lines, epoch)
    hand.press("One epoch")
    panel.wait_for_epoch(epoch + 1)
    panel.wait_for("paused")
    wait(2000 * SLOW_S)
    assert int(panel.data("epoch")) == epoch + 1
    hand.press("Play")
    panel.wait_for_epoch(epoch + 2)
    hand.press("Restart")
    panel.wait(lambda: int(panel.data("epoch")) <= 1)
    panel.wait_for_epoch(1)
    assert panel.data("state") == "running"
    hand.press("Pause")
    panel.wait_for("paused")
    (rows,) = panel.download()["histories"]
    assert [row["epoch"] for row in rows] == [*range(1, int(panel.data("epoch")) + 1)]
    assert len(rows) < epoch + 2
    hand.choose("fast")
    started = time.monotonic()
    hand.press("Play")
    panel.wait_for("completed")
    assert time.monotonic() - started < SLOW_S * (99 - len(rows))  # the rests alone, if slow


def test_readers_of_every_kind(panel: Panel) -> None:
    """A paused run with its next step, its pictures and all of its controls, in both themes."""
    pause_after(panel, 1)
    panel.unfold("More pictures")
    assert panel.root.locator(".network-slot:visible").count() == 3
    for theme in ("dark", "light"):
        assert violations(panel.page, ".what-if", theme) == []


def test_by_keyboard_alone(panel: Panel) -> None:
    press = panel.page.keyboard.press
    panel.button("One epoch").focus()
    press("Enter")
    panel.wait_for("paused")
    chart = panel.root.locator(".what-if-ahead")
    panel.wait(chart.is_visible)
    assert chart.get_attribute("role") == "slider"
    chart.focus()
    for key, multiple in (
        ("ArrowRight", "1.2"),
        ("End", "8"),
        ("ArrowLeft", "7"),
        ("Home", "0.26"),
    ):
        press(key)  # by two digits of the rate: 0.0625 is 0.063, 0.0125 is 0.013
        panel.wait(lambda m=multiple: str(chart.get_attribute("aria-valuenow")).startswith(m))
    assert panel.control("learning_rate").get_attribute("aria-valuetext") == "0.013"
    assert panel.page.evaluate("document.activeElement.getAttribute('role')") == "slider"
    assert "rate 0.013: loss" in (chart.get_attribute("aria-valuetext") or "")
    panel.button("Play").focus()
    press("Space")
    panel.wait_for("completed")


def test_by_finger_on_a_phone(browser: Browser, address: str) -> None:
    with opened(browser, address, has_touch=True, viewport=PHONE) as page:
        panel = Panel(page)
        panel.button("One epoch").tap()
        panel.wait_for("paused")
        chart = panel.root.locator(".what-if-ahead")
        panel.wait(chart.is_visible)
        assert small_targets(panel.root.locator("button, input, select")) == []
        assert not is_cut_off(page)
        assert_one_row(panel)
        chart.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        scrolled = page.evaluate("scrollY")
        handle = chart.locator(".what-if-hit").bounding_box()
        assert handle is not None
        x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
        finger = page.context.new_cdp_session(page)
        for kind, at in (("touchStart", x), ("touchMove", x + 40), ("touchMove", x + 90)):
            points = [{"x": at, "y": y}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        panel.wait(lambda: float(chart.get_attribute("aria-valuenow") or "") > 2)
        assert page.evaluate("scrollY") == scrolled
        panel.button("Play").tap()
        panel.wait_for("completed", "diverged")


# --- what acts on a running network, and what does not ---------------------------------------


def test_all_live_settings_leave_marks_and_the_rest_begins_anew(panel: Panel) -> None:
    pause_after(panel, 2)
    panel.set("momentum", "0.5")
    panel.set("batch_size", "2")  # 20
    panel.wait(lambda: len(marks(panel)) == 2)
    assert marks(panel) == ["momentum 0.9 → 0.5 at epoch 2", "batch size 100 → 20 at epoch 2"]
    panel.set("seed", "7")
    panel.wait_for("completed")
    assert marks(panel) == []
    assert panel.headline().startswith("learning rate 0.05, momentum 0.5, batch size 20, seed 7: ")


def test_a_slider_that_is_dragged_while_it_plays_leaves_one_mark(panel: Panel) -> None:
    panel.control("speed").select_option("slow")
    panel.click("Play")
    panel.wait_for_epoch(1)
    for rate in (0.1, 0.16, 0.2):
        panel.set_to("learning_rate", rate, RATE.stops)
    panel.wait(lambda: any("0.05 → 0.2" in words for words in marks(panel)))
    assert len(marks(panel)) == 1
    assert panel.data("state") == "running"
    program = copied(panel)
    assert program.count("training.learning_rate = ") == program.count("update ==") >= 1
    assert "    learning_rate=0.05," in program


def test_with_several_seeds_a_move_begins_anew_and_says_so(panel: Panel) -> None:
    panel.control("seeds").select_option("3")
    panel.wait_for("completed")
    panel.click("One epoch")
    panel.wait_for("paused")
    assert panel.says().endswith("With several seeds, moving a control starts a new run.")
    assert not panel.root.locator(".what-if-next").is_visible()
    panel.set_to("learning_rate", 0.1, RATE.stops)
    assert panel.data("state") == "idle"
    panel.control("seeds").select_option("1")


def test_after_the_end_a_move_is_answered_by_what_is_stored(panel: Panel) -> None:
    panel.set("epochs", "1")  # ten
    panel.train()
    panel.set_to("learning_rate", 0.5, RATE.stops)
    assert panel.data("state") == "idle"
    assert panel.data("shown").startswith("book: ")


def test_what_the_engine_noticed_is_said(panel: Panel) -> None:
    panel.set_to("learning_rate", 1000.0, RATE.stops)
    panel.train("diverged")
    assert re.match(r"Done\. What the engine noticed: diverged: .+ is not finite", panel.says())
    assert panel.shapes("cross") == 6


def test_a_schedule_that_is_held(page: Page) -> None:
    """A panel of another optimizer, whose rate a schedule leads until a hand does."""
    panel = reset(page, NAMES.index("optimizers"))
    panel.set("schedule", "cosine")
    pause_after(panel, 1)
    assert ahead(panel)["rate"] < 1.0
    panel.set("learning_rate", "30")
    panel.wait(lambda: marks(panel))
    panel.click("Play")
    panel.wait_for("completed")
    rates = [row["learning_rate"] for row in panel.download()["histories"][0]]
    assert len(set(rates[1:])) == 1


# --- without a browser's Python --------------------------------------------------------------


def test_a_hundred_frames_are_kept_evenly_spread(page: Page) -> None:
    source = join_modules(JS / "what_if" / "frames.js")
    kept, found = page.evaluate(
        f"""() => {{
            {source}
            const frames = new Frames();
            for (let epoch = 0; epoch <= 501; epoch += 1) frames.take({{ epoch }});
            const places = [0, 7.5, 8, 500, 501, 1000];
            return [frames.kept.map(f => f.epoch), places.map(at => frames.at(at).epoch)];
        }}"""
    )
    assert kept == list(range(0, 502, 8))
    assert found == [0, 0, 8, 496, 501, 501]
