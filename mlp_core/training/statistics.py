"""Callbacks that look inside the network: active and dead units, gradient and weight norms."""

from __future__ import annotations

import numpy as np

from mlp_core.training.evaluation import forward_in_chunks
from mlp_core.training.legal import integer, number
from mlp_core.training.loop import Callback, Training
from mlp_core.training.units import THRESHOLD


class Statistics(Callback):
    """Records what `measure` finds after every epoch; its entries are in `Run.records`.

    Parameters
    ----------
    examples : int
        How many of the training examples it is measured on, from the first; at least 1, and all
        of them if there are fewer.
    epochs : int, optional
        Record only the first so many epochs.
    """

    def __init__(self, examples: int, epochs: int | None = None) -> None:
        self.examples = integer(1).check("examples", examples)
        self.epochs = integer(1, optional=True).check("epochs", epochs)

    def on_epoch_end(self, training: Training) -> None:
        """Record what `measure` finds."""
        if self.epochs is None or training.epoch <= self.epochs:
            for name, values in self.measure(training).items():
                training.record(name, values)

    def measure(self, training: Training) -> dict[str, list[float]]:
        """Return entries by their names, each with one value per layer."""
        raise NotImplementedError


class ActivationStatistics(Statistics):
    """Records how many units of each hidden layer are active (output above 0).

    - ``active_units``: share of the units active on more than `threshold` of the examples.
    - ``active_per_pass``: share of the units active in a single forward pass, mean over passes.
    - ``active_per_pass_std``: its standard deviation over passes.
    - ``dead_units``: share of the units active on no example at all.
    """

    def __init__(
        self, threshold: float = THRESHOLD, examples: int = 10000, epochs: int | None = None
    ) -> None:
        super().__init__(examples, epochs)
        self.threshold = number(">= 0", "< 1").check("threshold", threshold)

    def measure(self, training: Training) -> dict[str, list[float]]:
        """Pass the examples through the network once and count; one value per hidden layer."""
        active = self._active(training)
        per_unit = [layer.mean(axis=0) for layer in active]
        per_pass = [layer.mean(axis=1) for layer in active]
        shares = {
            "active_units": [(x > self.threshold).mean() for x in per_unit],
            "active_per_pass": [x.mean() for x in per_pass],
            "active_per_pass_std": [x.std() for x in per_pass],
            "dead_units": [(x == 0).mean() for x in per_unit],
        }
        return {name: [float(value) for value in values] for name, values in shares.items()}

    def _active(self, training: Training) -> list[np.ndarray]:
        """Return for each hidden layer which units are active: bool, (examples, units)."""
        network, dataset = training.network, training.dataset
        size = min(self.examples, dataset.train_size)
        layers = network.activation_layers
        active = [np.empty((size, layer.out_features), bool) for layer in layers]
        for rows, _ in forward_in_chunks(network, dataset, "train", size):
            for layer, out in zip(layers, active, strict=True):
                np.greater(layer.outputs, 0, out=out[rows])
        return active


class NormStatistics(Statistics):
    """Records the Euclidean norms of each linear layer's weights and gradient.

    ``weight_norm`` and ``gradient_norm``, the latter of the gradient of the mean loss alone (no
    decay, no penalty) after the epoch.
    """

    def __init__(self, examples: int = 1000) -> None:
        super().__init__(examples)

    def measure(self, training: Training) -> dict[str, list[float]]:
        """Return the norms, one value per linear layer."""
        layers = training.network.linear_layers
        training.compute_gradients(min(self.examples, training.dataset.train_size))
        arrays = {
            "weight_norm": [layer.weight for layer in layers],
            "gradient_norm": [layer.grad_weight for layer in layers],
        }
        return {name: [float(np.linalg.norm(a)) for a in each] for name, each in arrays.items()}
