"""What holds: counts of verdicts, the figure, and which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest
from figure_cases.what_holds import CASES
from made import failing, fake_study

from mlp_book.benchmarks import load_benchmark
from mlp_book.chapters import what_holds as chapter
from mlp_book.facts import Facts
from mlp_book.findings.verdicts import Finding
from mlp_book.frames import frame
from mlp_core import Run, RunConfig
from mlp_core.studies import load_runs

MANY, FEW = (f"L1, L2 and dropout help, with {images}" for images in ("60,", "1,"))
VERDICTS = {
    "GELU adds": "does not hold",
    "The differences between": "holds in part",
    MANY: "cannot be told",
    FEW: "holds in part",
}


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


def findings(changes: dict[str, str], pending: str = "-") -> dict[str, list[Finding]]:
    """Return a made-up finding for each claim, with the verdict of the page where it matters."""
    found: dict[str, list[Finding]] = {}
    for one in chapter.CLAIMS:
        known = {**VERDICTS, **changes}
        verdict = next((v for k, v in known.items() if one.sentence.startswith(k)), "holds")
        where = "outside" if verdict.startswith("holds") else "inside"
        found.setdefault(one.source, []).append(
            Finding(one.sentence, (where,), verdict, pending=one.sentence.startswith(pending))
        )
    return found


def seen(
    changes: dict[str, str] | None = None,
    keep: Callable[[RunConfig], bool] = bool,
    crossed: str = "activations-losses-depth",
    seeds: str = "seed-noise",
    **options: Any,
) -> Facts:
    runs = [run for run in stored(crossed) if keep(run.config)]
    benchmark = load_benchmark("benchmark-activations")
    return chapter.seen(findings(changes or {}, **options), runs, stored(seeds), benchmark)


def test_what_the_text_says_holds() -> None:
    values = seen().values
    assert values["what-holds-drawn"] == "all 90"
    assert values["what-holds-chance"] == "4"
    assert values["what-holds-answer"].startswith("Of 37 claims that the stored runs can judge, 33")
    assert values["what-holds-answer"].endswith("None waits for runs.")
    assert "take 6.2 hours at the published times." in values["what-holds-compute"]
    assert "Our 90 runs took" in values["what-holds-compute"]


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: seen({"GELU adds": "holds"}), "here GELU adds less"),
        (lambda: seen({"Cross-entropy is": "holds in part"}), "cross-entropy is ahead"),
        (lambda: seen({"The differences between": "holds"}), "several published differences"),
        (lambda: seen({"About 14 epochs": "does not hold"}), "all six findings"),
        (lambda: seen({MANY: "holds in part"}), "with 60,000 images"),
        (lambda: seen({FEW: "cannot be told"}), "with 60,000 images"),
        (lambda: seen(seeds="momentum"), "there are thirty seeds"),
        (lambda: seen(keep=lambda c: c.activation != "gelu"), "GELU and ReLU with cross-entropy"),
        (lambda: seen(keep=lambda c: c.loss != "hinge"), "all 36 accuracies"),
        (lambda: seen(keep=lambda c: c.loss != "hinge"), "the second layer"),
        (lambda: seen(crossed="momentum"), "the second layer"),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))


def test_what_is_not_stored_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLP_BOOK_STRICT")
    values = seen(keep=lambda c: c.seed == 2022, pending="About 14").values
    assert values["what-holds-drawn"] == "18 of 90 so far"
    assert values["what-holds-compute"].endswith("18 of our 90 runs are stored so far.")
    assert values["what-holds-answer"].startswith("Of 36 claims")
    assert values["what-holds-answer"].endswith("1 wait for runs.")


def test_verdicts_are_counted_and_waiting_claims_stand_apart() -> None:
    claims = [Finding("a", (), "holds"), Finding("b", (), "cannot be told", pending=True)]
    table = chapter.table_of_verdicts({"first": claims, "second": claims[:1]})
    assert table.loc["first"].tolist() == [1, 0, 0, 0, 1]
    assert table.loc["all"].tolist() == [2, 0, 0, 0, 1]


def test_studies_say_what_is_stored() -> None:
    part = frame(fake_study("momentum", lambda config: 97.0, 18))
    table = chapter.table_of_studies(
        {"momentum": part, "batch-size": pd.DataFrame({"duration_s": []}), "benchmark": {}}
    )
    assert table.loc["momentum"].tolist() == ["18 of 24", "0.1"]
    assert table.loc["batch-size"].tolist() == ["0 of 30", "0.0"]
    assert len(table) == 2


def test_figure_of_agreement() -> None:
    test, train = CASES["reproduced over published"]().axes
    assert test.get_title("left") == "test accuracy, %: reproduced over published"
    assert train.get_xlabel() == "published"
    assert [text.get_text() for text in test.texts] == ["single, hinge, ReLU: \u22121.00"]
    dots = [line for line in test.lines if line.get_marker() in "oD" and len(line.get_xdata()) == 1]
    assert len(dots) == 18
    assert [text.get_text() for text in test.get_legend().get_texts()][-2:] == ["single", "double"]
    assert "17 lie within their tolerance" in test.alt
