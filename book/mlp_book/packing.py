"""Curves in few characters, for pages: fewer epochs, and two or three characters per value."""

from __future__ import annotations

import math
from collections.abc import Iterable

EARLY = 0.4  # the share of a curve's points for its first epochs, none of which is left out
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
LEVELS = len(ALPHABET) ** 2 - 2  # the last pair means: not a finite number


def kept_epochs(length: int, points: int) -> list[int]:
    """Return which epochs of a curve are kept, counted from 1: all the first ones, and the last.

    >>> kept_epochs(4, 30)
    [1, 2, 3, 4]
    >>> kept_epochs(100, 10)
    [1, 2, 3, 4, 20, 36, 52, 68, 84, 100]
    """
    if length <= points:
        return list(range(1, length + 1))
    early = round(EARLY * points)
    step = (length - early) / (points - early)
    return [*range(1, early + 1), *(early + round(step * (i + 1)) for i in range(points - early))]


def pack(values: Iterable[float | None], low: float, high: float) -> str:
    """Return values as pairs of characters: 4,095 even levels from `low` to `high`.

    What lies outside is moved to the nearer end; what is not finite is ``__``.

    >>> pack([0, 1, None], 0, 1)
    'AA_-__'
    """
    return "".join(_pair(value, low, high) for value in values)


def _pair(value: float | None, low: float, high: float) -> str:
    if value is None or not math.isfinite(value):
        return ALPHABET[-1] * 2
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    tens, ones = divmod(round(share * LEVELS), len(ALPHABET))
    return ALPHABET[tens] + ALPHABET[ones]


def unpack(text: str, low: float, high: float) -> list[float | None]:
    """Return the values that `pack` wrote, None for those that were not finite."""
    places = [ALPHABET.index(character) for character in text]
    levels = [64 * tens + ones for tens, ones in zip(places[::2], places[1::2], strict=True)]
    return [None if n > LEVELS else low + n / LEVELS * (high - low) for n in levels]


MANTISSAS, LEAST_EXPONENT, EXPONENTS = 9000, -14, 29  # of four significant digits
NO_FIGURE, ZERO = len(ALPHABET) ** 3 - 1, len(ALPHABET) ** 3 - 2


def pack_figures(values: Iterable[float | None]) -> str:
    """Return values that are not negative as three characters each, to four significant digits.

    What is not finite, or 10¹⁸ and more, is ``___``; what is below 10⁻¹¹ is zero.

    >>> pack_figures([0.5, 98.234, 0, None])
    'W8wchX__-___'
    """
    return "".join(_three(value) for value in values)


def _three(value: float | None) -> str:
    code = _code(value)
    base = len(ALPHABET)
    return ALPHABET[code // base**2] + ALPHABET[code // base % base] + ALPHABET[code % base]


def _code(value: float | None) -> int:
    if value is None or not math.isfinite(value):
        return NO_FIGURE
    digits, exponent = f"{value:.3e}".split("e")
    place = int(exponent) - 3 - LEAST_EXPONENT
    if value == 0 or place < 0:
        return ZERO
    return (
        place * MANTISSAS + round(float(digits) * 1000) - 1000 if place < EXPONENTS else NO_FIGURE
    )
