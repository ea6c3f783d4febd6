"""Callbacks: when they are called, what they print and when they stop a run."""

import io
import json
import math

import pytest
from tiny import Listener, StopAt, tiny_config, tiny_dataset
from waiting import wait_for

from mlp_core.training import (
    Callback,
    ConfigError,
    EarlyStopping,
    EpochLog,
    ProgressBar,
    Training,
    WandbLogger,
    train,
)


def run_tiny(*callbacks, **changes):
    return train(tiny_config(**changes), callbacks, dataset=tiny_dataset())


def test_calls_in_order_with_counters():
    calls = []
    run_tiny(Listener(calls, "a "), Listener(calls, "b "), epochs=2)
    both = [(event, *rest) for event, *rest in calls]
    expected = [("begin", 0, 0, 0)]
    for epoch in (1, 2):
        for batch in range(1, 6):
            seen = 23 * (epoch - 1) + min(5 * batch, 23)
            expected.append(("update", epoch, 5 * (epoch - 1) + batch, seen))
        expected.append(("epoch", epoch, 5 * epoch, 23 * epoch))
    expected.append(("end", 2, 10, 46))
    assert both == [(f"{name} {event}", *rest) for event, *rest in expected for name in "ab"]


def test_a_callback_that_follows_epochs_only_costs_no_calls():
    class OnlyEpochs(Callback):
        pass

    assert not OnlyEpochs().wants_updates
    assert Listener().wants_updates
    run_tiny(OnlyEpochs())


def test_an_epochs_row_is_there_when_it_ends():
    class Look(Callback):
        def on_epoch_end(self, training):
            training.record("rows", len(training.history))
            training.record("rate", training.learning_rate)

    assert run_tiny(Look()).records == {"rows": [1, 2, 3], "rate": [0.05] * 3}


def test_no_epoch_ends_in_divergence():
    """Whether an update or only the evaluation after it shows that the run has diverged."""
    for changes in ({"learning_rate": 1e6}, {"learning_rate": 1e300, "batch_size": 23}):
        listener, stop = Listener(), StopAt(epoch=1)
        run = run_tiny(listener, stop, **changes, hidden_sizes=(), epochs=50)
        assert run.status in ("diverged", "stopped")
        epochs = [event for event, *_ in listener.calls if event == "epoch"]
        assert len(epochs) == len(run.history) == len(run.epoch_ms_per_update)
        json.dumps(run.to_dict(), allow_nan=False)


@pytest.mark.parametrize("update", [1, 4, 5, 6, 12])
def test_stop_at_an_update(update):
    listener = Listener()
    run = run_tiny(listener, StopAt(update=update))
    finished = update // 5 if update % 5 else update // 5 - 1
    assert run.status == "stopped"
    assert run.stop_reason == "far enough"
    assert run.diverged_at_update is None
    assert len(run.history) == finished
    assert max(call[2] for call in listener.calls) == update
    assert listener.calls[-1][0] == "end"
    assert run.summary["epochs"] == finished


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_stop_at_an_epochs_end(epoch):
    run = run_tiny(StopAt(epoch=epoch))
    assert run.status == "stopped"
    assert run.history["epoch"] == list(range(1, epoch + 1))
    # The training figures are those of the network that is handed back.
    assert run.history.last("train_loss") is not None
    assert run.summary["train_accuracy"] is not None
    longer = run_tiny(evaluate_train=True)
    assert run.history.last("train_loss") == longer.history["train_loss"][epoch - 1]


def test_the_first_reason_to_stop_is_kept():
    class Stop(Callback):
        def __init__(self, reason):
            self.reason = reason

        def on_epoch_end(self, training):
            training.request_stop(self.reason)

    assert run_tiny(Stop("one"), Stop("other")).stop_reason == "one"


# --- early stopping -----------------------------------------------------------------------------


def epochs_until_stop(values, **options):
    """Return after how many epochs a column with these values stops a run; None if it does not."""
    training = Training(tiny_config(evaluate_train=True), dataset=tiny_dataset())
    stopping = EarlyStopping(**options)
    stopping.on_train_begin(training)
    for value in values:
        training.history.append(**{stopping.column: value})
        stopping.on_epoch_end(training)
        if training._stop_reason is not None:
            return len(training.history)
    return None


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
    assert epochs_until_stop(values, column=column, **options) == epochs


def test_early_stopping_ends_a_run():
    run = run_tiny(EarlyStopping("test_loss", 2), learning_rate=3, epochs=200)
    losses = run.history["test_loss"]
    assert run.status == "stopped"
    assert run.stop_reason == "test_loss has not improved for 2 epochs"
    assert min(losses) == losses[-3]


def test_early_stopping_needs_a_column_that_is_there():
    with pytest.raises(KeyError, match="no such column"):
        run_tiny(EarlyStopping("loss"))
    with pytest.raises(ConfigError, match="train_loss is not evaluated by the epoch: set evaluate"):
        run_tiny(EarlyStopping("train_loss"))
    assert run_tiny(EarlyStopping("train_loss"), evaluate_train=True).status == "completed"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EarlyStopping(patience=0), "patience=0 is not legal: must be an integer >= 1"),
        (lambda: EarlyStopping(min_delta=-1), "min_delta=-1 is not legal: must be >= 0"),
        (lambda: EarlyStopping(min_delta=math.nan), "min_delta=nan is not legal"),
        (lambda: EpochLog(0), "interval=0 is not legal: must be an integer >= 1"),
    ],
)
def test_bad_settings(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


# --- output -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("interval", "epochs"), [(1, [1, 2, 3]), (2, [2, 3]), (9, [3])])
def test_epoch_log(interval, epochs):
    stream = io.StringIO()
    run = run_tiny(EpochLog(interval, stream))
    lines = stream.getvalue().splitlines()
    assert [int(line.split()[1]) for line in lines] == epochs
    row = run.history.row(-1)
    assert lines[-1] == (
        f"epoch    3  updates      15  running loss {row['running_loss']:.4f}  "
        f"test loss {row['test_loss']:.4f}  test accuracy {row['test_accuracy']:.4f}"
    )


def test_epoch_log_goes_to_standard_error(capsys):
    run_tiny(EpochLog())
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 3


def test_progress_bar(capsys):
    run = run_tiny(ProgressBar(mininterval=0))
    out, err = capsys.readouterr()
    assert out == ""
    assert "0/3" in err and "3/3" in err
    assert f"test_accuracy={run.history.last('test_accuracy'):.4f}" in err
    assert f"loss={run.history.last('running_loss'):.4f}" in err


# --- Weights & Biases ---------------------------------------------------------------------------


def test_wandb_offline_writes_a_run(tmp_path, monkeypatch):
    wandb = pytest.importorskip("wandb")
    for name, value in {
        "WANDB_SILENT": "true",
        "WANDB_MODE": "offline",
        "WANDB_DIR": str(tmp_path),
        "WANDB_CONFIG_DIR": str(tmp_path / "config"),
        "WANDB_CACHE_DIR": str(tmp_path / "cache"),
        "WANDB_DATA_DIR": str(tmp_path / "data"),
        "WANDB_ERROR_REPORTING": "false",
        "WANDB_DISABLE_CODE": "true",
        "WANDB_DISABLE_GIT": "true",
        "WANDB_X_DISABLE_STATS": "true",
    }.items():
        monkeypatch.setenv(name, value)
    logger = WandbLogger(mode="offline", dir=str(tmp_path))
    logged, summaries = [], []
    monkeypatch.setattr(logger, "on_epoch_end", spy(logger.on_epoch_end, logged))
    monkeypatch.setattr(logger, "on_train_end", spy(logger.on_train_end, summaries))
    run = run_tiny(logger)
    (folder,) = (tmp_path / "wandb").glob("offline-run-*")
    (file,) = folder.glob("run-*.wandb")
    names = {run.config.run_id, "running_loss", "test_accuracy", "learning_rate"}
    # A process of its own writes, and goes on after the end.
    wait_for(lambda: all(name.encode() in file.read_bytes() for name in names))
    assert len(logged) == 3 and len(summaries) == 1
    assert wandb.run is None  # finished


def spy(function, calls):
    def call(training):
        calls.append(training.epoch)
        return function(training)

    return call


def test_wandb_logs_rows_without_gaps(monkeypatch):
    """What is handed over: the config, a row an epoch without its empty columns, a summary."""
    started, logged, summary = {}, [], {}

    class FakeRun:
        def __init__(self):
            self.summary = summary

        def log(self, row, step):
            logged.append((step, row))

        def finish(self):
            started["finished"] = True

    class FakeWandb:
        @staticmethod
        def init(**options):
            started.update(options)
            return FakeRun()

    monkeypatch.setitem(__import__("sys").modules, "wandb", FakeWandb)
    run = run_tiny(WandbLogger("mine", mode="disabled", tags=["a"]))
    assert started == {
        "project": "mine",
        "mode": "disabled",
        "tags": ["a"],
        "name": run.config.run_id,
        "config": run.config.to_dict(),
        "finished": True,
    }
    rows = [{k: v for k, v in run.history.row(n).items() if v is not None} for n in range(3)]
    assert logged == list(enumerate(rows, 1))
    assert summary == run.history.row(-1)


def test_wandb_that_is_not_installed_says_how_to(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "wandb", None)
    with pytest.raises(ImportError, match=r"pip install 'mlp-core\[wandb\]'"):
        WandbLogger()
