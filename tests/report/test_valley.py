"""Eigenvalues are those of the package's own update, and the figures mark what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_core.nn import SGD
from mlp_core.report.chapters.valley import (
    critical_momentum,
    eigenvalues,
    plot_damping_map,
    plot_valley,
    shrink_factor,
)


def update_matrix(rate: float, curvature: float, momentum: float, nesterov: bool) -> np.ndarray:
    """Return the map of (position, last step) that two updates of the optimizer reveal."""
    columns = []
    for position, step in ((1.0, 0.0), (0.0, 1.0)):
        optimizer = SGD(rate, momentum=momentum, nesterov=nesterov)
        optimizer.load_state({"step": np.array([step]), "rate": np.array(rate)}, 0)
        theta = np.array([position])
        optimizer.step(theta, curvature * theta)
        columns.append([theta[0], optimizer.state["step"][0]])
    return np.array(columns).T


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("product", [0.01, 0.5, 1.2, 3.7])
def test_eigenvalues_are_those_of_the_optimizer(
    product: float, momentum: float, nesterov: bool
) -> None:
    matrix = update_matrix(0.1, product / 0.1, momentum, nesterov)
    expected = np.sort_complex(np.linalg.eigvals(matrix).astype(complex))
    found = np.sort_complex(eigenvalues(product, momentum, nesterov))
    np.testing.assert_allclose(found, expected, atol=1e-9)


@settings(deadline=None)
@given(st.floats(0.001, 3.9))
def test_at_the_critical_momentum_a_direction_shrinks_fastest(product: float) -> None:
    best = critical_momentum(product)
    at_best = shrink_factor(product, best)
    assert at_best == pytest.approx(abs(1 - np.sqrt(product)), abs=1e-6)
    for other in np.linspace(0, 0.999, 21):
        assert shrink_factor(product, other) >= at_best - 1e-6


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_the_limits_of_stability(momentum: float) -> None:
    assert shrink_factor(2 * (1 + momentum), momentum) == pytest.approx(1)
    lower = (2 + 2 * momentum) / (1 + 2 * momentum)
    assert shrink_factor(lower, momentum, nesterov=True) == pytest.approx(1)


def test_complex_roots_shrink_by_the_root_of_the_momentum() -> None:
    assert shrink_factor(0.5, 0.81) == pytest.approx(0.9)
    assert np.abs(eigenvalues(0.5, 0.81).imag).min() > 0


def test_a_valley_has_a_chart_for_each_path() -> None:
    path = np.array([[10.0, 1.0], [5.0, -0.5], [0.1, 0.0]])
    figure = plot_valley({"momentum 0": path, "momentum 0.9": path / 2}, (1.0, 25.0))
    assert [axes.get_title("left") for axes in figure.axes] == ["momentum 0", "momentum 0.9"]
    line = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    assert line.get_xdata().tolist() == path[:, 0].tolist()
    assert "momentum 0.9: ends 0.05 from the minimum" in figure.get_label()


def test_lines_of_equal_loss_are_of_equal_loss() -> None:
    figure = plot_valley({"a": np.array([[10.0, 1.0], [0.0, 0.0]])}, (1.0, 25.0))
    for line in figure.axes[0].lines[:4]:
        x, y = line.get_data()
        losses = (x**2 + 25 * y**2) / 2
        np.testing.assert_allclose(losses, losses[0])


def test_the_map_shows_its_points_and_the_curve_of_critical_damping() -> None:
    figure = plot_damping_map({"here": [(0.5, 0.0), (0.25, 0.25)]})
    (axes,) = figure.axes
    product, critical = axes.lines[0].get_data()
    for x, y in zip(product, critical, strict=True):
        assert y == pytest.approx(critical_momentum(x))
    assert {"here", "creeps", "leaps", "diverges"} <= {text.get_text() for text in axes.texts}
    assert "here at 0.5 and 0, 0.25 and 0.25" in figure.get_label()
