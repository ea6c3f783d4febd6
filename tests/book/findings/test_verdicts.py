"""Published findings are judged by what their comparisons show; studies are split as they vary."""

from __future__ import annotations

import pytest
from made import fake_study

from mlp_book import frame
from mlp_book.findings.regularization import by_treatment
from mlp_book.findings.report_b import by_parameter, judge_findings
from mlp_book.findings.verdicts import (
    Finding,
    FindingTable,
    describe_difference,
    overall_verdict,
)
from mlp_core import RunConfig

PM = "\u00a0±\u00a0"
LOW, HIGH, NEAR = [97.0, 97.1, 97.2], [98.0, 98.1, 98.2], [97.05, 97.1, 97.3]


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
def test_a_finding_of_several_comparisons(outcomes: list[tuple[str, str]], verdict: str) -> None:
    assert overall_verdict(outcomes) == verdict


def test_a_verdict_is_one_of_four() -> None:
    with pytest.raises(ValueError, match="maybe"):
        Finding("c", (), "maybe")


def test_a_difference_says_where_it_lies() -> None:
    assert describe_difference("a", LOW, "b", HIGH) == (
        f"a 97.10{PM}0.10, b 98.10{PM}0.10: outside seed noise (p\u00a0<\u00a00.001)"
    )
    assert "inside seed noise (p\u00a0=\u00a00." in describe_difference("a", LOW, "b", NEAR)


def test_table_in_html_and_in_plain_text() -> None:
    table = FindingTable([Finding("rate 1 is <best>", ("first", "second"), "holds in part")])
    html = table._repr_html_()
    assert "rate 1 is &lt;best&gt;" in html
    assert "<p>first</p><p>second</p>" in html
    assert "<strong>holds in part</strong>" in html
    assert html.count('scope="col"') == 2
    assert repr(table) == "rate 1 is <best>: holds in part\n  first\n  second"


def of_report_b(config: RunConfig) -> float:
    """Return a made-up accuracy: batches of 16 gain a point, the odd loss loses two."""
    return 97 + (config.batch_size == 16) - 2 * (config.loss == "log_softmax_mse")


def test_each_parameter_has_its_levels_and_the_default() -> None:
    data = by_parameter(frame(fake_study("one-at-a-time", of_report_b)))
    sizes = data.groupby(["parameter", "level"], sort=False).size()
    assert set(sizes) == {5} and len(sizes) == 16
    assert list(sizes["batch_size"].index) == [16, 64, 256]
    default = data[data["level"].isin([64, "relu", 1.0])].groupby("parameter")["row"].agg(set)
    assert default["batch_size"] == default["activation"] == default["learning_rate"]


def test_findings_of_report_b_have_evidence_and_a_verdict() -> None:
    findings = judge_findings(by_parameter(frame(fake_study("one-at-a-time", of_report_b))))
    assert [finding.verdict for finding in findings] == [
        "holds", "cannot be told", "holds", "does not hold", "holds", "cannot be told"
    ]  # fmt: skip
    assert findings[2].evidence[0].startswith(f"mse: 95.00{PM}0.08, nll: 97.00")
    assert "one function" in findings[2].evidence[1]


def test_each_treatment_has_its_doses_and_none() -> None:
    data = by_treatment(frame(fake_study("regularization", lambda c: 97.0)))
    sizes = data.groupby(["images", "kind", "dose"], sort=False).size()
    assert set(sizes) == {3} and len(sizes) == 30
    assert list(sizes["1,000 images", "dropout"].index) == [0.0, 0.1, 0.2, 0.35, 0.5]
    few = data[data["images"] == "1,000 images"]
    assert set(few["train_size"]) == {1000}
    assert list(dict.fromkeys(few["treatment"]))[:2] == ["none", "L1\u00a010⁻⁶"]
    untreated = few[few["treatment"] == "none"].groupby("kind")["row"].agg(set)
    assert untreated["L1"] == untreated["L2"] == untreated["dropout"]
