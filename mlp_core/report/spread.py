"""The spread over seeds: how to write it, and when a difference stands out from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Student's t, two-sided, 5 %: what |t| has to exceed at 1, 2, 3 ... degrees of freedom.
_T_5_PERCENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """One measure over seeds.

    Attributes
    ----------
    mean, std, low, high : float
        `std` is the sample standard deviation (divisor n - 1), nan for a single seed; `low` and
        `high` are the extremes.
    n : int
        How many seeds.
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
            Decimals; a negative number asks for so many significant digits of the mean.
        """
        if digits < 0:
            digits = max(0, -digits - 1 - math.floor(math.log10(abs(self.mean) or 1)))
        mean = f"{self.mean:.{digits}f}"
        # Spaces that do not break: a line or a table's cell keeps the two together.
        return mean if self.n < 2 else f"{mean}\u00a0±\u00a0{self.std:.{digits}f}"


def seed_spread(values: Sequence[float]) -> Spread:
    """Return mean, standard deviation and extremes of one measure over seeds.

    Parameters
    ----------
    values : sequence of float
        At least one; one a seed.

    Examples
    --------
    >>> seed_spread([98.0, 98.1, 98.2]).text().split()
    ['98.10', '±', '0.10']
    """
    array = np.asarray(values, np.float64)
    if not array.size:
        raise ValueError("no values: the spread over seeds needs at least one")
    std = float(array.std(ddof=1)) if array.size > 1 else math.nan
    return Spread(float(array.mean()), std, float(array.min()), float(array.max()), array.size)


def outside_seed_noise(first: Sequence[float], second: Sequence[float]) -> bool:
    """Say whether two settings differ by more than their seeds explain.

    Welch's t-test of the two means at the 5 % level: the difference counts if it is larger than
    a few standard errors, more of them the fewer seeds there are. With fewer than two seeds on
    either side nothing can be told, so nothing counts.

    Parameters
    ----------
    first, second : sequence of float
        One value a seed.

    Source: B. L. Welch, "The generalization of 'Student's' problem when several different
    population variances are involved", Biometrika 34, 28-35 (1947).

    Examples
    --------
    >>> outside_seed_noise([98.0, 98.1, 98.2], [97.0, 97.1, 97.2])
    True
    >>> outside_seed_noise([98.0, 98.1, 98.2], [98.1, 98.2, 98.3])
    False
    """
    if min(len(first), len(second)) < 2:
        return False
    a, b = seed_spread(first), seed_spread(second)
    errors = (a.std**2 / a.n, b.std**2 / b.n)
    variance = sum(errors)
    difference = abs(a.mean - b.mean)
    if variance == 0:
        return difference > 0
    freedom = variance**2 / (errors[0] ** 2 / (a.n - 1) + errors[1] ** 2 / (b.n - 1))
    return difference > critical_t(freedom) * math.sqrt(variance)


def critical_t(freedom: float) -> float:
    """Return Student's t for a two-sided test at 5 %, for at least one degree of freedom.

    Broken degrees of freedom are rounded down, so that the test errs towards noise.
    """
    whole = max(1, math.floor(freedom))
    if whole <= len(_T_5_PERCENT):
        return _T_5_PERCENT[whole - 1]
    return 1.96 + 2.5 / whole  # within 0.002 of the exact value
