"""The only training loop, and the callbacks that follow it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core.nn import learning_rate_at
from mlp_core.training import build
from mlp_core.training.config import RunConfig
from mlp_core.training.environment import describe_environment
from mlp_core.training.evaluation import evaluate
from mlp_core.training.history import History
from mlp_core.training.run import Run, run_id_of


class Callback:
    """Does nothing; override the methods that matter.

    Each method gets the `Training` in progress, to read from, to `record` values in and to
    `request_stop`; nothing else of it is a callback's to change.

    Attributes
    ----------
    runs_last : bool
        Whether it is called after the callbacks that do not say so.
    """

    runs_last = False

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


class Training:
    """A run in progress.

    Attributes
    ----------
    config : RunConfig
        With the name and the scaling of the data that it was given.
    data : Dataset
        All of them, of which `dataset` is what the config takes.
    dataset : Dataset
    network : MLP
    loss : Loss
    optimizer : Optimizer
    streams : RandomStreams
    history : History
        The epochs finished so far.
    epoch : int
        Number of the epoch under way or just finished, from 1.
    update, examples : int
        Number of updates made, and of training examples seen, so far.
    records : dict of str to list
        What callbacks recorded, one entry per epoch.
    stop_reason : str or None
        Why training ends before its last epoch.
    """

    def __init__(
        self, config: RunConfig, data: Any = None, *, callbacks: Sequence[Callback] = ()
    ) -> None:
        self._started = time.perf_counter()
        self.config, self.data = build.resolve_data(config, data)
        config = self.config
        self.streams = build.RandomStreams.from_seed(config.seed)
        self.dataset = build.take_examples(config, self.streams, self.data)
        self.network = build.build_network(config, self.dataset, self.streams)
        self.loss = build.build_loss(config)
        self.optimizer = build.build_optimizer(config)
        self.gatherer = self.dataset.gatherer(config.dtype)
        self._evaluation_loss = build.build_loss(config)
        self._penalties = build.build_penalties(config, self.network)
        self._losses = np.empty(self.dataset.train_size, config.dtype)
        self._predictions = np.empty(self.dataset.train_size, np.intp)
        self._callbacks = sorted(callbacks, key=lambda callback: callback.runs_last)
        self._update_callbacks = [c for c in self._callbacks if c.wants_updates]
        self._batch = slice(0, 0)
        self.history = History()
        self.epoch = self.update = self.examples = 0
        self.records: dict[str, list[Any]] = {}
        self.epoch_ms_per_update: list[float] = []
        self.stop_reason: str | None = None
        self.diverged_at_update: int | None = None
        self.kept: tuple[int, np.ndarray] | None = None

    @property
    def run_id(self) -> str:
        """The id that the run will have."""
        return run_id_of(self.config, self.data.fingerprint)

    @property
    def learning_rate(self) -> float:
        """The rate of the current epoch."""
        return self.optimizer.learning_rate

    @property
    def batch_loss(self) -> float:
        """Mean loss of the latest batch, before its update; for callbacks that follow updates."""
        return float(self._losses[self._batch].mean())

    def record(self, name: str, value: Any) -> None:
        """Keep a plain JSON value for this epoch under a name; it ends in `Run.records`."""
        self.records.setdefault(name, []).append(value)

    def request_stop(self, reason: str) -> None:
        """Ask that training ends after the current update or epoch."""
        self.stop_reason = self.stop_reason or reason

    def keep_weights(self) -> None:
        """Let the run end with the weights of this epoch, unless those of a later one are kept."""
        self.kept = self.epoch, self.network.parameters.copy()

    def _restore_kept(self) -> int | None:
        """Take back the weights that were kept; return their epoch if it is not the last."""
        if self.kept is None or self.kept[0] == self.epoch or self.diverged_at_update is not None:
            return None
        epoch, self.network.parameters[...] = self.kept
        if self.history.row(epoch - 1)["train_loss"] is None:
            self.history.amend(epoch - 1, **self._evaluate("train"))
        return epoch

    def run(self) -> Run:
        """Train epoch by epoch to the end, to divergence, or until a callback asks to stop."""
        for callback in self._callbacks:
            callback.on_train_begin(self)
        while self.epoch < self.config.epochs and self.stop_reason is None:
            self.run_epoch()
        kept_epoch = self._restore_kept()
        for callback in self._callbacks:
            callback.on_train_end(self)
        status = "completed" if self.stop_reason is None else "stopped"
        return Run(
            config=self.config,
            history=self.history,
            status=status if self.diverged_at_update is None else "diverged",
            stop_reason=self.stop_reason,
            diverged_at_update=self.diverged_at_update,
            records=self.records,
            epoch_ms_per_update=self.epoch_ms_per_update,
            duration_s=time.perf_counter() - self._started,
            environment=describe_environment(self.config.dtype),
            fingerprint=self.data.fingerprint,
            kept_epoch=kept_epoch,
            network=self.network,
        )

    def run_epoch(self) -> None:
        """Pass once over the training set, evaluate, and call the callbacks."""
        config, first_update = self.config, self.update
        self.optimizer.learning_rate = learning_rate_at(
            config.schedule,
            config.learning_rate,
            self.epoch,
            config.epochs,
            config.schedule_step_epochs,
            config.schedule_step_factor,
        )
        self.epoch += 1
        started = time.perf_counter()
        order = self.streams.order.permutation(self.dataset.train_size)
        finished = self.run_updates(order)
        elapsed_ms = 1000 * (time.perf_counter() - started)
        self._find_divergence(first_update)
        if finished and self.diverged_at_update is None:
            self._append_history(order)
        if not finished or self.diverged_at_update is not None:
            return
        self.epoch_ms_per_update.append(elapsed_ms / (self.update - first_update))
        for callback in self._callbacks:
            callback.on_epoch_end(self)
        if self.stop_reason is not None and self.history.last("train_loss") is None:
            self.history.amend(-1, **self._evaluate("train"))

    def run_updates(self, order: np.ndarray) -> bool:
        """Make an epoch's updates; return False if a callback stopped it in between."""
        network, loss, optimizer = self.network, self.loss, self.optimizer
        parameters, gradients = network.parameters, network.gradients
        gather, batch_size = self.gatherer.gather, self.config.batch_size
        scale = optimizer.gradient_scale
        for start in range(0, len(order), batch_size):
            batch = slice(start, start + batch_size)
            inputs, labels = gather(order[batch])
            loss.forward(network.forward(inputs), labels, out=self._losses[batch])
            self._predictions[batch] = loss.predictions
            network.backward(loss.backward(scale))
            for penalty in self._penalties:
                penalty.add_gradient(parameters, gradients, scale)
            optimizer.step(parameters, gradients, scale)
            self.update += 1
            if self._update_callbacks and not self._end_update(batch, len(labels)):
                return False
        self.examples = self.epoch * len(order)
        return True

    def _end_update(self, batch: slice, rows: int) -> bool:
        """Call the callbacks that follow updates; return whether to go on."""
        self._batch = batch
        self.examples += rows
        for callback in self._update_callbacks:
            callback.on_update_end(self)
        return self.stop_reason is None

    def _find_divergence(self, first_update: int) -> None:
        """Find the first update whose loss was not finite among the epoch's recorded losses."""
        made = (self.update - first_update) * self.config.batch_size
        finite = np.isfinite(self._losses[:made])
        if not finite.all():
            self._diverge(first_update + 1 + int(finite.argmin()) // self.config.batch_size)

    def _diverge(self, update: int) -> None:
        self.diverged_at_update = update
        self.stop_reason = f"the loss of update {update} is not finite"

    def _append_history(self, order: np.ndarray) -> None:
        """Add the epoch's row, unless the evaluation shows that the run has diverged."""
        hits = self._predictions == self.dataset.train_labels[order]
        row: dict[str, float] = {
            "epoch": self.epoch,
            "updates": self.update,
            "examples": self.examples,
            "learning_rate": self.learning_rate,
            "running_loss": float(self._losses.mean(dtype=np.float64)),
            "running_accuracy": float(hits.mean()),
            **self._evaluate("test"),
        }
        if self.dataset.validation_size:
            row.update(self._evaluate("validation"))
        if self.config.evaluate_train or self.epoch == self.config.epochs:
            row.update(self._evaluate("train"))
        if all(np.isfinite(value) for value in row.values()):
            self.history.append(**row)
        else:
            self._diverge(self.update)

    def _evaluate(self, split: str) -> dict[str, float]:
        loss, accuracy = evaluate(self.network, self._evaluation_loss, self.dataset, split)
        return {f"{split}_loss": loss, f"{split}_accuracy": accuracy}

    def compute_gradients(self, examples: int) -> None:
        """Fill the network's gradients with those of the first `examples` training examples.

        The network is in evaluation mode meanwhile; the next update overwrites the gradients.
        """
        inputs, labels = self.dataset.gatherer(self.config.dtype).gather(np.arange(examples))
        self.network.set_training(False)
        self._evaluation_loss.forward(self.network.forward(inputs), labels)
        self.network.backward(self._evaluation_loss.backward())
        self.network.set_training(True)
