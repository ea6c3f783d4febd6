"""A claim is judged once its studies are complete, and says so while they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made import fake_run, fake_study

from mlp_book.chapters.what_holds import CLAIMS
from mlp_book.facts import STRICT
from mlp_book.findings.claims import Claim, judge_claims, load_stored
from mlp_book.findings.verdicts import (
    Finding,
    FindingTable,
    chapter_link,
    describe_against,
    describe_difference,
    judge_against,
    overall_verdict,
)
from mlp_core import RunConfig
from mlp_core.studies import STUDIES, RunStore

PM = "\u00a0±\u00a0"
LOW, HIGH, NEAR = [97.0, 97.1, 97.2], [98.0, 98.1, 98.2], [97.05, 97.1, 97.3]
COUNTING, NOT_YET = (
    Claim("made up", words, lambda data: ([f"{len(data)} runs"], "holds"), (study,), "momentum")
    for words, study in (("There are runs.", "momentum"), ("Not yet.", "batch-size"))
)


# --- verdicts -------------------------------------------------------------------------------


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
def test_a_claim_of_several_comparisons(outcomes: list[tuple[str, str]], verdict: str) -> None:
    assert overall_verdict(outcomes) == verdict


def test_a_verdict_is_one_of_four() -> None:
    with pytest.raises(ValueError, match="maybe"):
        Finding("c", (), "maybe")


def test_a_difference_says_where_it_lies() -> None:
    assert describe_difference("a", LOW, "b", HIGH) == (
        f"a 97.10{PM}0.10, b 98.10{PM}0.10: outside seed noise (p\u00a0<\u00a00.001)"
    )
    assert "inside seed noise (p\u00a0=\u00a00." in describe_difference("a", LOW, "b", NEAR)


def test_values_against_a_constant() -> None:
    assert judge_against([0.1, 0.11, 0.12]) == "better"
    assert judge_against([0.1, 0.11, 0.12], 0.2) == "worse"
    assert judge_against([-0.1, 0.0, 0.2]) == "seed noise"
    assert describe_against([0.1]) == "+0.10, one seed"
    assert describe_against([-0.5, -0.6]).startswith(f"\u22120.55{PM}0.07, inside seed")


# --- claims and what is stored --------------------------------------------------------------


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLP_CORE_RESULTS", str(tmp_path))
    return tmp_path


def judge(*claims: Claim) -> list[Finding]:
    return [one for own in judge_claims(claims, load_stored(claims)).values() for one in own]


def store(count: int | None = None) -> None:
    for run in fake_study("momentum", lambda config: 97.0, count):
        RunStore("momentum").save(run)


def test_without_a_run_every_claim_waits(results: Path) -> None:
    claims = [claim for claim in CLAIMS if claim.studies[0] in STUDIES]
    assert len(claims) == len(CLAIMS) - 4  # the times of benchmarks
    for claim in claims:
        (finding,) = judge(claim)
        assert (finding.sentence, finding.verdict) == (claim.sentence, "cannot be told")
        planned = len(STUDIES[claim.studies[0]].configs())
        assert finding.evidence[0].startswith(f"0 of {planned} runs of the study ")
        assert finding.pending


def test_an_incomplete_study_is_not_judged(results: Path) -> None:
    RunStore("momentum").save(fake_run(RunConfig(dataset="mnist", momentum=0.1), 90.0))
    assert judge(COUNTING)[0].evidence == ("0 of 24 runs of the study momentum are stored so far.",)
    store(5)
    assert judge(COUNTING)[0].evidence == ("5 of 24 runs of the study momentum are stored so far.",)


def test_a_complete_study_is_judged_by_its_planned_runs_and_comes_first(results: Path) -> None:
    store()
    RunStore("momentum").save(fake_run(RunConfig(dataset="mnist", momentum=0.1), 90.0))
    first, second = judge(NOT_YET, COUNTING)
    assert first == Finding("There are runs.", ("24 runs",), "holds", "momentum")
    assert second.pending


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.sentence[:40])
def test_a_claim_is_a_sentence_of_a_chapter(claim: Claim) -> None:
    assert claim.sentence.endswith(".")
    assert (Path("notebooks") / f"{claim.chapter}.ipynb").is_file()


# --- the table ------------------------------------------------------------------------------


def test_table_in_html_and_in_plain_text() -> None:
    table = FindingTable([Finding("rate 1 is <best>", ("first", "second"), "holds in part")])
    html = table._repr_html_()
    assert "rate 1 is &lt;best&gt;" in html
    assert "<p>first</p><p>second</p>" in html
    assert "<strong>holds in part</strong>" in html
    assert html.count('scope="col"') == 2
    assert repr(table) == "rate 1 is <best>: holds in part\n  first\n  second"


def test_a_link_leads_to_a_page_of_the_book_and_to_a_notebook_in_jupyter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [{"source": ["# Rates & more\n", "\n", "Text."]}]
    (tmp_path / "rates.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert chapter_link("rates") == '<a href="rates.html">Rates &amp; more</a>'
    monkeypatch.delenv(STRICT)
    assert chapter_link("rates") == '<a href="rates.ipynb">Rates &amp; more</a>'
    there, missing = (Finding("a", ("b",), "holds", name) for name in ("rates", "missing"))
    assert ">Rates &amp; more</a>" in FindingTable([there])._repr_html_()
    assert "<a " not in FindingTable([missing])._repr_html_()
    assert "conjectured, verdict" in FindingTable([missing], "conjectured")._repr_html_()
