"""A question is judged once its studies are complete, and says so while they are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ended_run import ended_run, ended_study

from mlp_core.report.findings import conjectures, report_a, settings, undone
from mlp_core.report.findings.chapter_links import chapter_link
from mlp_core.report.findings.claims import Claim, ClaimTable
from mlp_core.report.findings.questions import Question, settle, table_of_studies, table_of_verdicts
from mlp_core.report.glue import BUILDING
from mlp_core.studies import STUDIES, RunStore
from mlp_core.training import RunConfig

ALL = [
    *report_a.FIGURES, *report_a.ORDERS, *settings.QUESTIONS,
    *undone.PUBLISHED, *undone.UNDONE, *conjectures.CONJECTURES,
]  # fmt: skip
COUNTING = Question(
    "There are runs.", "momentum", ("momentum",), lambda runs: ([f"{len(runs)} runs"], "holds")
)


def store(folder: Path, study: str, most: int | None = None) -> None:
    place = RunStore(study, folder)
    for run in ended_study(study, lambda config: 97.0)[:most]:
        place.save(run)


def test_without_a_run_every_question_waits(tmp_path: Path) -> None:
    for claim, question in zip(settle(ALL, tmp_path), ALL, strict=True):
        assert (claim.verdict, claim.pending) == ("cannot be told", True)
        assert claim.finding == question.words
        planned = len(STUDIES[question.studies[0]].configs())
        assert claim.evidence[0].startswith(f"0 of {planned} runs of the study ")


def test_an_incomplete_study_is_not_judged(tmp_path: Path) -> None:
    store(tmp_path, "momentum", most=5)
    (claim,) = settle([COUNTING], tmp_path)
    assert claim.evidence == ("5 of 24 runs of the study momentum are stored so far.",)
    assert claim.pending


def test_a_complete_study_is_judged_by_its_planned_runs_and_comes_first(tmp_path: Path) -> None:
    store(tmp_path, "momentum")
    RunStore("momentum", tmp_path).save(ended_run(RunConfig(dataset="mnist", momentum=0.1), 90.0))
    waiting = Question("Not yet.", "batch_size", ("batch-size",), COUNTING.judge)
    first, second = settle([waiting, COUNTING], tmp_path)
    assert first == Claim("There are runs.", ("24 runs",), "holds", "momentum")
    assert second.pending


def test_a_judge_of_runs_alone_reads_no_store() -> None:
    assert COUNTING.claim([]).evidence == ("0 runs",)


def test_verdicts_are_counted_and_waiting_claims_stand_apart() -> None:
    claims = [Claim("a", (), "holds"), Claim("b", (), "cannot be told", pending=True)]
    table = table_of_verdicts({"first": claims, "second": claims[:1]})
    assert table.loc["first"].tolist() == [1, 0, 0, 0, 1]
    assert table.loc["all"].tolist() == [2, 0, 0, 0, 1]


def test_studies_say_what_is_stored(tmp_path: Path) -> None:
    store(tmp_path, "momentum", most=10)
    table = table_of_studies([COUNTING, COUNTING], tmp_path)
    assert table.loc["momentum"].tolist() == ["10 of 24", "0.1"]


# --- links ----------------------------------------------------------------------------------


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    cells = [{"source": ["# Rates & more\n", "\n", "Text."]}]
    (tmp_path / "rates.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(BUILDING, raising=False)
    return "rates"


def test_a_link_leads_to_the_page_in_a_book_and_to_the_notebook_in_jupyter(
    chapter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chapter_link(chapter) == '<a href="rates.ipynb">Rates &amp; more</a>'
    monkeypatch.setenv(BUILDING, "1")
    assert chapter_link(chapter) == '<a href="rates.html">Rates &amp; more</a>'


def test_a_chapter_that_is_not_there_has_no_link(chapter: str) -> None:
    assert chapter_link("no_such_chapter") == ""
    there, missing = (Claim("a", ("b",), "holds", name) for name in (chapter, "missing"))
    assert ">Rates &amp; more</a>" in ClaimTable([there])._repr_html_()
    assert "<a " not in ClaimTable([missing], "conjectured")._repr_html_()
    assert "conjectured, verdict" in ClaimTable([missing], "conjectured")._repr_html_()


@pytest.mark.parametrize("question", ALL, ids=lambda question: question.words[:40])
def test_a_question_names_studies_and_words(question: Question) -> None:
    assert set(question.studies) <= set(STUDIES)
    assert question.words.endswith(".")
