"""A measure not after so many epochs, but where the training loss has fallen to a given level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlp_core.report.measures import MEASURES
from mlp_core.training import Run


def value_at_loss(run: Run, loss: float, measure: str = "test_error") -> float | None:
    """Return a measure at the place where the running training loss first falls to a level.

    Between two epochs it is interpolated, along the logarithm of the loss.

    Parameters
    ----------
    run : Run
    loss : float
    measure : str
        A name from `mlp_core.report.measures.MEASURES`.

    Returns
    -------
    float or None
        None if the loss never falls so low, or is lower after the first epoch already.
    """
    losses = np.asarray(run.history["running_loss"])
    values = MEASURES[measure].of_epochs(run)
    reached = np.flatnonzero(losses <= loss)
    if not reached.size or reached[0] == 0:
        return None
    after = int(reached[0])
    pair = slice(after, after - 2 if after > 1 else None, -1)  # from the lower loss to the higher
    return float(np.interp(np.log(loss), np.log(losses[pair]), np.asarray(values)[pair]))


def values_at_loss(runs: Sequence[Run], loss: float, measure: str = "test_error") -> list[float]:
    """Return `value_at_loss` of each run; an empty list if one of them never gets there."""
    values = [value_at_loss(run, loss, measure) for run in runs]
    found = [value for value in values if value is not None]
    return found if len(found) == len(values) else []
