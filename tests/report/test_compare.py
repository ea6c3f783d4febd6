"""Published and reproduced figures stand beside one another, with honest verdicts."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.report.axes import signed
from mlp_core.report.cells import ACTIVATIONS, Cell, depth_name, group_cells
from mlp_core.report.findings.compare import (
    Comparison,
    account_for,
    compare,
    depth_gains,
    plot_comparisons,
    table_of_comparisons,
    table_of_gains,
)
from mlp_core.report.findings.published import REPORT_A, SEEDS, UPDATES
from mlp_core.report.findings.timing import table_of_update_times, times_of, total_hours
from mlp_core.studies import STUDIES
from mlp_core.training import History, Run, RunConfig

SINGLE, DOUBLE = (128,), (256, 128)
CELL = Cell("single", "cross_entropy", "gelu")


def make_run(seed: int, accuracy: float, **fields: object) -> Run:
    config = RunConfig(seed=seed, epochs=2, **fields)
    history = History()
    for epoch in (1, 2):
        figures = {"test_accuracy": accuracy, "test_loss": 0.08, "running_loss": 0.1 / epoch}
        history.append(epoch=epoch, updates=15 * epoch, **figures)
    history.amend_last(train_accuracy=1.0, train_loss=0.0007)
    return Run(config, history, "completed")


@pytest.fixture
def runs() -> list[Run]:
    """Two cells of GELU with cross-entropy: 98.2 is published for one layer, 98.44 for two."""
    return [
        make_run(seed, accuracy + 0.0001 * seed, activation="gelu", hidden_sizes=sizes)
        for sizes, accuracy in ((DOUBLE, 0.990), (SINGLE, 0.982))
        for seed in (2, 0, 1)
    ]


# --- cells ----------------------------------------------------------------------------------


def test_cells_come_in_the_order_of_the_tables(runs: list[Run]) -> None:
    other = make_run(0, 0.9, activation="tanh", loss="hinge", hidden_sizes=(7,))
    cells = group_cells([other, *runs])
    assert list(cells) == [CELL, CELL._replace(depth="double"), Cell("7", "hinge", "tanh")]
    assert [run.config.seed for run in cells[CELL]] == [0, 1, 2]
    assert depth_name(()) == "none"


def test_no_runs_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="load_runs"):
        group_cells([])


# --- what was published ---------------------------------------------------------------------


@pytest.mark.parametrize("measure", REPORT_A)
def test_every_published_table_has_the_cells_of_the_study(measure: str) -> None:
    study = STUDIES["activations-losses-depth"]
    assert set(REPORT_A[measure]) == {Cell.of(config) for config in study.configs()}
    assert len(study.configs()) == SEEDS * len(REPORT_A[measure])
    assert 600 * study.configs()[0].epochs == UPDATES


def test_published_figures_are_in_their_place() -> None:
    assert REPORT_A["test_accuracy"][Cell("single", "hinge", "relu")] == 96.33
    assert REPORT_A["test_loss"][Cell("double", "mse", "sigmoid")] == 2.54
    assert REPORT_A["ms_per_update"][Cell("double", "cross_entropy", "gelu")] == 6.90
    assert total_hours(REPORT_A["ms_per_update"], UPDATES, SEEDS) == pytest.approx(6.2, abs=0.05)


# --- the comparison -------------------------------------------------------------------------


def test_a_comparison_is_in_the_published_unit(runs: list[Run]) -> None:
    single, double = compare(runs, "test_accuracy")
    assert (single.cell, single.published) == (CELL, 98.20)
    assert single.values == pytest.approx((98.20, 98.21, 98.22))
    assert single.difference == pytest.approx(0.01)
    assert double.difference == pytest.approx(0.57)
    assert (single.inside, double.inside) == (True, False)
    assert (single.in_noise, double.in_noise) == (True, False)
    (loss, _) = compare(runs, "test_loss")
    assert loss.ours.mean == pytest.approx(8.0)
    assert (loss.tolerance, loss.inside) == (None, None)


@pytest.mark.parametrize(
    ("loss", "off", "inside"),
    [("cross_entropy", 0.24, True), ("mse", -0.26, False), ("hinge", -0.79, True)],
)
def test_the_tolerance_is_that_of_the_loss(loss: str, off: float, inside: bool) -> None:
    cell = Cell("single", loss, "relu")
    assert Comparison(cell, "train_accuracy", 97.0, (97 + off,)).inside is inside


def test_a_published_figure_is_rounded() -> None:
    """0.01 was printed for anything from 0.005 to 0.015."""
    close, far = (
        Comparison(CELL, "train_loss", 0.01, values)
        for values in ((0.0139, 0.0140, 0.0141), (0.0159, 0.0160, 0.0161))
    )
    assert close.in_noise
    assert not far.in_noise


def test_equal_values_have_no_noise() -> None:
    assert Comparison(CELL, "train_accuracy", 100.0, (100.0,) * 5).in_noise
    assert not Comparison(CELL, "train_accuracy", 99.0, (100.0,) * 5).in_noise


def test_what_is_outside_is_accounted_for(runs: list[Run]) -> None:
    single, double = compare(runs, "test_accuracy")
    assert account_for([single]) == "all 1 do"
    assert account_for([single, double]) == (
        "1 of 2 do; not so double, cross\u2011entropy, GELU: "
        "99.01\u00a0±\u00a00.01, published 98.44"
    )


def test_table_of_comparisons(runs: list[Run]) -> None:
    table = table_of_comparisons(compare(runs, "test_accuracy"))
    single, double = table.to_numpy().tolist()
    assert single == ["98.20", "98.21\u00a0±\u00a00.01", "+0.01", "yes", "inside"]
    assert double[2:] == ["+0.57", "no", "outside"]
    assert table.columns.name == "test accuracy, %"
    assert table.index[0] == "single,\u00a0GELU, cross\u2011entropy"
    assert len(table_of_comparisons(compare(runs, "test_loss")).columns) == 4


def test_figure_of_comparisons(runs: list[Run]) -> None:
    figure = plot_comparisons(compare(runs, "test_accuracy"))
    (axes,) = figure.axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx([0.01, 0.57])
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([0.5, 0.5])
    assert axes.get_title("left") == "test accuracy: reproduced minus published"
    assert axes.get_xlabel() == "percentage points"
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["GELU", "GELU"]
    heads = [text.get_text() for text in axes.texts]
    assert heads == ["single, cross\u2011entropy", "double, cross\u2011entropy"]
    assert "double, cross-entropy, GELU: +0.57, outside the band" in figure.get_label()


@pytest.mark.parametrize(("value", "text"), [(0.5, "+0.50"), (-0.5, "\u22120.50"), (-1e-3, "0.00")])
def test_differences_have_a_sign(value: float, text: str) -> None:
    assert signed(value) == text


# --- double minus single --------------------------------------------------------------------


def test_gain_of_the_second_layer(runs: list[Run]) -> None:
    (gain,) = depth_gains(runs, "test_accuracy")
    assert (gain.loss, gain.activation) == ("cross_entropy", "gelu")
    assert gain.published == pytest.approx(0.24)
    assert gain.difference == pytest.approx(0.8)
    assert gain.told_apart
    table = table_of_gains(runs, ("test_accuracy", "train_accuracy"))
    assert table.index.tolist() == ["GELU, cross\u2011entropy"]
    assert list(table.columns)[:2] == ["test accuracy, published", "test accuracy, ours"]
    assert table.iloc[0].tolist() == ["+0.24", "+0.80", "0.00", "0.00, in\u00a0noise"]


def test_a_depth_without_its_partner_has_no_gain(runs: list[Run]) -> None:
    assert depth_gains(runs[:3], "test_accuracy") == []


# --- times ----------------------------------------------------------------------------------


def test_update_times_stand_beside_the_published() -> None:
    rows = [
        {
            "activation": name, "loss": "mse", "depth": "single", "ms_per_update": ms,
            "quartiles": [0.9 * ms, 1.1 * ms], "ratio_to_relu": ms / 0.5,
        }
        for name, ms in zip(ACTIVATIONS, (1.0, 0.5, 0.6, 0.7), strict=True)
    ]  # fmt: skip
    content = {"cells": rows[::-1]}
    assert [cell.activation for cell in times_of(content)] == list(ACTIVATIONS)
    table = table_of_update_times(content)
    assert len(table) == 3  # report A has no tanh
    assert table.iloc[0].tolist() == [
        "3.50",
        "1.000",
        "0.900\u2060\u2013\u20601.100",
        "1.42",
        "2.00",
    ]
    ours = {cell: row["ms_per_update"] for cell, row in times_of(content).items()}
    assert total_hours(ours, 3_600_000, 2) == pytest.approx(2 * np.sum([1.0, 0.5, 0.6, 0.7]))
