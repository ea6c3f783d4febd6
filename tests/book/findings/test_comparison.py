"""Published and reproduced figures stand beside one another, with honest verdicts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made import fake_run

from mlp_book.cells import ACTIVATIONS, DEPTHS, Cell, by_cell
from mlp_book.findings.comparison import (
    account_for,
    compare_published,
    gains,
    plot_comparisons,
    table_of_comparisons,
    table_of_gains,
)
from mlp_book.findings.published import SEEDS, UPDATES, measures_of_a, published, report_a
from mlp_book.findings.timing import table_of_update_times, total_hours, update_times
from mlp_book.frames import frame
from mlp_core import RunConfig
from mlp_core.studies import STUDIES

PM = "\u00a0±\u00a0"
# Published: 98.20 for one layer, 98.44 for two.
DATA = frame(
    [
        fake_run(
            RunConfig(activation="gelu", hidden_sizes=DEPTHS[depth], seed=seed, epochs=2),
            accuracy + 0.01 * seed, train_accuracy=100.0, loss=0.08, train_loss=0.0007,
        )
        for depth, accuracy in (("double", 99.0), ("single", 98.2))
        for seed in (2, 0, 1)
    ]
)  # fmt: skip


def one_cell(values: list[float], loss: str, measure: str) -> pd.Series:
    """Compare values of a cell of ReLU in one layer."""
    rows = {"loss": loss, "activation": "relu", "depth": "single", "seed": range(len(values))}
    return compare_published(pd.DataFrame({measure: values, **rows}), measure).iloc[0]


# --- what was published ---------------------------------------------------------------------


@pytest.mark.parametrize("measure", measures_of_a())
def test_every_table_of_report_a_has_the_cells_of_the_study(measure: str) -> None:
    configs = STUDIES["activations-losses-depth"].configs()
    cells = by_cell(pd.DataFrame([config.to_dict() for config in configs]))
    assert set(report_a(measure)) == set(cells)
    assert len(configs) == SEEDS * len(cells)
    assert 600 * configs[0].epochs == UPDATES


def test_published_figures_are_in_their_place() -> None:
    assert report_a("test_accuracy")[Cell("single", "hinge", "relu")] == 96.33
    assert report_a("test_loss")[Cell("double", "mse", "sigmoid")] == 2.54
    assert report_a("ms_per_update")[Cell("double", "cross_entropy", "gelu")] == 6.90
    assert total_hours(report_a("ms_per_update").values()) == pytest.approx(6.2, abs=0.05)
    report_b = published().query("report == 'B' and batch_size == 64")
    assert report_b[["mean", "unit"]].to_numpy().tolist() == [[133.9, "s"]]
    with pytest.raises(ValueError, match="'speed' is not legal: report A has"):
        report_a("speed")


# --- the comparison -------------------------------------------------------------------------


def test_a_comparison_is_in_the_published_unit() -> None:
    single, double = compare_published(DATA, "test_accuracy").itertuples()
    assert (single.cell, single.published) == (Cell("single", "cross_entropy", "gelu"), 98.20)
    assert (single.difference, double.difference) == pytest.approx((0.005, 0.565))
    assert (single.inside, double.inside) == (True, False)
    assert (single.effect.direction, double.effect.direction) == (0, 1)
    loss = compare_published(DATA, "test_loss").iloc[0]
    assert loss["ours"].mean == pytest.approx(8.0)
    assert np.isnan(loss["tolerance"])


@pytest.mark.parametrize(
    ("loss", "accuracy", "inside"),
    [("cross_entropy", 100.20, True), ("mse", 98.60, False), ("hinge", 98.00, True)],
)
def test_the_tolerance_is_that_of_the_loss(loss: str, accuracy: float, inside: bool) -> None:
    assert (
        one_cell([accuracy - 0.01, accuracy, accuracy + 0.01], loss, "train_accuracy")["inside"]
        == inside
    )


def test_published_figures_are_cut_off_after_their_last_digit() -> None:
    """0.07 was printed for anything from 0.070 to 0.080, and stands for its middle."""
    hundredths = [value / 100 for value in (0.0749, 0.0750, 0.0751)]
    found = one_cell(hundredths, "cross_entropy", "train_loss")
    assert found["difference"] == pytest.approx(0, abs=1e-9)
    assert found["effect"].n == (3, SEEDS) and found["effect"].direction == 0


def test_in_words_and_as_a_table() -> None:
    found = compare_published(DATA, "test_accuracy")
    assert account_for(found[:1]) == "all 1"
    assert account_for(found) == (
        "1 of 2, all but double, cross\u2011entropy, GELU (+0.56\u00a0[+0.54, +0.59])"
    )
    table = table_of_comparisons(DATA, "test_accuracy")
    single, double = table.to_numpy().tolist()
    assert single[:2] == ["98.20", f"98.21{PM}0.01"] and "equivalent" in single[2]
    assert double[2].startswith("+0.56") and double[2].endswith("different")
    assert table.columns.name == "test accuracy, %"


def test_the_figure_has_a_band_per_cell() -> None:
    (axes,) = plot_comparisons(DATA, "test_accuracy").axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx([0.005, 0.565])
    bands = [bar for bar in axes.patches if bar.get_width() > 0]
    assert [bar.get_width() for bar in bands] == pytest.approx([0.5, 0.5])
    assert [bar.get_y() + bar.get_height() / 2 for bar in bands] == pytest.approx(axes.get_yticks())


# --- double minus single --------------------------------------------------------------------


def test_gain_of_the_second_layer() -> None:
    (gain,) = gains(DATA, "test_accuracy").itertuples()
    assert (gain.published, gain.ours) == pytest.approx((0.24, 0.8))
    assert gain.effect.outcome == "different"
    table = table_of_gains(DATA, ("test_accuracy", "train_accuracy", "test_loss"))
    assert table.index.tolist() == ["GELU, cross\u2011entropy"]
    row = table.iloc[0]
    assert row.filter(like="published").to_dict() == {
        "test accuracy, published": "+0.24",
        "training accuracy, published": "0.00",
        "100\u00a0\u00d7 test loss, published": "+0.03",
    }
    assert row["test accuracy, ours"].startswith("+0.80")
    assert row["training accuracy, ours"].endswith("equivalent")
    assert gains(DATA[:3], "test_accuracy").empty


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
    times = update_times(content)
    assert times["activation"].tolist() == ["gelu", "relu", "sigmoid"]  # report A has no tanh
    table = table_of_update_times(content)
    assert table.iloc[0].tolist() == [
        "3.50", "1.000", "0.900\u2060\u2013\u20601.100", "1.42", "2.00"
    ]  # fmt: skip
    assert total_hours(times["ours"], 3_600_000, 2) == pytest.approx(2 * 2.1)
