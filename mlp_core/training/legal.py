"""Legal ranges: one way to say what a setting may be, to check it and to explain it."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral, Real
from pathlib import PurePath
from typing import Any

LARGEST = 2**1000  # whole numbers below it are floats too


class ConfigError(ValueError):
    """A setting that does not exist or has a value outside its legal range."""


def shown(value: Any) -> str:
    """Return a value as it is shown in an error: what is long is cut.

    >>> shown("x" * 500) == "'" + "x" * 76 + "..."
    True
    """
    try:
        text = repr(value)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass(frozen=True)
class Legal:
    """What a setting may be.

    Attributes
    ----------
    words : str
        The range, as the end of the sentence "must be ...".
    convert : callable
        Returns the value in its plain Python type, or raises ValueError or TypeError.
    """

    words: str
    convert: Callable[[Any], Any]

    def check(self, name: str, value: Any) -> Any:
        """Return the value in its plain Python type; if it is not legal, raise a ConfigError."""
        try:
            return self.convert(value)
        except (ValueError, TypeError, OverflowError):  # 10**400 does not fit a float
            each = value if isinstance(value, tuple | list) else (value,)
            large = any(isinstance(item, int) and item >= LARGEST for item in each)
            words = f"{self} and below 2**1000" if large and "integer" in self.words else self
            raise ConfigError(f"{name}={shown(value)} is not legal: must be {words}") from None

    def __str__(self) -> str:
        return self.words


def nearest(word: str, words: Iterable[str]) -> str:
    """Return "; perhaps you meant ..." if one of the words is close, else nothing."""
    near = get_close_matches(word, words, n=1)
    return f"; perhaps you meant {near[0]}" if near else ""


def _require(condition: bool) -> None:
    if not condition:
        raise ValueError


def choice(*options: Any) -> Legal:
    """Allow a few values."""

    def convert(value: Any) -> Any:
        # 1 == True in Python, but it is not what the reader of a config expects.
        matches = [o for o in options if type(o) is type(value) and o == value]
        _require(bool(matches))
        return matches[0]

    return Legal("one of " + ", ".join(str(o) for o in options), convert)


@dataclass(frozen=True)
class _NameIn(Legal):
    names: Mapping[str, Any]

    def __str__(self) -> str:
        return f"one of {', '.join(self.names)}"


def name_in(names: Mapping[str, Any]) -> Legal:
    """Allow the names in a mapping, also those that are added to it later."""

    def convert(value: Any) -> str:
        _require(isinstance(value, str) and value in names)
        return str(value)

    return _NameIn("", convert, names)


COMPARISONS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}


def number(*bounds: str) -> Legal:
    """Allow finite real numbers within bounds such as ">= 0"."""
    limits = [(COMPARISONS[sign], float(limit)) for sign, limit in map(str.split, bounds)]

    def convert(value: Any) -> float:
        _require(isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value))
        _require(all(compare(value, limit) for compare, limit in limits))
        return float(value) + 0.0  # -0.0 + 0.0 is 0.0: equal values look equal

    return Legal(f"a finite number {' and '.join(bounds)}", convert)


def integer(at_least: int, optional: bool = False) -> Legal:
    """Allow integers of at least some value, and None if `optional`."""

    def convert(value: Any) -> int | None:
        if optional and value is None:
            return None
        _require(isinstance(value, Integral) and not isinstance(value, bool))
        _require(at_least <= int(value) < LARGEST)
        return int(value)

    return Legal(f"an integer >= {at_least}" + (" or None" if optional else ""), convert)


def integer_tuple(at_least: int) -> Legal:
    """Allow tuples or lists of integers, each of at least some value; they may be empty."""
    each = integer(at_least)

    def convert(value: Any) -> tuple[int, ...]:
        _require(isinstance(value, tuple | list))
        return tuple(each.convert(item) for item in value)

    return Legal(f"a tuple of integers >= {at_least}, possibly empty", convert)


def _convert_text(value: Any) -> str:
    _require(isinstance(value, str) and bool(value.strip()))
    return str(value)


def name_or_path(names: Collection[str]) -> Legal:
    """Allow names, and paths in one spelling: "d1", "./d1" and "d1/" are one folder."""

    def convert(value: Any) -> str:
        path = PurePath(_convert_text(value)).as_posix()
        return f"./{path}" if path in names and value != path else path

    return Legal("a non-empty string", convert)
