"""Grids of outcomes say how many runs diverged, at which update, and what the others reached."""

from __future__ import annotations

import pytest

from mlp_core.report.chapters.failures import (
    Outcome,
    collect_outcomes,
    plot_outcomes,
    row_name,
    table_of_outcomes,
)
from mlp_core.training import Run

PM = "\u00a0±\u00a0"
ROWS = ("loss", "dtype")


@pytest.fixture
def outcomes(runs: list[Run]) -> dict[float, Outcome]:
    return collect_outcomes(runs, ROWS, "learning_rate")["cross_entropy", "float32"]


def test_outcomes_by_setting(outcomes: dict[float, Outcome]) -> None:
    assert list(outcomes) == [0.01, 0.1, 1.0, 10.0]
    assert [outcome.share for outcome in outcomes.values()] == pytest.approx([0, 0, 1 / 3, 1])
    assert outcomes[1.0].accuracies == pytest.approx((97.9, 98.1))
    assert outcomes[10.0].diverged_at == (40, 40, 40)


@pytest.mark.parametrize(
    ("diverged_at", "text"), [((), ""), ((3,), "3"), ((3, 3), "3"), ((1, 7, 12), "1\u201312")]
)
def test_updates_are_a_range(diverged_at: tuple[int, ...], text: str) -> None:
    assert Outcome(3, diverged_at, ()).updates == text


def test_rows_are_named_in_words() -> None:
    assert (
        row_name(("naive_cross_entropy_epsilon", "float64")) == "naive\u00a0+\u00a010⁻¹⁰, float64"
    )
    assert row_name(("gelu",)) == "gelu"


def test_table_has_the_spread_and_the_failures(runs: list[Run]) -> None:
    table = table_of_outcomes(runs, ROWS, "learning_rate")
    assert table.loc["stable, float32"].tolist() == [
        f"91.00{PM}1.00",
        f"98.10{PM}0.10",
        f"98.00{PM}0.14; 1\u00a0of\u00a03 diverged, update\u00a040",
        "3\u00a0of\u00a03 diverged, update\u00a040",
    ]
    assert table.columns.name == "learning rate"


def test_figure_has_a_cell_for_each_setting(runs: list[Run]) -> None:
    figure = plot_outcomes(runs, ROWS, "learning_rate")
    (axes,) = figure.axes
    cells = [text.get_text() for text in axes.texts]
    assert cells == ["91.0", "98.1", "98.0\n✕ 1/3", "✕\nat 40"]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.01", "0.1", "1", "10"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["stable, float32"]
    assert axes.get_xlabel() == "learning rate"
    grounds = [bar.get_alpha() for bar in axes.patches if bar.get_fill()]
    assert grounds[0] == 0 < grounds[2] < grounds[3]
    assert "10: 3 of 3 diverged, update 40" in figure.get_label()


def test_runs_that_diverge_apart_show_the_first(runs: list[Run]) -> None:
    runs[-1].diverged_at_update = 7
    cells = plot_outcomes(runs, ROWS, "learning_rate").axes[0].texts
    assert cells[-1].get_text() == "\u2715\nfrom 7"


def test_a_setting_without_runs_is_an_empty_cell(runs: list[Run]) -> None:
    other = Run(runs[0].config.replace(dtype="float64"), runs[0].history, "completed")
    figure = plot_outcomes([*runs, other], ROWS, "learning_rate")
    assert len(figure.axes[0].texts) == 5


def test_no_runs_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="load_runs"):
        plot_outcomes([], ROWS, "learning_rate")
