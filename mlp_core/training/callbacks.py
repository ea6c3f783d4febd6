"""Callbacks: what happens beside a run, without the training loop knowing."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from mlp_core.training.legal import ConfigError

if TYPE_CHECKING:
    from mlp_core.training.trainer import Training


class Callback:
    """Does nothing; override the methods that matter.

    Each method gets the `Training` in progress, to read from, to `record` values in and to
    `request_stop`.
    """

    @property
    def wants_updates(self) -> bool:
        """Whether `on_update_end` is to be called; by default, whether it is overridden."""
        return type(self).on_update_end is not Callback.on_update_end

    def on_train_begin(self, training: Training) -> None:
        """Act once, before the first update."""

    def on_update_end(self, training: Training) -> None:
        """Act after every update; called only if overridden."""

    def on_epoch_end(self, training: Training) -> None:
        """Act after every finished epoch, when its row is in `training.history`."""

    def on_train_end(self, training: Training) -> None:
        """Act once, after the last epoch, divergence or a stop."""


class ProgressBar(Callback):
    """A tqdm bar, in a terminal or a notebook, that advances by the epoch."""

    def __init__(self, **tqdm_options: Any) -> None:
        self._options = tqdm_options

    def on_train_begin(self, training: Training) -> None:
        """Open the bar."""
        from tqdm.auto import tqdm

        total, done = training.config.epochs, training.epoch
        self._bar = tqdm(total=total, initial=done, unit="epoch", **self._options)

    def on_epoch_end(self, training: Training) -> None:
        """Advance the bar and show the latest figures."""
        row = training.history.row(-1)
        self._bar.set_postfix(
            loss=f"{row['running_loss']:.4f}", test_accuracy=f"{row['test_accuracy']:.4f}"
        )
        self._bar.update(1)

    def on_train_end(self, training: Training) -> None:
        """Close the bar."""
        self._bar.close()


class EpochLog(Callback):
    """Prints one line every `interval` epochs, and for the last one.

    Parameters
    ----------
    interval : int
        At least 1.
    stream : file, default standard error
    """

    def __init__(self, interval: int = 1, stream: TextIO | None = None) -> None:
        if interval < 1:
            raise ConfigError(f"interval={interval!r} is not legal: must be an integer >= 1")
        self.interval = interval
        self._stream = stream

    def on_epoch_end(self, training: Training) -> None:
        """Print the epoch's running and test figures."""
        if training.epoch % self.interval and training.epoch != training.config.epochs:
            return
        row = training.history.row(-1)
        print(
            f"epoch {row['epoch']:>4}  updates {row['updates']:>7}  "
            f"running loss {row['running_loss']:.4f}  test loss {row['test_loss']:.4f}  "
            f"test accuracy {row['test_accuracy']:.4f}",
            file=self._stream or sys.stderr,
            flush=True,
        )


class EarlyStopping(Callback):
    """Stops when a column of the history has not improved for a number of epochs.

    Parameters
    ----------
    column : str, default "test_loss"
        Accuracies are to rise, losses to fall.
    patience : int, default 10
        Epochs without an improvement after which training stops; at least 1.
    min_delta : float, default 0
        What an improvement has to exceed.
    """

    def __init__(
        self, column: str = "test_loss", patience: int = 10, min_delta: float = 0.0
    ) -> None:
        if patience < 1:
            raise ConfigError(f"patience={patience!r} is not legal: must be an integer >= 1")
        if not (min_delta >= 0 and math.isfinite(min_delta)):
            raise ConfigError(f"min_delta={min_delta!r} is not legal: must be >= 0 and finite")
        self.column = column
        self.patience = patience
        self.min_delta = min_delta

    def on_train_begin(self, training: Training) -> None:
        """Check the column, and take in what a resumed run has behind it."""
        values = training.history[self.column]
        if self.column.startswith("train_") and not training.config.evaluate_train:
            raise ConfigError(f"{self.column} is not evaluated by the epoch: set evaluate_train")
        self._best, self._since = -math.inf, 0
        for value in values:
            self._see(value)

    def on_epoch_end(self, training: Training) -> None:
        """Compare the latest value with the best so far."""
        self._see(training.history.last(self.column))
        if self._since >= self.patience:
            training.request_stop(f"{self.column} has not improved for {self.patience} epochs")

    def _see(self, value: float) -> None:
        score = value if self.column.endswith("accuracy") else -value
        if score > self._best + self.min_delta:
            self._best, self._since = score, 0
        else:
            self._since += 1


class Checkpoint(Callback):
    """Writes everything needed to resume, every few epochs and after the last.

    Parameters
    ----------
    path : str or Path
        The file, replaced each time; give it to ``train(..., resume_from=path)``.
    every : int, default 1
        Epochs between two writes; at least 1.
    """

    def __init__(self, path: str | Path, every: int = 1) -> None:
        if every < 1:
            raise ConfigError(f"every={every!r} is not legal: must be an integer >= 1")
        self.path = Path(path)
        self.every = every

    def on_epoch_end(self, training: Training) -> None:
        """Write the snapshot if it is due."""
        if training.epoch % self.every == 0 or training.epoch == training.config.epochs:
            training.snapshot().save(self.path)


class WandbLogger(Callback):
    """Logs config, history and summary to Weights & Biases (the extra ``wandb``).

    Parameters
    ----------
    project : str
    mode : {"online", "offline", "disabled"}
        ``offline`` writes to a local folder, to be synchronized later.
    **init_options
        Passed on to ``wandb.init``.
    """

    def __init__(
        self, project: str = "mlp_core", mode: str = "online", **init_options: Any
    ) -> None:
        try:
            import wandb
        except ImportError:
            raise ImportError(
                "WandbLogger needs the package wandb: pip install 'mlp-core[wandb]'"
            ) from None
        self._wandb = wandb
        self._options = {"project": project, "mode": mode, **init_options}

    def on_train_begin(self, training: Training) -> None:
        """Start a run named after the config's run_id."""
        config = training.config
        self._run = self._wandb.init(
            **{"name": config.run_id, "config": config.to_dict(), **self._options}
        )

    def on_epoch_end(self, training: Training) -> None:
        """Log the epoch's row."""
        row = training.history.row(-1)
        self._run.log({k: v for k, v in row.items() if v is not None}, step=training.epoch)

    def on_train_end(self, training: Training) -> None:
        """Write the last row as the run's summary and close it."""
        if len(training.history):
            self._run.summary.update(training.history.row(-1))
        self._run.finish()
