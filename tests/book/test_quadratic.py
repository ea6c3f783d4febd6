"""Valleys have the curvatures asked for, and the formulas are those of the package's optimizer."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_book.quadratic import descend, eigenvalues, losses_along, make_valley, shrink_factor
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


def test_losses_along_a_path() -> None:
    path = np.array([[2.0, 0.0], [0.0, 1.0]])
    assert losses_along(path, make_valley((1.0, 25.0))) == pytest.approx([2.0, 12.5])


def matrix_of_an_update(rate: float, curvature: float, momentum: float, ahead: bool) -> np.ndarray:
    """Return the map of (position, last step) that two updates of the optimizer reveal."""
    columns = []
    for position, step in ((1.0, 0.0), (0.0, 1.0)):
        optimizer = SGD(rate, momentum=momentum, nesterov=ahead)
        optimizer.load_state({"step": np.array([step]), "rate": np.array(rate)}, 0)
        theta = np.array([position])
        optimizer.step(theta, curvature * theta)
        columns.append([theta[0], optimizer.state["step"][0]])
    return np.array(columns).T


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("momentum", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("product", [0.01, 0.5, 1.2, 3.7])
def test_eigenvalues_are_those_of_the_optimizer(
    product: float, momentum: float, ahead: bool
) -> None:
    matrix = matrix_of_an_update(0.1, product / 0.1, momentum, ahead)
    expected = np.sort_complex(np.linalg.eigvals(matrix).astype(complex))
    found = np.sort_complex(eigenvalues(product, momentum, ahead))
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_limits_of_stability(momentum: float) -> None:
    assert shrink_factor(2 * (1 + momentum), momentum) == pytest.approx(1)
    lower = (2 + 2 * momentum) / (1 + 2 * momentum)
    assert shrink_factor(lower, momentum, nesterov=True) == pytest.approx(1)
    assert shrink_factor(0.5, 0.81) == pytest.approx(0.9)  # complex roots: that of the momentum
