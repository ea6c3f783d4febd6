"""Callbacks that look inside the network: active and dead units, gradient and weight norms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlp_core.training.callbacks import Callback
from mlp_core.training.legal import ConfigError

if TYPE_CHECKING:
    from mlp_core.training.trainer import Training


class ActivationStatistics(Callback):
    """Records, an epoch and hidden layer, how many units are active (output above 0).

    Over the first `examples` training examples, in `Run.records`:

    - ``active_units``: share of the units active on more than `threshold` of the examples.
    - ``active_per_pass``: share of the units active in a single forward pass, mean over passes.
    - ``active_per_pass_std``: its standard deviation over passes.
    - ``dead_units``: share of the units active on no example at all.

    Each entry is a list with one value a hidden layer.

    Parameters
    ----------
    threshold : float, default 0.2
        Share of the examples; at least 0 and less than 1.
    examples : int, default 10000
        At least 1; the whole training set if it is smaller.
    epochs : int, optional
        Record only the first so many epochs.
    """

    def __init__(
        self, threshold: float = 0.2, examples: int = 10000, epochs: int | None = None
    ) -> None:
        if not 0 <= threshold < 1:
            raise ConfigError(f"threshold={threshold!r} is not legal: must be >= 0 and < 1")
        if examples < 1:
            raise ConfigError(f"examples={examples!r} is not legal: must be an integer >= 1")
        self.threshold = threshold
        self.examples = examples
        self.epochs = epochs

    def on_epoch_end(self, training: Training) -> None:
        """Record what `measure` finds."""
        if self.epochs is not None and training.epoch > self.epochs:
            return
        for name, values in self.measure(training).items():
            training.record(name, values)

    def measure(self, training: Training) -> dict[str, list[float]]:
        """Pass the examples through the network once and count; one value a hidden layer."""
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
        gatherer = dataset.gatherer(network.dtype)
        layers = network.activation_layers
        active = [np.empty((size, layer.out_features), bool) for layer in layers]
        network.set_training(False)
        for start in range(0, size, 1000):
            rows = np.arange(start, min(start + 1000, size))
            network.forward(gatherer.gather(rows)[0])
            for layer, out in zip(layers, active, strict=True):
                np.greater(layer.outputs, 0, out=out[rows[0] : rows[-1] + 1])
        network.set_training(True)
        return active


class NormStatistics(Callback):
    """Records an epoch the Euclidean norms of each linear layer's weights and gradient.

    In `Run.records`: ``weight_norm`` and ``gradient_norm``, one value a layer. The gradient is
    that of the mean loss alone (no decay, no penalty) over the first `examples` training
    examples, after the epoch.

    Parameters
    ----------
    examples : int, default 1000
        At least 1; the whole training set if it is smaller.
    """

    def __init__(self, examples: int = 1000) -> None:
        if examples < 1:
            raise ConfigError(f"examples={examples!r} is not legal: must be an integer >= 1")
        self.examples = examples

    def on_epoch_end(self, training: Training) -> None:
        """Record what `measure` finds."""
        for name, values in self.measure(training).items():
            training.record(name, values)

    def measure(self, training: Training) -> dict[str, list[float]]:
        """Return the norms, one value a linear layer."""
        layers = training.network.linear_layers
        training.compute_gradients(min(self.examples, training.dataset.train_size))
        arrays = {
            "weight_norm": [layer.weight for layer in layers],
            "gradient_norm": [layer.grad_weight for layer in layers],
        }
        return {name: [float(np.linalg.norm(a)) for a in each] for name, each in arrays.items()}
