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

from mlp_book.findings.verdicts import describe_p
from mlp_book.frames import round_level
from mlp_book.stats import LEVEL, different, spread
from mlp_book.text import signed

# Equal ratios may differ in this share of pairs, twice what chance does, and different ones have to
# differ in this share, or the settings hardly matter.
MOST_EQUAL, LEAST_UNEQUAL = 2 * LEVEL, 0.25


class Drift(NamedTuple):
    """What becomes of a measure where the ratio stays, and the standard deviation doubles.

    Attributes
    ----------
    slope, error : float
        The change per doubling, and its standard error.
    p : float
        How often seeds alone would make it as large, or larger.
    """

    slope: float
    error: float
    p: float

    @property
    def text(self) -> str:
        """In words."""
        return f"{signed(self.slope)}\u00a0±\u00a0{self.error:.2f}, {describe_p(self.p)}"


def drift_of(data: pd.DataFrame, setting: str, power: int, measure: str = "test_accuracy") -> Drift:
    """Return the drift of all runs together: one slope, and a level of its own for each ratio.

    Parameters
    ----------
    data : DataFrame
        One row per run, such as from `frame`.
    setting : str
        The column over ``init_std ** power``: the ratio.
    power : int
    measure : str
    """
    data = data.dropna(subset=[measure])
    ratios = _ratios(data[setting], data["init_std"], power)
    x, y = (
        values - values.groupby(ratios).transform("mean")
        for values in (np.log2(data["init_std"]), data[measure])
    )
    slope, freedom = float(x @ y / (x @ x)), len(y) - ratios.nunique() - 1
    error = math.sqrt(float(((y - slope * x) ** 2).sum()) / freedom / float(x @ x))
    p = 2 * float(stats.t.sf(abs(slope / error), freedom)) if error else float(slope == 0)
    return Drift(slope, error, p)


def _ratios(setting: pd.Series, std: pd.Series, power: int) -> pd.Series:
    return (setting / std**power).map(round_level)


def compare_pairs(data: pd.DataFrame, setting: str, measure: str = "test_accuracy") -> pd.DataFrame:
    """Return one row per pair of cells, and whether they differ outside seed noise.

    Returns
    -------
    DataFrame
        ``first``, ``first_std``, ``second``, ``second_std`` (the settings), and ``different``.
    """
    cells = {cell: spread(own[measure]) for cell, own in data.groupby([setting, "init_std"])}
    rows = [(*a, *b, different(cells[a], cells[b])) for a, b in combinations(cells, 2)]
    return pd.DataFrame(rows, columns=["first", "first_std", "second", "second_std", "different"])


class Shares(NamedTuple):
    """How many pairs of cells differ outside seed noise, of equal and of unequal ratio."""

    equal: int
    equal_pairs: int
    unequal: int
    unequal_pairs: int

    @property
    def of_equal(self) -> float:
        """The share of the pairs of equal ratio; nan without a pair."""
        return self.equal / self.equal_pairs if self.equal_pairs else math.nan

    @property
    def of_unequal(self) -> float:
        """The share of the pairs of unequal ratio; nan without a pair."""
        return self.unequal / self.unequal_pairs if self.unequal_pairs else math.nan

    @property
    def text(self) -> str:
        """In words."""
        return (
            f"{self.equal} of {self.equal_pairs} pairs of equal ratio differ outside seed noise, "
            f"and {self.unequal} of {self.unequal_pairs} pairs of different ratio"
        )


def count_different(pairs: pd.DataFrame, power: int) -> Shares:
    """Count the pairs that differ, by whether the ratios with ``init_std ** power`` agree."""
    equal = _ratios(pairs["first"], pairs["first_std"], power) == _ratios(
        pairs["second"], pairs["second_std"], power
    )
    groups = [pairs["different"][equal], pairs["different"][~equal]]
    return Shares(*(int(n) for own in groups for n in (own.sum(), len(own))))


def judge_ratio(
    data: pd.DataFrame, setting: str, name: str, unit: float, layers: int = 2
) -> tuple[list[str], str]:
    """Say whether a setting and the initial standard deviation are one hyper-parameter.

    The test accuracy decides, pair by pair. Where it hardly depends on either setting, the test
    loss does, in units of the setting, so that losses of different settings can be compared.
    Where that cannot tell either, it is the drift of all test accuracies.

    Parameters
    ----------
    data : DataFrame
        One row per run, such as from `frame`.
    setting, name : str
        A column, and what the evidence calls it.
    unit : float
        The power of the setting that is the loss's unit.
    layers : int
        Layers of weights.

    Returns
    -------
    evidence : list of str
    verdict : str
    """
    data = data.assign(**{"test loss": data["test_loss"] / data[setting] ** unit})
    evidence, verdict = [], "cannot be told"
    for measure in ("test_accuracy", "test loss"):
        pairs = compare_pairs(data, setting, measure)
        plain, raised = (count_different(pairs, power) for power in (1, layers))
        evidence.append(
            f"By {measure.replace('_', ' ')}. {name} over std: {plain.text}. {name} over std to "
            f"the power of {layers}, one for each layer of weights: {raised.text}."
        )
        if verdict == "cannot be told":
            verdict = verdict_of(plain, raised)
    if verdict == "cannot be told":
        plain_drift, drift = (drift_of(data, setting, power) for power in (1, layers))
        evidence.append(
            "All runs together, the change of the test accuracy in points whenever both double: "
            f"{plain_drift.text}; whenever the std doubles and {name.lower()} over std to the "
            f"power of {layers} stays: {drift.text}."
        )
        if max(plain_drift.p, drift.p) < LEVEL:
            verdict = "does not hold"
    return evidence, verdict


def verdict_of(plain: Shares, raised: Shares) -> str:
    """Return the verdict on the ratio as it is claimed, and as theory has it.

    "Holds in part" if the two settings are one, but by another ratio than the one claimed, or if
    equal ratios differ by far less often than others.
    """
    if max(plain.of_unequal, raised.of_unequal) < LEAST_UNEQUAL:
        return "cannot be told"
    if plain.of_equal <= MOST_EQUAL:
        return "holds"
    if raised.of_equal <= MOST_EQUAL or any(
        shares.of_equal < shares.of_unequal / 2 for shares in (plain, raised)
    ):
        return "holds in part"
    return "does not hold"


def judge_margin(data: pd.DataFrame) -> tuple[list[str], str]:
    """Judge the hinge margin and the initial standard deviation."""
    return judge_ratio(data[data["loss"] == "hinge"], "hinge_margin", "Margin", 1)


def judge_target(data: pd.DataFrame) -> tuple[list[str], str]:
    """Judge the target scale of the squared error and the initial standard deviation."""
    return judge_ratio(data[data["loss"] == "mse"], "target_scale", "Target scale", 2)
