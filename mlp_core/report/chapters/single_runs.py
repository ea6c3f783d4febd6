"""What one run a setting can tell: how far apart two readings must lie to be told from chance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist

import numpy as np

from mlp_core.report.spread import LEVEL, seed_spread


def pooled_std(groups: Iterable[Sequence[float]]) -> float:
    """Return the standard deviation over seeds that several settings have in common.

    The root of the mean of their variances, each weighted by its degrees of freedom. Where a
    setting has a single run, the spread of others like it is the best guess at its own.

    Parameters
    ----------
    groups : iterable of sequence of float
        One value a seed for each setting; settings with a single seed say nothing and are passed
        over.

    Examples
    --------
    >>> round(pooled_std([[1.0, 3.0], [5.0, 5.0, 5.0]]), 3)
    0.816
    """
    spreads = [seed_spread(values) for values in groups if len(values) > 1]
    if not spreads:
        raise ValueError("no setting has two seeds: nothing tells the spread")
    freedom = sum(spread.n - 1 for spread in spreads)
    return math.sqrt(sum((s.n - 1) * s.std**2 for s in spreads) / freedom)


def smallest_gap(std: float, first: int = 1, second: int = 1, comparisons: int = 1) -> float:
    """Return how far two means must lie apart so that seeds alone seldom explain it.

    Parameters
    ----------
    std : float
        Standard deviation over seeds, known well.
    first, second : int
        How many runs each mean is of.
    comparisons : int
        In how many places such a gap is looked for. The best of many settings was chosen for its
        height: with so many comparisons, the chance of even one false alarm stays at 5 %
        (Bonferroni's correction).

    Examples
    --------
    >>> round(smallest_gap(1.0), 2), round(smallest_gap(1.0, 1, 1, comparisons=100), 2)
    (2.77, 4.92)
    """
    quantile = NormalDist().inv_cdf(1 - LEVEL / 2 / comparisons)
    return quantile * std * math.sqrt(1 / first + 1 / second)


def expected_best(count: int) -> float:
    """Return the expected largest of so many independent normal values, in standard deviations.

    So much the best of equally good settings seems to stand above them, if each has one run.

    Examples
    --------
    >>> round(expected_best(2), 4), round(expected_best(100), 2)
    (0.5642, 2.51)
    """
    x = np.linspace(-10.0, 10.0, 20001)
    below = np.array([NormalDist().cdf(float(value)) for value in x]) ** count
    # The mean of a variable from its distribution function, by the trapezoidal rule.
    step = float(x[1] - x[0])
    return float(x[-1] - step * (below.sum() - (below[0] + below[-1]) / 2))
