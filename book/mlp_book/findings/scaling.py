"""Does the learning rate have to grow with the batch? Rules for it, followed on a grid of runs."""

from __future__ import annotations

import pandas as pd

from mlp_book.frames import all_learned, round_level
from mlp_book.stats import judge

# By which power of the batch size the rate grows.
RULES = {"in proportion to the batch": 1.0, "with its square root": 0.5, "not at all": 0.0}


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
        rate = round_level(start[1] * (batch / start[0]) ** power)
        rows = data[(data["batch_size"] == batch) & (rates == rate)]
        if len(rows):
            found[int(batch)] = rows
    return found


def keeps_accuracy(data: pd.DataFrame, start: tuple[int, float], power: float) -> dict[int, bool]:
    """Return for each other batch size whether a rate that follows a rule keeps the accuracy.

    "Keeps" means: no run diverges or collapses, and the accuracy is not worse outside seed noise.
    """
    by_batch = follow_rule(data, start, power)
    reference = by_batch[start[0]]["test_accuracy"]
    return {
        batch: all_learned(rows) and judge(rows["test_accuracy"], reference) != "worse"
        for batch, rows in by_batch.items()
        if batch != start[0]
    }
