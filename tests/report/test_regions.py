"""Decision regions and weight images show what the networks hold."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.nn import MLP, SGD, initialize
from mlp_core.report.chapters.regions import (
    accuracy_of,
    fit,
    make_xor,
    plot_regions,
    share_of_starts,
)
from mlp_core.report.chapters.weight_images import plot_weight_images


@pytest.fixture(scope="module")
def points() -> tuple[np.ndarray, np.ndarray]:
    return make_xor(80, 0.2, np.random.default_rng(0))


def train_on(points: tuple[np.ndarray, np.ndarray], hidden: tuple[int, ...]) -> MLP:
    network = MLP(2, hidden, 2)
    initialize(network, "he", np.random.default_rng(1))
    losses = fit(network, SGD(0.2, momentum=0.9), *points, updates=150)
    assert losses[-1] < losses[0]
    return network


def test_xor_has_opposite_corners_alike(points: tuple[np.ndarray, np.ndarray]) -> None:
    where, labels = points
    assert where.dtype == np.float32
    assert np.bincount(labels).tolist() == [40, 40]
    assert np.array_equal(labels, (where[:, 0] * where[:, 1] < 0).astype(int))


def test_a_line_does_not_part_it_and_a_hidden_layer_does(
    points: tuple[np.ndarray, np.ndarray],
) -> None:
    assert accuracy_of(train_on(points, ()), *points) <= 0.75
    assert accuracy_of(train_on(points, (8,)), *points) == 1


def test_more_units_part_it_from_more_starts(points: tuple[np.ndarray, np.ndarray]) -> None:
    shares = [share_of_starts(sizes, *points, 5, 100, 0.95) for sizes in ((), (2,), (16,))]
    assert shares[0] == 0 < shares[2]
    assert shares[1] < shares[2]


def test_regions_have_a_panel_a_network(points: tuple[np.ndarray, np.ndarray]) -> None:
    networks = {"none": train_on(points, ()), "8 units": train_on(points, (8,))}
    figure = plot_regions(networks, *points)
    linear, hidden = figure.axes
    assert hidden.get_title("left") == "8 units: 100 % right"
    marks = [line for line in hidden.lines if line.get_marker() not in ("None", "")]
    assert [len(line.get_xdata()) for line in marks] == [40, 40]
    kinks = [line for line in hidden.lines if line not in marks]
    assert len(kinks) == 8
    assert len(linear.lines) == 2
    first = networks["8 units"].linear_layers[0]
    ends = np.array([kink.get_xydata() for kink in kinks])
    assert np.einsum("kpi,ik->kp", ends, first.weight) + first.bias[:, None] == pytest.approx(
        0, abs=1e-5
    )
    assert "8 units: 100 % of the points" in figure.get_label()


def test_a_spare_panel_is_hidden(points: tuple[np.ndarray, np.ndarray]) -> None:
    figure = plot_regions({"a": MLP(2, (), 2)}, *points)
    assert [axes.get_visible() for axes in figure.axes] == [True, False]


def test_a_unit_without_weights_has_no_line(points: tuple[np.ndarray, np.ndarray]) -> None:
    figure = plot_regions({"a": MLP(2, (3,), 2)}, *points, columns=1)
    assert len(figure.axes[0].lines) == 2


def test_weights_are_drawn_by_sign_and_size() -> None:
    weights = np.array([[1.0, 0.0], [-0.5, 0.0], [0.0, 0.2], [0.0, 0.0]])
    figure = plot_weight_images(weights, (2, 2), ["one", "two"], columns=3)
    first, second = (axes.images[0].get_array() for axes in figure.axes[:2])
    assert first[0, 0, 3] == 1  # the largest weight hides the ground
    assert 0.4 < first[0, -1, 3] < 0.7
    assert first[-1, 0, 3] == 0
    assert not np.allclose(first[0, 0, :3], first[0, -1, :3])
    assert second[-1, 0, 3] < 0.4
    assert [axes.get_title() for axes in figure.axes] == ["one", "two", ""]
    assert "2 images of 2 by 2 weights" in figure.get_label()
