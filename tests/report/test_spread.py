"""The spread over seeds and what stands out from it, against SciPy."""

from __future__ import annotations

import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlp_core.report.spread import critical_t, outside_seed_noise, seed_spread


def test_spread_worked_by_hand() -> None:
    spread = seed_spread([1.0, 2.0, 6.0])
    assert spread.mean == 3.0
    assert spread.std == pytest.approx(math.sqrt((4 + 1 + 9) / 2))
    assert (spread.low, spread.high, spread.n) == (1.0, 6.0, 3)
    assert spread.text() == "3.00\u00a0±\u00a02.65"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([0.00073, 0.000732], "0.000731\u00a0±\u00a00.000001"),
        ([1.58, 1.60], "1.59\u00a0±\u00a00.01"),
        ([1234.0, 1236.0], "1235\u00a0±\u00a01"),
        ([0.0, 0.0], "0.00\u00a0±\u00a00.00"),
    ],
)
def test_significant_digits(values: list[float], text: str) -> None:
    assert seed_spread(values).text(-3) == text


def test_a_single_seed_has_no_spread() -> None:
    assert seed_spread([98.071]).text() == "98.07"
    assert math.isnan(seed_spread([1.0]).std)


def test_no_seed_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        seed_spread([])


@pytest.mark.parametrize("freedom", [1, 2, 4, 10, 30, 31, 45, 60, 120, 1000])
def test_critical_t(freedom: int) -> None:
    assert critical_t(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=0.003)


def test_broken_degrees_of_freedom_err_towards_noise() -> None:
    assert critical_t(2.9) == critical_t(2)
    assert critical_t(0.3) == critical_t(1)


samples = st.lists(st.integers(-1000, 1000), min_size=3, max_size=8)


@given(samples, samples)
def test_agrees_with_scipy_apart_from_rounding(first: list[int], second: list[int]) -> None:
    if len(set(first)) == 1 and len(set(second)) == 1:
        assert outside_seed_noise(first, second) == (first[0] != second[0])
        return
    with warnings.catch_warnings():  # one side of equal values is no problem
        warnings.simplefilter("ignore", RuntimeWarning)
        p = stats.ttest_ind(first, second, equal_var=False).pvalue
    if outside_seed_noise(first, second):
        assert p < 0.0501
    else:
        assert p > 0.01  # rounding the degrees of freedom down can hide no more than this
    assert outside_seed_noise(first, second) == outside_seed_noise(second, first)


def test_too_few_seeds_tell_nothing() -> None:
    assert not outside_seed_noise([1.0], [2.0, 2.1, 2.2])
    assert not outside_seed_noise([], [])
