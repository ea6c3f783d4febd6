"""Are two settings one, their ratio? Cells of equal ratio have to agree, others to differ.

Two tests decide. Pair by pair, seed noise explains the difference of two cells or does not. And
where single pairs are too noisy, all of them together may still drift: from cell to cell of equal
ratio, both settings grow, and nothing else may.

For a network of rectified linear units, multiplying all weights by a multiplies the outputs by
a**L, with L layers of weights. So what counts is the margin over std**L, not over std.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from mlp_book.findings.verdicts import Judgement, describe_p
from mlp_book.frames import round_level
from mlp_book.stats import LEVEL, different, spread
from mlp_book.text import in_words, signed

LAYERS = 2  # of weights
# Equal ratios may differ in this share of pairs, twice what chance does, and different ones have to
# differ in this share, or the settings hardly matter.
MOST_EQUAL, LEAST_UNEQUAL = 2 * LEVEL, 0.25


class Drift(NamedTuple):
    """By how much a measure changes, with its standard error, where the ratio stays."""

    slope: float  # per doubling of the standard deviation
    error: float
    p: float

    @property
    def text(self) -> str:
        """In words."""
        return f"{signed(self.slope)}\u00a0±\u00a0{self.error:.2f}, {describe_p(self.p)}"


def drift_of(data: pd.DataFrame, setting: str, power: int) -> Drift:
    """Return the drift of all test accuracies together, each ratio with a level of its own.

    The ratio is that of a column `setting` to ``init_std ** power``.
    """
    data = data.dropna(subset=["test_accuracy"])
    ratios = _ratios(data[setting], data["init_std"], power)
    x, y = (
        values - values.groupby(ratios).transform("mean")
        for values in (np.log2(data["init_std"]), data["test_accuracy"])
    )
    slope, freedom = float(x @ y / (x @ x)), len(y) - ratios.nunique() - 1
    error = math.sqrt(float(((y - slope * x) ** 2).sum()) / freedom / float(x @ x))
    p = 2 * float(stats.t.sf(abs(slope / error), freedom)) if error else float(slope == 0)
    return Drift(slope, error, p)


def _ratios(setting: pd.Series, std: pd.Series, power: int) -> pd.Series:
    return (setting / std**power).map(round_level)


def compare_pairs(data: pd.DataFrame, setting: str, measure: str = "test_accuracy") -> pd.DataFrame:
    """Return both settings of each pair of cells, and whether they are ``different``."""
    cells = {cell: spread(own[measure]) for cell, own in data.groupby([setting, "init_std"])}
    rows = [(*a, *b, different(cells[a], cells[b])) for a, b in combinations(cells, 2)]
    return pd.DataFrame(rows, columns=["first", "first_std", "second", "second_std", "different"])


def count_different(pairs: pd.DataFrame, power: int) -> pd.DataFrame:
    """Return how many pairs differ, of how many, by whether the ratios of a pair are equal.

    Returns
    -------
    DataFrame
        Rows "equal" and "unequal"; columns ``different`` and ``pairs``.
    """
    first, second = (
        _ratios(pairs[name], pairs[f"{name}_std"], power) for name in ("first", "second")
    )
    ratios = pd.Series(np.where(first == second, "equal", "unequal"))
    counts = pairs["different"].groupby(ratios).agg(["sum", "size"])
    return counts.set_axis(["different", "pairs"], axis=1).reindex(["equal", "unequal"]).fillna(0)


def _describe(counts: pd.DataFrame) -> str:
    equal, unequal = (f"{row.different:.0f} of {row.pairs:.0f}" for row in counts.itertuples())
    return (
        f"{equal} pairs of equal ratio differ outside seed noise, and {unequal} pairs of different "
        "ratio"
    )


def judge_ratio(data: pd.DataFrame, setting: str, unit: float) -> Judgement:
    """Say whether a setting and the initial standard deviation are one hyper-parameter.

    The test accuracy decides, pair by pair. Where it hardly depends on either setting, the test
    loss does, in units of the setting, so that losses of different settings can be compared.
    Where that cannot tell either, it is the drift of all test accuracies.
    The loss's unit is the setting to the power of `unit`.
    """
    data = data.assign(**{"test_loss": data["test_loss"] / data[setting] ** unit})
    name, evidence, verdict = in_words(setting).removeprefix("hinge "), [], "cannot be told"
    for measure in ("test_accuracy", "test_loss"):
        pairs = compare_pairs(data, setting, measure)
        plain, raised = (count_different(pairs, power) for power in (1, LAYERS))
        evidence.append(
            f"By {in_words(measure)}. {name.capitalize()} over std: {_describe(plain)}. "
            f"{name.capitalize()} over std to the power of {LAYERS}, one for each layer of "
            f"weights: {_describe(raised)}."
        )
        if verdict == "cannot be told":
            verdict = verdict_of(plain, raised)
    if verdict == "cannot be told":
        plain_drift, drift = (drift_of(data, setting, power) for power in (1, LAYERS))
        evidence.append(
            "All runs together, the change of the test accuracy in points whenever both double: "
            f"{plain_drift.text}; whenever the std doubles and {name} over std to the power of "
            f"{LAYERS} stays: {drift.text}."
        )
        if max(plain_drift.p, drift.p) < LEVEL:
            verdict = "does not hold"
    return evidence, verdict


def verdict_of(plain: pd.DataFrame, raised: pd.DataFrame) -> str:
    """Return the verdict on the ratio as it is claimed, and as theory has it.

    "Holds in part" if the two settings are one, but by another ratio than the one claimed, or if
    equal ratios differ by far less often than others.
    """
    shares = [counts["different"] / counts["pairs"] for counts in (plain, raised)]
    if max(share["unequal"] for share in shares) < LEAST_UNEQUAL:
        return "cannot be told"
    if shares[0]["equal"] <= MOST_EQUAL:
        return "holds"
    less_often = any(share["equal"] < share["unequal"] / 2 for share in shares)
    return "holds in part" if shares[1]["equal"] <= MOST_EQUAL or less_often else "does not hold"


def judge_margin(data: pd.DataFrame) -> Judgement:
    """Judge the hinge margin and the initial standard deviation."""
    return judge_ratio(data[data["loss"] == "hinge"], "hinge_margin", 1)


def judge_target(data: pd.DataFrame) -> Judgement:
    """Judge the target scale of the squared error and the initial standard deviation."""
    return judge_ratio(data[data["loss"] == "mse"], "target_scale", 2)
