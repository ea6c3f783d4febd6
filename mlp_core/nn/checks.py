"""Checks of settings: an error names the setting, its value and the legal range."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real


def check(name: str, value: object, legal: bool, legal_range: str) -> None:
    """Raise a ValueError unless the value is legal."""
    if not legal:
        raise ValueError(f"{name}={value!r} is not legal: must be {legal_range}")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def check_positive(name: str, value: float) -> None:
    """Allow finite numbers above 0."""
    check(name, value, _is_number(value) and 0 < value < math.inf, "> 0 and finite")


def check_not_negative(name: str, value: float) -> None:
    """Allow finite numbers from 0 up."""
    check(name, value, _is_number(value) and 0 <= value < math.inf, ">= 0 and finite")


def check_share(name: str, value: float) -> None:
    """Allow numbers from 0 up to, but not including, 1."""
    check(name, value, _is_number(value) and 0 <= value < 1, "at least 0 and less than 1")


def check_choice(name: str, value: str, choices: Iterable[str]) -> None:
    """Allow a few names."""
    check(name, value, value in choices, f"one of {', '.join(choices)}")
