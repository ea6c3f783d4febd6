"""Runs seed by seed: differences within a seed, where a seed stands for its images and weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mlp_core.report.axes import MINUS
from mlp_core.report.findings.claims import chance_in_words
from mlp_core.report.measures import MEASURES
from mlp_core.report.spread import outside_seed_noise, seed_spread
from mlp_core.report.treatments import judge
from mlp_core.training import Run

BySeed = Mapping[int, float]


def seed_values(runs: Iterable[Run], measure: str) -> dict[int, float]:
    """Return a measure after the last epoch by seed; diverged runs are left out."""
    found = {run.config.seed: MEASURES[measure].of_run(run) for run in runs}
    return {seed: value for seed, value in sorted(found.items()) if value is not None}


def differences(first: BySeed, second: BySeed) -> list[float]:
    """Return first minus second for every seed that has both."""
    return [first[seed] - second[seed] for seed in first if seed in second]


def judge_against(values: Sequence[float], constant: float = 0.0) -> str:
    """Say whether values, one a seed, are "better" (larger) or "worse" than a constant."""
    return judge(values, [constant] * len(values))


def describe_against(values: Sequence[float], constant: float = 0.0, digits: int = 2) -> str:
    r"""Return values, one a seed, with their spread, and whether seeds tell them from a constant.

    >>> describe_against([0.1, 0.12, 0.11]).replace("\u00a0", " ")
    '+0.11 ± 0.01, outside seed noise (p = 0.0027)'
    """
    own = seed_spread(values)
    sign = "+" if own.mean >= 0 else ""
    text = f"{sign}{own.text(digits)}".replace("-", MINUS)
    if own.n < 2:
        return f"{text}, one seed"
    base = [constant] * own.n
    where = "outside" if outside_seed_noise(values, base) else "inside"
    return f"{text}, {where} seed noise ({chance_in_words(values, base)})"
