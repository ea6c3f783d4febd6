"""Callbacks: when they are called, what they print and when they stop a run."""

import io
import json
import math
import sys
from types import SimpleNamespace

import pytest
from tiny import Listener, OnEpoch, stop_at, tiny_training, train_tiny
from waiting import wait_for

from mlp_core.training import (
    ActivationStatistics,
    Callback,
    Checkpoint,
    ConfigError,
    EarlyStopping,
    EpochLog,
    NormStatistics,
    ProgressBar,
    WandbLogger,
)


def test_calls_in_order_with_counters():
    calls = []
    train_tiny(Listener(calls, "a "), Listener(calls, "b "), epochs=2)
    expected = [("begin", 0, 0, 0)]
    for epoch in (1, 2):
        for batch in range(1, 6):
            seen = 23 * (epoch - 1) + min(5 * batch, 23)
            expected.append(("update", epoch, 5 * (epoch - 1) + batch, seen))
        expected.append(("epoch", epoch, 5 * epoch, 23 * epoch))
    expected.append(("end", 2, 10, 46))
    assert calls == [(f"{name} {event}", *rest) for event, *rest in expected for name in "ab"]


@pytest.mark.parametrize("wrong", [EarlyStopping, print, "log"])
def test_what_is_no_callback_is_refused(wrong):
    with pytest.raises(ConfigError, match=r"callback=.* is not legal: must be an instance of a"):
        train_tiny(wrong, epochs=1)


@pytest.mark.parametrize("epochs", [0, -1, "a"])
def test_statistics_of_no_epochs_are_refused(epochs):
    with pytest.raises(ConfigError, match=r"epochs=.* is not legal: must be an integer >= 1"):
        ActivationStatistics(epochs=epochs)


def test_a_callback_that_says_so_runs_last():
    calls = []
    last = Listener(calls, "last ")
    last.runs_last = True
    train_tiny(last, Listener(calls, "first "), epochs=1)
    assert [name.split()[0] for name, *_ in calls] == ["first", "last"] * (len(calls) // 2)


def test_a_callback_that_follows_epochs_only_costs_no_calls():
    class OnlyEpochs(Callback):
        pass

    assert not OnlyEpochs().wants_updates
    assert Listener().wants_updates


def test_an_epochs_row_is_there_when_it_ends():
    def look(training):
        training.record("rows", len(training.history))
        training.record("rate", training.learning_rate)

    assert train_tiny(OnEpoch(look)).records == {"rows": [1, 2, 3], "rate": [0.05] * 3}


@pytest.mark.parametrize("changes", [{}, {"learning_rate": 1e300, "batch_size": 23}], ids=str)
def test_no_epoch_ends_in_divergence(changes):
    """Whether an update or only the evaluation after it shows that the run has diverged."""
    listener = Listener()
    settings = {"learning_rate": 1e6, "hidden_sizes": (), "epochs": 50, **changes}
    run = train_tiny(listener, stop_at(epoch=1), **settings)
    assert run.status in ("diverged", "stopped")
    epochs = [event for event, *_ in listener.calls if event == "epoch"]
    assert len(epochs) == len(run.history) == len(run.epoch_ms_per_update)
    json.dumps(run.to_dict(), allow_nan=False)


@pytest.mark.parametrize("update", [1, 4, 5, 6, 12])
def test_stop_at_an_update(update):
    listener = Listener()
    run = train_tiny(listener, stop_at(update=update))
    finished = update // 5 if update % 5 else update // 5 - 1
    assert (run.status, run.stop_reason) == ("stopped", "far enough")
    assert run.diverged_at_update is None
    assert len(run.history) == run.summary["epochs"] == finished
    assert max(call[2] for call in listener.calls) == update
    assert listener.calls[-1][0] == "end"


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_stop_at_an_epochs_end(epoch):
    run = train_tiny(stop_at(epoch=epoch))
    assert run.status == "stopped"
    assert run.history["epoch"] == list(range(1, epoch + 1))
    # The training figures are those of the network that is handed back.
    longer = train_tiny(evaluate_train=True)
    assert run.history.last("train_loss") == longer.history["train_loss"][epoch - 1]
    assert run.summary["train_accuracy"] is not None


def test_the_first_reason_to_stop_is_kept():
    stops = [OnEpoch(lambda t, reason=reason: t.request_stop(reason)) for reason in ("one", "two")]
    assert train_tiny(*stops).stop_reason == "one"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EarlyStopping(patience=0), "patience=0 is not legal: must be an integer >= 1"),
        (lambda: EarlyStopping(min_delta=-1), "min_delta=-1 is not legal: must be .* >= 0"),
        (lambda: EarlyStopping(min_delta=math.nan), "min_delta=nan is not legal"),
        *[
            (lambda v=v: EarlyStopping(v), f"column='{v}' is not legal: must be one of running_")
            for v in ("epoch", "nope", "")
        ],
        (lambda: EpochLog(0), "interval=0 is not legal: must be an integer >= 1"),
        (lambda: Checkpoint("file", every=0), "every=0 is not legal: must be an integer >= 1"),
        (lambda: ActivationStatistics(threshold=1), "threshold=1 is not legal: .* >= 0 and < 1"),
        (lambda: ActivationStatistics(threshold=-0.1), "threshold=-0.1 is not legal"),
        (lambda: ActivationStatistics(examples=0), "examples=0 is not legal"),
        (lambda: NormStatistics(examples=0), "examples=0 is not legal: must be an integer >= 1"),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


# --- early stopping -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "values", "options", "epochs"),
    [
        ("test_loss", [3, 2, 1, 1, 1], {"patience": 2}, 5),
        ("test_loss", [3, 2, 1, 1, 0.5], {"patience": 2}, None),
        ("test_loss", [1, 2], {"patience": 1}, 2),
        ("test_accuracy", [0.1, 0.2, 0.2, 0.1], {"patience": 2}, 4),
        ("test_accuracy", [0.3, 0.2, 0.4, 0.3], {"patience": 2}, None),
        ("running_loss", [1, 0.95, 0.91, 0.9], {"patience": 2, "min_delta": 0.2}, 3),
        ("running_loss", [1, 0.95, 0.7, 0.6], {"patience": 2, "min_delta": 0.2}, None),
        ("train_accuracy", [0, 0, 0], {"patience": 2}, 3),
    ],
)
def test_early_stopping(column, values, options, epochs):
    training, stopping = tiny_training(evaluate_train=True), EarlyStopping(column, **options)
    stopping.on_train_begin(training)
    for value in values:
        training.history.append(**{column: value})
        stopping.on_epoch_end(training)
        if training.stop_reason is not None:
            break
    assert (len(training.history) if training.stop_reason else None) == epochs


def test_early_stopping_ends_a_run():
    run = train_tiny(EarlyStopping("test_loss", 2), learning_rate=3, epochs=200)
    losses = run.history["test_loss"]
    assert run.status == "stopped"
    assert run.stop_reason == "test_loss has not improved for 2 epochs"
    assert min(losses) == losses[-3]


def test_early_stopping_needs_a_column_that_is_there():
    with pytest.raises(ConfigError, match="train_loss is not evaluated every epoch: set evaluate"):
        train_tiny(EarlyStopping("train_loss"))
    assert train_tiny(EarlyStopping("train_loss"), evaluate_train=True).status == "completed"


# --- output -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("interval", "epochs"), [(1, [1, 2, 3]), (2, [2, 3]), (9, [3])])
def test_epoch_log(interval, epochs):
    stream = io.StringIO()
    run = train_tiny(EpochLog(interval, stream))
    lines = stream.getvalue().splitlines()
    assert [int(line.split()[1]) for line in lines] == epochs
    row = run.history.row(-1)
    assert lines[-1] == (
        f"epoch    3  updates      15  running loss {row['running_loss']:.4f}  "
        f"test loss {row['test_loss']:.4f}  test accuracy {row['test_accuracy']:.4f}"
    )


def test_epoch_log_goes_to_standard_error(capsys):
    train_tiny(EpochLog())
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 3)


def test_progress_bar(capsys):
    last = train_tiny(ProgressBar(mininterval=0)).history.last
    out, err = capsys.readouterr()
    assert out == ""
    assert "0/3" in err and "3/3" in err
    assert f"test_accuracy={last('test_accuracy'):.4f}" in err
    assert f"loss={last('running_loss'):.4f}" in err


# --- Weights & Biases ---------------------------------------------------------------------------


def test_wandb_offline_writes_a_run(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb")
    folders = {f"WANDB_{name}_DIR": tmp_path / name for name in ("CONFIG", "CACHE", "DATA")}
    switches = ("SILENT", "DISABLE_CODE", "DISABLE_GIT", "X_DISABLE_STATS")
    settings = {f"WANDB_{name}": "true" for name in switches} | {
        "WANDB_MODE": "offline",
        "WANDB_ERROR_REPORTING": "false",
        "WANDB_DIR": tmp_path,
    }
    for name, value in {**settings, **folders}.items():
        monkeypatch.setenv(name, str(value))
    run = train_tiny(WandbLogger(mode="offline", dir=str(tmp_path)))
    (file,) = (tmp_path / "wandb").glob("offline-run-*/run-*.wandb")
    names = {run.run_id, "running_loss", "test_accuracy", "learning_rate"}
    # A process of its own writes, and goes on after the end.
    wait_for(lambda: all(name.encode() in file.read_bytes() for name in names))
    assert wandb.run is None  # finished


def test_wandb_logs_rows_without_gaps(monkeypatch):
    """What is handed over: the config, one row per epoch without its empty columns, a summary."""
    started, logged, finished = {}, [], []

    fake_run = SimpleNamespace(
        summary={},
        log=lambda row, step: logged.append((step, row)),
        finish=lambda: finished.append(True),
    )
    fake_wandb = SimpleNamespace(init=lambda **options: started.update(options) or fake_run)
    monkeypatch.setitem(sys.modules, "wandb", fake_wandb)
    run = train_tiny(WandbLogger("mine", mode="disabled", tags=["a"]))
    named = {"name": run.run_id, "config": run.config.to_dict()}
    assert started == {"project": "mine", "mode": "disabled", "tags": ["a"], **named}
    rows = [{k: v for k, v in run.history.row(n).items() if v is not None} for n in range(3)]
    assert logged == list(enumerate(rows, 1))
    assert fake_run.summary == run.history.row(-1)
    assert finished == [True]


def test_wandb_that_is_not_installed_says_how_to(monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ImportError, match=r"pip install 'mlp-core\[wandb\]'"):
        WandbLogger()
