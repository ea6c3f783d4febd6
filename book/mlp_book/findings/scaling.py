"""Does the learning rate have to grow with the batch? Rules for it, followed on a grid of runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mlp_book.findings.verdicts import Judgement, describe_against, verdict_of
from mlp_book.frames import all_learned, round_level
from mlp_book.stats import judge, spread
from mlp_book.text import format_number
from mlp_core.training import RunConfig

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


def judge_scaling(data: pd.DataFrame) -> Judgement:
    """Say at which batch sizes a rate in proportion to the batch keeps the default's accuracy."""
    start = (RunConfig().batch_size, RunConfig().learning_rate)
    reference = spread(follow_rule(data, start, 0.0)[start[0]]["test_accuracy"])
    kept = {rule: keeps_accuracy(data, start, power) for rule, power in RULES.items()}
    best = best_rates(data)
    at_best = data.set_index(["batch_size", "learning_rate"])["test_accuracy"]
    late = [str(b) for b, r in best.items() if judge(at_best[b, r], reference) == "worse"]
    edges = (data["learning_rate"].min(), data["learning_rate"].max())
    inner = [batch for batch, rate in best.items() if rate not in edges]
    evidence = [
        f"From batches of {start[0]} at a rate of {start[1]:g}, {reference.text()} %:",
        *(f"If the rate grows {rule}, {_describe(found)}." for rule, found in kept.items()),
        f"Best of all rates: {'; '.join(f'{format_number(r)} at {b}' for b, r in best.items())}.",
    ]
    if len(inner) >= 3:
        powers = powers_of_best(data, inner)
        evidence.append(
            f"The best rate grows with the batch to the power of {spread(powers).text()} (1 would "
            f"be in proportion): against 1, {describe_against(powers - 1)}; against a half, "
            f"{describe_against(powers - 0.5)}."
        )
    if late:
        evidence.append(f"Even at its best rate lower outside seed noise: {', '.join(late)}.")
    linear, _, same = (list(found.values()) for found in kept.values())
    # If the rate need not change at all, no rule for its change can be told from another.
    return evidence, "cannot be told" if all(same) else verdict_of(linear)


def _describe(kept: Mapping[int, bool]) -> str:
    good, bad = (", ".join(str(b) for b, k in kept.items() if k is good) for good in (True, False))
    if not bad:
        return f"the accuracy is kept at all batch sizes tried: {good}"
    if not good:
        return f"it is lower, or seeds break, at all batch sizes tried: {bad}"
    return f"the accuracy is kept at {good}; it is lower, or seeds break, at {bad}"


def best_rates(data: pd.DataFrame) -> dict[int, float]:
    """Return the best rate of each batch size, of those at which no run diverges."""
    cells = data.groupby(["batch_size", "learning_rate"])["test_accuracy"]
    means = cells.mean()[cells.count() == cells.size()]
    return {int(batch): own.idxmax()[1] for batch, own in means.groupby("batch_size")}


def powers_of_best(data: pd.DataFrame, batches: Sequence[int]) -> np.ndarray:
    """Return for each seed by which power of the batch size its best rate grows."""
    cells = data[data["batch_size"].isin(batches)].groupby(["seed", "batch_size"])
    best = pd.Series({cell: _best_log_rate(own) for cell, own in cells}).unstack()
    return np.asarray(np.polyfit(np.log2(best.columns.to_numpy(float)), best.T.to_numpy(), 1)[0])


def _best_log_rate(data: pd.DataFrame) -> float:
    """Return where a parabola through the best rate and its neighbours is lowest in error."""
    errors = data.dropna(subset=["test_error"]).sort_values("learning_rate")["test_error"]
    places = np.log2(data.loc[errors.index, "learning_rate"].to_numpy())
    at = int(errors.argmin())
    if at in (0, len(places) - 1):
        return float(places[at])
    left, middle, right = errors.iloc[at - 1 : at + 2]
    bend, step = left - 2 * middle + right, places[at + 1] - places[at]
    return float(places[at] + (step * (left - right) / (2 * bend) if bend > 0 else 0.0))
