"""The one way to judge: effects, noise, pairs, families, and how often they are wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mlp_book.stats import (
    EXACT,
    MARGIN,
    RESOLUTION,
    Effect,
    Noise,
    Spread,
    against_all,
    compare,
    compare_paired,
    compare_with_mean,
    contrast,
    detectable,
    judge_family,
    noise_of,
    spread,
)
from mlp_book.text import NONE

UNTREATED, BETTER, NEAR = [97.0, 97.1, 97.2], [98.0, 98.1, 98.2], [97.05, 97.1, 97.3]


# --- the spread -----------------------------------------------------------------------------


def test_spread_worked_by_hand() -> None:
    found = spread([1.0, 2.0, 6.0])
    assert found.std == pytest.approx(math.sqrt((4 + 1 + 9) / 2))
    assert (found.mean, found.low, found.high, found.n) == (3.0, 1.0, 6.0, 3)
    assert found.text() == "3.00\u00a0±\u00a02.65"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.00073, 0.000732], "0.000731\u00a0±\u00a00.000001"),
        ([1234.0, 1236.0], "1235\u00a0±\u00a01"),
        ([0.0, 0.0], "0.00\u00a0±\u00a00.00"),
        ([98.071], "98.1"),
        ([math.nan, 98.071, None], "98.1"),
        ([], NONE),
    ],
)
def test_significant_digits(values: list[float], text: str) -> None:
    assert spread(values).text(-3) == text


def test_the_interval_of_a_mean_is_that_of_scipy() -> None:
    low, high = stats.t.interval(0.95, 2, np.mean(NEAR), stats.sem(NEAR))
    assert spread(NEAR).interval == pytest.approx((low, high))
    assert math.isnan(spread([1.0]).interval[0])


# --- one comparison -------------------------------------------------------------------------


@pytest.mark.parametrize("other", [UNTREATED, BETTER, NEAR, [96.0, 98.0]])
def test_without_a_study_it_is_welch_s_test(other: list[float]) -> None:
    theirs = stats.ttest_ind(other, UNTREATED, equal_var=False)
    ours = compare(other, spread(UNTREATED))
    assert ours.p == pytest.approx(theirs.pvalue)
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval()))


def test_paired_it_is_the_paired_test() -> None:
    theirs = stats.ttest_rel(NEAR, UNTREATED)
    ours = compare_paired(NEAR, UNTREATED)
    assert ours.p == pytest.approx(theirs.pvalue) and ours.n == (3,)
    assert (ours.low, ours.high) == pytest.approx(tuple(theirs.confidence_interval()))


def test_a_contrast_of_four_is_a_difference_of_differences() -> None:
    parts = [(1.0, BETTER), (-1.0, UNTREATED), (-1.0, NEAR), (1.0, UNTREATED)]
    found = contrast(parts)
    assert found.difference == pytest.approx(98.1 - 97.1 - np.mean(NEAR) + 97.1)
    assert found.error == pytest.approx(math.sqrt(sum(np.var(x, ddof=1) / 3 for _, x in parts)))


def test_no_spread_is_below_one_test_image() -> None:
    equal = compare([98.0] * 3, [98.004] * 3)
    assert equal.error == pytest.approx(RESOLUTION * math.sqrt(2 / 3))
    assert equal.outcome == "equivalent"
    assert compare([1.0, 1.0], [1.0, 1.0], EXACT).p == 1
    assert compare([1.0, 1.0], [2.0, 2.0], EXACT).p == 0


def test_too_few_seeds_are_undecided() -> None:
    for found in (compare([], UNTREATED), compare([97.0], [98.0]), compare_paired([97.0], [98.0])):
        assert found.outcome == "undecided" and found.direction == 0
    assert "too few seeds" in compare([97.0], [98.0]).text()


@pytest.mark.parametrize(
    ("difference", "error", "outcome"),
    [(0.5, 0.1, "different"), (0.0, 0.04, "equivalent"), (0.0, 0.1, "undecided"),
     (0.02, 0.001, "different")],
)  # fmt: skip
def test_three_outcomes(difference: float, error: float, outcome: str) -> None:
    p = 2 * stats.t.sf(difference / error, 50)
    found = Effect(difference, error, 50, (10, 10), p, p)
    assert found.outcome == outcome
    assert found.within == (outcome == "equivalent" or difference == 0.02)


def test_an_unusual_margin_is_said_beside_its_verdict() -> None:
    assert compare(UNTREATED, UNTREATED, margin=1.0).text().endswith(", equivalent within 1")
    assert compare([98.0] * 3, [98.004] * 3).text().endswith(", equivalent")
    assert compare(BETTER, UNTREATED, margin=0.3).said == "different"


def test_broken_seeds_are_an_outcome_of_their_own() -> None:
    found = compare(spread([97.0], broken=2), spread(UNTREATED))
    assert found.outcome == "broke" and found.direction == 0
    assert found.text().startswith("2\u00a0of\u00a03 seeds broke, against 0\u00a0of\u00a03")
    many = compare(spread([], broken=5), spread(UNTREATED * 10))
    assert many.p == pytest.approx(stats.fisher_exact([[5, 0], [0, 30]]).pvalue)
    assert many.direction == -1
    twins = compare_paired([97.0, math.nan, 97.1], UNTREATED)
    assert twins.broken == ((1, 3), (0, 3))


def test_a_published_mean_has_the_seeds_that_were_published() -> None:
    own = spread([98.0, 98.1, 98.2] * 10)
    found = compare_with_mean(own, 98.0, 5)
    assert found.error == pytest.approx(own.std * math.sqrt(1 / 30 + 1 / 5))
    assert found.df == 29
    # Printed as 97.9, cut off: anywhere from 97.9 to 98.0.
    cut = compare_with_mean(own, 97.95, 5, within=0.05)
    anywhere = np.linspace(-0.05, 0.05, 100_001).var()
    assert cut.error == pytest.approx(math.sqrt(found.error**2 + anywhere), rel=1e-5)


# --- the noise of a study -------------------------------------------------------------------


def test_settings_that_scatter_alike_share_their_variance() -> None:
    found = noise_of([UNTREATED, BETTER, [95.0, 95.1, 95.2]])
    assert found.df == math.inf and found.variance == pytest.approx(0.01) and found.total == 6
    assert found.moderate(spread(UNTREATED)) == (pytest.approx(0.01), 6)


def test_settings_that_do_not_keep_most_of_their_own() -> None:
    rng = np.random.default_rng(0)
    groups = [10.0**power * rng.standard_normal(20) for power in range(-2, 3)]
    found = noise_of(groups, resolution=0)
    assert found.df < 1
    square, df = found.moderate(spread(groups[-1]))
    assert square == pytest.approx(groups[-1].var(ddof=1)) and df == 19


def test_the_prior_is_that_of_smyth() -> None:
    """Log variances with the excess of a prior of 4 degrees of freedom give about 4 back."""
    rng = np.random.default_rng(0)
    variances = 0.01 * 4 / rng.chisquare(4, 4_000)
    found = noise_of(np.sqrt(variances)[:, None] * rng.standard_normal((4_000, 10)), resolution=0)
    assert found.df == pytest.approx(4, rel=0.1) and found.variance == pytest.approx(0.01, rel=0.1)


def test_a_variance_is_never_lowered() -> None:
    noise = noise_of([UNTREATED, BETTER, NEAR, [97.0, 97.2, 97.4]])
    wide = spread([96.0, 97.0, 98.0])
    assert noise.moderate(wide) == (pytest.approx(1.0), 2)


def test_a_lucky_spread_is_drawn_to_what_the_study_shares() -> None:
    rng = np.random.default_rng(1)
    groups = [98 + 0.09 * rng.standard_normal(3) for _ in range(20)]
    noise = noise_of(groups)
    lucky = Spread(98.2, 0.01, 98.19, 98.21, 3)
    square, _ = noise.moderate(lucky)
    assert math.sqrt(square) > 0.05


def test_broken_settings_say_nothing_about_noise() -> None:
    groups = [spread(UNTREATED), spread(BETTER), spread([10.0, 60.0], broken=1)]
    assert noise_of(groups) == noise_of(groups[:2])
    assert noise_of([UNTREATED]).df == 0


# --- families -------------------------------------------------------------------------------


def test_p_values_are_corrected_within_a_family() -> None:
    groups = {name: spread(x) for name, x in (("a", UNTREATED), ("b", NEAR), ("c", BETTER))}
    found = against_all(groups, "a")
    ps = [one.p for one in found.values()]
    assert [one.adjusted for one in found.values()] == pytest.approx(
        list(stats.false_discovery_control(ps))
    )
    assert judge_family([]) == []


def test_power_is_that_of_the_noncentral_t() -> None:
    rng, shift = np.random.default_rng(0), detectable(0.09, 5)
    draws = 0.09 * rng.standard_normal((2, 20_000, 5))
    p = stats.ttest_ind(draws[0] + shift, draws[1], axis=1).pvalue
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.01)


# --- how often it is wrong ------------------------------------------------------------------

# Standard deviations of the 18 cells of report A, in points, moderated: five seeds each.
OBSERVED = np.array([
    0.09, 0.05, 0.09, 0.10, 0.46, 0.30, 0.12, 0.06, 0.07, 0.08, 0.05, 0.06, 0.05, 0.10, 0.17, 0.09,
    0.07, 0.12,
])  # fmt: skip
STUDIES, SETTINGS = 10_000, 8


@pytest.mark.parametrize("studies", [2_000, pytest.param(STUDIES, marks=pytest.mark.slow)])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_equal_settings_are_seldom_told_apart(seeds: int, studies: int) -> None:
    """Before correction at most 5.5 % of comparisons, after it at most 5 % of families."""
    rng = np.random.default_rng(seeds)
    told, alarmed = 0, 0
    for _ in range(studies):
        std = rng.choice(OBSERVED, SETTINGS)[:, None]
        values = 98 + std * rng.standard_normal((SETTINGS, seeds))
        found = against_all(dict(enumerate(map(spread, values))), 0).values()
        told += sum(one.p < 0.05 for one in found)
        alarmed += any(one.outcome == "different" for one in found)
    assert told / studies / (SETTINGS - 1) < 0.055
    assert alarmed / studies < 0.05


@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_at_the_margin_s_edge_equivalent_is_seldom_said(seeds: int) -> None:
    rng, wrong = np.random.default_rng(seeds), 0
    for _ in range(STUDIES):
        first, second = 0.04 * rng.standard_normal((2, seeds))
        wrong += compare(first + MARGIN, second).outcome == "equivalent"
    assert wrong / STUDIES < 0.05


def test_the_noise_of_no_study_is_no_noise() -> None:
    assert Noise().moderate(spread(UNTREATED)) == (pytest.approx(0.01), 2)
