"""Two factors crossed: sorted pairs, lines, and a map that marks what is best."""

from __future__ import annotations

import numpy as np
import pytest
from shown_runs import make_run

from mlp_core.report.crossed import chart_rows, cross, name_of, plot_map
from mlp_core.report.seed_bands import plot_bands
from mlp_core.training import Run


@pytest.fixture
def grid() -> list[Run]:
    """Two batch sizes and three rates; at the larger batch the better rate is the larger one."""
    accuracies = {
        (100, 1.0): (0.90, None, 0.92),
        (100, 0.1): (0.980, 0.981, 0.982),
        (100, 0.01): (0.979, 0.981, 0.983),
        (10, 1.0): (None, None, None),
        (10, 0.1): (0.90, 0.91, 0.92),
        (10, 0.01): (0.980, 0.981, 0.982),
    }
    return [
        make_run(rate, 2022 + place, accuracy, batch_size=batch)
        for (batch, rate), values in accuracies.items()
        for place, accuracy in enumerate(values)
    ]


def test_pairs_are_sorted_both_ways(grid: list[Run]) -> None:
    crossed = cross(grid, "batch_size", "learning_rate")
    assert {row: list(groups) for row, groups in crossed.items()} == {
        10: [0.01, 0.1, 1.0],
        100: [0.01, 0.1, 1.0],
    }
    assert all(len(runs) == 3 for groups in crossed.values() for runs in groups.values())


def test_a_factor_may_be_worked_out_of_the_config() -> None:
    runs = [make_run(0.1, 1, 0.9, hidden_sizes=sizes) for sizes in ((8, 8), (8,), (8, 8, 8))]
    crossed = cross(runs, "activation", lambda config: len(config.hidden_sizes))
    assert list(crossed["relu"]) == [1, 2, 3]


def test_levels_that_are_worked_out_meet() -> None:
    runs = [
        make_run(0.1, seed, 0.9, hinge_margin=margin, init_std=std)
        for seed, (margin, std) in enumerate(((0.1, 0.01), (0.4, 0.02), (0.1 * 2**4, 0.04)))
    ]
    (groups,) = cross(
        runs, "loss", lambda config: config.hinge_margin / config.init_std**2
    ).values()
    assert list(groups) == [1000]


def test_a_row_becomes_a_line_of_seeds(grid: list[Run]) -> None:
    extra = make_run(2.0, 2022, 0.5, batch_size=100)
    crossed = cross([*grid, extra], "batch_size", "learning_rate")
    chart = chart_rows(crossed, "rate", name_of=lambda size: f"{size} images", log="xy")
    assert list(chart.x) == [0.01, 0.1, 1.0, 2.0]
    assert (chart.title, chart.xlabel, chart.log) == ("test error, %", "rate", "xy")
    nan = np.nan
    np.testing.assert_allclose(
        chart.lines["100 images"],
        [[2.1, 2.0, 10.0, 50.0], [1.9, 1.9, nan, nan], [1.7, 1.8, 8.0, nan]],
    )
    np.testing.assert_allclose(chart.lines["10 images"][:, 1], [10, 9, 8])
    assert np.isnan(chart.lines["10 images"][:, 2:]).all()
    label = plot_bands([chart]).get_label()
    assert "10 images: from 1.9 to 9, lowest 1.9 at 0.01" in label


def test_no_runs_are_an_error() -> None:
    with pytest.raises(ValueError, match="no runs to show"):
        cross([], "batch_size", "learning_rate")


def test_the_map_shows_means_and_divergence(grid: list[Run]) -> None:
    figure = plot_map(cross(grid, "batch_size", "learning_rate"), "batch size", "learning rate")
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["1.90", "9.00", "✕", "1.90", "1.90", "9.00\n✕"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.01", "0.1", "1"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["10", "100"]
    assert "batch size 10: 0.01: 1.90, 0.1: 9.00, 1: ✕." in figure.get_label()


def test_a_map_of_losses_has_three_digits(grid: list[Run]) -> None:
    groups = cross(grid, "batch_size", "learning_rate")
    (axes,) = plot_map(groups, "batch size", "learning rate", "train_loss").axes
    assert [text.get_text() for text in axes.texts][:3] == ["0.500", "0.500", "✕"]


def test_the_map_frames_the_best_of_each_row(grid: list[Run]) -> None:
    (axes,) = plot_map(cross(grid, "batch_size", "learning_rate"), "batch", "rate").axes
    frames = [patch.get_linewidth() > 1 for patch in axes.patches if not patch.get_fill()]
    assert frames == [True, False, False, True, True, False]
    grounds = [patch.get_alpha() for patch in axes.patches if patch.get_fill()]
    assert [grounds[0], grounds[3]] == pytest.approx([0.5, 0.5])  # each row has its own best
    assert grounds[2] == 0
    assert 0 < grounds[1] < grounds[0]


def test_a_cell_with_a_collapsed_seed_has_no_frame() -> None:
    accuracies = {0.1: (0.980, 0.981, 0.982), 0.2: (0.98, 0.1, 0.1)}
    runs = [
        make_run(rate, seed, accuracy)
        for rate, values in accuracies.items()
        for seed, accuracy in enumerate(values)
    ]
    (axes,) = plot_map(cross(runs, "batch_size", "learning_rate"), "batch", "rate").axes
    frames = [patch.get_linewidth() > 1 for patch in axes.patches if not patch.get_fill()]
    assert frames == [True, False]


def test_levels_are_named_to_three_digits() -> None:
    assert name_of(0.0062500001) == name_of(0.00625)
    assert name_of((128,)) == "(128,)"
