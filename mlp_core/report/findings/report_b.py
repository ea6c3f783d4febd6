"""The findings of the report on Adadelta (report B), each put to the test by the stored runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlp_core.report.dots import name_level
from mlp_core.report.findings.claims import Claim, describe_difference, weigh
from mlp_core.report.measures import group_runs
from mlp_core.report.selection import runs_varying
from mlp_core.report.tables import values_of
from mlp_core.report.treatments import judge
from mlp_core.studies import STUDIES
from mlp_core.training import Run, RunConfig

STUDY = "one-at-a-time"
# Each finding: its words, the parameter, and what it says of two levels: the first is "better" or
# "worse" than the second, or "enough", which is that the first is not better.
FINDINGS: tuple[tuple[str, str, tuple[tuple[Any, str, Any], ...]], ...] = (
    (
        "One hidden layer is already enough.",
        "hidden_sizes",
        (
            ((128, 64, 64), "enough", (128,)),
            ((256, 128, 128, 64, 64), "enough", (128,)),
        ),
    ),
    (
        "Relu is slightly ahead of sigmoid and tanh.",
        "activation",
        (("relu", "better", "sigmoid"), ("relu", "better", "tanh")),
    ),
    (
        "nll and cross-entropy are alike, mse is worst.",
        "loss",
        (("log_softmax_mse", "worse", "nll"),),
    ),
    (
        "Batches of 64 and of 256 are ahead of batches of 16.",
        "batch_size",
        ((64, "better", 16), (256, "better", 16)),
    ),
    ("About 14 epochs suffice.", "epochs", ((25, "enough", 14),)),
    (
        "A learning rate of 1 is best, 10 is worst.",
        "learning_rate",
        ((1.0, "better", 0.1), (1.0, "better", 10.0), (10.0, "worse", 0.1)),
    ),
)
# What has to be said besides the figures.
REMARKS = {"loss": "nll and cross-entropy are one function here, so one set of runs is both."}
NAMES = {"log_softmax_mse": "mse"}

Groups = Mapping[str, Mapping[Any, Sequence[Run]]]


def group_by_parameter(runs: Sequence[Run]) -> dict[str, dict[Any, list[Run]]]:
    """Return the study's runs by parameter and level; the default is a level of each parameter.

    Parameters
    ----------
    runs : sequence of Run
        Of the study ``one-at-a-time``.
    """
    base = RunConfig.from_dict(dict(STUDIES[STUDY].base))
    factors = [factor for _, factor, _ in FINDINGS]
    return {factor: group_runs(runs_varying(runs, base, factor), factor) for factor in factors}


def judge_findings(groups: Groups) -> list[Claim]:
    """Return each finding with its evidence and its verdict."""
    return [_test(*finding, groups[finding[1]]) for finding in FINDINGS]


def _test(
    words: str,
    factor: str,
    comparisons: Sequence[tuple[Any, str, Any]],
    levels: Mapping[Any, Sequence[Run]],
) -> Claim:
    evidence, outcomes = [], []
    for first, expected, second in comparisons:
        a, b = (values_of(levels[level], "test_accuracy") for level in (first, second))
        evidence.append(
            describe_difference(f"{name_in_words(first)}:", a, f"{name_in_words(second)}:", b)
        )
        outcomes.append((expected, judge(a, b)))
    remark = [REMARKS[factor]] if factor in REMARKS else []
    return Claim(words, (*evidence, *remark), weigh(outcomes))


def name_in_words(level: Any) -> str:
    """Return a level as the report calls it.

    >>> name_in_words("log_softmax_mse"), name_in_words((128, 64, 64))
    ('mse', '128-64-64')
    """
    return NAMES.get(level) or name_level(level)
