"""Conjectures against made-up studies: every verdict can come out, with its evidence."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from made import fake_run, fake_study, wobble

from mlp_book.findings.depth import judge_depth, slopes_of, with_depth
from mlp_book.findings.one_ratio import (
    Shares,
    compare_pairs,
    count_different,
    drift_of,
    judge_margin,
    judge_target,
    verdict_of,
)
from mlp_book.findings.verdicts import describe_against, judge_against
from mlp_book.frames import frame
from mlp_core import RunConfig
from mlp_core.studies import STUDIES

# --- values against a constant --------------------------------------------------------------


def test_a_constant_is_told_from_values() -> None:
    assert judge_against([0.1, 0.11, 0.12]) == "better"
    assert judge_against([0.1, 0.11, 0.12], 0.2) == "worse"
    assert judge_against([-0.1, 0.0, 0.2]) == "seed noise"
    assert describe_against([0.1]) == "+0.10, one seed"
    assert describe_against([-0.5, -0.6]).startswith("\u22120.55\u00a0±\u00a00.07, inside seed")


# --- GELU and depth -------------------------------------------------------------------------


def judge_deep(growth: float, reach: dict[str, int]) -> tuple[list[str], str]:
    """Judge a study in which GELU gains so much per layer, and small weights reach so deep."""

    def accuracy(config: RunConfig) -> float:
        depth = len(config.hidden_sizes)
        if config.init == "normal" and depth > reach.get(config.activation, 3):
            return 11.35
        is_gelu = config.activation == "gelu"
        return 97.0 + depth * (growth + wobble(config, 0.05**2)) * is_gelu

    return judge_depth(with_depth(frame(fake_study("depth-activation", accuracy))))


@pytest.mark.parametrize(
    ("growth", "reach", "verdict"),
    [
        (0.1, {}, "holds"), (-0.1, {}, "does not hold"), (0.0, {}, "cannot be told"),
        (0.1, {"gelu": 4}, "holds"), (0.1, {"relu": 4}, "holds in part"),
    ],
)  # fmt: skip
def test_gelu_and_depth(growth: float, reach: dict[str, int], verdict: str) -> None:
    evidence, found = judge_deep(growth, reach)
    assert found == verdict
    assert evidence[0].startswith("Initial weights 'normal': networks learn up to a depth of")
    assert "up to a depth of 8 with GELU, and of 8 with ReLU" in evidence[2]


def test_depths_at_which_one_fails_are_no_part_of_the_slope() -> None:
    evidence, _ = judge_deep(0.1, {"relu": 4})
    assert "of 3 with GELU, and of 4 with ReLU" in evidence[0]
    assert "at 3. Growth" in evidence[1]
    assert slopes_of(pd.DataFrame({1: [1.0], 2: [2.0], 3: [3.0]})) == pytest.approx([1.0])


# --- one ratio ------------------------------------------------------------------------------

Judge = Callable[[pd.DataFrame], tuple[list[str], str]]


def ratio_study(power: float | None) -> pd.DataFrame:
    """Return accuracies that depend on the setting over std**power alone."""

    def accuracy(config: RunConfig) -> float:
        top = config.hinge_margin if config.loss == "hinge" else config.target_scale
        return 90 + math.log2(top) - (power or 0) * math.log2(config.init_std)

    return frame(fake_study("margin-init", accuracy))


@pytest.mark.parametrize(
    ("power", "verdict"), [(1, "holds"), (2, "holds in part"), (0, "does not hold")]
)
@pytest.mark.parametrize("judge", [judge_margin, judge_target])
def test_one_ratio(judge: Judge, power: int, verdict: str) -> None:
    evidence, found = judge(ratio_study(power))
    assert found == verdict
    assert evidence[0].startswith("By test accuracy. ")


def margin_runs(accuracy: Callable[[RunConfig], float], loss_says_nothing: bool) -> pd.DataFrame:
    """Return runs whose loss is the margin itself, the same in its unit but for noise, or 0.1."""
    return frame(
        [
            fake_run(
                config,
                accuracy(config),
                loss=config.hinge_margin * (1 + wobble(config, 0.005))
                if loss_says_nothing
                else 0.1,
            )
            for config in STUDIES["margin-init"].configs()
        ]
    )


def test_where_accuracies_are_alike_the_loss_decides() -> None:
    def flat(config: RunConfig) -> float:
        return 95.0 + wobble(config)

    # A loss of 0.1 everywhere is, in units of the margin, not the same everywhere.
    assert judge_margin(margin_runs(flat, False))[1] != "cannot be told"
    assert judge_margin(margin_runs(flat, True))[1] == "cannot be told"


@pytest.mark.parametrize(("growth", "verdict"), [(0.3, "does not hold"), (0.0, "cannot be told")])
def test_noisy_cells_are_told_by_what_all_of_them_do(growth: float, verdict: str) -> None:
    """Seeds scatter by a point; where both settings double, the accuracy grows, or does not."""
    scatter = np.random.default_rng(1)
    data = margin_runs(
        lambda c: 95 + growth * math.log2(c.init_std / 0.01) + scatter.normal(), True
    )
    evidence, found = judge_margin(data)
    assert found == verdict
    assert "whenever both double: " in evidence[-1]
    assert ("p\u00a0<\u00a00.001" in evidence[-1]) == (verdict == "does not hold")


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


def test_pairs_are_counted_by_their_ratio() -> None:
    data = cells({(1.0, 1.0): [1.0, 1.1], (2.0, 2.0): [1.0, 1.1], (4.0, 2.0): [9.0, 9.1]})
    pairs = compare_pairs(data, "top")
    assert count_different(pairs, 1) == Shares(0, 1, 2, 2)
    assert count_different(pairs, 2) == Shares(1, 1, 1, 2)
    assert "0 of 1 pairs of equal ratio differ" in count_different(pairs, 1).text


def test_equal_ratios_that_differ_far_less_often_hold_in_part() -> None:
    some, many = Shares(30, 100, 80, 100), Shares(70, 100, 80, 100)
    assert verdict_of(some, many) == "holds in part"
    assert verdict_of(many, many) == "does not hold"
