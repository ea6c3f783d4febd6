"""Does the learning rate have to grow with the batch? Three rules, put to the test on a grid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mlp_core.report.axes import format_number
from mlp_core.report.findings.by_seed import describe_against
from mlp_core.report.findings.questions import Judged
from mlp_core.report.measures import (
    MEASURES,
    all_learned,
    group_by,
    round_level,
    values_of,
)
from mlp_core.report.spread import seed_spread
from mlp_core.report.treatments import judge
from mlp_core.training import Run, RunConfig

# By which power of the batch size the rate grows.
RULES = {"in proportion to the batch": 1.0, "with its square root": 0.5, "not at all": 0.0}

Cells = Mapping[tuple[int, float], Sequence[Run]]  # by batch size and learning rate


def judge_scaling(runs: Sequence[Run]) -> Judged:
    """Say at which batch sizes a rate in proportion keeps the accuracy of the default.

    "Keeps" means: no run diverges or collapses, and the accuracy is not worse outside seed noise.
    """
    cells = cells_of(runs)
    start = (RunConfig().batch_size, RunConfig().learning_rate)
    reference = seed_spread(values_of(cells[start], "test_accuracy"))
    kept = {rule: kept_by_batch(cells, start, power) for rule, power in RULES.items()}
    evidence = [
        f"From batches of {start[0]} at a rate of {start[1]:g}, {reference.text()} %:",
        *(f"If the rate grows {rule}, {_describe(found)}." for rule, found in kept.items()),
        *_describe_best(cells, start),
    ]
    return evidence, verdict_of(*(list(found.values()) for found in kept.values()))


def verdict_of(linear: Sequence[bool], root: Sequence[bool], constant: Sequence[bool]) -> str:
    """Return the verdict from where each rule keeps the accuracy.

    If the rate need not change at all, no rule for its change can be told from another.

    >>> verdict_of([True, True], [True], [True, False])
    'holds'
    """
    if all(constant):
        return "cannot be told"
    if all(linear):
        return "holds"
    return "holds in part" if any(linear) else "does not hold"


def cells_of(runs: Sequence[Run]) -> dict[tuple[int, float], list[Run]]:
    """Return the runs by batch size and learning rate."""
    return group_by(
        runs, lambda run: (run.config.batch_size, round_level(run.config.learning_rate))
    )


def follow_rule(cells: Cells, start: tuple[int, float], power: float) -> dict[int, Sequence[Run]]:
    """Return the runs of each batch size at the rate that a rule asks for, where it is on the grid.

    Parameters
    ----------
    cells : mapping
        As from `cells_of`.
    start : tuple of int and float
        The batch size and the learning rate that the rule starts from.
    power : float
        One of `RULES`.
    """
    asked = {
        batch: (batch, round_level(start[1] * (batch / start[0]) ** power))
        for batch in sorted({batch for batch, _ in cells})
    }
    return {batch: cells[cell] for batch, cell in asked.items() if cell in cells}


def kept_by_batch(cells: Cells, start: tuple[int, float], power: float) -> dict[int, bool]:
    """Return for each other batch size whether a rate that follows a rule keeps the accuracy."""
    reference = values_of(cells[start], "test_accuracy")
    return {
        batch: all_learned(own) and judge(values_of(own, "test_accuracy"), reference) != "worse"
        for batch, own in follow_rule(cells, start, power).items()
        if batch != start[0]
    }


def _describe(kept: Mapping[int, bool]) -> str:
    good, bad = (", ".join(str(b) for b, k in kept.items() if k is good) for good in (True, False))
    if not bad:
        return f"the accuracy is kept at all batch sizes tried: {good}"
    if not good:
        return f"it is lower, or seeds break, at all batch sizes tried: {bad}"
    return f"the accuracy is kept at {good}; it is lower, or seeds break, at {bad}"


def _describe_best(cells: Cells, start: tuple[int, float]) -> list[str]:
    """Describe how the best rate grows, and the batches for which no rate is good enough."""
    reference = values_of(cells[start], "test_accuracy")
    rates = sorted({rate for _, rate in cells})
    best = {}
    for batch in sorted({batch for batch, _ in cells}):
        whole = {r: v for r in rates if (v := _whole(cells.get((batch, r), ())))}
        if whole:
            best[batch] = max((seed_spread(v).mean, r) for r, v in whole.items())[1]
    inner = [batch for batch, rate in best.items() if rate not in (rates[0], rates[-1])]
    late = [str(b) for b, r in best.items()
            if judge(values_of(cells[b, r], "test_accuracy"), reference) == "worse"]  # fmt: skip
    found = "; ".join(f"{format_number(rate)} at {batch}" for batch, rate in best.items())
    sentences = [f"Best of all rates: {found}."]
    if len(inner) >= 3:
        slopes = slopes_of_best(cells, inner)
        sentences.append(
            "The best rate grows with the batch to the power of "
            f"{seed_spread(slopes).text()} (1 would be in proportion): against 1, "
            f"{describe_against([s - 1 for s in slopes])}; against a half, "
            f"{describe_against([s - 0.5 for s in slopes])}."
        )
    if late:
        sentences.append(f"Even at its best rate lower outside seed noise: {', '.join(late)}.")
    return sentences


def _whole(runs: Sequence[Run]) -> list[float]:
    """Return the accuracies of a cell, none if a run diverged."""
    values = values_of(runs, "test_accuracy")
    return values if len(values) == len(runs) else []


def slopes_of_best(cells: Cells, batches: Sequence[int]) -> list[float]:
    """Return for each seed the slope of the log of its best rate over the log of the batch.

    Between the rates of the grid, the best is where a parabola through the best and its
    neighbours is lowest in error.
    """
    seeds = sorted({run.config.seed for runs in cells.values() for run in runs})
    return [
        float(np.polyfit(np.log2(batches), [_best_log(cells, b, seed) for b in batches], 1)[0])
        for seed in seeds
    ]


def _best_log(cells: Cells, batch: int, seed: int) -> float:
    errors = {}
    for (size, rate), runs in cells.items():
        own = [run for run in runs if size == batch and run.config.seed == seed]
        error = MEASURES["test_error"].of_run(own[0]) if own else None
        if error is not None:
            errors[math.log2(rate)] = error
    places = sorted(errors)
    at = places.index(min(errors, key=lambda place: errors[place]))
    if at in (0, len(places) - 1):
        return places[at]
    left, middle, right = (errors[places[i]] for i in (at - 1, at, at + 1))
    bend = left - 2 * middle + right
    step = places[at + 1] - places[at]
    return places[at] + (step * (left - right) / (2 * bend) if bend > 0 else 0.0)
