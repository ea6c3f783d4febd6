"""A table of groups has a row for each, with mean and spread over its seeds."""

from __future__ import annotations

from mlp_core.report.group_table import table_of_groups
from mlp_core.training import Run


def test_a_row_a_group(runs: list[Run]) -> None:
    groups = {"slow": runs[:3], "lost": runs[9:]}
    table = table_of_groups(groups, ("test_accuracy",), "pace")
    assert table.index.tolist() == ["slow", "lost"]
    assert table.columns.tolist() == ["test accuracy, %"]
    assert table.columns.name == "pace"
    assert table.loc["slow", "test accuracy, %"].split() == ["91.00", "\u00b1", "1.00"]
    assert table.loc["lost", "test accuracy, %"] == "-"


def test_updates_and_their_product_with_the_rate(runs: list[Run]) -> None:
    table = table_of_groups({"slow": runs[:3]}, (), updates=True)
    assert table.loc["slow"].tolist() == ["75", "0.75"]
