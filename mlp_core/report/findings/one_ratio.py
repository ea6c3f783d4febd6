"""Are two settings one, their ratio? Cells of equal ratio have to agree, others to differ.

Two tests say so. Pair by pair, seed noise tells cells apart or does not. And where single pairs
are too noisy, all of them together may still drift: from cell to cell of equal ratio, both settings
grow, and nothing else may.

For a network of rectified linear units, multiplying all weights by a multiplies the outputs by
a**L, with L layers of weights. So what counts is the margin over std**L, not over std.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mlp_core.report.axes import signed
from mlp_core.report.findings.claims import p_in_words
from mlp_core.report.findings.questions import Judged
from mlp_core.report.measures import group_by, round_level, values_of
from mlp_core.report.spread import LEVEL, outside_seed_noise, student_p
from mlp_core.training import Run, RunConfig

# Equal ratios may be told apart in this share of pairs, twice what chance does, and different
# ones have to be in this share, or the settings hardly matter.
MOST_APART, LEAST_APART = 2 * LEVEL, 0.25

Settings = tuple[float, float]  # the numerator, such as a margin, and the std
Cells = Mapping[Settings, Sequence[float]]
Pairs = Mapping[tuple[Settings, Settings], bool]


@dataclass(frozen=True)
class Apart:
    """How many pairs of cells seed noise tells apart, of equal and of different ratio."""

    equal: int
    equal_pairs: int
    different: int
    different_pairs: int

    @property
    def shares(self) -> tuple[float, float]:
        """Of equal and of different ratio; nan without a pair."""
        return (
            self.equal / self.equal_pairs if self.equal_pairs else math.nan,
            self.different / self.different_pairs if self.different_pairs else math.nan,
        )

    @property
    def text(self) -> str:
        """In words."""
        return (
            f"{self.equal} of {self.equal_pairs} pairs of equal ratio differ outside seed noise, "
            f"and {self.different} of {self.different_pairs} pairs of different ratio"
        )


@dataclass(frozen=True)
class Drift:
    """What becomes of a measure where the ratio stays, and the std doubles.

    Attributes
    ----------
    slope, error : float
        The change a doubling, and its standard error.
    p : float
        How often seeds alone would make it as large, or larger.
    """

    slope: float
    error: float
    p: float

    @property
    def text(self) -> str:
        """In words."""
        return f"{signed(self.slope)}\u00a0±\u00a0{self.error:.2f}, {p_in_words(self.p)}"


def drift_of(cells: Cells, power: int) -> Drift:
    """Return the drift of all cells together: one slope, and a level of its own for each ratio.

    Parameters
    ----------
    cells : mapping
        From numerator and std to one value a seed.
    power : int
        The ratio is the numerator over ``std ** power``.
    """
    ratios, x, y = [], [], []
    for (numerator, std), values in cells.items():
        for value in values:
            ratios.append(round_level(numerator / std**power))
            x.append(math.log2(std))
            y.append(value)
    groups, place = np.unique(ratios, return_inverse=True)
    x, y = (np.asarray(each) - _group_means(np.asarray(each), place)[place] for each in (x, y))
    slope = float(x @ y / (x @ x))
    freedom = len(y) - len(groups) - 1
    error = math.sqrt(float(np.sum((y - slope * x) ** 2)) / freedom / float(x @ x))
    return Drift(slope, error, student_p(slope / error, freedom) if error else float(slope == 0))


def _group_means(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    return np.bincount(place, values) / np.bincount(place)


def pairs_apart(cells: Cells) -> Pairs:
    """Return for each pair of cells whether seed noise tells them apart.

    Parameters
    ----------
    cells : mapping
        From numerator and std to one value a seed.
    """
    return {(a, b): outside_seed_noise(cells[a], cells[b]) for a, b in combinations(cells, 2)}


def count_apart(pairs: Pairs, power: int) -> Apart:
    """Count the pairs that are told apart, by whether their numerator / std**power agree."""
    counts = {True: [0, 0], False: [0, 0]}
    for (a, b), apart in pairs.items():
        first, second = (round_level(numerator / std**power) for numerator, std in (a, b))
        count = counts[first == second]
        count[0] += apart
        count[1] += 1
    return Apart(*counts[True], *counts[False])


def judge_ratio(
    runs: Sequence[Run],
    numerator: Callable[[RunConfig], float],
    name: str,
    unit: float,
    layers: int = 2,
) -> Judged:
    """Say whether a setting and the initial std are one hyper-parameter.

    The test accuracy decides, pair by pair. Where it hardly depends on either setting, the test
    loss does, in units of the setting, so that losses of different settings can be compared.
    Where that cannot tell either, it is the drift of all test accuracies.

    Parameters
    ----------
    runs : sequence of Run
    numerator : callable
        From a config to the setting.
    name : str
        Of the setting.
    unit : float
        The power of the setting that is the loss's unit.
    layers : int
        Layers of weights.
    """
    groups = group_by(runs, lambda run: (numerator(run.config), run.config.init_std))
    accuracy = {cell: values_of(own, "test_accuracy") for cell, own in groups.items()}
    loss = {
        cell: [value / cell[0] ** unit for value in values_of(own, "test_loss")]
        for cell, own in groups.items()
    }
    evidence, verdict = [], "cannot be told"
    for measure, cells in (("test accuracy", accuracy), ("test loss", loss)):
        pairs = pairs_apart(cells)
        plain, raised = count_apart(pairs, 1), count_apart(pairs, layers)
        evidence.append(
            f"By {measure}. {name} over std: {plain.text}. {name} over std to the power of "
            f"{layers}, one for each layer of weights: {raised.text}."
        )
        if verdict == "cannot be told":
            verdict = verdict_of(plain, raised)
    if verdict == "cannot be told":
        drifts = {power: drift_of(accuracy, power) for power in (1, layers)}
        evidence.append(
            "All runs together, the change of the test accuracy in points whenever both double: "
            f"{drifts[1].text}; whenever the std doubles and {name.lower()} over std to the power "
            f"of {layers} stays: {drifts[layers].text}."
        )
        if max(drift.p for drift in drifts.values()) < LEVEL:
            verdict = "does not hold"
    return evidence, verdict


def verdict_of(plain: Apart, raised: Apart) -> str:
    """Return the verdict on the ratio as it is claimed, and as theory has it.

    "Holds in part" if the two settings are one, but by another ratio than the one claimed, or if
    equal ratios differ by far less often than others.
    """
    (equal, different), (equal_raised, different_raised) = plain.shares, raised.shares
    if max(different, different_raised) < LEAST_APART:
        return "cannot be told"
    if equal <= MOST_APART:
        return "holds"
    if equal_raised <= MOST_APART or min(equal / different, equal_raised / different_raised) < 0.5:
        return "holds in part"
    return "does not hold"


def judge_margin(runs: Sequence[Run]) -> Judged:
    """Judge the hinge margin and the initial std."""
    own = [run for run in runs if run.config.loss == "hinge"]
    return judge_ratio(own, lambda config: config.hinge_margin, "Margin", 1)


def judge_target(runs: Sequence[Run]) -> Judged:
    """Judge the target scale of the squared error and the initial std."""
    own = [run for run in runs if run.config.loss == "mse"]
    return judge_ratio(own, lambda config: config.target_scale, "Target scale", 2)
