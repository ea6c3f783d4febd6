"""The spread over seeds, and what stands out from it."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from mlp_book.stats import Spread, different, judge, spread, welch_p

NONE, BETTER, NEAR = [97.0, 97.1, 97.2], [98.0, 98.1, 98.2], [97.05, 97.1, 97.3]


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
        ([], "-"),
    ],
)
def test_significant_digits(values: list[float], text: str) -> None:
    assert spread(values).text(-3) == text


def test_without_a_value_everything_is_nan_and_no_comparison_holds() -> None:
    empty = spread([])
    assert math.isnan(empty.mean) and not empty.low < 1 and not empty.high > 1
    assert not different([], NONE) and math.isnan(welch_p([1.0], NONE))


@pytest.mark.parametrize("other", [NONE, BETTER, NEAR, [96.0, 98.0]])
def test_welch_is_that_of_scipy_from_values_and_from_spreads(other: list[float]) -> None:
    p = stats.ttest_ind(NONE, other, equal_var=False).pvalue
    assert welch_p(NONE, other) == pytest.approx(p)
    assert welch_p(spread(other), Spread(97.1, 0.1, 97, 97.2, 3)) == pytest.approx(p)


def test_equal_values_differ_if_their_means_do() -> None:
    assert (welch_p([1, 1], [1, 1]), welch_p([1, 1], [2, 2])) == (1, 0)


@pytest.mark.parametrize(
    ("values", "verdict"), [(BETTER, "better"), (NEAR, "seed noise"), ([9.0, 9.1], "worse")]
)
def test_verdicts(values: list[float], verdict: str) -> None:
    assert judge(values, NONE) == verdict
