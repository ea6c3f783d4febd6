"""Valleys have the curvatures asked for, and paths are those of the package's optimizers."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_book.optimizer_paths import descend, losses_along, make_valley
from mlp_core.nn import SGD


@pytest.mark.parametrize("degrees", [0.0, 30.0, 90.0])
def test_turning_keeps_the_curvatures(degrees: float) -> None:
    valley = make_valley((1.0, 25.0), degrees)
    assert valley == pytest.approx(valley.T)
    assert np.linalg.eigvalsh(valley) == pytest.approx([1.0, 25.0])


def test_plain_descent_shrinks_each_direction_by_its_own_factor() -> None:
    path = descend(SGD(0.05), make_valley((1.0, 25.0)), (4.0, 2.0), 3)
    factors = np.array([[0.95, -0.25]]) ** np.arange(4)[:, None]
    assert path == pytest.approx([4.0, 2.0] * factors)
    assert losses_along(path[:1], make_valley((1.0, 25.0))) == pytest.approx([8.0 + 50.0])
