"""Does it carry over: what counts as so, and a page that is right with none, some or all runs."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from figure_cases.carry_over import CASES
from made import fake_runs

from mlp_book.chapters import carry_over as chapter
from mlp_book.findings.carried import (
    NOT_RUN,
    STUDIES_ON_FASHION,
    Carried,
    became,
    carry_over,
    differences,
    in_a_sentence,
    predictions,
    runs_of,
    studies_on,
)
from mlp_book.findings.claims import IN_EPOCHS, Finding
from mlp_core import RunConfig
from mlp_core.studies import RunStore

CHAPTERS = {
    "learning_rate": 1, "batch_size": 3, "momentum": 1, "weight_decay": 1, "hidden_layers": 3,
    "activations_losses": 11, "regularization": 6, "optimizers_epochs": 1,
}  # fmt: skip


def less_is_more(config: RunConfig) -> float:
    """Return an accuracy that is higher the less momentum there is."""
    return 89.0 - config.momentum


def make(folder: Path, *names: str, most: int | None = None) -> Path:
    for study in studies_on(names=names):
        for run in fake_runs(study.configs()[:most], less_is_more):
            RunStore(study.name, folder).save(run)
    return folder


@pytest.mark.parametrize(
    ("here", "there", "outcome"),
    [
        ("holds", "holds in part", "carries over"),
        ("does not hold", "does not hold", "carries over"),
        ("holds in part", "does not hold", "does not"),
        ("does not hold", "holds", "does not"),
        ("undecided", "holds", "undecided"),
        ("holds", "undecided", "undecided"),
    ],
)
def test_outcomes(here: str, there: str, outcome: str) -> None:
    claim = carry_over(chapter="momentum").questions[0].here.claim
    assert Carried(Finding(claim, here), Finding(claim, there)).outcome == outcome
    waiting = Finding(claim, "not judged", pending=True)
    assert Carried(Finding(claim, here), waiting).outcome == NOT_RUN
    assert Carried(waiting, Finding(claim, there)).outcome == NOT_RUN


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ("holds in part", "holds in part there, and is undecided on MNIST"),
        ("undecided", "is undecided"),
    ],
)
def test_what_is_undecided_says_of_which_data(there: str, told: str) -> None:
    found = carry_over(chapter="momentum")
    claim = found.questions[0].here.claim
    one = Carried(Finding(claim, "undecided"), Finding(claim, there))
    assert f"\u201d {told}, so" in in_a_sentence(replace(found, questions=(one,)))


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        ("holds", "does not hold", "holds on MNIST alone."),
        ("does not hold", "holds", "holds on Fashion-MNIST alone."),
        ("holds", "holds", ""),
    ],
)
def test_what_does_not_carry_over_is_named(here: str, there: str, told: str) -> None:
    found = carry_over(chapter="momentum")
    claim = found.questions[0].here.claim
    one = Carried(Finding(claim, here), Finding(claim, there))
    said = chapter.seen(replace(found, questions=(one,))).values["carry-over-changed"]
    assert said == (f"What does not: \u201c{one.here.sentence[:-1]}\u201d {told}" if told else "")


def test_each_prediction_is_of_a_question_and_each_question_has_one() -> None:
    found = carry_over()
    assert {one.here.sentence for one in found.questions} == set(predictions().index)
    assert set(predictions()["prediction"]) <= {"carries over", "does not", "undecided"}
    assert sum(CHAPTERS.values()) == len(predictions())


@pytest.mark.parametrize(("name", "count"), CHAPTERS.items())
def test_a_chapters_limits_say_what_became_of_it(name: str, count: int) -> None:
    ((glued, sentence),) = became(name).values.items()
    assert glued == f"{name.replace('_', '-')}-carried"
    assert sentence.startswith("On Fashion-MNIST, ")
    assert (f"{count} questions that are asked again" in sentence) == (count > 1)


def test_without_runs_nothing_is_said_to_be_known(tmp_path: Path) -> None:
    found = carry_over(root=tmp_path)
    assert {one.outcome for one in found.questions} == {NOT_RUN}
    values = chapter.seen(found).values
    assert values["carry-over-answer"].endswith(
        "none of the 27 questions that are asked again is answered yet."
    )
    assert values["carry-over-runs"] == "0 of 525"
    page = chapter.Board(found)._repr_html_()
    assert page.count("0 of 90 runs of the study fashion-activations-losses-depth") == 1
    assert page.count("not answered yet") == len(STUDIES_ON_FASHION) - 1  # one of them is default
    assert chapter.seen(found).values["carry-over-apart"] == ""
    assert chapter.table_of_fits(found).index.tolist() == ["not answered yet"]
    assert chapter.plot_differences(found).axes[0].get_yticks().size == 0
    assert chapter.plot_effects(found).alt().startswith("Chart: difference on Fashion-MNIST")


def test_half_a_study_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    make(tmp_path, "seed-noise")
    make(tmp_path, "momentum", most=34)
    found = carry_over(root=tmp_path, chapter="momentum")
    assert found.runs == "54 of 55"
    (one,) = found.questions
    assert (one.outcome, one.pairs) == (NOT_RUN, [])
    assert in_a_sentence(found) == (
        "On Fashion-MNIST, the one question that is asked again is not answered yet."
    )
    assert "34 of 35 runs" in chapter.Board(found)._repr_html_()


def test_a_whole_study_is_judged_beside_mnist(tmp_path: Path) -> None:
    found = carry_over(root=make(tmp_path, "seed-noise", "momentum"), chapter="momentum")
    (one,) = found.questions
    assert one.there.verdict == "does not hold" and one.there.confirmed
    # What decides on MNIST stands first, then what decides there.
    names = [(a.first, a.second) for a, _ in one.pairs]
    decides = [(own.bearing[0].first, own.bearing[0].second) for own in (one.here, one.there)]
    assert names[: one.deciding] == list(dict.fromkeys(decides))
    assert sorted(names) == sorted((own.first, own.second) for own in one.here.comparisons)
    assert {b.effect.margin for _, b in one.pairs} == {0.2}
    assert {b.effect.n for _, b in one.pairs} == {(5, 20)}
    ((_, (a, b)),) = differences(found)
    fits = chapter.table_of_fits(found)
    assert fits.index.tolist() == [f"{a.first} against {a.second}"]
    assert fits["Fashion-MNIST"].tolist() == ["99.0\u00a0/\u00a099.0"]  # of made runs
    assert math.isfinite(a.effect.error + b.effect.error)
    page = chapter.Board(found)._repr_html_()
    assert "<strong>does not hold</strong>" in page
    assert f"{len(names) - one.deciding} more" in page
    assert page.count('class="compared"') == one.deciding + 1
    assert "not answered yet" not in page


def test_what_is_compared_is_named_where_it_is_no_test_accuracy(tmp_path: Path) -> None:
    found = carry_over(root=make(tmp_path, "hidden-size", "seed-noise"), chapter="hidden_layers")
    assert "gap" in {one.measure for one, _ in differences(found)}
    heads = [text.get_text() for text in chapter.plot_differences(found).axes[0].texts]
    assert sum(head.startswith("training minus test accuracy:\n") for head in heads) == 1


def test_what_is_measured_in_epochs_is_not_drawn_beside_points(tmp_path: Path) -> None:
    names = ("activations-losses-depth", "seed-noise")
    found = carry_over(root=make(tmp_path, *names), chapter="activations_losses")
    asked = {one.measure for one in found.questions if one.pairs}
    drawn = {one.measure for one, _ in differences(found, most=len(found.questions))}
    assert IN_EPOCHS in asked and drawn and IN_EPOCHS not in drawn


def test_settings_of_the_same_name_are_not_one(tmp_path: Path) -> None:
    """L2 10⁻⁵ against none is there with 60,000 images and with 1,000."""
    found = carry_over(root=make(tmp_path, "regularization"), chapter="regularization")
    pairs = [pair for one in found.questions for pair in one.pairs]
    assert len({runs_of(pair) for pair in pairs}) == len(pairs) == 24
    few = {b.effect.margin for one in found.questions[3:] for _, b in one.pairs}
    assert (few, {b.effect.paired for _, b in found.questions[3].pairs}) == ({0.4}, {True})


def test_other_data_and_fewer_studies() -> None:
    default, study = studies_on("digits", ["momentum"], [1, 2])
    assert {(c.dataset, c.seed) for c in study.configs()} == {("digits", 1), ("digits", 2)}
    found = carry_over([default, study])
    assert [one.here.claim.chapter for one in found.questions] == ["momentum"]
    assert carry_over([default]).questions == ()
    assert chapter.plot_outcomes(carry_over([default])).alt().endswith("not answered yet: 0.")
    assert len(studies_on()) == len(STUDIES_ON_FASHION) == 10


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("0.3", "0.9", "0.3 against 0.9"),
        ("single, mse, relu", "single, hinge, relu", "mse against hinge (single, relu)"),
        ("single, mse, relu", "double, mse, gelu", "single, relu against double, gelu (mse)"),
        ("gelu, 3 layers", "relu", "gelu, 3 layers against relu"),
    ],
)
def test_what_two_settings_share_is_said_once(first: str, second: str, words: str) -> None:
    one = carry_over(chapter="momentum").questions[0].here.comparisons[0]
    named = replace(one, first=first, second=second)
    assert chapter.words_of((named, named)) == words


def test_the_figure_has_each_comparison_once() -> None:
    (axes,) = CASES["effects against effects"]().axes
    assert axes.get_xscale() == axes.get_yscale() == "symlog"
    assert axes.alt.startswith("6 comparisons")


def test_how_many_predictions_came_true(tmp_path: Path) -> None:
    found = carry_over(root=make(tmp_path, "seed-noise", "momentum"), chapter="momentum")
    (one,) = found.questions
    assert predictions().loc[one.here.sentence, "prediction"] == "does not"
    turned = replace(found, questions=(Carried(replace(one.here, verdict="holds"), one.there),))
    wrong = replace(found, questions=(Carried(one.there, one.there),))
    assert chapter.seen(wrong).values["carry-over-predicted"].endswith(": 0 of 1.")
    assert chapter.seen(turned).values["carry-over-predicted"].endswith(": 1 of 1.")
