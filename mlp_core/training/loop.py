"""The only training loop, and the callbacks that follow it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from mlp_core.nn import Network, learning_rate_at
from mlp_core.training import build
from mlp_core.training.config import RunConfig
from mlp_core.training.environment import describe_environment, one_blas_thread
from mlp_core.training.evaluation import judge, predict
from mlp_core.training.history import History
from mlp_core.training.legal import ConfigError, shown
from mlp_core.training.model import Model, describe_network
from mlp_core.training.run import Run, run_id_of
from mlp_core.training.settings import NAMES, Setting, Settings

_LOOK_EVERY = 64  # updates between two looks for losses that are not finite


class Callback:
    """Does nothing; override the methods that matter.

    Each method gets the `Training` in progress, to read from, to `record` values in, to
    `request_stop` and to change settings; nothing else of it is a callback's to change.

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
    """A run in progress, to be stepped by epochs or `updates`, or to `run` to the end.

    Parameters
    ----------
    config : RunConfig
    data : Dataset or (X, y), optional
    callbacks : sequence of Callback
    network : Network, optional
    start_from : Model, optional
        All as of `train`.

    Attributes
    ----------
    config : RunConfig
        With the name and the scaling of the data that it was given.
    data : Dataset
        All of them, of which `dataset` is what the config takes.
    dataset : Dataset
    network : Network
        In training mode while updates are made, in evaluation mode otherwise.
    loss : Loss
    optimizer : Optimizer
    streams : RandomStreams
    history : History
        The epochs finished so far.
    epoch : int
        Number of the epoch under way or just finished, from 1.
    update, examples : int
        Number of updates made, and of training examples seen, so far.
    learning_rate, momentum, weight_decay, batch_size : float or int
        May be set between updates, the rate to 0 as well. A rate that was set stays until it is
        set again: the schedule ends there.
    settings : Settings
        These four, and what was changed when.
    given : dict
        What the run depends on besides config and data; see `Run.given`.
    records : dict of str to list
        What callbacks recorded, one entry per epoch.
    stop_reason : str or None
        Why training ends before its last epoch.

    Examples
    --------
    >>> training = Training(RunConfig(epochs=3))
    >>> for epoch in training:
    ...     training.learning_rate /= 2
    >>> run = training.finish()
    >>> run.history["learning_rate"], len(run.changes)
    ([0.05, 0.025, 0.0125], 3)
    """

    learning_rate, momentum, weight_decay, batch_size = (Setting() for _ in NAMES)

    def __init__(
        self,
        config: RunConfig,
        data: Any = None,
        *,
        callbacks: Sequence[Callback] = (),
        network: Network | None = None,
        start_from: Model | None = None,
    ) -> None:
        self._started = time.perf_counter()
        for name, value, kind in (("network", network, Network), ("start_from", start_from, Model)):
            if not isinstance(value, kind | None):
                found = type(value).__name__
                raise ConfigError(f"{name} of type {found} is not legal: must be a {kind.__name__}")
        if not isinstance(config, RunConfig):
            found = type(config).__name__
            raise ConfigError(f"config of type {found} is not legal: must be a RunConfig")
        for each in callbacks:
            if not isinstance(each, Callback):
                raise ConfigError(
                    f"callback={shown(each)} is not legal: must be an instance of a Callback, such "
                    f"as EarlyStopping()"
                )
        self.config, self.data = build.resolve_data(config, data)
        if start_from is not None:
            self.config, self.data = start_from.prepare(self.config, self.data)
        config = self.config
        self.streams = build.RandomStreams.from_seed(config.seed)
        self.dataset = build.take_examples(config, self.streams, self.data)
        self.given: dict[str, Any] = {}
        if start_from is not None and network is not None:
            raise ConfigError("network= and start_from= are not legal together: give one of them")
        if start_from is not None:
            network, self.given["start_from"] = start_from.network, start_from.digest
        elif network is not None:
            self.given["network"] = describe_network(network)
        self.network = build.build_network(config, self.dataset, self.streams, network)
        self.loss = build.build_loss(config)
        self.optimizer = build.build_optimizer(config)
        self.settings = Settings(config, self.optimizer)
        self.gatherer = self.dataset.gatherer(config.dtype)
        self._evaluation_loss = build.build_loss(config)
        self._penalties = build.build_penalties(config, self.network)
        self._losses = np.zeros(self.dataset.train_size, config.dtype)
        self._tested: tuple[int, np.ndarray] | None = None  # after which update, and the outputs
        self._looked_at = (0, 0)  # up to which update and example the losses are known to be finite
        self._predictions = np.empty(self.dataset.train_size, np.intp)
        self._callbacks = sorted(callbacks, key=lambda callback: callback.runs_last)
        self._update_callbacks = [c for c in self._callbacks if c.wants_updates]
        self._batch, self._rows, self._has_begun = slice(0, 0), config.batch_size, False
        # The order of the epoch under way, the place of its next batch, its first update, its time.
        self._order: np.ndarray | None = None
        self._place, self._first_update, self._epoch_s = 0, 0, 0.0
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
        return run_id_of(self.config, self.data.fingerprint, self.given, self.settings.changes)

    @property
    def batch_loss(self) -> float:
        """Mean loss of the latest batch, before its update; for callbacks that follow updates.

        If it is not finite, training ends after this update.
        """
        loss = float(self._losses[self._batch].mean(dtype=np.float64))
        if not math.isfinite(loss):
            self._find_divergence()
        return loss

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
        self._tested = None
        if self.history.row(epoch - 1)["train_loss"] is None:
            self.history.amend(epoch - 1, **self._evaluate("train"))
        return epoch

    def run(self) -> Run:
        """Train epoch by epoch to the end, to divergence, or until a callback asks to stop."""
        for _ in self:
            pass
        return self.finish()

    def __iter__(self) -> Iterator[int]:
        """Train an epoch per turn and yield its number; go on where an earlier loop was left."""
        self._begin()
        while not self.is_over:
            if self.run_epoch():
                yield self.epoch

    def updates(self) -> Iterator[int]:
        """Make an update per turn and yield its number; go on where an earlier loop was left.

        After the last update of an epoch its row is in the history before the number is yielded.

        >>> training = Training(RunConfig(epochs=2))
        >>> for update in training.updates():
        ...     if update == 20:
        ...         training.learning_rate = 0.01
        >>> training.finish().changes
        [{'update': 20, 'learning_rate': 0.01}]
        """
        self._begin()
        while not self.is_over:
            if self.run_update():
                yield self.update

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to train: all epochs are made, or there is a reason to stop."""
        return len(self.history) >= self.config.epochs or self.stop_reason is not None

    @property
    def is_between_epochs(self) -> bool:
        """Whether the next update is the first of an epoch."""
        return self._order is None

    def _begin(self) -> None:
        """Call `on_train_begin` of all callbacks, once."""
        if not self._has_begun:
            self._has_begun = True
            for callback in self._callbacks:
                callback.on_train_begin(self)

    @np.errstate(all="ignore")
    def finish(self) -> Run:
        """End training, also before its last epoch, and return what happened."""
        self._begin()
        self.network.set_training(False)  # an epoch may have been interrupted
        done = len(self.history)
        if done < self.config.epochs:
            self.request_stop(f"ended after {done} of {self.config.epochs} epochs")
        if self.history.last("epoch") == self.epoch and self.history.last("train_loss") is None:
            self.history.amend(-1, **self._evaluate("train"))
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
            given=self.given or None,
            changes=self.settings.changes or None,
            model=Model.of(self.network, self.config, self.data),
            dataset=self.dataset,
        )

    def run_epoch(self) -> bool:
        """Pass once over the training set, or over what `run_update` left of it, and evaluate.

        Returns whether the epoch was finished: no divergence, and no stop in between.
        """
        return self._run(self.dataset.train_size)

    def run_update(self, most: int = 1) -> bool:
        """Make one update; after the last one of an epoch evaluate and call its callbacks.

        With `most` above 1, make so many, or those that are left of the epoch. Returns whether
        training may go on: no divergence, and no stop.
        """
        return self._run(most)

    def _run(self, most: int) -> bool:
        """Make at most so many updates, within one epoch."""
        self._begin()
        with one_blas_thread(), np.errstate(all="ignore"):
            if self._order is None:
                self._begin_epoch()
            started = time.perf_counter()
            finished = self._make_updates(most)
            self._epoch_s += time.perf_counter() - started
            self._find_divergence()
            if not finished or self.diverged_at_update is not None:
                self._order = None
                return False
            return self._place < self.dataset.train_size or self._end_epoch()

    def _begin_epoch(self) -> None:
        self.epoch = len(self.history)  # an epoch that was interrupted is made anew
        if not self.settings.has_changed("learning_rate"):
            self.optimizer.learning_rate = self.next_learning_rate
        self.examples = self.epoch * self.dataset.train_size
        self.epoch += 1
        self._first_update, self._looked_at = self.update, (self.update, 0)
        self._order = self.streams.order.permutation(self.dataset.train_size)
        self._place, self._epoch_s = 0, 0.0

    def _end_epoch(self) -> bool:
        """Evaluate and call the callbacks; return whether the losses are finite."""
        order, self._order = self._order, None
        assert order is not None
        self._append_history(order)
        if self.diverged_at_update is not None:
            return False
        updates = self.update - self._first_update
        self.epoch_ms_per_update.append(1000 * self._epoch_s / updates)
        for callback in self._callbacks:
            callback.on_epoch_end(self)
        return True

    @property
    def next_learning_rate(self) -> float:
        """The rate of the next update; before an epoch, what the schedule says of it."""
        if not self.is_between_epochs or self.settings.has_changed("learning_rate"):
            return self.learning_rate
        config = self.config
        return learning_rate_at(
            config.schedule,
            config.learning_rate,
            len(self.history),
            config.epochs,
            config.schedule_step_epochs,
            config.schedule_step_factor,
        )

    def next_batch(self) -> np.ndarray:
        """Return which training examples the next update will see; nothing is drawn for it."""
        order, place = self._order, self._place
        if order is None:
            stream, place = self.streams.order, 0
            state = stream.bit_generator.state
            order = stream.permutation(self.dataset.train_size)
            stream.bit_generator.state = state
        return order[place : place + self.settings.batch_size]

    def _make_updates(self, most: int) -> bool:
        """Make updates of the epoch under way; return False if a callback stopped it in between."""
        # Were it interrupted here, the epoch would be made anew.
        order, self._order = self._order, None
        assert order is not None
        self._rows = self.settings.batch_size
        last, size, finished = self.update + most, len(order), True
        self.network.set_training(True)
        while self._place < size and self.update < last:
            batch = slice(self._place, self._place + self._rows)
            self._place = batch.stop
            rows = order[batch]
            scale = self.differentiate(rows, self._losses[batch])
            self._predictions[batch] = self.loss.predictions
            self.optimizer.step(self.network.parameters, self.network.gradients, scale)
            self.update += 1
            self.examples += len(rows)
            if self._update_callbacks and not self._end_update(batch):
                finished = False
                break
            if self.update % _LOOK_EVERY == 0:
                self._find_divergence()
                if self.diverged_at_update is not None:
                    break
        self.network.set_training(False)
        self._order = order
        return finished

    def run_updates(self, order: np.ndarray) -> bool:
        """Make updates on training examples in this order, and nothing else: to measure them.

        Parameters
        ----------
        order : ndarray of int
            At most as many as there are training examples.

        Returns
        -------
        bool
            False if a callback stopped it in between.
        """
        self._first_update, self._looked_at = self.update, (self.update, 0)
        self._order, self._place = order, 0
        try:
            return self._make_updates(len(order))
        finally:
            self._order = None

    def differentiate(self, rows: np.ndarray, losses: np.ndarray | None = None) -> float:
        """Fill the network's gradients as an update on these training examples does.

        Penalties are in them, weight decay is not. Returns by which factor they are scaled, for
        the optimizer's `step`.
        """
        network, loss, scale = self.network, self.loss, self.optimizer.gradient_scale
        inputs, labels = self.gatherer.gather(rows)
        loss.forward(network.forward(inputs), labels, out=losses)
        network.backward(loss.backward(scale))
        for penalty in self._penalties:
            penalty.add_gradient(network.parameters, network.gradients, scale)
        return scale

    def _end_update(self, batch: slice) -> bool:
        """Call the callbacks that follow updates; return whether to go on."""
        self._batch = batch
        for callback in self._update_callbacks:
            callback.on_update_end(self)
        if self._rows != self.settings.batch_size:
            self._find_divergence()
            self._rows = self.settings.batch_size
        return self.stop_reason is None

    def _find_divergence(self) -> None:
        """Find the first update whose loss is not finite among those not looked at yet."""
        update, start = self._looked_at
        stop = start + (self.update - update) * self._rows
        finite = np.isfinite(self._losses[start:stop])
        self._looked_at = self.update, stop
        if not finite.all():
            update += 1 + int(finite.argmin()) // self._rows
            self._diverge(update, f"the loss of update {update}")

    def _diverge(self, update: int, quantity: str) -> None:
        self.diverged_at_update = update
        self.stop_reason = f"{quantity} is not finite"

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
        for name, value in row.items():
            if not math.isfinite(value):
                words = name.replace("_", " ")
                return self._diverge(self.update, f"the {words} after update {self.update}")
        return self.history.append(**row)

    def _evaluate(self, split: str) -> dict[str, float]:
        is_test = split == "test"
        outputs = self.test_outputs() if is_test else predict(self.network, self.dataset, split)
        labels = self.dataset.examples(split)[1]
        loss, accuracy = judge(outputs, self._evaluation_loss, labels)
        return {f"{split}_loss": loss, f"{split}_accuracy": accuracy}

    def test_outputs(self) -> np.ndarray:
        """Return what the network as it is puts out for all test examples, one row each.

        After an epoch they are known from its evaluation, and no pass is made.
        """
        if self._tested is None or self._tested[0] != self.update:
            self._tested = self.update, predict(self.network, self.dataset)
        return self._tested[1]

    def compute_gradients(self, examples: int) -> None:
        """Fill the network's gradients with those of the first `examples` training examples.

        The network is in evaluation mode meanwhile; the next update overwrites the gradients.
        """
        inputs, labels = self.dataset.gatherer(self.config.dtype).gather(np.arange(examples))
        was_training = self.network.training
        self.network.set_training(False)
        self._evaluation_loss.forward(self.network.forward(inputs), labels)
        self.network.backward(self._evaluation_loss.backward())
        self.network.set_training(was_training)

    def __getstate__(self) -> NoReturn:
        """Refuse to be copied: buffers and streams are shared with the parts."""
        raise TypeError("a training cannot be copied or pickled: write a Checkpoint and resume it")
