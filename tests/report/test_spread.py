"""The spread over seeds and what stands out from it, against SciPy."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mlp_core.report.spread import outside_seed_noise, seed_spread, welch_p


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


samples = st.lists(st.integers(-1000, 1000), min_size=3, max_size=8)


@settings(deadline=None)
@given(samples, samples)
def test_agrees_with_scipy(first: list[int], second: list[int]) -> None:
    if len(set(first)) == 1 and len(set(second)) == 1:
        assert welch_p(first, second) == (first[0] == second[0])
        return
    with warnings.catch_warnings():  # one side of equal values is no problem
        warnings.simplefilter("ignore", RuntimeWarning)
        p = stats.ttest_ind(first, second, equal_var=False).pvalue
    assert welch_p(first, second) == pytest.approx(p, rel=1e-3, abs=1e-9)
    assert welch_p(second, first) == pytest.approx(welch_p(first, second))
    assert outside_seed_noise(first, second) == (welch_p(first, second) < 0.05)


@pytest.mark.parametrize("n", [2, 3, 30])
def test_agrees_with_scipy_where_it_is_close(n: int) -> None:
    first = np.linspace(0, 1, n)
    for shift in np.linspace(0, 3, 20):
        p = stats.ttest_ind(first, shift + 2 * first, equal_var=False).pvalue
        assert welch_p(first, shift + 2 * first) == pytest.approx(p, rel=1e-4, abs=1e-9)


def test_too_few_seeds_tell_nothing() -> None:
    assert not outside_seed_noise([1.0], [2.0, 2.1, 2.2])
    assert not outside_seed_noise([], [])
