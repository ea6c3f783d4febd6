"""Where the next step lands: the training loss along the update that a training would make next."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from mlp_core.training import Training
from mlp_core.training.build import build_loss
from mlp_core.training.evaluation import forward_in_chunks
from mlp_core.what_if.inside import finite

# Backwards, where the parameters are, around the step of the rate, and far beyond it.
MULTIPLES = (
    *(-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0),
    *(2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0),
)
FARTHEST = MULTIPLES[-1]
EXAMPLES = 2000  # all small digits; of MNIST enough for a smooth curve


class NextStep:
    """The next update of a training, and the loss along it.

    To look changes nothing of the training, not a bit. The update is the one that the next batch
    gives, with momentum, decay and penalties. The loss is the mean over the first `EXAMPLES`
    training examples, penalties and dropout left out.

    Parameters
    ----------
    training : Training
        Between two updates.
    rate : float, optional
        The rate whose step is the multiple 1; by default that of the next update.
    """

    def __init__(self, training: Training, rate: float | None = None) -> None:
        # The rate of the training may have been set to 0.
        self.rate = rate or training.next_learning_rate or training.config.learning_rate
        self._training = training
        self._batch = training.next_batch()
        self._size = min(EXAMPLES, training.dataset.train_size)
        self._step = self._find_step()
        self._losses = {multiple: self._loss_at(multiple) for multiple in MULTIPLES}

    def describe(self) -> dict[str, Any]:
        """Return it as plain JSON values, at the rate that the training has now.

        Returns
        -------
        dict
            ``rate``. ``multiples`` of its step, and the ``losses`` there; None where one is not
            finite. ``chosen``: the multiple that is the step of the next update, and the ``loss``
            that it leads to. ``examples``: on how many training examples the losses are measured.
            ``batch``: how many the next batch has.
        """
        chosen = self._training.next_learning_rate / self.rate
        known = chosen in self._losses
        return {
            "rate": self.rate,
            "multiples": list(MULTIPLES),
            "losses": [self._losses[multiple] for multiple in MULTIPLES],
            "chosen": chosen,
            "loss": self._losses[chosen] if known else self._loss_at(chosen),
            "examples": self._size,
            "batch": len(self._batch),
        }

    def _find_step(self) -> np.ndarray:
        """Return by what the next update would change the parameters."""
        training, network = self._training, self._training.network
        dropout = training.streams.dropout.bit_generator
        state, was_training = dropout.state, network.training
        network.set_training(True)
        with np.errstate(all="ignore"):
            scale = training.differentiate(self._batch)
        network.set_training(was_training)
        dropout.state = state
        optimizer, moved = copy.deepcopy(training.optimizer), network.parameters.copy()
        optimizer.learning_rate = self.rate
        with np.errstate(all="ignore"):
            optimizer.step(moved, network.gradients, scale)
            return moved - network.parameters

    def _loss_at(self, multiple: float) -> float | None:
        """Return the loss at a multiple of the step, None if it is not finite."""
        network, dataset = self._training.network, self._training.dataset
        loss, labels, total = build_loss(self._training.config), dataset.train_labels, 0.0
        present = network.parameters.copy()
        with np.errstate(all="ignore"):
            network.parameters += multiple * self._step
            for rows, outputs in forward_in_chunks(network, dataset, "train", self._size):
                total += float(loss.forward(outputs, labels[rows]).sum(dtype=np.float64))
        network.parameters[...] = present
        return finite(total / self._size)
