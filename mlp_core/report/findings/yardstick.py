"""How large a difference has to be: what so many seeds can tell apart, and what chance leaves."""

from __future__ import annotations

from math import comb

from mlp_core.report.spread import LEVEL, Spread, welch_p_of_spreads


def least_difference(std: float, seeds: int) -> float:
    """Return the smallest difference of two means that is outside seed noise.

    Parameters
    ----------
    std : float
        Standard deviation over seeds, of either setting.
    seeds : int
        Of either setting; at least two.

    Examples
    --------
    >>> round(least_difference(0.1, 5), 3), round(least_difference(0.1, 3), 3)
    (0.146, 0.227)
    """
    low, high = 0.0, 100 * std  # far beyond what two seeds need
    for _ in range(60):
        middle = (low + high) / 2
        a, b = (Spread(mean, std, mean, mean, seeds) for mean in (0.0, middle))
        low, high = (middle, high) if welch_p_of_spreads(a, b) >= LEVEL else (low, middle)
    return high


def most_by_chance(tests: int) -> int:
    """Return how many of so many tests may see a difference where there is none.

    Each does so once in twenty; more than this number come together by chance less than once in
    twenty.

    >>> most_by_chance(1), most_by_chance(18), most_by_chance(36)
    (0, 3, 4)
    """
    below = 0.0
    for count in range(tests + 1):
        below += comb(tests, count) * LEVEL**count * (1 - LEVEL) ** (tests - count)
        if below >= 1 - LEVEL - 1e-12:
            return count
    return tests
