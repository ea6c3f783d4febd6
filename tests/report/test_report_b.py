"""Report B's findings are weighed by what their comparisons show."""

from __future__ import annotations

import pytest

from mlp_core.report.findings.claims import weigh
from mlp_core.report.findings.report_b import FINDINGS, group_by_parameter, judge_findings
from mlp_core.studies import STUDIES
from mlp_core.training import History, Run, RunConfig


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([("better", "better"), ("worse", "worse")], "holds"),
        ([("better", "better"), ("better", "seed noise")], "holds in part"),
        ([("better", "better"), ("better", "worse")], "holds in part"),
        ([("better", "seed noise"), ("better", "worse")], "does not hold"),
        ([("better", "seed noise"), ("better", "seed noise")], "cannot be told"),
        ([("enough", "seed noise"), ("enough", "worse")], "holds"),
        ([("enough", "better")], "does not hold"),
    ],
)
def test_weighing(outcomes: list[tuple[str, str]], verdict: str) -> None:
    assert weigh(outcomes) == verdict


def points_gained(config: RunConfig) -> float:
    """Percentage points over the default, made up: batches of 16 gain, the odd loss loses."""
    return (config.batch_size == 16) - 2 * (config.loss == "log_softmax_mse")


@pytest.fixture(scope="module")
def study_runs() -> list[Run]:
    runs = []
    for config in STUDIES["one-at-a-time"].configs():
        history = History()
        accuracy = (97 + points_gained(config) + 0.1 * config.seed) / 100
        history.append(epoch=1, updates=1, test_accuracy=accuracy)
        runs.append(Run(config, history, "completed", duration_s=1.0))
    return runs


def test_each_parameter_has_its_levels_and_the_default(study_runs: list[Run]) -> None:
    groups = group_by_parameter(study_runs)
    assert list(groups) == [factor for _, factor, _ in FINDINGS]
    assert list(groups["batch_size"]) == [16, 64, 256]
    assert groups["batch_size"][64] == groups["epochs"][14] == groups["activation"]["relu"]
    assert {len(group) for levels in groups.values() for group in levels.values()} == {5}


def test_findings_have_evidence_and_a_verdict(study_runs: list[Run]) -> None:
    claims = {claim.finding: claim for claim in judge_findings(group_by_parameter(study_runs))}
    assert len(claims) == 6
    verdicts = [claim.verdict for claim in claims.values()]
    assert verdicts == [
        "holds",
        "cannot be told",
        "holds",
        "does not hold",
        "holds",
        "cannot be told",
    ]
    mse = claims["nll and cross-entropy are alike, mse is worst."]
    assert mse.evidence[0].startswith("mse: 95.30\u00a0±\u00a00.16, nll: 97.30")
    assert "one function" in mse.evidence[1]
