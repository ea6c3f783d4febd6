"""Tables against a reference say better or worse only outside seed noise."""

from __future__ import annotations

import pytest

from mlp_core.report.treatments import grid_of_verdicts, judge, table_of_treatments

PM, NB = "\u00a0±\u00a0", "\u00a0"
NONE, BETTER, NEAR = [97.0, 97.1, 97.2], [98.0, 98.1, 98.2], [97.05, 97.1, 97.3]


@pytest.mark.parametrize(
    ("values", "verdict"), [(BETTER, "better"), (NEAR, "seed noise"), ([9.0, 9.1], "worse")]
)
def test_verdicts(values: list[float], verdict: str) -> None:
    assert judge(values, NONE) == verdict


def test_levels_against_a_reference() -> None:
    table = table_of_treatments({"60,000": {"none": NONE, "L2 0.1": BETTER}}, "none", "kind")
    assert list(table.columns) == ["60,000", "60,000: against none"]
    assert table.columns.name == "kind"
    assert table.loc["none"].tolist() == [f"97.10{PM}0.10", ""]
    assert table.loc["L2 0.1"].tolist() == [f"98.10{PM}0.10", f"+1.00,{NB}better"]


def test_groups_of_columns_stand_side_by_side() -> None:
    table = table_of_treatments({"a": {"none": NONE}, "b": {"none": BETTER}}, "none", "kind")
    assert len(table.columns) == 4


def test_cells_against_their_row() -> None:
    table = grid_of_verdicts({"0.1": {"constant": NONE, "step": NEAR}}, "constant", "rate")
    assert table.loc["0.1"].tolist() == [f"97.10{PM}0.10", f"97.15{PM}0.13, seed{NB}noise"]


def test_a_loss_has_a_minus_sign() -> None:
    table = table_of_treatments({"a": {"none": BETTER, "L1": NONE}}, "none", "kind")
    assert table.loc["L1", "a: against none"] == f"\u22121.00,{NB}worse"


def test_a_difference_of_nothing_has_no_sign() -> None:
    table = table_of_treatments({"a": {"none": NONE, "L1": NONE}}, "none", "kind")
    assert table.loc["L1", "a: against none"] == f"0.00,{NB}seed{NB}noise"
