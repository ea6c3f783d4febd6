"""What single runs can tell, against what chance does."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.report.chapters.single_runs import expected_best, pooled_std, smallest_gap


def test_settings_share_a_spread_by_their_degrees_of_freedom() -> None:
    # Variances 2 with one degree of freedom and 1 with two: (2 + 2 x 1) / 3.
    assert pooled_std([[1.0, 3.0], [4.0, 5.0, 6.0], [7.0]]) == pytest.approx((4 / 3) ** 0.5)
    with pytest.raises(ValueError, match="no setting has two seeds"):
        pooled_std([[1.0], [2.0]])


def test_a_gap_is_rarely_exceeded_by_chance_alone() -> None:
    """Six runs of one setting: the first against the mean of the others, many times over."""
    draws = np.random.default_rng(0).normal(0, 0.1, (20_000, 6))
    gaps = np.abs(draws[:, 0] - draws[:, 1:].mean(axis=1))
    assert np.mean(gaps > smallest_gap(0.1, 1, 5)) == pytest.approx(0.05, abs=0.005)


def test_with_many_places_to_look_the_gap_is_larger() -> None:
    """The best of a hundred settings, all alike, against five further runs of one of them."""
    rng = np.random.default_rng(0)
    best = rng.normal(0, 0.1, (5000, 100)).max(axis=1)
    others = rng.normal(0, 0.1, (5000, 5)).mean(axis=1)
    alarms = [np.mean(best - others > smallest_gap(0.1, 1, 5, n)) for n in (1, 100)]
    assert alarms[1] < 0.05 < 0.5 < alarms[0]


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_the_best_of_equals_stands_out_by_chance(count: int) -> None:
    draws = np.random.default_rng(0).standard_normal((4000, count))
    assert expected_best(count) == pytest.approx(draws.max(axis=1).mean(), abs=0.05)
