"""The only training loop: a config goes in, a run comes out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn import MLP, learning_rate_at
from mlp_core.training import build
from mlp_core.training.callbacks import Callback, Checkpoint
from mlp_core.training.checkpoint import Snapshot
from mlp_core.training.config import RunConfig
from mlp_core.training.environment import describe_environment, one_blas_thread
from mlp_core.training.evaluation import evaluate
from mlp_core.training.history import History
from mlp_core.training.run import Run


def train(
    config: RunConfig,
    callbacks: Sequence[Callback] = (),
    *,
    dataset: Dataset | None = None,
    resume_from: str | Path | None = None,
) -> Run:
    """Train one network and return what happened.

    A loss that is not finite ends the run with the status ``diverged``; it is a result, not an
    error. The same config gives the same history on the same machine, bit for bit.

    Parameters
    ----------
    config : RunConfig
    callbacks : sequence of Callback
        Called in order, checkpoints last; they may record values or ask to stop.
    dataset : Dataset, optional
        Data to use instead of loading `config.dataset`; `train_size` applies to it too.
    resume_from : path, optional
        A file that the `Checkpoint` callback wrote for the same config.

    Returns
    -------
    Run

    Raises
    ------
    ConfigError
        If the config does not fit the dataset, or the checkpoint belongs to another config.
    DataError
        If the dataset is missing or damaged.
    """
    with one_blas_thread(), np.errstate(all="ignore"):
        training = Training(config, callbacks, dataset)
        if resume_from is not None:
            training.restore(Snapshot.load(resume_from))
        return training.run()


class Training:
    """A run in progress: what callbacks see.

    Callbacks read its attributes and call `record`, `request_stop` and `snapshot`; nothing
    else is theirs to change.

    Attributes
    ----------
    config : RunConfig
    dataset : Dataset
    network : MLP
    history : History
        The epochs finished so far.
    epoch : int
        Number of the epoch under way or just finished, from 1.
    update : int
        Number of updates made so far.
    examples : int
        Number of training examples seen so far.
    learning_rate : float
        Rate of the current epoch.
    """

    def __init__(
        self, config: RunConfig, callbacks: Sequence[Callback] = (), dataset: Dataset | None = None
    ) -> None:
        self._started = time.perf_counter()
        self.config = config
        self._streams = build.RandomStreams.from_seed(config.seed)
        if dataset is None:
            self.dataset = build.build_dataset(config, self._streams)
        else:
            self.dataset = build.take_train_size(dataset, config, self._streams)
        self.network: MLP = build.build_network(config, self.dataset, self._streams)
        self._loss = build.build_loss(config)
        self._evaluation_loss = build.build_loss(config)
        self._optimizer = build.build_optimizer(config)
        self._penalties = build.build_penalties(config, self.network)
        self._gatherer = self.dataset.gatherer(config.dtype)
        self._losses = np.empty(self.dataset.train_size, config.dtype)
        self._predictions = np.empty(self.dataset.train_size, np.intp)
        # A checkpoint is to hold what the other callbacks recorded in the same epoch.
        self._callbacks = sorted(callbacks, key=lambda each: isinstance(each, Checkpoint))
        self._update_callbacks = [c for c in callbacks if c.wants_updates]
        self.history = History()
        self.epoch = self.update = self.examples = 0
        self._records: dict[str, list[Any]] = {}
        self._epoch_ms_per_update: list[float] = []
        self._stop_reason: str | None = None
        self._diverged_at_update: int | None = None
        self._batch = slice(0, 0)

    @property
    def learning_rate(self) -> float:
        """The rate of the current epoch."""
        return self._optimizer.learning_rate

    @property
    def batch_loss(self) -> float:
        """Mean loss of the latest batch, before its update."""
        return float(self._losses[self._batch].mean())

    def record(self, name: str, value: Any) -> None:
        """Keep a plain JSON value for this epoch under a name; it ends in `Run.records`."""
        self._records.setdefault(name, []).append(value)

    def request_stop(self, reason: str) -> None:
        """Ask that training ends after the current update or epoch."""
        self._stop_reason = self._stop_reason or reason

    def run(self) -> Run:
        """Train epoch by epoch to the end, to divergence, or until a callback asks to stop."""
        for callback in self._callbacks:
            callback.on_train_begin(self)
        while self.epoch < self.config.epochs and not self._ended:
            self._run_epoch()
        status = "completed"
        if self._diverged_at_update is not None:
            status = "diverged"
        elif self._stop_reason is not None:
            status = "stopped"
        for callback in self._callbacks:
            callback.on_train_end(self)
        return Run(
            config=self.config,
            history=self.history,
            status=status,
            stop_reason=self._stop_reason,
            diverged_at_update=self._diverged_at_update,
            records=self._records,
            epoch_ms_per_update=self._epoch_ms_per_update,
            duration_s=time.perf_counter() - self._started,
            environment=describe_environment(self.config.dtype),
            network=self.network,
        )

    @property
    def _ended(self) -> bool:
        return self._stop_reason is not None or self._diverged_at_update is not None

    def _run_epoch(self) -> None:
        config = self.config
        self._optimizer.learning_rate = learning_rate_at(
            config.schedule,
            config.learning_rate,
            self.epoch,
            config.epochs,
            config.schedule_step_epochs,
            config.schedule_step_factor,
        )
        self.epoch += 1
        first_update = self.update
        started = time.perf_counter()
        order = self._streams.order.permutation(self.dataset.train_size)
        finished = self.run_updates(order)
        elapsed_ms = 1000 * (time.perf_counter() - started)
        self._find_divergence(first_update)
        if not finished or self._diverged_at_update is not None:
            return
        self._append_history(order)
        if self._diverged_at_update is not None:
            return
        self._epoch_ms_per_update.append(elapsed_ms / (self.update - first_update))
        for callback in self._callbacks:
            callback.on_epoch_end(self)
        if self._stop_reason is not None and self.history.last("train_loss") is None:
            self.history.amend_last(**self._evaluate("train"))

    def run_updates(self, order: np.ndarray) -> bool:
        """Make an epoch's updates; return False if a callback stopped it in between."""
        network, loss, optimizer = self.network, self._loss, self._optimizer
        parameters, gradients = network.parameters, network.gradients
        gather, batch_size = self._gatherer.gather, self.config.batch_size
        scale = optimizer.gradient_scale
        for start in range(0, len(order), batch_size):
            batch = slice(start, start + batch_size)
            images, labels = gather(order[batch])
            loss.forward(network.forward(images), labels, out=self._losses[batch])
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
        return self._stop_reason is None

    def _find_divergence(self, first_update: int) -> None:
        """Find the first update whose loss was not finite among the epoch's recorded losses."""
        made = (self.update - first_update) * self.config.batch_size
        finite = np.isfinite(self._losses[:made])
        if not finite.all():
            self._diverge(first_update + 1 + int(finite.argmin()) // self.config.batch_size)

    def _diverge(self, update: int) -> None:
        self._diverged_at_update = update
        self._stop_reason = f"the loss of update {update} is not finite"

    def _append_history(self, order: np.ndarray) -> None:
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
        images, labels = self.dataset.gatherer(self.config.dtype).gather(np.arange(examples))
        self.network.set_training(False)
        self._evaluation_loss.forward(self.network.forward(images), labels)
        self.network.backward(self._evaluation_loss.backward())
        self.network.set_training(True)

    def snapshot(self) -> Snapshot:
        """Return a copy of everything that the next epoch depends on."""
        return Snapshot(
            config=self.config.to_dict(),
            parameters=self.network.parameters.copy(),
            optimizer_state={k: v.copy() for k, v in self._optimizer.state.items()},
            optimizer_steps=self._optimizer.steps,
            random_states={
                "order": self._streams.order.bit_generator.state,
                "dropout": self._streams.dropout.bit_generator.state,
            },
            epoch=self.epoch,
            update=self.update,
            history=self.history.to_dict(),
            records=self._records,
            epoch_ms_per_update=self._epoch_ms_per_update,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Continue from a snapshot of the same config."""
        snapshot.check_config(self.config)
        self.network.parameters[...] = snapshot.parameters
        self._optimizer.load_state(snapshot.optimizer_state, snapshot.optimizer_steps)
        self._streams.order.bit_generator.state = snapshot.random_states["order"]
        self._streams.dropout.bit_generator.state = snapshot.random_states["dropout"]
        self.epoch, self.update = snapshot.epoch, snapshot.update
        self.examples = self.epoch * self.dataset.train_size
        self.history = History(snapshot.history)
        self._records = snapshot.records
        self._epoch_ms_per_update = snapshot.epoch_ms_per_update
