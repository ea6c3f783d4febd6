"""What values of several seeds say: their spread, and when two settings differ by more than it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from mlp_book.text import NONE

LEVEL = 0.05  # of the test: how often it sees a difference where there is none
Values = Iterable[float]


@dataclass(frozen=True)
class Spread:
    """One measure over seeds; everything is nan where there is no value.

    Attributes
    ----------
    mean, std, low, high : float
        `std` is the sample standard deviation (divisor n - 1), nan for a single seed; `low` and
        `high` are the extremes.
    n : int
        Number of seeds.
    """

    mean: float
    std: float
    low: float
    high: float
    n: int

    def text(self, digits: int = 2) -> str:
        """Return mean and standard deviation, such as "98.07 ± 0.05".

        Parameters
        ----------
        digits : int
            Decimals; a negative number asks for that many significant digits of the mean.
        """
        if not self.n:
            return NONE
        if digits < 0:
            digits = max(0, -digits - 1 - math.floor(math.log10(abs(self.mean) or 1)))
        mean = f"{self.mean:.{digits}f}"
        # Spaces that do not break: a line or a table's cell keeps the two together.
        return mean if self.n < 2 else f"{mean}\u00a0±\u00a0{self.std:.{digits}f}"


def finite(values: Values) -> np.ndarray:
    """Return the values without those that are not finite: runs that diverged have none."""
    array = np.asarray(list(values), np.float64)
    return array[np.isfinite(array)]


def spread(values: Values | Spread) -> Spread:
    """Return mean, standard deviation and extremes of one measure over seeds.

    A spread is returned as it is: what compares settings takes either.

    >>> spread([98.0, 98.1, 98.2]).text().split()
    ['98.10', '±', '0.10']
    >>> spread([]).text()
    '-'
    """
    if isinstance(values, Spread):
        return values
    array = finite(values)
    if not array.size:
        return Spread(math.nan, math.nan, math.nan, math.nan, 0)
    std = float(array.std(ddof=1)) if array.size > 1 else math.nan
    return Spread(float(array.mean()), std, float(array.min()), float(array.max()), array.size)


def pooled_std(groups: Iterable[Values]) -> float:
    """Return the standard deviation over seeds that several settings have in common.

    The root of the mean of their variances, each weighted by its degrees of freedom. Where a
    setting has a single run, the spread of others like it is the best guess at its own. Nan where
    no setting has two seeds.

    >>> round(pooled_std([[1.0, 3.0], [5.0, 5.0, 5.0]]), 3)
    0.816
    """
    spreads = [found for values in groups if (found := spread(values)).n > 1]
    squares = sum((found.n - 1) * found.std**2 for found in spreads)
    return math.sqrt(squares / sum(found.n - 1 for found in spreads)) if spreads else math.nan


def welch_p(first: Values | Spread, second: Values | Spread) -> float:
    """Return the p value of Welch's t-test of two means; nan with fewer than two seeds a side.

    Source: B. L. Welch, "The generalization of 'Student's' problem when several different
    population variances are involved", Biometrika 34, 28-35 (1947).
    """
    a, b = spread(first), spread(second)
    if min(a.n, b.n) < 2:
        return math.nan
    if a.std == 0 == b.std:
        return float(a.mean == b.mean)
    return float(
        stats.ttest_ind_from_stats(a.mean, a.std, a.n, b.mean, b.std, b.n, equal_var=False).pvalue
    )


def different(first: Values | Spread, second: Values | Spread) -> bool:
    """Say whether two settings differ by more than their seeds explain, at the level of 5 %.

    >>> different([98.0, 98.1, 98.2], [97.0, 97.1, 97.2])
    True
    >>> different([98.0, 98.1, 98.2], [98.1, 98.2, 98.3])
    False
    """
    return welch_p(first, second) < LEVEL


def judge(values: Values | Spread, reference: Values | Spread) -> str:
    """Say whether values, larger being better, are better than a reference's.

    >>> judge([98.0, 98.1, 98.2], [97.0, 97.1, 97.2])
    'better'
    >>> judge([98.0, 98.1, 98.2], [98.1, 98.2, 98.3])
    'seed noise'
    """
    if not different(values, reference):
        return "seed noise"
    return "better" if spread(values).mean > spread(reference).mean else "worse"


def least_difference(std: float, seeds: int) -> float:
    """Return how far two means of so many seeds have to be apart to be different.

    >>> round(least_difference(0.1, 5), 3), round(least_difference(0.1, 3), 3)
    (0.146, 0.227)
    """
    return float(stats.t.isf(LEVEL / 2, 2 * seeds - 2)) * std * math.sqrt(2 / seeds)


def most_by_chance(tests: int) -> int:
    """Return how many of so many tests may see a difference where there is none.

    More than this number come together by chance less than once in twenty.

    >>> most_by_chance(1), most_by_chance(18), most_by_chance(36)
    (0, 3, 4)
    """
    return int(stats.binom.ppf(1 - LEVEL, tests, LEVEL))
