"""Mistakes, confidence and calibration: measured with known answers, and claims that can fail."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure_cases.where_it_fails import CONFIDENCE, LABELS, MEMBERS, RIGHT, saying
from made import failing, fake_run
from scipy.stats import binomtest

from mlp_book.chapters import where_it_fails as chapter
from mlp_book.chapters.where_it_fails.fashion_mnist import FILE, count_mistakes
from mlp_book.chapters.where_it_fails.figures import count_by_class
from mlp_book.chapters.where_it_fails.predictions import (
    Predictions,
    binomial_std,
    calibration_error,
    chance_errors,
    count_confusions,
    count_wrong,
    independent_std,
    share_interval,
)
from mlp_book.facts import Facts
from mlp_book.style import COLOURS
from mlp_core import RunConfig, train
from mlp_core.data import load_dataset
from mlp_core.studies import load_runs

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.05, 0.9, 0.05], [0.4, 0.35, 0.25]])
SOME = Predictions(PROBABILITIES, np.array([0, 1, 0, 0]))


# --- what networks say ----------------------------------------------------------------------


def test_classes_confidence_mistakes_and_losses() -> None:
    assert SOME.classes.tolist() == [0, 2, 1, 0]
    assert SOME.confidence.tolist() == [0.7, 0.6, 0.9, 0.4]
    assert (SOME.mistakes, SOME.most_wrong.tolist()) == (2, [2, 1])
    assert SOME.losses == pytest.approx(-np.log([0.7, 0.3, 0.05, 0.4]))
    certain = Predictions(np.array([[1.0, 0.0]]), np.array([1]))
    assert np.isfinite(certain.losses).all()
    assert SOME.take(slice(1, None, 2)).labels.tolist() == [1, 0]


def test_temperature_divides_the_logits() -> None:
    cooled = SOME.at_temperature(2.0)
    roots = np.sqrt(PROBABILITIES)
    assert cooled.probabilities == pytest.approx(roots / roots.sum(axis=1, keepdims=True))
    assert (cooled.classes == SOME.classes).all()
    assert SOME.at_temperature(1.0).probabilities == pytest.approx(PROBABILITIES)


def test_average_and_shared_mistakes() -> None:
    other = Predictions(PROBABILITIES[:, [1, 0, 2]], SOME.labels)
    both = [SOME, other]
    assert chapter.average(both).probabilities[0] == pytest.approx([0.45, 0.45, 0.1])
    assert count_wrong(both).tolist() == [1, 2, 1, 1]
    with pytest.raises(ValueError, match="at least one network"):
        chapter.average([])


def test_probabilities_of_a_network_and_their_trace() -> None:
    trace = chapter.PredictionTrace([2, 3])
    run = train(RunConfig(epochs=3, hidden_sizes=(8,)), callbacks=[trace])
    last = chapter.predict_probabilities(run.network, load_dataset("digits"))
    assert sorted(trace.predictions) == [2, 3]
    assert (trace.predictions[3].probabilities == last.probabilities).all()
    assert last.probabilities.sum(axis=1) == pytest.approx(1)
    curves = chapter.curves_of([trace])
    assert curves["accuracy"][0, -1] == pytest.approx(100 * run.history.last("test_accuracy"))
    assert curves["test loss"][0, -1] == pytest.approx(run.history.last("test_loss"), rel=1e-5)
    with pytest.raises(ValueError, match="train the run again"):
        chapter.predict_probabilities(None, load_dataset("digits"))


# --- counting -------------------------------------------------------------------------------


def test_confusions_are_images_per_network() -> None:
    expected = [[5 / 3, 1 / 3, 0], [0, 1, 0], [0, 1, 0]]
    assert count_confusions(MEMBERS) == pytest.approx(np.array(expected))


def test_shares_by_class() -> None:
    table = count_by_class(MEMBERS[1])
    assert table.index.tolist() == [0, 1, 2, "all"]
    assert table["share"].tolist() == [50, 100, 0, 50]
    assert (table["low"] <= table["share"]).all() and (table["share"] <= table["high"]).all()


@pytest.mark.parametrize(("right", "count"), [(0, 10), (7, 10), (10, 10), (354, 364)])
def test_interval_is_wilsons(right: int, count: int) -> None:
    known = binomtest(right, count).proportion_ci(0.95, method="wilson")
    assert share_interval(right, count) == pytest.approx((known.low, known.high), abs=1e-12)
    assert binomial_std(0.02, 10_000) == pytest.approx(0.0014)


@pytest.mark.parametrize(("right", "count"), [(-1, 3), (4, 3), (0, 0)])
def test_no_share_is_an_error(right: int, count: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        share_interval(right, count)


def test_table_of_mistakes_alone_and_together() -> None:
    table = chapter.table_of_agreement({"three": MEMBERS})
    assert table.loc["three"].tolist() == ["1.3\u00a0±\u00a00.6", 1, 1, 1]


def test_chance_explains_the_spread_of_networks_that_it_decides() -> None:
    rng = np.random.default_rng(3)
    chances, labels, members = rng.uniform(0, 1, 400), np.zeros(400, int), []
    for _ in range(200):
        top = np.where(rng.random(400) < chances, 0.1, 0.9)
        members.append(Predictions(np.stack([top, 1 - top], axis=1), labels))
    expected = np.sqrt((chances * (1 - chances)).sum())
    assert independent_std(members) == pytest.approx(expected, rel=0.02)
    assert np.std([m.mistakes for m in members]) == pytest.approx(expected, rel=0.15)
    with pytest.raises(ValueError, match="at least 2 networks, got 1"):
        independent_std(members[:1])


# --- calibration ----------------------------------------------------------------------------


def test_groups_hold_what_was_promised_and_kept() -> None:
    groups = chapter.bin_by_confidence(CONFIDENCE, RIGHT)
    assert groups["right"].tolist() == [3, 5, 7]
    assert groups["count"].tolist() == [5, 5, 10]
    assert groups["gap"].tolist() == pytest.approx([0, -0.2, 0.3])
    assert calibration_error(CONFIDENCE, RIGHT) == pytest.approx(0.25 * 0.2 + 0.5 * 0.3)
    table = chapter.table_of_groups(groups)
    assert table.loc["third"].tolist() == ["100", "7 of 10", "70", "30"]


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_round_confidence_opens_its_own_group(tenths: int) -> None:
    edges = np.array([tenths / 10, 0.1 * tenths, tenths / 10 - 0.001])
    assert chapter.bin_by_confidence(edges, np.ones(3, bool))["count"].tolist() == [1, 2]


def test_the_same_images_again_do_not_narrow_the_intervals() -> None:
    member = saying(0, 1, 1, 1)
    once, thrice = chapter.bin_members([member]), chapter.bin_members([member] * 3)
    assert thrice["count"].tolist() == (3 * once["count"]).tolist()
    assert thrice[["low", "high"]].to_numpy() == pytest.approx(once[["low", "high"]].to_numpy())


def test_chance_leaves_an_error_that_more_images_take_away() -> None:
    rng, means = np.random.default_rng(1), []
    for count in (50, 5000):
        top = rng.uniform(0.5, 1.0, count)
        member = Predictions(np.stack([top, 1 - top], axis=1), np.zeros(count, int))
        means.append(chance_errors([member] * 2, 30, rng).mean())
    assert means[0] > 0.05 > 0.015 > means[1] > 0


# --- figures --------------------------------------------------------------------------------


def test_dots_stand_on_their_side_of_the_diagonal() -> None:
    groups = chapter.bin_by_confidence(CONFIDENCE, RIGHT)
    (axes,) = chapter.plot_reliability({"twenty": groups}).axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [dot.get_ydata()[0] for dot in dots] == pytest.approx([60, 100, 70])
    assert [dot.get_color() for dot in dots] == [COLOURS[0], COLOURS[0], COLOURS[1]]


def test_seeds_are_stacked_beside_what_the_images_leave_open() -> None:
    (axes,) = chapter.plot_error_spread([1.81, 1.86, 1.99, 1.82, 1.80], 10_000).axes
    dots, seeds, images = axes.lines
    assert list(dots.get_xdata()) == pytest.approx([1.82, 1.82, 1.82, 1.86, 1.98])
    assert list(dots.get_ydata()) == [1, 2, 3, 1, 1]
    assert np.ptp(images.get_xdata()) / 2 == pytest.approx(100 * binomial_std(0.01856, 10_000))
    assert np.ptp(seeds.get_xdata()) / 2 == pytest.approx(
        np.std([1.81, 1.86, 1.99, 1.82, 1.8], ddof=1)
    )


# --- claims ---------------------------------------------------------------------------------


def seeds(count: int, accuracy: float = 98.0, **changes: Any) -> list[Any]:
    configs = [RunConfig(seed=seed, epochs=4, **changes) for seed in range(count)]
    return [fake_run(c, accuracy + 0.05 * (c.seed % 3), train_accuracy=99.95) for c in configs]


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: chapter.promises(CONFIDENCE, RIGHT), "two groups keep their promises"),
        (lambda: chapter.digits(MEMBERS), "there are 364 test images"),
        (lambda: chapter.digits([saying(0, 0, 1, 2)]), "the rest can be computed"),
        (lambda: chapter.classes(saying(0, 0, 1, 2)), "another has less than 95 %"),
        (lambda: chapter.agreement({"all images": MEMBERS}), "own 200: few mistakes"),
        (lambda: chapter.mnist(seeds(5)), "there are 30 seeds or more"),
        (lambda: chapter.mnist([*seeds(30), *seeds(1, momentum=0.5)]), "one config"),
        (lambda: chapter.mnist(seeds(30, 98) + seeds(30, 96)), "seeds spread less"),
        (lambda: chapter.loss({"fast": seeds(3), "slow": seeds(3)}, MEMBERS, []), "at the slower"),
        (lambda: chapter.loss({"fast": seeds(3), "slow": []}, MEMBERS, []), "the rest can"),
        (lambda: chapter.exercises([saying(*LABELS)] * 3), "the temperature is above 1"),
    ],
)  # fmt: skip
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))


def test_counts_say_what_the_predictions_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = {str(seed): count_mistakes(one) for seed, one in enumerate(MEMBERS)}
    content = {"class_names": ["a", "b", "c"], "seeds": counted}
    (tmp_path / FILE).write_text(json.dumps(content), "utf-8")
    monkeypatch.setenv("MLP_CORE_RESULTS", str(tmp_path))
    found, groups = chapter.load_mistakes(), chapter.bin_members(MEMBERS)
    assert found.counts.to_numpy() == pytest.approx(count_confusions(MEMBERS))
    assert list(found.counts) == list(found.counts.index) == ["a", "b", "c"]
    assert found.accuracies == pytest.approx([100 * m.right.mean() for m in MEMBERS])
    names = list(groups)
    assert found.groups[names].to_numpy() == pytest.approx(groups[names].to_numpy())


def test_stored_mistakes_are_those_of_the_stored_runs() -> None:
    found, runs = chapter.load_mistakes(), load_runs("fashion-seed-noise")
    assert failing(lambda: chapter.fashion(found, runs)) == []
    others = replace(found, seeds=found.seeds[::-1])
    assert failing(lambda: chapter.fashion(others, runs)) == [
        "the networks are those whose runs are stored"
    ]


def test_stored_seeds_hold() -> None:
    assert failing(lambda: chapter.mnist(load_runs("seed-noise"))) == []
