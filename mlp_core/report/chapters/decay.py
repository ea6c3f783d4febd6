"""Weight decay in numbers: how long a weight lasts that no gradient holds."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from mlp_core.report.axes import format_number
from mlp_core.report.chapters.valley import shrink_factor
from mlp_core.report.tables import table_of_rows
from mlp_core.training import RunConfig


def shrinkage(config: RunConfig) -> float:
    """Return by what factor an update shrinks a weight that gets no gradient, in the long run.

    Without momentum it is 1 - learning_rate * weight_decay. With momentum the pull has itself a
    curvature, that of the parabola weight_decay / 2 * w^2.

    >>> shrinkage(RunConfig(learning_rate=0.1, momentum=0.0, weight_decay=0.01))
    0.999
    """
    if not config.weight_decay:
        return 1.0
    return shrink_factor(config.learning_rate * config.weight_decay, config.momentum)


def half_life(config: RunConfig) -> float:
    """Return after how many updates half of such a weight is left; infinity without decay.

    >>> round(half_life(RunConfig(learning_rate=0.1, momentum=0.0, weight_decay=0.01)))
    693
    """
    factor = shrinkage(config)
    return math.inf if factor >= 1 else math.log(0.5) / math.log(factor)


def table_of_half_lives(configs: Sequence[RunConfig], train_size: int) -> pd.DataFrame:
    """Return a row a config: half-life in updates and epochs, and what a whole run leaves.

    Parameters
    ----------
    configs : sequence of RunConfig
        They differ in `weight_decay`.
    train_size : int
        Training examples.
    """
    rows = {}
    for config in configs:
        updates = -(-train_size // config.batch_size)
        life = half_life(config)
        left = shrinkage(config) ** (updates * config.epochs)
        rows[format_number(config.weight_decay)] = {
            "half-life, updates": _text(life),
            "half-life, epochs": _text(life / updates),
            f"left after {config.epochs} epochs": f"{100 * left:.0f} %" if left > 0.005 else "none",
        }
    return table_of_rows(rows, "weight decay")


def _text(value: float) -> str:
    if math.isinf(value):
        return "-"
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 1000 else f"{rounded:g}"
