"""Callbacks that report on a run or stop it early."""

from __future__ import annotations

import math
import sys
from typing import Any, TextIO

from mlp_core.training.history import COLUMNS, VALIDATION_COLUMNS
from mlp_core.training.legal import ConfigError, choice, integer, number
from mlp_core.training.loop import Callback, Training

_FIGURES = [
    name for name in (*COLUMNS, *VALIDATION_COLUMNS) if name.endswith(("_loss", "_accuracy"))
]


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
        name = "validation_accuracy" if training.history.has_validation else "test_accuracy"
        self._bar.set_postfix({"loss": f"{row['running_loss']:.4f}", name: f"{row[name]:.4f}"})
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
        self.interval = integer(1).check("interval", interval)
        self._stream = stream

    def on_epoch_end(self, training: Training) -> None:
        """Print the epoch's running and test figures."""
        if training.epoch % self.interval and training.epoch != training.config.epochs:
            return
        row = training.history.row(-1)
        validation = ""
        if training.history.has_validation:
            validation = f"  validation accuracy {row['validation_accuracy']:.4f}"
        print(
            f"epoch {row['epoch']:>4}  updates {row['updates']:>7}  "
            f"running loss {row['running_loss']:.4f}  test loss {row['test_loss']:.4f}  "
            f"test accuracy {row['test_accuracy']:.4f}{validation}",
            file=self._stream or sys.stderr,
            flush=True,
        )


class EarlyStopping(Callback):
    """Stops when a column of the history has not improved for a number of epochs.

    Of a validation column, the run ends with the weights of the best epoch. A test column chooses
    no weights: the test set is to judge them.

    Parameters
    ----------
    column : str, optional
        Accuracies are to rise, losses to fall. By default "validation_loss", or "test_loss" if
        there are no validation examples.
    patience : int, default 10
        Epochs without an improvement after which training stops; at least 1.
    min_delta : float, default 0
        What an improvement has to exceed.
    """

    def __init__(
        self, column: str | None = None, patience: int = 10, min_delta: float = 0.0
    ) -> None:
        self.column = None if column is None else choice(*_FIGURES).check("column", column)
        self.patience = integer(1).check("patience", patience)
        self.min_delta = number(">= 0").check("min_delta", min_delta)

    def on_train_begin(self, training: Training) -> None:
        """Check the column, and take in the epochs that a resumed run has behind it."""
        has_validation = training.dataset.validation_size > 0
        self._watched = self.column or ("validation_loss" if has_validation else "test_loss")
        if self._watched.startswith("train_") and not training.config.evaluate_train:
            raise ConfigError(f"{self._watched} is not evaluated every epoch: set evaluate_train")
        self._keeps = self._watched in VALIDATION_COLUMNS
        if self._keeps and not has_validation:
            raise ConfigError(f"{self._watched} needs validation examples: set validation_size")
        self._best, self._epochs_since = -math.inf, 0
        # Weights that an earlier part did not keep are gone: its epochs do not count.
        if training.kept or not self._keeps:
            for value in training.history[self._watched]:
                self._compare(value)

    def on_epoch_end(self, training: Training) -> None:
        """Compare the latest value with the best so far."""
        better = self._compare(training.history.last(self._watched))
        if better and self._keeps:
            training.keep_weights()
        if self._epochs_since >= self.patience:
            training.request_stop(f"{self._watched} has not improved for {self.patience} epochs")

    def _compare(self, value: float) -> bool:
        """Return whether a value is the best so far."""
        score = value if self._watched.endswith("accuracy") else -value
        better = score > self._best + self.min_delta
        self._best = score if better else self._best
        self._epochs_since = 0 if better else self._epochs_since + 1
        return better


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
        """Start a run named after its run_id."""
        config = training.config
        self._run = self._wandb.init(
            **{"name": training.run_id, "config": config.to_dict(), **self._options}
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
