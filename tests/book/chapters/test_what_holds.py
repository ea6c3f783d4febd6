"""What holds: counts of verdicts, the figure, and which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest
from figure_cases.what_holds import CASES
from made import failing, fake_study

from mlp_book.benchmarks import load_benchmark
from mlp_book.chapters import what_holds as chapter
from mlp_book.facts import Facts
from mlp_book.findings.claims import Finding, judge_claims, load_stored
from mlp_book.frames import frame
from mlp_book.text import NONE
from mlp_core import Run, RunConfig
from mlp_core.studies import load_runs


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


@cache
def judged() -> tuple[Finding, ...]:
    return tuple(judge_claims(chapter.CLAIMS, load_stored(chapter.CLAIMS)))


def findings(changes: dict[str, str]) -> list[Finding]:
    return [
        replace(one, verdict=next(
            (v for words, v in changes.items() if one.sentence.startswith(words)), one.verdict
        ))
        for one in judged()
    ]  # fmt: skip


def seen(
    changes: dict[str, str] | None = None,
    keep: Callable[[RunConfig], bool] = bool,
    crossed: str = "activations-losses-depth",
    seeds: str = "seed-noise",
) -> Facts:
    runs = [run for run in stored(crossed) if keep(run.config)]
    benchmark = load_benchmark("benchmark-activations")
    return chapter.seen(findings(changes or {}), runs, stored(seeds), benchmark)


def test_what_the_text_says_holds() -> None:
    values = seen().values
    assert values["what-holds-drawn"] == "all 90"
    assert " claims that the stored runs can judge, " in values["what-holds-answer"]
    assert "take 6.2 hours at the published times." in values["what-holds-compute"]
    assert values["what-holds-near"] == "All 36"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: seen({"Cross-entropy is": "holds in part"}), "cross-entropy is ahead"),
        (lambda: seen({"Hinge and squared": "holds"}), "hinge and squared error"),
        (lambda: seen(seeds="momentum"), "there are thirty seeds"),
        (lambda: seen(keep=lambda c: c.loss != "hinge"), "all means"),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))


def test_what_is_not_stored_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLP_BOOK_STRICT")
    values = seen(keep=lambda c: c.seed == 2022).values
    assert values["what-holds-drawn"] == "18 of the 90"
    assert values["what-holds-compute"].endswith("18 of our 90 runs are stored so far.")


def test_studies_say_what_is_stored() -> None:
    part = frame(fake_study("momentum", lambda config: 97.0, 18))
    table = chapter.table_of_studies(
        {"momentum": part, "batch-size": pd.DataFrame({"core_s": []}), "benchmark": {}}
    )
    assert table.loc["momentum"].tolist() == ["18 of 24", "0.1"]
    assert table.loc["batch-size"].tolist() == ["0 of 30", NONE]
    assert len(table) == 2


def test_figure_of_agreement() -> None:
    test, train = CASES["reproduced against published"]().axes
    assert test.get_title("left") == "test accuracy, %: reproduced against published"
    assert train.get_xlabel() == "published"
    dots = [line for line in test.lines if line.get_marker() in "oD" and len(line.get_xdata()) == 1]
    assert len(dots) == 18
    assert [text.get_text() for text in test.get_legend().get_texts()][-2:] == ["single", "double"]
    assert "within" in test.alt


def get(words: str) -> Any:
    return next(one for one in judged() if one.sentence.startswith(words))


# --- each kind of fault that a referee found, and what would have caught it -------------------


def test_no_judge_is_younger_than_its_runs() -> None:
    """The drift of margin over std was tested after its runs were in."""
    assert get("Std over margin").verdict == "undecided"
    assert all(one.standing in ("confirmatory", "exploratory", NONE) for one in judged())


def test_runs_that_begin_alike_are_paired() -> None:
    (one,) = get("About 14 epochs").comparisons
    assert one.effect.paired and one.effect.n == (5,)
    assert (round(one.effect.low, 2), round(one.effect.high, 2)) == (0.02, 0.18)
    assert round(one.effect.p, 3) == 0.028


@pytest.mark.parametrize("setting", ["learning rate", "batch size", "momentum", "weight decay"])
def test_sweeps_are_compared_with_all_seeds_of_the_default(setting: str) -> None:
    """Three lucky seeds of the default made others look worse."""
    assert {one.effect.n[1] for one in get(f"No other {setting}").comparisons} == {30}


def test_a_shared_seed_pairs_only_what_shares_images_or_a_beginning() -> None:
    paired = {one.sentence for one in judged() if any(c.effect.paired for c in one.comparisons)}
    assert paired == {
        "About 14 epochs suffice.", "Weight decay helps when images are few.",
        *(f"{kind} helps, with 1,000 images." for kind in ("L1", "L2", "Dropout")),
    }  # fmt: skip


def test_a_run_that_broke_is_no_part_of_a_mean() -> None:
    four = next(c for c in get("GELU gains").comparisons if c.first == "GELU, 4 layers, normal")
    assert four.effect.outcome == "broke" and "1 of 3 broke" in four.means[0]
    assert four.text.count("broke") == 1
    assert not (four.met or four.contrary)


def test_every_claim_says_whose_it_is() -> None:
    parts = {"report A claims", "report B claims", "our own questions"}
    assert {one.part for one in chapter.CLAIMS} == parts
    ours = [one.sentence for one in chapter.CLAIMS if one.part == "our own questions"]
    assert any("rate in proportion" in words for words in ours)
    assert all(one.source for one in chapter.CLAIMS)
    assert len({one.sentence for one in chapter.CLAIMS}) == len(chapter.CLAIMS)


def test_what_is_not_found_is_not_said_to_be_absent() -> None:
    """A test that finds nothing made "holds", "kept" and "undecided" of the same thing."""
    for one in judged():
        for c in one.comparisons:
            if c.effect.outcome == "undecided":
                assert not (c.met and c.said != "figure"), one.sentence


def test_published_means_have_five_seeds_and_cut_digits() -> None:
    (default,) = get("The default setting").comparisons
    assert default.effect.n == (100, 5) and default.published == pytest.approx(98.075)


@pytest.mark.parametrize("words", ["An update takes", "A second hidden layer about", "The smaller"])
def test_times_of_other_machines_are_not_judged(words: str) -> None:
    assert get(words).verdict == "not judged"
    assert not any("82" in one.sentence for one in judged())


def test_every_family_is_corrected_for_its_size() -> None:
    for one in judged():
        for c in one.comparisons:
            assert not c.effect.adjusted < c.effect.p - 1e-15
