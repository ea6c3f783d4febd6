"""Every claim against made-up runs, and what judges measure where the answer is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from claim_cases import CASES, rates, report_b, study
from made import fake_study

from mlp_book.cells import Cell
from mlp_book.chapters.what_holds import CLAIMS
from mlp_book.findings.depth import slopes_of
from mlp_book.findings.one_ratio import compare_pairs, count_different, drift_of, verdict_of
from mlp_book.findings.published import report_a
from mlp_book.findings.questions import gains_of_decay
from mlp_book.findings.regularization import by_treatment
from mlp_book.findings.report_a import LOWEST, published_pairs
from mlp_book.findings.report_b import by_parameter, judge_findings
from mlp_book.findings.scaling import powers_of_best
from mlp_book.frames import frame
from mlp_book.stats import least_difference, most_by_chance

ORDERS = [claim.judge for claim in CLAIMS if claim.source == "report A: orders"]


@pytest.mark.parametrize(
    ("claims", "make", "verdict", "says"), CASES, ids=[f"{case[0]}: {case[2]}" for case in CASES]
)
def test_a_change_and_its_verdict(
    claims: str, make: Callable[[], Any], verdict: str, says: str
) -> None:
    data = make()
    judged = [
        claim.judge(data)
        for claim in CLAIMS
        if claim.sentence.startswith(claims)
        or (claim.source == claims and claim.studies != ("seed-noise",))
    ]
    assert {found for _, found in judged} == {verdict}
    assert all(says in " ".join(evidence) for evidence, _ in judged)


# --- report A -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "pairs", "first"),
    [
        (0, 12, {"cross_entropy"}), (1, 5, {"mse", "hinge"}), (2, 3, {"gelu"}), (3, 3, {"relu"}),
        (4, 6, {"gelu", "sigmoid", "relu"}), (5, 6, {"gelu", "relu"}), (6, 9, {"double"}),
    ],
)  # fmt: skip
def test_words_say_what_the_tables_say(place: int, pairs: int, first: set[str]) -> None:
    """The first cell of a pair has the larger published figure: it has what the words put ahead."""
    found = published_pairs("test_accuracy", ORDERS[place].args[1])  # type: ignore[attr-defined]
    assert len(found) == pairs
    assert {x for a, b in found for x, y in zip(a, b, strict=True) if x != y} == first
    if place == 1:
        ahead = [a for a, _ in found if a.loss == "hinge"]
        assert ahead == [Cell("single", "hinge", "gelu")]


def test_lowest_cell_is_the_lowest() -> None:
    table = report_a("test_accuracy")
    assert min(table, key=table.__getitem__) == LOWEST


def test_what_seeds_can_tell() -> None:
    assert least_difference(0.2, 5) == pytest.approx(2 * least_difference(0.1, 5))
    assert least_difference(0.1, 30) < least_difference(0.1, 3)
    assert [most_by_chance(n) for n in (0, 1, 100)] == [0, 0, 9]


# --- report B -------------------------------------------------------------------------------


def test_each_parameter_has_its_levels_and_the_default() -> None:
    data = by_parameter(study("one-at-a-time", report_b))
    sizes = data.groupby(["parameter", "level"], sort=False).size()
    assert set(sizes) == {5} and len(sizes) == 16
    assert list(sizes["batch_size"].index) == [16, 64, 256]
    default = data[data["level"].isin([64, "relu", 1.0])].groupby("parameter")["row"].agg(set)
    assert default["batch_size"] == default["activation"] == default["learning_rate"]
    _, _, loss, *_ = judge_findings(data)
    assert loss.evidence[0].startswith("mse: 95.00\u00a0±\u00a00.08, nll: 97.00")
    assert "one function" in loss.evidence[1]


def test_each_treatment_has_its_doses_and_none() -> None:
    data = by_treatment(study("regularization", lambda config: 97.0))
    sizes = data.groupby(["images", "kind", "dose"], sort=False).size()
    assert set(sizes) == {3} and len(sizes) == 30
    assert list(sizes["1,000 images", "dropout"].index) == [0.0, 0.1, 0.2, 0.35, 0.5]
    few = data[data["images"] == "1,000 images"]
    assert set(few["train_size"]) == {1000}
    assert list(dict.fromkeys(few["treatment"]))[:2] == ["none", "L1\u00a010⁻⁶"]
    untreated = few[few["treatment"] == "none"].groupby("kind")["row"].agg(set)
    assert untreated["L1"] == untreated["L2"] == untreated["dropout"]


def test_rows_of_another_study_are_an_error() -> None:
    for of in (by_parameter, by_treatment):
        with pytest.raises(ValueError, match="none of the 3 rows is of the study"):
            of(frame(fake_study("momentum", most=3)))


# --- the book's own questions ---------------------------------------------------------------


def test_a_decay_is_chosen_by_the_other_seeds() -> None:
    """A decay that is best for one seed alone is not counted for it."""
    accuracy = pd.DataFrame({0.0: [90, 90], 0.1: [95, 80], 0.2: [91, 91]}, index=[1, 2])
    assert gains_of_decay(accuracy) == [1, -10]


def test_slopes_over_depth_and_powers_of_the_batch() -> None:
    assert slopes_of(pd.DataFrame({1: [1.0], 2: [2.0], 3: [3.0]})) == pytest.approx([1])
    for power in (0.5, 1.0):
        found = powers_of_best(rates(power), [50, 100, 200, 400])
        assert found == pytest.approx([power] * 3, abs=0.01)


def cells(values: dict[tuple[float, float], list[float]]) -> pd.DataFrame:
    rows = [(*cell, value) for cell, own in values.items() for value in own]
    return pd.DataFrame(rows, columns=["top", "init_std", "test_accuracy"])


def test_drift_is_the_slope_within_groups_of_equal_ratio() -> None:
    grid = [(top, std) for top in (1.0, 2.0, 4.0, 8.0) for std in (1.0, 2.0, 4.0, 8.0)]
    steep = {
        (top, std): [10 * math.log2(top / std) + 3 * math.log2(std) + seed for seed in (-1, 0, 1)]
        for top, std in grid
    }
    drift = drift_of(cells(steep), "top", 1)
    assert drift.slope == pytest.approx(3)
    # Six of seven ratios have more than one cell, whose places are spread over them.
    spread = sum(n * (n**2 - 1) / 12 for n in (1, 2, 3, 4, 3, 2, 1)) * 3
    assert drift.error == pytest.approx(math.sqrt(32 / (48 - 7 - 1) / spread))
    assert drift.p < 1e-9
    flat = drift_of(cells({cell: [1.0, 1.0] for cell in grid}), "top", 1)
    assert (flat.slope, flat.p) == (0, 1)


def counts(equal: int, pairs: int, unequal: int, others: int) -> pd.DataFrame:
    rows = {"equal": [equal, pairs], "unequal": [unequal, others]}
    return pd.DataFrame.from_dict(rows, "index", columns=["different", "pairs"])


def test_pairs_are_counted_by_their_ratio() -> None:
    data = cells({(1.0, 1.0): [1.0, 1.1], (2.0, 2.0): [1.0, 1.1], (4.0, 2.0): [9.0, 9.1]})
    pairs = compare_pairs(data, "top")
    assert (count_different(pairs, 1) == counts(0, 1, 2, 2)).all(axis=None)
    assert (count_different(pairs, 2) == counts(1, 1, 1, 2)).all(axis=None)


def test_equal_ratios_that_differ_far_less_often_hold_in_part() -> None:
    some, many = counts(30, 100, 80, 100), counts(70, 100, 80, 100)
    assert verdict_of(some, many) == "holds in part"
    assert verdict_of(many, many) == "does not hold"
