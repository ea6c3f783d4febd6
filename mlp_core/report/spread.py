"""The spread over seeds: how to write it, and when a difference stands out from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

LEVEL = 0.05  # of the test: so often it sees a difference where there is none


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

    Welch's t-test of the two means at the level of 5 %. With fewer than two seeds on either side
    nothing can be told, so nothing counts.

    Parameters
    ----------
    first, second : sequence of float
        One value a seed.

    Examples
    --------
    >>> outside_seed_noise([98.0, 98.1, 98.2], [97.0, 97.1, 97.2])
    True
    >>> outside_seed_noise([98.0, 98.1, 98.2], [98.1, 98.2, 98.3])
    False
    """
    return min(len(first), len(second)) >= 2 and welch_p(first, second) < LEVEL


def welch_p(first: Sequence[float], second: Sequence[float]) -> float:
    """Return how often seeds alone would make two means differ as much, or more.

    Parameters
    ----------
    first, second : sequence of float
        At least two values each; they need not be equally many or spread.

    Source: B. L. Welch, "The generalization of 'Student's' problem when several different
    population variances are involved", Biometrika 34, 28-35 (1947).
    """
    return welch_p_of_spreads(seed_spread(first), seed_spread(second))


def welch_p_of_spreads(a: Spread, b: Spread) -> float:
    """Return what `welch_p` does, where only means, standard deviations and numbers are known."""
    errors = (a.std**2 / a.n, b.std**2 / b.n)
    variance = sum(errors)
    if variance == 0:
        return 1.0 if a.mean == b.mean else 0.0
    freedom = variance**2 / (errors[0] ** 2 / (a.n - 1) + errors[1] ** 2 / (b.n - 1))
    return student_p((a.mean - b.mean) / math.sqrt(variance), freedom)


def student_p(t: float, freedom: float) -> float:
    """Return how often Student's t with so many degrees of freedom is as far from zero, or more.

    >>> round(student_p(2.776, 4), 3)
    0.05
    """
    # With t = sqrt(freedom) tan(u), Student's density becomes cos(u)^(freedom - 1).
    angle = math.atan(abs(t) / math.sqrt(freedom))
    tail = _integrate_power_of_cosine(freedom - 1, angle, math.pi / 2)
    return tail / _integrate_power_of_cosine(freedom - 1, 0.0, math.pi / 2)


def _integrate_power_of_cosine(power: float, low: float, high: float) -> float:
    """Return the integral of ``cos(u) ** power`` by Gauss-Legendre quadrature."""
    nodes, weights = _gauss_legendre()
    half = (high - low) / 2
    return float(half * (weights @ np.cos(low + half * (nodes + 1)) ** power))


@cache
def _gauss_legendre() -> tuple[np.ndarray, np.ndarray]:
    """Return nodes and weights on -1 to 1; a page may ask for thousands of integrals."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    return nodes, weights
