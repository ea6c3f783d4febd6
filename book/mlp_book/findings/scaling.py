"""Does the learning rate have to grow with the batch? Rules for it, followed on a grid of runs."""

from __future__ import annotations

import pandas as pd

from mlp_book.findings.claims import Asked, Family, ask, split
from mlp_book.frames import round_level
from mlp_book.stats import Effect
from mlp_core.training import RunConfig

# By which power of the batch size the rate grows.
RULES = {"in proportion to the batch": 1.0, "with its square root": 0.5, "not at all": 0.0}
START = (RunConfig().batch_size, RunConfig().learning_rate)


def rate_by(batch: int, power: float, start: tuple[int, float] = START) -> float:
    """Return the rate that a rule asks for."""
    return round_level(start[1] * (batch / start[0]) ** power)


def follow_rule(
    data: pd.DataFrame, start: tuple[int, float], power: float
) -> dict[int, pd.DataFrame]:
    """Return the runs of each batch size at the rate that a rule asks for, where it is on the grid.

    Parameters
    ----------
    data : DataFrame
        One row per run, such as from `frame`.
    start : (batch_size, learning_rate)
        Where the rule starts.
    power : float
        One of `RULES`.
    """
    rates, found = data["learning_rate"].map(round_level), {}
    for batch in sorted(set(data["batch_size"])):
        rows = data[(data["batch_size"] == batch) & (rates == rate_by(batch, power, start))]
        if len(rows):
            found[int(batch)] = rows
    return found


def against_start(data: pd.DataFrame, start: tuple[int, float], power: float) -> dict[int, Effect]:
    """Return what each other batch size loses or gains, at a rate that follows a rule."""
    data = data.assign(learning_rate=data["learning_rate"].map(round_level))
    settings = split(data, "batch_size", "learning_rate")
    batches = [b for b in sorted(set(data["batch_size"])) if b != start[0]]
    cells = {b: (b, rate_by(b, power, start)) for b in batches}
    here = {b: cell for b, cell in cells.items() if cell in settings}
    family = ask(settings, [(cell, "alike", start) for cell in here.values()])
    return dict(zip(here, (one.effect for one in family.comparisons), strict=True))


def keep_in_proportion(data: pd.DataFrame) -> Family:
    """Ask whether rates in proportion to the batch keep the default's accuracy.

    The family is the diagonal and its two neighbours, at half and at twice the rate.
    """
    data = data.assign(learning_rate=data["learning_rate"].map(round_level))
    asked: list[Asked] = [
        ((batch, round_level(rate_by(batch, 1.0) * factor)), "not smaller", START)
        for batch in sorted(set(data["batch_size"]))
        for factor in (0.5, 1.0, 2.0)
        if (batch, factor) != (START[0], 1.0)
    ]
    family = ask(
        split(data, "batch_size", "learning_rate"), asked,
        name=lambda cell: f"batches of {cell[0]:,} at {cell[1]:g}",
    )  # fmt: skip
    on_diagonal = {f"batches of {b:,} at {rate_by(b, 1.0):g}" for b in set(data["batch_size"])}
    return family.only(lambda one: one.first in on_diagonal)
