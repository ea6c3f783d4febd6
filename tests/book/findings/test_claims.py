"""A claim is judged once its studies are complete, by the rule of the protocol."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made import fake_run, fake_study, wobble

from mlp_book.chapters.what_holds import CLAIMS
from mlp_book.facts import STRICT
from mlp_book.findings import questions, report_a, report_b
from mlp_book.findings.board import Board, board_data, chapter_link, counts
from mlp_book.findings.claims import (
    SAID,
    VERDICTS,
    Claim,
    Comparison,
    Family,
    Finding,
    ask,
    judge_claims,
    load_stored,
    measure,
    split,
    verdict_of,
)
from mlp_book.findings.scaling import keep_in_proportion
from mlp_book.stats import Effect
from mlp_book.text import NONE
from mlp_core import RunConfig
from mlp_core.studies import STUDIES, RunStore, load_runs

EMPTY = pd.DataFrame({"run_id": []})


def comparison(said: str, outcome: str) -> Comparison:
    difference, error = {
        "up": (0.5, 0.01), "down": (-0.5, 0.01), "equivalent": (0.0, 0.01), "undecided": (0.0, 1.0),
    }[outcome]  # fmt: skip
    p = 0.0 if abs(difference) > 0.1 else 1.0
    effect = Effect(difference, error, 20, (5, 5), p, p)
    return Comparison("a", said, "b", effect, ("1", "2"), (EMPTY, EMPTY))


# --- verdicts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "outcomes", "verdict"),
    [
        ("larger", "up up", "holds"),
        ("larger", "up undecided", "holds in part"),
        ("larger", "up down", "does not hold"),
        ("larger", "undecided undecided", "undecided"),
        ("larger", "equivalent equivalent", "undecided"),
        ("smaller", "down down", "holds"),
        ("some larger", "up down", "holds"),
        ("some larger", "undecided down", "undecided"),
        ("some larger", "equivalent down", "does not hold"),
        ("not larger", "equivalent down", "holds"),
        ("not larger", "undecided down", "undecided"),
        ("not larger", "up down", "does not hold"),
        ("not smaller", "up equivalent", "holds"),
        ("alike", "equivalent equivalent", "holds"),
        ("alike", "equivalent undecided", "holds in part"),
        ("alike", "equivalent up", "does not hold"),
        ("figure", "equivalent up", "holds in part"),
        ("figure", "up up", "does not hold"),
        ("figure", "undecided undecided", "undecided"),
    ],
)
def test_verdicts_follow_from_outcomes(said: str, outcomes: str, verdict: str) -> None:
    assert verdict_of([comparison(said, one) for one in outcomes.split()]) == verdict


@pytest.mark.parametrize(
    ("said", "outcomes", "deciding"),
    [
        ("not larger", "down down undecided", "undecided"),
        ("some larger", "equivalent undecided", "undecided"),
        ("some larger", "undecided up", "up"),
        ("larger", "up undecided down", "down"),
        ("larger", "undecided up up", "up undecided"),  # holds in part: what does, what does not
        ("figure", "undecided up equivalent", "equivalent up"),
    ],
)
def test_the_evidence_that_decides_stands_first(said: str, outcomes: str, deciding: str) -> None:
    asked = tuple(replace(comparison(said, one), first=one) for one in outcomes.split())
    finding = Finding(CLAIMS[0], verdict_of(asked), Family(asked, asked, ()))
    assert len(finding.evidence) == len(asked)
    shown = finding.evidence[: finding.deciding]
    assert " ".join(text.split(":")[0] for text in shown).lower() == deciding
    assert all(text[0].isupper() for text in shown)


def test_evidence_names_what_is_published_and_rounds_epochs() -> None:
    one = replace(comparison("figure", "up"), published=2.0)
    assert one.text.startswith("a: 1 against a published 2; +0.50\u00a0[")
    rows = pd.DataFrame({"run_id": ["x", "y"], "seed": [1, 2], "test_accuracy": 98.0})
    slow = {name: rows.assign(epochs_to_learn=[epochs, epochs + 1], run_id=[name, name * 2])
            for name, epochs in {"a": 3, "b": 20}.items()}  # fmt: skip
    (pace,) = ask(slow, [("a", "smaller", "b")], "epochs_to_learn", margin=1.0).comparisons
    assert pace.text.startswith("a: 3.5\u00a0±\u00a00.7\u00a0(2) against b: 20.5\u00a0±\u00a00.7")
    assert "; \u221217.0\u00a0[" in pace.text


def test_without_a_comparison_nothing_can_be_told() -> None:
    assert verdict_of([]) == "undecided"


@pytest.mark.parametrize("said", SAID)
def test_what_is_undecided_meets_and_contradicts_nothing(said: str) -> None:
    one = comparison(said, "undecided")
    assert not (one.met or one.contrary)


def test_a_verdict_is_one_of_five() -> None:
    with pytest.raises(ValueError, match="maybe"):
        Finding(CLAIMS[0], "maybe")


# --- made-up runs ---------------------------------------------------------------------------


def study(name: str, accuracy: Callable[[RunConfig], float | None]) -> pd.DataFrame:
    return measure(fake_study(name, accuracy))


def judged(data: pd.DataFrame, judge: Callable[[pd.DataFrame], Any]) -> str:
    return verdict_of(judge(data).comparisons)


def by_name(words: str) -> Claim:
    return next(claim for claim in CLAIMS if claim.sentence.startswith(words))


@pytest.mark.parametrize(
    ("words", "name", "accuracy", "verdict"),
    [
        ("Cross-entropy is more", report_a.STUDY,
         lambda c: 97 + (c.loss == "cross_entropy"), "holds"),
        ("Cross-entropy is more", report_a.STUDY,
         lambda c: 97 - (c.loss == "cross_entropy"), "does not hold"),
        ("Hinge and squared", report_a.STUDY, lambda c: 97, "undecided"),
        ("A second hidden layer raises", report_a.STUDY,
         lambda c: 97 + len(c.hidden_sizes) * (c.loss == "mse"), "holds in part"),
        ("No other momentum", "momentum", lambda c: 97 - (c.momentum != 0.9), "holds"),
        ("No other momentum", "momentum", lambda c: 97 + (c.momentum != 0.9), "does not hold"),
        # A diverged setting is broken, and three seeds cannot tell that it always breaks.
        ("No other momentum", "momentum",
         lambda c: None if c.momentum > 0.98 else 97 - (c.momentum != 0.9), "undecided"),
        ("About 14 epochs", report_b.STUDY, lambda c: 97 - (c.epochs == 14), "does not hold"),
        ("A learning rate of 1", report_b.STUDY,
         lambda c: 97 - abs(c.learning_rate - 1), "holds"),
        ("L1 helps, with 60", "regularization", lambda c: 97 + (c.l1_penalty > 0), "holds"),
        ("L2 helps, with 1,", "regularization", lambda c: 97 - (c.l2_penalty > 0), "does not hold"),
        ("Lowering the rate", "schedules", lambda c: 97 + (c.schedule != "constant"), "holds"),
        ("Weight decay helps", "weight-decay-data-size",
         lambda c: 80 + (c.weight_decay > 0), "holds"),
        ("Weight decay helps", "weight-decay-data-size",
         lambda c: 80 - (c.weight_decay > 0), "does not hold"),
        ("Std over margin", "margin-init",
         lambda c: 90 + c.hinge_margin / c.init_std, "holds in part"),
        ("Std over margin", "margin-init", lambda c: 90 + 9 * c.hinge_margin, "does not hold"),
        ("GELU gains", "depth-activation", lambda c: 90 + (c.activation == "gelu"), "holds"),
        ("From 16 to 512", "hidden-size",
         lambda c: 97 - math.log2(sum(c.hidden_sizes) + 1), "holds"),
        ("Batches of 10,000", "batch-size", lambda c: 97 - (c.batch_size == 20), "does not hold"),
    ],
)  # fmt: skip
def test_a_change_and_its_verdict(
    words: str, name: str, accuracy: Callable[[RunConfig], float | None], verdict: str
) -> None:
    assert judged(study(name, accuracy), by_name(words).judge) == verdict


def test_pairs_of_runs_that_share_images_see_through_the_images() -> None:
    """A seed draws its own images; unpaired, their luck would hide the effect."""
    data = study("weight-decay-data-size", lambda c: (
        80 + wobble(c.replace(weight_decay=0.5), 3) + 0.5 * (c.weight_decay > 0)
    ))  # fmt: skip
    family = by_name("Weight decay helps").judge(data)
    assert isinstance(family, Family)
    one = family.comparisons[0]
    assert one.effect.paired and one.other is not None and not one.other.paired
    assert one.effect.error <= one.other.error


def test_few_images_are_not_all_of_them() -> None:
    """A gain with all 60,000 images, whose runs share no draw of them, decided as well."""
    data = study("weight-decay-data-size", lambda c: (
        80 + 5 * (c.train_size == 60_000 and c.weight_decay > 0)
    ))  # fmt: skip
    family = by_name("Weight decay helps").judge(data)
    assert isinstance(family, Family)
    sizes = {one.first.split(" images")[0] for one in family.comparisons}
    assert sizes == {"500", "1,000", "5,000"}
    assert verdict_of(family.comparisons) != "holds"


def test_a_rate_in_proportion_is_judged_on_the_diagonal() -> None:
    data = study("batch-rate", lambda c: 97.0)
    family = keep_in_proportion(data)
    assert [one.first for one in family.comparisons] == [
        f"batches of {size:,} at {size / 2000:g}" for size in (25, 50, 200, 400, 800, 1600)
    ]
    assert len(family.whole) == 19  # with both neighbours, but for two beyond the grid
    assert {one.second for one in family.whole} == {"batches of 100 at 0.05"}


def test_the_winner_is_compared_once_it_has_fresh_runs() -> None:
    data = study("near-best-fresh", lambda c: 97.0)
    family = questions.near_best(data)
    assert len(family.comparisons) == 31  # with the winner, the 32 cells within 0.5 points
    assert sum(one.second.endswith(", 14 epochs") for one in family.comparisons) == 8
    assert len(family.settings) == 24 and {max(own["epochs"]) for own in family.settings} == {25}
    # The 14th epoch of a made-up run lies below its end, so these are told from the winner.
    early = [one for one in family.comparisons if one.second.endswith(", 14 epochs")]
    assert {one.effect.direction for one in early} == {1}


def test_what_is_close_after_14_epochs_is_read_off_the_grid() -> None:
    names = {
        config.replace(seed=1): levels["setting"]
        for levels, config in STUDIES["near-best-fresh"].cells()
    }
    runs = load_runs("full-factorial")
    best = max(run.history["test_accuracy"][epochs - 1] for run in runs for epochs in (5, 14, 25))
    close = [
        names[run.config] for run in runs if run.history["test_accuracy"][13] >= best - 0.005 - 1e-9
    ]
    assert set(close) == set(questions.AFTER_14)


def test_a_setting_with_several_names_tells_the_noise_once() -> None:
    data = study("momentum", lambda c: 97.0)
    settings = split(data, "momentum")
    twice = {**settings, "again": settings[0.9]}
    assert len(ask(twice, [(0.0, "alike", 0.9)]).settings) == len(settings)


# --- claims and what is stored --------------------------------------------------------------


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLP_CORE_RESULTS", str(tmp_path))
    return tmp_path


def store(name: str, count: int | None = None, shift: float = 0.0) -> None:
    for run in fake_study(name, lambda c: 97.0 + shift * (c.schedule != "constant"), count):
        RunStore(name).save(run)


def find(claim: Claim) -> Finding:
    (finding,) = judge_claims([claim], load_stored([claim]))
    return finding


SCHEDULES = by_name("Lowering the rate")


def test_without_a_run_every_claim_waits(results: Path) -> None:
    for claim in CLAIMS:
        if claim.studies and claim.studies[0] in STUDIES:
            finding = find(claim)
            assert (finding.verdict, finding.pending) == ("not judged", True)
            assert finding.evidence[0].startswith("0 of ") and finding.standing == NONE


def test_old_runs_are_exploratory_until_all_fresh_ones_are_there(results: Path) -> None:
    store("schedules", 5)
    assert find(SCHEDULES).evidence == ("5 of 36 runs of the study schedules are stored so far.",)
    store("schedules")
    store("schedules-fresh", 7, shift=1.0)
    assert find(SCHEDULES).standing == "exploratory" and find(SCHEDULES).verdict != "holds"
    store("schedules-fresh", shift=1.0)
    assert (find(SCHEDULES).standing, find(SCHEDULES).verdict) == ("confirmatory", "holds")
    assert {one.effect.n for one in find(SCHEDULES).comparisons} == {(20, 20)}


def test_runs_that_the_catalogue_does_not_plan_are_left_out(results: Path) -> None:
    store("schedules")
    RunStore("schedules").save(fake_run(RunConfig(dataset="mnist", momentum=0.1), 90.0))
    assert len(load_stored([SCHEDULES])["schedules"]) == 36


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.sentence[:40])
def test_a_claim_is_a_sentence_of_a_chapter(claim: Claim) -> None:
    assert claim.sentence.endswith(".")
    assert not claim.chapter or (Path("notebooks") / f"{claim.chapter}.ipynb").is_file()


# --- the board ------------------------------------------------------------------------------


def test_the_board_has_a_colour_a_sign_and_a_word(results: Path) -> None:
    store("schedules", shift=1.0)
    finding = find(replace(SCHEDULES, sentence="Rate 1 is <best>.", fresh=()))
    html = Board([finding])._repr_html_()
    assert "Rate 1 is &lt;best&gt;." in html and "<best>" not in html
    assert '<td class="verdict" data-verdict="holds"><span aria-hidden="true">✓</span>' in html
    assert "<strong>holds</strong>" in html and "exploratory" in html
    assert html.count('scope="col"') == 3
    assert repr(Board([finding])).startswith("Rate 1 is <best>. holds, exploratory\n  ")
    table = counts([finding])
    assert table.loc["all"].tolist() == [1, 0, 0, 0, 0]
    assert [name.split(" ", 1)[1] for name in table.columns] == list(VERDICTS)


def test_the_data_of_a_board_are_plain(results: Path) -> None:
    store("schedules")
    (row,) = board_data([find(SCHEDULES)], with_runs=True)["rows"]
    assert row["picks"] == list(range(8)) and len(row["settings"]) == 12
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_a_link_leads_to_a_page_of_the_book_and_to_a_notebook_in_jupyter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [{"source": ["# Rates & more\n", "\n", "Text."]}]
    (tmp_path / "rates.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert chapter_link("rates") == '<a href="rates.html">Rates &amp; more</a>'
    monkeypatch.delenv(STRICT)
    assert chapter_link("rates") == '<a href="rates.ipynb">Rates &amp; more</a>'
    assert chapter_link("missing") == chapter_link("") == ""


def test_a_board_of_one_chapter_does_not_link_to_it(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store("schedules")
    one = find(SCHEDULES)
    other = replace(one, claim=replace(one.claim, chapter="learning_rate"))
    monkeypatch.chdir("notebooks")
    assert "shown in" not in Board([one, one])._repr_html_()
    assert Board([one, other])._repr_html_().count("shown in") == 2
