"""Valleys have the curvatures asked for, and paths are those of the package's optimizers."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.nn import SGD, Adam
from mlp_core.report.chapters.walks import descend, losses_along, make_valley, plot_walks


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


def test_a_panel_for_each_path_and_one_for_the_losses() -> None:
    valley = make_valley((1.0, 25.0))
    paths = {
        "SGD": descend(SGD(0.05), valley, (4.0, 1.0), 20),
        "Adam": descend(Adam(0.1), valley, (4.0, 1.0), 20),
    }
    figure = plot_walks(paths, valley)
    first, second, below = figure.axes
    assert [axes.get_title("left") for axes in (first, second, below)] == ["SGD", "Adam", "loss"]
    assert first.lines[0].get_xydata() == pytest.approx(paths["SGD"])
    assert below.lines[1].get_ydata() == pytest.approx(losses_along(paths["Adam"], valley)[1:])
    assert (below.get_xscale(), below.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in below.texts] == ["SGD", "Adam"]
    assert "after 20 updates" in figure.get_label()
