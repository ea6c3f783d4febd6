"""The steps of one update as data: what is computed, with which numbers, and what is new."""

from __future__ import annotations

from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
PHASES = ("Forward", "Loss", "Backward", "Update", "Again")


@dataclass(frozen=True)
class Step:
    """One step of an update.

    Attributes
    ----------
    phase : str
        One of `PHASES`.
    title : str
    lines : tuple of str
        What is computed, with its numbers.
    fresh : tuple of str
        The names of the numbers that this step finds, such as ``h1``, ``slope w11`` or ``loss``.
    numbers : dict of str to float
        All numbers known after it.
    """

    phase: str
    title: str
    lines: tuple[str, ...]
    fresh: tuple[str, ...]
    numbers: dict[str, float]


@dataclass(frozen=True)
class Update:
    """One update of a network of two inputs, two hidden units (tanh) and two classes.

    Shown as the last line of a cell, it is a page of steps to walk through; see
    `mlp_core.report.chapters.stepper_html`.
    """

    steps: tuple[Step, ...]
    image: tuple[float, ...]
    label: int
    learning_rate: float

    def _repr_html_(self) -> str:
        from mlp_core.report.chapters.stepper_html import update_html

        return update_html(self)


def say(value: float) -> str:
    """Return a number with three decimals at most, and a true minus sign.

    >>> say(0.5), say(0.12345), say(0.0)
    ('0.5', '0.123', '0')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0") else text.replace("-", MINUS)
