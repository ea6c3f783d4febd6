"""Conjectures against made-up studies: every verdict can come out, with its evidence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from ended_run import ended_run, ended_study, wobble

from mlp_core.report.findings.by_seed import (
    describe_against,
    differences,
    judge_against,
    seed_values,
)
from mlp_core.report.findings.conjectures import (
    gains_of_decay,
    judge_depth,
    judge_few_images,
    slopes_of,
)
from mlp_core.report.findings.one_ratio import (
    Apart,
    count_apart,
    drift_of,
    judge_margin,
    judge_target,
    pairs_apart,
    verdict_of,
)
from mlp_core.report.findings.scaling_rule import judge_scaling, slopes_of_best
from mlp_core.report.findings.settings import QUESTIONS
from mlp_core.report.findings.undone import (
    PUBLISHED,
    UNDONE,
    judge_batch_times,
    judge_grid_cost,
    judge_regularization,
)
from mlp_core.studies import STUDIES
from mlp_core.training import RunConfig

# --- seed by seed ---------------------------------------------------------------------------


def test_seed_values_leave_out_what_diverged() -> None:
    runs = [ended_run(RunConfig(seed=seed), value) for seed, value in ((3, 97.0), (1, None))]
    assert seed_values(runs, "test_accuracy") == {3: pytest.approx(97.0)}
    assert differences({1: 2.0, 2: 5.0}, {2: 4.5}) == [0.5]


def test_a_constant_is_told_from_values() -> None:
    assert judge_against([0.1, 0.11, 0.12]) == "better"
    assert judge_against([0.1, 0.11, 0.12], 0.2) == "worse"
    assert judge_against([-0.1, 0.0, 0.2]) == "seed noise"
    assert describe_against([0.1]) == "+0.10, one seed"
    assert describe_against([-0.5, -0.6]).startswith(
        "\u22120.55\u00a0±\u00a00.07, inside seed noise"
    )


# --- weight decay and the number of images --------------------------------------------------


@pytest.mark.parametrize(
    ("few", "middle", "verdict"),
    [
        (1.0, 1.0, "holds"), (1.0, 0.0, "holds in part"),
        (-1.0, 0.0, "does not hold"), (0.0, 0.0, "cannot be told"),
    ],
)  # fmt: skip
def test_weight_decay_with_few_images(few: float, middle: float, verdict: str) -> None:
    gain = {500: few, 1000: middle, 5000: middle, 60000: 0.0}

    def accuracy(config: RunConfig) -> float:
        images = config.train_size or 60000
        # Each seed has a luck of its own, which a decay does not change.
        luck, some = 3.0 * wobble(config, 1.0), 0.001 * wobble(config) * (config.weight_decay > 0)
        return 80.0 + luck + some + gain[images] * (config.weight_decay > 0)

    evidence, found = judge_few_images(ended_study("weight-decay-data-size", accuracy))
    assert found == verdict
    assert [words.split(" images")[0] for words in evidence] == ["500", "1,000", "5,000", "60,000"]


def test_a_decay_is_chosen_by_the_other_seeds() -> None:
    """A decay that is best for one seed alone is not counted for it."""
    decays = {0.0: {1: 90.0, 2: 90.0}, 0.1: {1: 95.0, 2: 80.0}, 0.2: {1: 91.0, 2: 91.0}}
    assert gains_of_decay(decays) == [1.0, -10.0]


# --- GELU and depth -------------------------------------------------------------------------


def deep_study(growth: float, fails: dict[str, int] | None = None, trend: float = 0.02) -> list:
    limits = fails or {}

    def accuracy(config: RunConfig) -> float:
        depth = len(config.hidden_sizes)
        if config.init == "normal" and depth > limits.get(config.activation, 3):
            return 11.35
        gap = growth * depth + trend * wobble(config) * depth if config.activation == "gelu" else 0
        return 97.0 + gap

    return ended_study("depth-activation", accuracy)


@pytest.mark.parametrize(
    ("growth", "fails", "verdict"),
    [
        (0.1, {}, "holds"), (-0.1, {}, "does not hold"), (0.0, {}, "cannot be told"),
        (0.1, {"gelu": 4}, "holds"), (0.1, {"relu": 4}, "holds in part"),
    ],
)  # fmt: skip
def test_gelu_and_depth(growth: float, fails: dict[str, int], verdict: str) -> None:
    evidence, found = judge_depth(deep_study(growth, fails, trend=0.05))
    assert found == verdict
    assert evidence[0].startswith("Initial weights 'normal': networks learn up to a depth of")
    assert "up to a depth of 8 with GELU, and of 8 with ReLU" in evidence[2]


def test_depths_at_which_one_fails_are_no_part_of_the_slope() -> None:
    evidence, _ = judge_depth(deep_study(0.1, {"relu": 4}))
    assert "of 3 with GELU, and of 4 with ReLU" in evidence[0]
    assert "at 3. Growth" in evidence[1]
    assert slopes_of({1: [1.0], 2: [2.0], 3: [3.0]}) == [pytest.approx(1.0)]


# --- one ratio ------------------------------------------------------------------------------


def ratio_study(power: float | None) -> list:
    """Accuracies that depend on margin / std**power alone; None: on the margin alone."""

    def accuracy(config: RunConfig) -> float:
        top = config.hinge_margin if config.loss == "hinge" else config.target_scale
        where = math.log2(top) - (power or 0) * math.log2(config.init_std)
        return 90 + where + (0.3 * math.sin(9e9 * config.init_std) if power is None else 0)

    return ended_study("margin-init", accuracy)


@pytest.mark.parametrize(
    ("power", "verdict"), [(1, "holds"), (2, "holds in part"), (0, "does not hold")]
)
@pytest.mark.parametrize("judge", [judge_margin, judge_target])
def test_one_ratio(judge: object, power: int, verdict: str) -> None:
    evidence, found = judge(ratio_study(power))  # type: ignore[operator]
    assert found == verdict
    assert evidence[0].startswith("By test accuracy. ")


def test_where_accuracies_are_alike_the_loss_decides() -> None:
    flat = ended_study("margin-init", lambda config: 95.0)
    _, verdict = judge_margin(flat)
    assert verdict != "cannot be told"  # the loss is 0.1 everywhere, in units of the margin not
    runs = [ended_run(run.config, 95.0, loss=no_news_of_losses(run.config)) for run in flat]
    assert judge_margin(runs)[1] == "cannot be told"


def no_news_of_losses(config: RunConfig) -> float:
    """A loss that is the margin itself, and so the same in its unit everywhere, but for noise."""
    return config.hinge_margin * (1 + 0.1 * wobble(config))


@pytest.mark.parametrize(("growth", "verdict"), [(0.3, "does not hold"), (0.0, "cannot be told")])
def test_noisy_cells_are_told_by_what_all_of_them_do(growth: float, verdict: str) -> None:
    """Seeds scatter by a point; where both settings double, the accuracy grows, or does not."""
    scatter = np.random.default_rng(1)
    runs = [
        ended_run(
            run.config,
            95 + growth * math.log2(run.config.init_std / 0.01) + float(scatter.normal()),
            loss=no_news_of_losses(run.config),
        )
        for run in ended_study("margin-init", lambda config: 95.0)
    ]
    evidence, found = judge_margin(runs)
    assert found == verdict
    assert "whenever both double: " in evidence[-1]
    assert ("p\u00a0<\u00a00.001" in evidence[-1]) == (verdict == "does not hold")


def test_drift_is_the_slope_within_groups_of_equal_ratio() -> None:
    cells = {
        (top, std): [10 * math.log2(top / std) + 3 * math.log2(std) + seed for seed in (-1, 0, 1)]
        for top in (1.0, 2.0, 4.0, 8.0)
        for std in (1.0, 2.0, 4.0, 8.0)
    }
    drift = drift_of(cells, 1)
    assert drift.slope == pytest.approx(3)
    # Six of seven ratios have more than one cell, whose places are spread over them.
    spread = sum(n * (n**2 - 1) / 12 for n in (1, 2, 3, 4, 3, 2, 1)) * 3
    assert drift.error == pytest.approx(math.sqrt(32 / (48 - 7 - 1) / spread))
    assert drift.p < 1e-9
    flat = {cell: [1.0, 1.0] for cell in cells}
    assert (drift_of(flat, 1).slope, drift_of(flat, 1).p) == (0, 1)


def test_pairs_are_counted_by_their_ratio() -> None:
    cells = {(1.0, 1.0): [1.0, 1.1], (2.0, 2.0): [1.0, 1.1], (4.0, 2.0): [9.0, 9.1]}
    pairs = pairs_apart(cells)
    assert count_apart(pairs, 1) == Apart(0, 1, 2, 2)
    assert count_apart(pairs, 2) == Apart(1, 1, 1, 2)
    assert "0 of 1 pairs of equal ratio differ" in count_apart(pairs, 1).text


def test_equal_ratios_that_differ_far_less_often_hold_in_part() -> None:
    half, much = Apart(30, 100, 80, 100), Apart(70, 100, 80, 100)
    assert verdict_of(half, much) == "holds in part"
    assert verdict_of(much, much) == "does not hold"


# --- batch and rate -------------------------------------------------------------------------


def grid_study(best_power: float, width: float = 1.0, late: int = 10**9) -> list:
    """The best rate follows a power of the batch; two octaves off it costs four points."""

    def accuracy(config: RunConfig) -> float | None:
        best = 0.05 * (config.batch_size / 100) ** best_power
        off = math.log2(config.learning_rate / best)
        if off > 4.5:
            return None
        return 98.0 - width * off**2 - 3.0 * (config.batch_size > late)

    return ended_study("batch-rate", accuracy)


@pytest.mark.parametrize(
    ("power", "width", "late", "verdict"),
    [
        (1.0, 1.0, 10**9, "holds"), (1.0, 1.0, 400, "holds in part"),
        (1.0, 0.0, 10**9, "cannot be told"), (-1.0, 1.0, 10**9, "does not hold"),
    ],
)  # fmt: skip
def test_the_linear_rule(power: float, width: float, late: int, verdict: str) -> None:
    evidence, found = judge_scaling(grid_study(power, width, late))
    assert found == verdict
    assert evidence[0].startswith("From batches of 100 at a rate of 0.05, 98.05")
    if late == 400:
        assert "kept at 25, 50, 200, 400; it is lower, or seeds break, at 800, 1600" in evidence[1]
        assert evidence[-1] == "Even at its best rate lower outside seed noise: 800, 1600."


def test_one_collapsed_seed_breaks_a_rule_however_wide_the_spread() -> None:
    def accuracy(config: RunConfig) -> float:
        collapsed = config.learning_rate > 0.3 and config.seed == 2022
        return 10.0 if collapsed else 98.0

    evidence, found = judge_scaling(ended_study("batch-rate", accuracy))
    assert "kept at 25, 50, 200, 400; it is lower, or seeds break, at 800" in evidence[1]
    assert found == "cannot be told"  # the same rate does as well everywhere


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_the_slope_of_the_best_rate(power: float) -> None:
    runs = grid_study(power)
    cells: dict = {}
    for run in runs:
        cells.setdefault((run.config.batch_size, run.config.learning_rate), []).append(run)
    slopes = slopes_of_best(cells, [50, 100, 200, 400])
    assert slopes == pytest.approx([power] * 3, abs=0.01)


# --- settings -------------------------------------------------------------------------------


@pytest.mark.parametrize(("bonus", "verdict"), [(0.0, "holds"), (1.0, "does not hold")])
def test_settings(bonus: float, verdict: str) -> None:
    for question in QUESTIONS:
        base = RunConfig(dataset="mnist")
        runs = ended_study(
            question.studies[0],
            lambda c, base=base: 98.0 + bonus * (c.replace(seed=base.seed) != base),
        )
        claim = question.claim(runs)
        assert claim.verdict == verdict
        assert ("none better" in claim.evidence[1]) == (bonus == 0)


def test_diverged_levels_count_as_worse() -> None:
    momentum = QUESTIONS[2]
    runs = ended_study("momentum", lambda c: None if c.momentum > 0.98 else 98.0)
    assert "Of 7 other values, 3 are worse" in momentum.claim(runs).evidence[1]


# --- what report B left undone --------------------------------------------------------------


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ({"dropout": 1.0, "l1": 1.0, "l2": 1.0}, "holds"), ({"dropout": 1.0}, "holds in part"),
        ({}, "cannot be told"), ({"dropout": -1.0}, "does not hold"),
    ],
)  # fmt: skip
def test_regularization(gains: dict[str, float], verdict: str) -> None:
    def accuracy(config: RunConfig) -> float:
        kinds = {"dropout": config.dropout, "l1": config.l1_penalty, "l2": config.l2_penalty}
        return 97.0 + sum(gains.get(kind, 0.0) for kind, dose in kinds.items() if dose)

    runs = ended_study("regularization", accuracy)
    for images in ("60,000 images", "1,000 images"):
        evidence, found = judge_regularization(images, runs)
        assert found == verdict
        assert evidence[0].startswith("L1, best at ")


@pytest.mark.parametrize(("hours", "verdict"), [(5, "does not hold"), (60, "holds")])
def test_the_cost_of_the_full_grid(hours: float, verdict: str) -> None:
    config = STUDIES["full-factorial"].configs()[0]
    run = ended_run(config, 97.0)
    run.duration_s = hours * 3600
    evidence, found = judge_grid_cost([run])
    assert found == verdict
    assert f"They took {hours:.1f} core-hours" in evidence[1]


@pytest.mark.parametrize(
    ("ms", "verdict"), [((0.2, 0.5, 4.0), "holds"), ((0.1, 1, 11), "does not hold")]
)
def test_times_by_batch_size(ms: tuple[float, ...], verdict: str) -> None:
    cases = [
        {"case": f"784-128-10, batch {batch}", "cores": 1,
         "contestants": {"mlp_core": {"ms_per_update": value}}}
        for batch, value in zip((16, 100, 1000), ms, strict=True)
    ]  # fmt: skip
    claim = judge_batch_times({"cases": cases})
    assert claim.verdict == verdict
    assert "a factor of 1.23" in claim.evidence[0]


def test_report_b_has_six_findings_and_three_undone() -> None:
    assert (len(PUBLISHED), len(UNDONE)) == (6, 3)
    runs = ended_study("one-at-a-time", lambda config: 97.0)
    assert PUBLISHED[0].claim(runs).verdict == "holds"
