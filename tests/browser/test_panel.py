"""The panel of the learning rate, on the page and in JupyterLab: the same tests for both."""

from __future__ import annotations

import pytest
from browsing import configs_of, has_no_clipboard, slowness, small_targets
from panel import Panel
from sketching import Sketch

from mlp_book.panels import PANELS
from mlp_book.panels.stops import load_stops
from mlp_core.what_if import run_panel

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RATE = PANELS["learning-rate"].controls[0]
STOPS = load_stops("learning-rate")
FIRST_EPOCH_S, THIRTY_S, THIRTY_OF_FIVE_S, STOP_S = 0.1, 0.6, 2.5, 0.3
LOSS_OF_FIRST_EPOCH = 1e-4
POINTS = 0.003  # of test accuracy: one of the 364 test images
DONE = "panel.dataset.state === 'completed'"


def move(name: str, value: str) -> str:
    """Return a script that moves a control as a hand does."""
    return (
        f"const input = panel.querySelector('[id$=\"-{name}\"]:is(input, select)');"
        f"input.value = '{value}'; input.dispatchEvent(new Event('input', {{bubbles: true}}));"
        "input.dispatchEvent(new Event('change', {bubbles: true}))"
    )


@pytest.fixture
def warm(panel: Panel) -> Panel:
    """Return the panel with its Python loaded."""
    if panel.root.evaluate("panel => !panel.dataset.warm"):
        panel.train()
        panel.root.evaluate("panel => { panel.dataset.warm = 'yes'; }")
    panel.reset()
    return panel


def test_a_stored_stop_answers_at_once(panel: Panel) -> None:
    drawings, times = set(), []
    for seen in panel.walk("learning_rate"):
        assert seen["headline"].startswith(f"learning rate {seen['value']}:")
        assert seen["lines"] > 0
        drawings.add(seen["drawing"])
        times.append(seen["ms"])
    assert len(drawings) == len(RATE.stops)
    times.sort()
    print(f"answers: median {times[len(times) // 2]:.0f} ms, 95 %: {times[-4]:.0f} ms")
    assert times[int(0.95 * len(times))] < 100 * slowness(panel.page)


def test_a_move_to_what_is_not_stored_trains_at_once(warm: Panel) -> None:
    taken = []
    for seed in (7, 8, 9):
        action = move("seed", str(seed))
        taken.append(warm.time_until(action, "Number(panel.dataset.epoch) >= 1") / 1000)
        assert "your browser" in warm.sources()[0] or "this kernel" in warm.sources()[0]
    print(f"first epoch after {[round(s, 3) for s in taken]} s")
    assert min(taken) < FIRST_EPOCH_S * slowness(warm.page)
    warm.wait_for("completed")
    assert warm.headline().startswith("learning rate 0.05, seed 9: ")
    assert warm.sources()[0].endswith("seed\u00a09")


def test_thirty_epochs_and_five_seeds(warm: Panel) -> None:
    slower = slowness(warm.page)
    one = warm.time_until("press('Play')", "Number(panel.dataset.epoch) >= 30") / 1000
    warm.wait_for("completed")
    warm.set("epochs", "2")  # twenty
    five = warm.time_until(move("seeds", "5"), DONE) / 1000
    print(f"30 epochs {one:.2f} s; 5 seeds of 20 epochs {five:.2f} s")
    assert one < THIRTY_S * slower
    assert five < THIRTY_OF_FIVE_S * slower
    assert warm.shapes("band") >= 1
    assert "5 seeds" in warm.headline()
    assert warm.data("epoch") == "100"


def test_pause_acts_at_once_and_keeps_the_focus(warm: Panel) -> None:
    warm.set("batch_size", "0")
    warm.click("Play")
    warm.wait_for_epoch(1)
    ms = warm.time_until("press('Pause')", "panel.dataset.state === 'paused'")
    print(f"Pause acted after {ms:.0f} ms")
    assert ms < 1000 * STOP_S
    assert int(warm.data("epoch")) >= 1  # what was trained stays
    warm.button("Play").focus()
    for key in ("Enter", "Space"):
        warm.page.keyboard.press(key)
        warm.wait_for("running")
        warm.page.keyboard.press(key)
        warm.wait_for("paused")
    assert warm.page.evaluate("document.activeElement.textContent") == "Play"


def test_a_new_value_cancels_the_run_before_it(warm: Panel) -> None:
    warm.set("batch_size", "0")  # of one image: stored, and slow to train
    warm.click("Play")
    warm.wait_for_epoch(1)
    warm.set("batch_size", "5")  # 200: of this network, and of the next
    warm.set("seed", "3")
    warm.wait_for("completed")
    assert warm.data("epoch") == "100"
    assert warm.sources()[0].endswith("seed\u00a03")


def test_it_trains_what_python_trains(warm: Panel) -> None:
    values = {"learning_rate": 0.5, "momentum": 0.0, "seed": 3}
    warm.set_to("learning_rate", 0.5, RATE.stops)
    warm.set("momentum", "0")
    warm.set("seed", "3")
    warm.wait_for("completed")
    run = warm.download()
    here = run_panel(PANELS["learning-rate"], values, lambda event: None).history
    first, last = run["histories"][0][0], run["histories"][0][-1]
    assert first["running_loss"] == pytest.approx(here["running_loss"][0], abs=LOSS_OF_FIRST_EPOCH)
    assert last["test_accuracy"] == pytest.approx(here["test_accuracy"][-1], abs=POINTS)
    assert run["values"]["learning_rate"] == 0.5


def test_divergence_is_a_result(panel: Panel) -> None:
    panel.set_to("learning_rate", 1000.0, RATE.stops)
    assert panel.headline().startswith("learning rate 1,000: diverged in epoch ")
    assert panel.shapes("cross") == 5  # one for each seed
    panel.train("diverged")
    assert panel.headline().startswith("learning rate 1,000: diverged in epoch ")
    assert panel.shapes("cross") == 6


def test_pinned_curves_differ_by_dash_and_stay(panel: Panel) -> None:
    panel.click("Pin")
    panel.click("Pin")
    assert panel.problem() == "This curve is pinned already."
    panel.set_to("learning_rate", 0.5, RATE.stops)
    panel.click("Pin")
    panel.set_to("learning_rate", 0.1, RATE.stops)
    names = panel.names()
    assert "learning rate 0.05, pinned" in names
    assert "learning rate 0.5, pinned" in names
    dashes = panel.root.locator("path.mlp-line").evaluate_all(
        "all => all.map(e => e.getAttribute('stroke-dasharray'))"
    )
    assert len({dash for dash in dashes if dash}) >= 3  # two pinned, and the training curve
    assert not panel.root.locator("[stroke-dasharray=undefined]").count()  # in the legend
    panel.click("Clear")
    assert not [name for name in panel.names() if "pinned" in name]


def test_a_refused_seed_does_not_stay(panel: Panel) -> None:
    panel.set("seed", "-3")
    assert panel.problem() == "seed must be a whole number from 0 to 999999."
    assert panel.control("seed").input_value() == "2022"
    assert panel.data("state") == "idle"
    panel.reset()
    assert panel.problem() == ""


def test_the_copied_program_is_the_panels(panel: Panel) -> None:
    has_no_clipboard(panel.page)  # then the program is shown
    panel.click("Copy as code")
    shown = panel.text(".mlp-code")
    assert configs_of(shown) == [PANELS["learning-rate"].config({})]


def test_ten_digits_are_named_without_python(panel: Panel) -> None:
    sketch = Sketch(panel)
    assert "the stored network" in sketch.root.inner_text()
    before = sketch.canvas.bounding_box()
    right = [sketch.draw(digit).startswith(f"The network sees a {digit} (") for digit in range(10)]
    print(f"{sum(right)} of 10 drawn digits are named")
    assert sum(right) >= 8
    assert sketch.canvas.bounding_box() == before
    assert sketch.root.locator(".what-if-scores li").count() == 10


def test_without_a_hand_a_test_image(panel: Panel) -> None:
    sketch = Sketch(panel)
    assert STOPS is not None
    sketch.click("Next test image")
    sketch.click("Next test image")
    number = int(sketch.root.get_by_label("test image", exact=True).input_value())
    assert f"The true digit is {STOPS['images'][number - 1][1]}." in sketch.says()


def test_targets_are_large_and_named(panel: Panel) -> None:
    panel.unfold("Draw a digit")
    assert small_targets(panel.root.locator("button, input, select")) == []
    unnamed = "all => all.filter(e => !e.labels.length).length"
    assert panel.root.locator("input, select").evaluate_all(unnamed) == 0


def test_by_keyboard_alone(warm: Panel) -> None:
    press = warm.page.keyboard.press
    warm.control("learning_rate").focus()
    press("ArrowRight")
    assert warm.headline().startswith("learning rate 0.063:")
    press("Tab")
    assert warm.page.evaluate("document.activeElement.textContent") == "Play"
    press("Enter")
    warm.wait_for("completed")
    for name in ("One epoch", "Restart", "fast", "Pin"):
        press("Tab")
        assert name in warm.page.evaluate("document.activeElement.textContent")
    press("Enter")
    assert any("pinned" in name for name in warm.names())
