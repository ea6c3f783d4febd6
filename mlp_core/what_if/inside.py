"""What goes on inside a network while a panel trains it: active and dead units, gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mlp_core.training import ActivationStatistics, NormStatistics, Training

EXAMPLES = 500  # enough for a percent, and few enough to cost an epoch of digits hardly anything
INSIDE_COLUMNS = ("active_units", "dead_units", "gradient_norm", "largest_output")


def look_inside(training: Training) -> dict[str, Any]:
    """Measure the network as it is, on the first `EXAMPLES` training examples.

    Returns
    -------
    dict
        ``active_units`` and ``dead_units``: the shares of all hidden units whose output is above
        0 on more than a fifth of the examples, and on none; None without hidden units.
        ``gradient_norm``: the Euclidean norm of the gradient along all weights.
        ``largest_output``: the largest absolute value that the network puts out, which tells how
        far it is from the end of the exponential function. ``layers``: the first three as lists,
        one value a hidden layer, or a linear layer for the norm. What is not `finite` is None.
    """
    shares = ActivationStatistics(examples=EXAMPLES).measure(training)
    norms = NormStatistics(examples=EXAMPLES).measure(training)["gradient_norm"]
    largest = float(np.abs(training.network.layers[-1].outputs).max())
    layers = {name: shares[name] for name in ("active_units", "dead_units")}
    widths = [layer.out_features for layer in training.network.activation_layers]
    whole = {name: _weighted(values, widths) for name, values in layers.items()}
    return {
        **whole,
        "gradient_norm": finite(math.hypot(*norms)),
        "largest_output": finite(largest),
        "layers": {**layers, "gradient_norm": [finite(norm) for norm in norms]},
    }


def _weighted(values: list[float], widths: list[int]) -> float | None:
    """Return the mean over units of what is known a layer."""
    if not widths:
        return None
    return sum(v * width for v, width in zip(values, widths, strict=True)) / sum(widths)


def finite(value: Any) -> Any:
    """Return a value; None for a number that is not finite: JSON has no word for it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
