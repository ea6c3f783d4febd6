"""A panel's state machine: start, cancel, stop, keep; and never more than one thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import PATIENCE_S, wait_for

from mlp_book.panels import PANELS
from mlp_book.panels.controller import PanelController
from mlp_book.panels.panel_figure import MAX_KEPT
from mlp_core.data import DataError
from mlp_core.what_if import Panel
from mlp_core.what_if.inside import INSIDE_COLUMNS

PANEL = PANELS["learning-rate"]
LONG_S = 1000  # longer than any test: what is to begin after that does not begin in it
DATASET = {"name": "digits", "train_size": 100, "test_size": 10, "classes": 10}


class FakeTraining:
    """Stands for run_panel: its epochs come when the test says so."""

    def __init__(self) -> None:
        self.begun: list[dict] = []
        self.epochs = threading.Semaphore(0)
        self.ending = "completed"

    def __call__(self, panel, values, on_event, should_stop) -> None:
        self.begun.append(values)
        on_event({"kind": "start", "epochs": 3, "updates": 30, "dataset": DATASET})
        status = self.ending
        for epoch in range(1, 4):
            while not self.epochs.acquire(timeout=0.005):
                if should_stop():
                    break
            if should_stop():
                status = "stopped"
                break
            figures = dict.fromkeys(("running_loss", "test_loss", "learning_rate"), 0.5)
            figures |= dict.fromkeys(("running_accuracy", "test_accuracy"), 0.9)
            figures |= dict.fromkeys(INSIDE_COLUMNS, 0.25)
            on_event({"kind": "epoch", "epoch": epoch, "updates": 10 * epoch, **figures})
        at = 25 if status == "diverged" else None
        on_event({"kind": "end", "status": status, "diverged_at_update": at})

    def finish(self) -> None:
        for _ in range(3):
            self.epochs.release()


@pytest.fixture
def training() -> FakeTraining:
    return FakeTraining()


@pytest.fixture
def controller(training: FakeTraining) -> Iterator[PanelController]:
    controller = PanelController(PANEL, run=training)
    yield controller
    controller.stop()
    assert controller.wait(PATIENCE_S), "the thread is still there"


def test_it_begins_idle(controller: PanelController) -> None:
    snapshot = controller.snapshot
    assert (snapshot.state, snapshot.current, snapshot.kept) == ("idle", None, ())


def test_a_run_grows_and_completes(controller: PanelController, training: FakeTraining) -> None:
    controller.start({"learning_rate": 0.1})
    wait_for(lambda: controller.snapshot.state == "running")
    for epoch in (1, 2):
        training.epochs.release()
        wait_for(lambda epoch=epoch: controller.snapshot.current.epoch == epoch)
    assert controller.busy
    training.epochs.release()
    wait_for(lambda: controller.snapshot.state == "completed")
    assert controller.wait(PATIENCE_S)
    assert not controller.busy
    curve = controller.snapshot.current
    assert curve.values == {**PANEL.defaults, "learning_rate": 0.1}
    assert curve.columns["epoch"] == [1, 2, 3]


def test_a_new_start_cancels_the_run_before_it(
    controller: PanelController, training: FakeTraining
) -> None:
    controller.start({"learning_rate": 0.1})
    wait_for(lambda: len(training.begun) == 1)
    training.epochs.release()
    wait_for(lambda: controller.snapshot.current.epoch == 1)
    controller.start({"learning_rate": 0.2})
    wait_for(lambda: len(training.begun) == 2)
    assert controller.snapshot.current.values["learning_rate"] == 0.2
    assert controller.snapshot.current.epoch == 0
    training.finish()
    wait_for(lambda: controller.snapshot.state == "completed")
    assert controller.snapshot.current.values["learning_rate"] == 0.2


def test_of_many_starts_only_the_last_is_trained(
    controller: PanelController, training: FakeTraining
) -> None:
    for seed in range(49):
        controller.start({"seed": seed}, delay=LONG_S)
        assert controller.snapshot.state == "waiting"
    controller.start({"seed": 49})
    wait_for(lambda: bool(training.begun))
    training.finish()
    wait_for(lambda: controller.snapshot.state == "completed")
    assert [values["seed"] for values in training.begun] == [49]


def test_stop_keeps_the_curve_as_far_as_it_got(
    controller: PanelController, training: FakeTraining
) -> None:
    controller.start({})
    training.epochs.release()
    wait_for(lambda: controller.snapshot.current is not None)
    wait_for(lambda: controller.snapshot.current.epoch == 1)
    controller.stop()
    snapshot = controller.snapshot
    assert (snapshot.state, snapshot.current.epoch, snapshot.current.status) == (
        "stopped", 1, "stopped",
    )  # fmt: skip
    training.finish()
    assert controller.wait(PATIENCE_S)
    assert controller.snapshot == snapshot  # what the cancelled run still sends is ignored


def test_stop_before_a_run_begins(controller: PanelController, training: FakeTraining) -> None:
    controller.start({}, delay=LONG_S)
    controller.stop()
    assert controller.snapshot.state == "stopped"
    assert controller.wait(PATIENCE_S)
    assert training.begun == []


def test_stop_changes_nothing_when_nothing_runs(
    controller: PanelController, training: FakeTraining
) -> None:
    controller.start({})
    training.finish()
    wait_for(lambda: controller.snapshot.state == "completed")
    controller.stop()
    assert controller.snapshot.state == "completed"


def test_divergence_is_a_state(controller: PanelController, training: FakeTraining) -> None:
    training.ending = "diverged"
    controller.start({})
    training.finish()
    wait_for(lambda: controller.snapshot.state == "diverged")
    assert controller.snapshot.current.diverged_at_update == 25
    assert controller.snapshot.current.diverged_at_epoch == 2.5


def test_a_bad_value_is_a_message(controller: PanelController, training: FakeTraining) -> None:
    controller.start({"momentum": 7})
    assert controller.snapshot.state == "failed"
    assert "momentum=7 is not legal here" in controller.snapshot.message
    assert training.begun == []
    controller.start({})
    assert controller.snapshot.message == ""


@pytest.mark.parametrize(
    ("error", "message"),
    [(DataError("train-images is missing"), "train-images is missing"),
     (ZeroDivisionError("oh"), "The run failed: ZeroDivisionError: oh")],
)  # fmt: skip
def test_a_run_that_fails_is_a_message(error: Exception, message: str) -> None:
    def run(*args: object) -> None:
        raise error

    controller = PanelController(PANEL, run=run)
    controller.start({})
    assert controller.wait(PATIENCE_S)
    assert (controller.snapshot.state, controller.snapshot.message) == ("failed", message)


def test_kept_curves_stay(controller: PanelController, training: FakeTraining) -> None:
    controller.keep()
    assert "no curve to keep" in controller.snapshot.message
    controller.start({"seed": 1})
    training.finish()
    wait_for(lambda: controller.snapshot.state == "completed")
    controller.keep()
    controller.start({"seed": 2})
    training.finish()
    wait_for(lambda: controller.snapshot.state == "completed")
    (kept,) = controller.snapshot.kept
    assert (kept.values["seed"], controller.snapshot.current.values["seed"]) == (1, 2)
    for _ in range(MAX_KEPT):
        controller.keep()
    assert len(controller.snapshot.kept) == MAX_KEPT
    assert f"At most {MAX_KEPT}" in controller.snapshot.message
    controller.clear()
    assert (controller.snapshot.kept, controller.snapshot.message) == ((), "")


def test_every_change_is_announced(training: FakeTraining) -> None:
    states: list[str] = []
    controller = PanelController(PANEL, lambda: states.append(controller.snapshot.state), training)
    controller.start({}, delay=LONG_S)  # so that the thread does not come first
    with controller._wake:
        controller._pending.due = 0.0
        controller._wake.notify_all()
    training.finish()
    assert controller.wait(PATIENCE_S)
    assert states[0] == "waiting"
    assert states[-1] == "completed"
    assert states.count("running") == 4  # the start and three epochs


def test_a_thread_that_dies_is_replaced(
    training: FakeTraining, monkeypatch: pytest.MonkeyPatch
) -> None:
    died: list[object] = []
    monkeypatch.setattr(threading, "excepthook", died.append)
    broken = True

    def on_change() -> None:
        if broken and threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the page is gone")

    controller = PanelController(PANEL, on_change, training)
    controller.start({})
    wait_for(lambda: bool(died))
    broken = False
    controller.start({})
    training.finish()
    wait_for(lambda: controller.snapshot.state == "completed")
    assert controller.wait(PATIENCE_S)


def panel_threads() -> int:
    return sum(thread.name.startswith("panel ") for thread in threading.enumerate())


def test_200_moves_leave_no_thread() -> None:
    # A thread that has no more to do may still be on its way out.
    wait_for(lambda: panel_threads() == 0)
    controller = PanelController(PANEL)  # the real training
    for move in range(200):
        controller.start({"seed": move, "epochs": 1000, "batch_size": 1})
        if move % 10 == 0:
            time.sleep(0.01)
        assert panel_threads() == 1
    controller.stop()
    assert controller.wait(PATIENCE_S)
    wait_for(lambda: panel_threads() == 0)


def test_stop_acts_at_once_on_a_real_run() -> None:
    controller, times = PanelController(PANEL), []
    for _ in range(3):
        controller.start({"epochs": 1000, "batch_size": 1})
        wait_for(lambda: controller.snapshot.current is not None)
        wait_for(lambda: controller.snapshot.current.epoch >= 1)
        started = time.monotonic()
        controller.stop()
        assert controller.wait(PATIENCE_S)
        times.append(time.monotonic() - started)
    assert min(times) < 0.5  # what else this machine does may delay one of them


# --- several seeds, other data, the network that was trained ---------------------------------


def test_several_seeds_are_trained_in_turn(
    controller: PanelController, training: FakeTraining
) -> None:
    controller.start({"seed": 5}, seeds=3)
    for _ in range(3):
        training.finish()
    wait_for(lambda: controller.snapshot.state == "completed")
    assert [values["seed"] for values in training.begun] == [5, 6, 7]
    curve = controller.snapshot.current
    assert (curve.epoch, curve.epochs, curve.seeds, len(curve.earlier)) == (9, 3, 3, 2)
    assert curve.band("test_loss") == [(0.5, 0.5, 0.5)] * 3


def test_between_two_seeds_the_run_goes_on(
    controller: PanelController, training: FakeTraining
) -> None:
    controller.start({"seed": 5}, seeds=2)
    training.finish()
    wait_for(lambda: len(training.begun) == 2)
    assert controller.snapshot.state == "running"
    assert controller.snapshot.current.status == "running"
    controller.stop()
    assert controller.wait(PATIENCE_S)
    assert controller.snapshot.state == "stopped"
    assert len(training.begun) == 2


def test_one_seed_that_diverges_is_said(
    controller: PanelController, training: FakeTraining
) -> None:
    training.ending = "diverged"
    controller.start({}, seeds=2)
    training.finish()
    wait_for(lambda: len(training.begun) == 2)
    training.finish()
    wait_for(lambda: controller.snapshot.state == "diverged")
    assert [run.diverged_at_update for run in controller.snapshot.current.diverged] == [25, 25]


def test_seeds_beyond_the_last_legal_one_are_a_message(controller: PanelController) -> None:
    controller.start({"seed": 999_999}, seeds=3)
    assert controller.snapshot.state == "failed"
    assert "seed=1000000 is not legal" in controller.snapshot.message


def test_a_panel_without_a_seed_trains_several_too() -> None:
    begun: list[int] = []

    def run(panel: Panel, values: dict, *rest: object) -> None:
        begun.append(panel.config(values).seed)

    controller = PanelController(PANELS["numerical-stability"], run=run)
    controller.start({}, seeds=3)
    assert controller.wait(PATIENCE_S)
    assert begun == [2022, 2023, 2024]


def test_other_data_than_the_panels_own(training: FakeTraining) -> None:
    seen: list[str] = []

    def run(panel: Panel, values: dict, *rest: object) -> None:
        seen.append(panel.config(values).dataset)

    controller = PanelController(PANEL, run=run)
    controller.start({}, dataset="digits")
    assert controller.wait(PATIENCE_S)
    assert seen == ["digits"]


def test_mnist_that_is_not_here_is_a_message_and_no_download(
    training: FakeTraining, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MLP_CORE_DATA_DIR", str(tmp_path))
    controller = PanelController(PANEL, run=training)
    controller.start({}, dataset="mnist")
    assert controller.wait(PATIENCE_S)
    assert training.begun == []
    assert controller.snapshot.state == "failed"
    assert "mlp-core data fetch" in controller.snapshot.message


def test_the_network_that_was_trained_is_at_hand() -> None:
    controller = PanelController(PANEL)
    assert controller.snapshot.trained is None
    controller.start({"epochs": 1, "seed": 3}, seeds=3)
    assert controller.wait(PATIENCE_S)
    assert controller.snapshot.trained.config.seed == 5
    assert controller.snapshot.trained.network is not None
    controller.reset()
    assert controller.snapshot.trained is None


def test_a_band_holds_all_seeds_that_are_whole() -> None:
    controller = PanelController(PANEL)
    controller.start({"epochs": 10}, seeds=3)
    assert controller.wait(PATIENCE_S)
    curve = controller.snapshot.current
    band = curve.band("test_loss")
    histories = [run.columns["test_loss"] for run in curve.runs]
    assert len(band) == 10
    for place, (mean, low, high) in enumerate(band):
        values = [history[place] for history in histories]
        assert (low, high) == (min(values), max(values))
        assert mean == pytest.approx(sum(values) / 3)
    assert curve.last("test_loss") == band[-1][0]
