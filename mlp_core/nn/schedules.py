"""Schedules: how the learning rate changes from epoch to epoch."""

from __future__ import annotations

import math

from mlp_core.nn.checks import check_choice

SCHEDULES = ("constant", "step", "cosine")


def learning_rate_at(
    schedule: str,
    base_rate: float,
    epoch: int,
    epochs: int,
    step_epochs: int = 30,
    step_factor: float = 0.1,
) -> float:
    """Return the learning rate of one epoch.

    Parameters
    ----------
    schedule : {"constant", "step", "cosine"}
        - ``constant``: `base_rate` throughout.
        - ``step``: multiplied by `step_factor` after every `step_epochs` epochs.
        - ``cosine``: half a cosine wave from `base_rate` down towards 0, which would be reached
          just after the last epoch (Loshchilov and Hutter, 2017, without restarts).
    base_rate : float
        Rate of the first epoch.
    epoch : int
        From 0 to epochs - 1.
    epochs : int
        Length of the run.
    step_epochs : int, default 30
    step_factor : float, default 0.1

    Examples
    --------
    >>> [round(learning_rate_at("step", 0.1, e, 90), 4) for e in (0, 29, 30, 60)]
    [0.1, 0.1, 0.01, 0.001]
    >>> [round(learning_rate_at("cosine", 0.1, e, 4), 4) for e in range(4)]
    [0.1, 0.0854, 0.05, 0.0146]
    """
    check_choice("schedule", schedule, SCHEDULES)
    if schedule == "step":
        return float(base_rate * step_factor ** (epoch // step_epochs))
    if schedule == "cosine":
        return base_rate * (1 + math.cos(math.pi * epoch / epochs)) / 2
    return base_rate
