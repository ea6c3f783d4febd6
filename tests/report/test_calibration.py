"""Calibration: promises are grouped, compared with what was kept, and drawn."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.report.chapters.calibration import (
    bin_by_confidence,
    calibration_error,
    chance_errors,
    plot_reliability,
    pool,
)
from mlp_core.report.chapters.predictions import Predictions
from mlp_core.report.style import COLOURS

CONFIDENCE = np.array([0.6] * 5 + [0.8] * 5 + [1.0] * 10)
RIGHT = np.array([1, 1, 1, 0, 0] + [1, 1, 1, 1, 1] + [1] * 7 + [0] * 3, bool)


def test_groups_hold_what_was_promised_and_kept() -> None:
    groups = bin_by_confidence(CONFIDENCE, RIGHT)
    assert [(group.right, group.count) for group in groups] == [(3, 5), (5, 5), (7, 10)]
    assert [group.gap for group in groups] == pytest.approx([0, -0.2, 0.3])
    assert calibration_error(CONFIDENCE, RIGHT) == pytest.approx(0.25 * 0.2 + 0.5 * 0.3)


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_round_confidence_opens_its_own_group(tenths: int) -> None:
    edges = np.array([tenths / 10, 0.1 * tenths, tenths / 10 - 0.001])
    assert [g.count for g in bin_by_confidence(edges, np.ones(3, bool))] == [1, 2]


def test_chance_leaves_an_error_that_more_images_take_away() -> None:
    rng = np.random.default_rng(1)
    means = []
    for count in (50, 5000):
        top = rng.uniform(0.5, 1.0, count)
        members = [Predictions(np.stack([top, 1 - top], axis=1), np.zeros(count, int))]
        errors = chance_errors(members * 2, 30, rng)
        assert errors.shape == (30,)
        means.append(errors.mean())
    assert means[0] > 0.05 > 0.015 > means[1] > 0


def test_pool_puts_networks_one_after_another() -> None:
    member = Predictions(np.array([[0.7, 0.3], [0.2, 0.8]]), np.array([0, 0]))
    confidence, right = pool([member, member])
    assert confidence.tolist() == [0.7, 0.8, 0.7, 0.8]
    assert right.tolist() == [True, False, True, False]


def test_diagram_shows_groups_by_side_of_the_diagonal() -> None:
    figure = plot_reliability({"early": (CONFIDENCE, RIGHT), "late": (CONFIDENCE, RIGHT)})
    early, late = figure.axes
    assert (early.get_title("left"), late.get_title("left")) == ("early", "late")
    assert early.get_ylabel() == "accuracy, %"
    assert early.get_xlabel() == "confidence, %"
    dots = [line for line in early.lines if line.get_marker() == "o"]
    assert [dot.get_ydata()[0] for dot in dots] == pytest.approx([60, 100, 70])
    assert [dot.get_color() for dot in dots] == [COLOURS[0], COLOURS[0], COLOURS[1]]
    assert "expected calibration error 20.0" in figure.get_label()


def test_the_same_images_again_do_not_narrow_the_intervals() -> None:
    once = plot_reliability({"t": (CONFIDENCE, RIGHT)})
    arrays = (np.tile(CONFIDENCE, 3), np.tile(RIGHT, 3))
    thrice = plot_reliability({"t": arrays}, members=3)
    bars = [
        [tuple(line.get_ydata()) for line in f.axes[0].lines if line.get_marker() == "None"]
        for f in (once, thrice)
    ]
    assert np.allclose(bars[0], bars[1])
