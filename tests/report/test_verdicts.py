"""A table of verdicts says what Welch's test says, level by level."""

from __future__ import annotations

import pytest

from mlp_core.report.verdicts import table_against
from mlp_core.training import Run


def test_each_level_is_compared_with_the_reference(runs: list[Run]) -> None:
    table = table_against(runs, "learning_rate", 0.1)
    assert table.index.tolist() == ["0.01", "0.1", "1", "10"]
    assert table["difference"].tolist() == ["\u22127.10", "-", "\u22120.10", "-"]
    assert table["seed noise"].tolist() == ["outside", "-", "inside", "-"]
    assert table.columns[0] == "test accuracy, %"
    assert table.loc["10", "test accuracy, %"] == "-"
    assert table.columns.name == "learning rate"


def test_a_gain_has_a_plus(runs: list[Run]) -> None:
    table = table_against(runs, "learning_rate", 0.01)
    assert table.loc["0.1", "difference"] == "+7.10"
    assert float(table.loc["0.1", "p"]) < 0.05


def test_a_reference_that_is_no_level_is_refused(runs: list[Run]) -> None:
    with pytest.raises(ValueError, match="learning_rate=7 is not among the runs"):
        table_against(runs, "learning_rate", 7)


def test_losses_have_more_decimals(runs: list[Run]) -> None:
    table = table_against(runs[:6], "learning_rate", 0.01, "test_loss")
    assert table["difference"].tolist() == ["-", "0.000"]
