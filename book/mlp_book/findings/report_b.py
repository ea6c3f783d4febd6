"""The findings of the report on Adadelta (report B), each compared with the stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mlp_book.facts import Levels
from mlp_book.findings.verdicts import Finding, describe_difference, overall_verdict
from mlp_book.frames import vary_one
from mlp_book.stats import judge
from mlp_book.text import format_level
from mlp_core.studies import STUDIES
from mlp_core.training import RunConfig

STUDY = "one-at-a-time"
# Each finding: its words, the parameter, and what it says of two levels: the first is "better" or
# "worse" than the second, or "enough": the first is not better.
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
NAMES = {"log_softmax_mse": "mse", "relu": "relu"}  # as the report writes them


def by_parameter(data: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of the study by parameter and level.

    Parameters
    ----------
    data : DataFrame
        From `mlp_book.frames.frame` or `epochs`, of the study ``one-at-a-time``.

    Returns
    -------
    DataFrame
        With ``parameter`` and ``level`` besides. The default is a level of each parameter, so its
        rows are there once per parameter.
    """
    base = RunConfig.from_dict(dict(STUDIES[STUDY].base))
    rows = vary_one(data, base, [parameter for _, parameter, _ in FINDINGS])
    if rows.empty:
        raise ValueError(f"none of the {len(data)} rows is of the study {STUDY!r}: load its runs")
    return rows.rename(columns={"factor": "parameter"})


def name_level(level: Any) -> str:
    """Return a level as the report calls it.

    >>> name_level("log_softmax_mse"), name_level((128, 64, 64))
    ('mse', '128-64-64')
    """
    return NAMES.get(level) or format_level(level)


def judge_findings(data: pd.DataFrame) -> list[Finding]:
    """Return each finding with its evidence and its verdict.

    Parameters
    ----------
    data : DataFrame
        From `by_parameter`.
    """
    return [
        _judge(words, parameter, comparisons, data[data["parameter"] == parameter])
        for words, parameter, comparisons in FINDINGS
    ]


def _judge(
    words: str,
    parameter: str,
    comparisons: Sequence[tuple[Any, str, Any]],
    data: pd.DataFrame,
) -> Finding:
    accuracy = Levels(data, "level")
    evidence, outcomes = [], []
    for first, expected, second in comparisons:
        a, b = accuracy.values(first), accuracy.values(second)
        evidence.append(
            describe_difference(f"{name_level(first)}:", a, f"{name_level(second)}:", b)
        )
        outcomes.append((expected, judge(a, b)))
    remark = [REMARKS[parameter]] if parameter in REMARKS else []
    return Finding(words, (*evidence, *remark), overall_verdict(outcomes))
