"""The panel in Jupyter: controls train, the figure and the line of status follow."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import PATIENCE_S, wait_for

from mlp_book.panels import widgets
from mlp_book.panels.panel_figure import LOWER_CHARTS
from mlp_book.panels.panel_html import panel_html
from mlp_book.panels.widgets import PanelView, make_widget, show_panel
from mlp_book.style import ReportFigure
from mlp_core.training import ConfigError
from mlp_core.what_if import Panel
from mlp_core.what_if.control import Control


@pytest.fixture
def view() -> Iterator[PanelView]:
    view = show_panel("learning-rate")
    yield view
    view.controller.stop()
    assert view.controller.wait(PATIENCE_S)


def status(view: PanelView, name: str = "state") -> str:
    return re.search(f'data-{name}="([^"]*)"', view._status.value)[1]


def start_a_long_run(view: PanelView) -> None:
    """Begin a run that goes on until it is stopped, and wait until it has begun."""
    view.controls["batch_size"].value = 1
    view.controls["epochs"].value = 1000
    wait_for(lambda: status(view) == "running" and int(status(view, "epoch")) > 0)


def press(view: PanelView, name: str) -> None:
    view._buttons[name].click()


def test_it_shows_the_default_run_at_once(view: PanelView) -> None:
    assert status(view) == "completed"
    assert status(view, "epoch") == "100"
    assert "now: learning rate 0.05" in view._figure.value
    assert view._buttons["stop"].disabled


def test_a_moved_control_is_trained_after_a_rest(view: PanelView) -> None:
    before = view._figure.value
    view.controls["learning_rate"].value = 0.2
    view.controls["learning_rate"].value = 0.5
    assert status(view) == "waiting"
    assert not view._buttons["stop"].disabled
    wait_for(lambda: status(view) == "completed")
    assert view.controller.snapshot.current.values["learning_rate"] == 0.5
    wait_for(lambda: "now: learning rate 0.5" in view._figure.value)
    assert view._figure.value != before


def test_the_figure_grows_while_the_network_trains(view: PanelView) -> None:
    view.controls["batch_size"].value = 10
    view.controls["epochs"].value = 1000
    seen = set()

    def has_grown() -> bool:
        told = view._status.value  # once: it changes at any time
        if 'data-state="running"' in told:
            seen.add(re.search(r'data-epoch="(\d+)"', told)[1])
        return len(seen - {"0"}) >= 3

    wait_for(has_grown)
    wait_for(lambda: view._progress.max == 1000)


def test_stop_and_train_again(view: PanelView) -> None:
    start_a_long_run(view)
    press(view, "stop")
    assert status(view) == "stopped"
    reached = status(view, "epoch")
    assert "<strong>Stopped.</strong>" in view._status.value
    assert view.controller.wait(PATIENCE_S)
    assert status(view, "epoch") == reached
    press(view, "train")
    wait_for(lambda: status(view) == "running")


def test_keep_compare_clear_reset(view: PanelView) -> None:
    press(view, "keep")
    assert status(view, "kept") == "1"
    view.controls["learning_rate"].value = 0.5
    wait_for(lambda: status(view) == "completed")
    wait_for(lambda: "now: learning rate 0.5<" in view._figure.value)
    assert "kept: learning rate 0.05" in view._figure.value
    press(view, "clear")
    assert "kept" not in view._figure.value
    assert view._buttons["clear"].disabled
    press(view, "reset")
    assert view.values == view.panel.defaults
    assert status(view) == "completed"
    assert "now: learning rate 0.05" in view._figure.value


def test_reset_trains_nothing(view: PanelView) -> None:
    view.controls["epochs"].value = 200
    wait_for(lambda: status(view) == "completed")
    press(view, "reset")
    assert not view.controller.busy
    assert view.controller.wait(PATIENCE_S)
    assert status(view, "epoch") == "100"


def test_a_value_that_is_only_rounded_anew_is_not_trained(view: PanelView) -> None:
    view.controls["momentum"].value = 0.9000000000000001
    assert status(view) == "completed"
    assert not view.controller.busy


def test_a_move_during_a_reset_from_another_thread_is_trained(view: PanelView) -> None:
    """JupyterLab lets the kernel answer in several threads at once."""
    move = threading.Thread(target=view.controls["epochs"].set_trait, args=("value", 20))
    resetting = view.controller.reset

    def reset_slowly(*args: object) -> None:
        move.start()
        time.sleep(0.1)
        resetting(*args)

    view.controller.reset = reset_slowly
    press(view, "reset")
    move.join()
    wait_for(lambda: status(view) == "completed" and status(view, "epoch") == "20")


def test_divergence_is_shown_as_such(view: PanelView) -> None:
    view.controls["learning_rate"].value = 1000.0
    wait_for(lambda: status(view) == "diverged")
    assert "✕ Diverged" in view._status.value
    wait_for(lambda: "diverged at update" in view._figure.value)


def test_a_network_that_guesses_is_told(view: PanelView) -> None:
    view.controls["learning_rate"].value = 10.0
    wait_for(lambda: status(view) == "completed" and not view.controller.busy)
    assert "Hardly better than guessing" in view._status.value


def test_a_bad_combination_is_a_message() -> None:
    controls = (
        Control("momentum", "momentum", "slider", 0.9, low=0.1, high=0.9, step=0.1),
        Control("train_size", "images", "choice", 100, choices=(100, 5000)),
    )
    view = show_panel(Panel("few", "Few", "How many?", controls, {"epochs": 2}))
    view.controls["train_size"].value = 5000  # more than there are
    wait_for(lambda: status(view) == "failed")
    assert "train_size=5000 is not legal for digits" in view._status.value
    view.controls["train_size"].value = 100
    wait_for(lambda: status(view) == "completed")
    assert view.controller.wait(PATIENCE_S)


def test_a_panel_on_slow_data_trains_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widgets, "QUICK_DATA", "nothing")
    view = show_panel("learning-rate")
    assert status(view) == "idle"
    assert "Press Train" in view._status.value
    html = view._repr_mimebundle_()["text/html"]
    assert "<svg" not in html
    press(view, "train")
    wait_for(lambda: status(view) == "completed")
    assert view.controller.wait(PATIENCE_S)


def test_panels_are_found_by_name() -> None:
    with pytest.raises(ConfigError, match="panel='weather' is not legal: must be one of"):
        show_panel("weather")
    with pytest.raises(ConfigError, match="colour: no such field"):
        show_panel("learning-rate", colour="red")


def test_the_bundle_has_both_faces(view: PanelView) -> None:
    bundle = view._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == view.widget.model_id
    assert bundle["text/plain"] == "PanelView('learning-rate')"
    assert bundle["text/html"] == panel_html(view.panel, view._default)


def test_the_page_has_no_control_but_data_figure_and_a_sentence(view: PanelView) -> None:
    html = view._repr_mimebundle_()["text/html"]
    assert not re.search(r"<(button|input|select|textarea)", html)
    data = json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', html)[1])
    assert Panel.from_dict(data["panel"]) == view.panel
    assert len(data["default_run"]["columns"]["test_loss"]) == 100
    assert html.count("<svg") == 1
    assert "make lab" in html
    assert "digits (1,433 images)" in html


def test_nothing_in_a_panel_becomes_markup() -> None:
    control = Control("seed", "<i>seed</i>", "int", 1, low=0, high=9, step=1)
    panel = Panel("x", "</script>", "<b>why</b> & how?", (control,))
    html = panel_html(panel, None)
    assert html.count("</script>") == 1
    assert "<b>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;why" in html


@pytest.mark.parametrize(
    ("control", "kind"),
    [
        (Control("seed", "s", "int", 1, low=0, high=9, step=1), "BoundedIntText"),
        (Control("epochs", "e", "slider", 1, low=1, high=9, step=1), "IntSlider"),
        (Control("momentum", "m", "slider", 0.5, low=0.0, high=0.9, step=0.1), "FloatSlider"),
        (Control("learning_rate", "r", "log", 0.1, low=0.01, high=1, step=0.5), "SelectionSlider"),
        (Control("batch_size", "b", "choice", 1, choices=(1, 10)), "SelectionSlider"),
        (Control("activation", "a", "choice", "relu", choices=("relu", "gelu")), "Dropdown"),
    ],
)
def test_each_kind_of_control_has_a_widget(control: Control, kind: str) -> None:
    widget = make_widget(control)
    assert type(widget).__name__ == kind
    assert widget.value == control.default
    assert widget.description == control.label


def test_moves_leave_no_thread(view: PanelView) -> None:
    for rate in view.panel.controls[0].stops:
        view.controls["learning_rate"].value = rate
    view.controller.stop()
    assert view.controller.wait(PATIENCE_S)
    # A thread that has no more to do may still be on its way out.
    wait_for(lambda: not any(t.name.startswith("panel ") for t in threading.enumerate()))


# --- several seeds, the lower chart, code, the figure as a file, test images -----------------


def test_several_seeds_are_a_band(view: PanelView) -> None:
    bands = view._figure.value.count("fill-opacity: 0.2")
    view.options["seeds"].value = 3
    wait_for(lambda: status(view, "epoch") == "300" and status(view) == "completed")
    wait_for(lambda: view._progress.max == 300)
    wait_for(lambda: view._figure.value.count("fill-opacity: 0.2") > bands)
    assert "learning rate 0.05, 3 seeds" in view._figure.value
    press(view, "reset")
    assert view.options["seeds"].value == 1
    assert status(view, "epoch") == "100"


@pytest.mark.parametrize(("lower", "title"), LOWER_CHARTS.items())
def test_the_lower_chart_is_the_readers_choice(view: PanelView, lower: str, title: str) -> None:
    view.options["lower"].value = lower
    assert title in view._figure.value
    assert not view.controller.busy


def test_the_inside_is_told_in_a_line(view: PanelView) -> None:
    assert re.search(r"Hidden units: \d+% active, \d+% dead", view._status.value)


def test_the_program_is_shown(view: PanelView) -> None:
    view.options["seeds"].value = 3
    view.controls["learning_rate"].value = 0.2
    press(view, "code")
    assert "learning_rate=0.2," in view._note.value
    assert "for seed in (2022, 2023, 2024,):" in view._note.value
    press(view, "reset")
    assert view._note.value == ""


def test_the_figure_is_saved_under_a_free_name(
    view: PanelView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    press(view, "save")
    press(view, "save")
    assert "what-if-learning-rate-2.svg" in view._note.value
    for name in ("what-if-learning-rate.svg", "what-if-learning-rate-2.svg"):
        assert "<svg" in (tmp_path / name).read_text("utf-8")


def test_a_figure_that_cannot_be_saved_is_a_message(
    view: PanelView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError("no room")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ReportFigure, "save", refuse)
    press(view, "save")
    assert "was not saved: no room" in view._note.value


def test_mnist_that_is_not_here_is_a_message(
    view: PanelView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(tmp_path))
    view.options["data"].value = "mnist"
    wait_for(lambda: status(view) == "failed")
    assert "MNIST is not on this computer" in view._status.value
    press(view, "reset")
    assert view.options["data"].value == "digits"
    assert status(view) == "completed"


def test_the_network_of_the_first_figure_sees_test_images(view: PanelView) -> None:
    classified = view._classify
    assert classified.number.max == 364
    assert not classified.number.disabled
    first = classified.answer.value
    assert "The true digit is" in first
    assert first.count("<tr>") == 10
    classified.number.value = 2
    assert classified.answer.value != first


def test_while_a_network_is_trained_none_is_asked(view: PanelView) -> None:
    start_a_long_run(view)
    wait_for(lambda: view._classify.number.disabled)
    wait_for(lambda: "is being trained" in view._classify.answer.value)
    press(view, "stop")
    assert view.controller.wait(PATIENCE_S)
    wait_for(lambda: not view._classify.number.disabled)
    wait_for(lambda: "The true digit is" in view._classify.answer.value)


def test_a_diverged_network_sees_nothing(view: PanelView) -> None:
    view.controls["learning_rate"].value = 1000.0
    wait_for(lambda: status(view) == "diverged" and "sees nothing" in view._classify.answer.value)
