"""Report A's tables, orders and times against made-up runs: every verdict can come out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ended_run import ended_run, wobble

from mlp_core.report.cells import Cell
from mlp_core.report.findings.agreement import plot_agreement
from mlp_core.report.findings.compare import compare
from mlp_core.report.findings.pairs import Pair, weigh_pairs
from mlp_core.report.findings.published import REPORT_A
from mlp_core.report.findings.report_a import FIGURES, LOWEST, ORDERS, STUDY
from mlp_core.report.findings.report_a_times import describe_compute, judge_times
from mlp_core.report.findings.table_judges import (
    differ_in,
    judge_default,
    judge_yardstick,
    published_pairs,
)
from mlp_core.report.findings.yardstick import least_difference, most_by_chance
from mlp_core.studies import STUDIES, StoredStudy
from mlp_core.training import Run, RunConfig

Change = Callable[[Cell], float]


def no_change(cell: Cell) -> float:
    return 0.0


def repeated(
    accuracy: Change = no_change, loss: Change = no_change, noise: float = 0.01
) -> list[Run]:
    """Runs that reach the published figures plus a change, in the published units."""
    runs = []
    for config in STUDIES[STUDY].configs():
        cell, own = Cell.of(config), wobble(config, noise)
        test, train, test_loss, train_loss = (
            REPORT_A[name][cell]
            for name in ("test_accuracy", "train_accuracy", "test_loss", "train_loss")
        )
        runs.append(
            ended_run(
                config,
                test + accuracy(cell) + own,
                (test_loss + loss(cell) + own / 10) / 100,
                train + accuracy(cell) + own,
                (train_loss + loss(cell) + own / 10) / 100,
            )
        )
    return runs


def verdicts(questions: tuple, runs: list[Run]) -> list[str]:
    return [q.claim(runs).verdict for q in questions if q.studies == (STUDY,)]


def test_equal_figures_hold() -> None:
    runs = repeated(noise=0.002)
    assert verdicts(FIGURES, runs) == ["holds"] * 3
    # Squared error and hinge are level in one pair, which no order speaks of.
    assert verdicts(ORDERS, runs) == ["holds"] * 9


def test_one_cell_far_off_is_in_part_and_named() -> None:
    runs = repeated(lambda cell: -1.0 * (cell == LOWEST), lambda cell: 9.0 * (cell.loss == "mse"))
    accuracies, _, losses = FIGURES[:3]
    claim = accuracies.claim(runs)
    assert claim.verdict == "holds in part"
    assert "17 of 18 do; not so single, hinge, ReLU: 95.33" in claim.evidence[0]
    assert claim.evidence[1].startswith(
        "The largest difference is \u22121.00 points: single, hinge"
    )
    lost = losses.claim(runs)
    assert lost.verdict == "holds in part"
    assert lost.evidence[0].startswith("Seeds alone explain 24 of the 36 differences.")
    assert "single, squared\u00a0error, GELU, test: 12.94" in lost.evidence[1]


def test_all_cells_far_off_do_not_hold() -> None:
    runs = repeated(lambda cell: -2.0, lambda cell: 9.0)
    assert verdicts(FIGURES, runs) == ["does not hold"] * 3


def test_many_seeds_far_apart_tell_no_order() -> None:
    claims = [q.claim(repeated(noise=10.0)) for q in ORDERS if q.studies == (STUDY,)]
    assert {claim.verdict for claim in claims} == {"cannot be told"}
    assert "and 12 inside seed noise" in claims[0].evidence[0]


def test_a_reversed_order_does_not_hold() -> None:
    runs = repeated(lambda cell: -9.0 * (cell.loss == "cross_entropy"))
    claim = ORDERS[0].claim(runs)
    assert claim.verdict == "does not hold"
    assert claim.evidence[1].startswith(
        "The other way round: single, GELU: cross\u2011entropy 89.20"
    )
    assert claim.evidence[1].endswith("; and 6 more.")


@pytest.mark.parametrize(
    ("place", "pairs", "first"),
    [
        (0, 12, {"cross_entropy"}), (1, 5, {"mse", "hinge"}), (2, 3, {"gelu"}), (3, 3, {"relu"}),
        (4, 6, {"gelu", "sigmoid", "relu"}), (5, 6, {"gelu", "relu"}), (6, 9, {"double"}),
    ],
)  # fmt: skip
def test_words_say_what_the_tables_say(place: int, pairs: int, first: set[str]) -> None:
    """The first cell of a pair has the larger published figure: it has what the words put ahead."""
    ((_, concerns),) = ORDERS[place].judge.args[0]  # type: ignore[attr-defined]
    found = published_pairs("test_accuracy", concerns)
    assert len(found) == pairs
    own = {part for a, b in found for part, other in zip(a, b, strict=True) if part != other}
    assert own == first


def test_hinge_is_ahead_of_squared_error_for_gelu_in_one_layer_alone() -> None:
    ((_, concerns),) = ORDERS[1].judge.args[0]  # type: ignore[attr-defined]
    ahead = [a for a, _ in published_pairs("test_accuracy", concerns) if a.loss == "hinge"]
    assert ahead == [Cell("single", "hinge", "gelu")]


def test_lowest_cell_is_the_lowest() -> None:
    table = REPORT_A["test_accuracy"]
    assert min(table, key=table.__getitem__) == LOWEST


def test_cells_that_differ_in_one_choice() -> None:
    assert differ_in("loss", LOWEST, LOWEST._replace(loss="mse"))
    assert not differ_in("loss", LOWEST, LOWEST)
    assert not differ_in("loss", LOWEST, LOWEST._replace(loss="mse", depth="double"))


def test_pairs_are_weighed_and_exceptions_named() -> None:
    high, low = [98.0, 98.1, 98.2], [97.0, 97.1, 97.2]
    ahead, behind = Pair("x", "a", high, "b", low), Pair("y", "a", low, "b", high)
    evidence, verdict = weigh_pairs([ahead, behind])
    assert verdict == "holds in part"
    assert evidence[0].startswith("Of 2 pairs, 1 are as published outside seed noise, 1 the other")
    assert evidence[1].startswith("The other way round: y: a 97.10")
    assert weigh_pairs([ahead])[1] == "holds"


# --- the default setting and its seeds ------------------------------------------------------


def default_runs(accuracy: float, noise: float) -> list[Run]:
    configs = (RunConfig(dataset="mnist", seed=seed) for seed in range(30))
    return [ended_run(config, accuracy + wobble(config, noise)) for config in configs]


@pytest.mark.parametrize(
    ("accuracy", "verdict"),
    [(98.09, "holds"), (98.25, "holds in part"), (97.5, "does not hold")],
)
def test_the_default_setting(accuracy: float, verdict: str) -> None:
    evidence, found = judge_default(default_runs(accuracy, 0.05))
    assert found == verdict
    assert ("inside" in evidence[1]) == (verdict == "holds")


@pytest.mark.parametrize(
    ("noise", "verdict"), [(0.001, "holds"), (0.05, "holds in part"), (1.0, "does not hold")]
)
def test_the_yardstick(noise: float, verdict: str) -> None:
    evidence, found = judge_yardstick(default_runs(98.1, noise))
    assert found == verdict
    assert "9 pairs differ in one choice" in evidence[1]
    assert "the smallest is 0.02" in evidence[1]


def test_what_seeds_can_tell() -> None:
    assert least_difference(0.2, 5) == pytest.approx(2 * least_difference(0.1, 5))
    assert least_difference(0.1, 30) < least_difference(0.1, 3)
    assert [most_by_chance(n) for n in (0, 1, 100)] == [0, 0, 9]


# --- times ----------------------------------------------------------------------------------


def benchmark(ms: Callable[[Cell], float]) -> dict:
    cells = [
        {
            **cell._asdict(),
            "ms_per_update": ms(cell),
            "quartiles": [0.99 * ms(cell), 1.01 * ms(cell)],
        }
        for cell in REPORT_A["ms_per_update"]
    ]
    return {"cells": [{**cell, "ratio_to_relu": 1.0} for cell in cells]}


def test_times_a_tenth_of_the_published_hold() -> None:
    published = REPORT_A["ms_per_update"]
    claims = judge_times(benchmark(lambda cell: published[cell] / 10))
    assert [claim.verdict for claim in claims] == ["holds in part", "holds", "holds"]
    assert "27 to 49 % in the published table and 27 to 49 % here" in claims[1].evidence[0]
    # Sigmoid and ReLU lie within two percent of each other in one cell.
    assert "17 are in the published order, 0 the other way round, and 1" in claims[0].evidence[0]


def test_times_that_do_not_depend_on_the_cell_do_not_hold() -> None:
    order, gelu, layer = judge_times(benchmark(lambda cell: 1.0 + 0.01 * (cell.depth == "double")))
    assert [c.verdict for c in (order, gelu, layer)] == ["cannot be told"] + ["does not hold"] * 2


def test_compute_is_told_as_far_as_it_is_stored() -> None:
    runs, content = repeated(), benchmark(lambda cell: 1.0)
    whole = describe_compute(StoredStudy(STUDY, runs, STUDIES[STUDY]), content)
    assert "take 6.2 hours at the published times" in whole
    assert "they take 1.5 hours. Our 90 runs took 0.9 core-hours" in whole
    part = describe_compute(StoredStudy(STUDY, runs[:7], STUDIES[STUDY]), content)
    assert part.endswith("7 of our 90 runs are stored so far.")


# --- the figure -----------------------------------------------------------------------------


def test_figure_of_agreement() -> None:
    runs = repeated(lambda cell: -1.0 * (cell == LOWEST))
    figure = plot_agreement([compare(runs, "test_accuracy"), compare(runs, "train_accuracy")])
    assert len(figure.axes) == 2
    test, train = figure.axes
    assert test.get_title("left") == "test accuracy, %: reproduced over published"
    assert train.get_xlabel() == "published"
    assert [text.get_text() for text in test.texts] == ["single, hinge, ReLU: \u22121.00"]
    dots = [line for line in test.lines if line.get_marker() in "oD" and len(line.get_xdata()) == 1]
    assert len(dots) == 18
    assert [text.get_text() for text in test.get_legend().get_texts()][-2:] == ["single", "double"]
    assert "17 lie within their tolerance" in figure.get_label()
