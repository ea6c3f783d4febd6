"""Where the next step lands: the training loss along the update that a training would make next."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from mlp_core.training import Training
from mlp_core.training.build import build_loss
from mlp_core.training.evaluation import forward_in_chunks
from mlp_core.what_if.frames import finite

# Backwards, where the parameters are, around the step of the rate, and far beyond it.
MULTIPLES = (
    *(-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0),
    *(2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 7.0, 8.0),
)
FARTHEST = MULTIPLES[-1]
EXAMPLES = 2000  # all small digits; of MNIST enough for a smooth curve


def look_ahead(training: Training, rate: float | None = None) -> dict[str, Any]:
    """Return the loss along the next update, and leave the training as it is, bit for bit.

    The update is the one that the next batch gives, with momentum, decay and penalties. The loss
    is the mean over the first `EXAMPLES` training examples, penalties and dropout left out.

    Parameters
    ----------
    training : Training
        Between two updates.
    rate : float, optional
        The rate whose step is the multiple 1; by default that of the next update.

    Returns
    -------
    dict
        ``rate``. ``multiples`` of its step, and the ``losses`` there; None where one is not
        finite. ``chosen``: the multiple that is the step of the next update, and the ``loss`` that
        it leads to. ``examples``: on how many training examples the losses are measured.
        ``batch``: how many the next batch has.
    """
    chosen = training.next_learning_rate
    rate = rate or chosen or training.config.learning_rate  # it may have been set to 0
    parameters = training.network.parameters
    present = parameters.copy()
    size = min(EXAMPLES, training.dataset.train_size)
    batch = training.next_batch()
    with np.errstate(all="ignore"):
        step = _next_step(training, batch, rate)
        losses = {}
        for multiple in (*MULTIPLES, chosen / rate):
            np.multiply(step, multiple, out=parameters)
            np.add(parameters, present, out=parameters)
            losses[multiple] = finite(_loss(training, size))
    parameters[...] = present
    return {
        "rate": rate,
        "multiples": list(MULTIPLES),
        "losses": [losses[multiple] for multiple in MULTIPLES],
        "chosen": chosen / rate,
        "loss": losses[chosen / rate],
        "examples": size,
        "batch": len(batch),
    }


def _next_step(training: Training, batch: np.ndarray, rate: float) -> np.ndarray:
    """Return by what the next update would change the parameters at a rate."""
    network, dropout = training.network, training.streams.dropout.bit_generator
    state, was_training = dropout.state, network.training
    network.set_training(True)
    scale = training.differentiate(batch)
    network.set_training(was_training)
    dropout.state = state
    optimizer, moved = copy.deepcopy(training.optimizer), network.parameters.copy()
    optimizer.learning_rate = rate
    optimizer.step(moved, network.gradients, scale)
    return moved - network.parameters


def _loss(training: Training, size: int) -> float:
    """Return the mean loss of the first training examples."""
    loss, dataset = build_loss(training.config), training.dataset
    labels, total = dataset.train_labels, 0.0
    for rows, outputs in forward_in_chunks(training.network, dataset, "train", size):
        total += float(loss.forward(outputs, labels[rows]).sum(dtype=np.float64))
    return total / size
