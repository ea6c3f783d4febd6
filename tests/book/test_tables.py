"""Tables of frames: groups of runs, and levels against a reference."""

from __future__ import annotations

import pytest
from made import fake_run

from mlp_book import by_level, compare_with, epochs, frame
from mlp_core import Run, RunConfig

ENDS = {
    0.01: (90.0, 91.0, 92.0),
    0.1: (98.0, 98.1, 98.2),
    1.0: (97.9, 98.1, None),
    10.0: (None, None, None),
}


@pytest.fixture
def runs() -> list[Run]:
    """Return four rates with three seeds each; of one rate one seed diverged, of another all."""
    return [
        fake_run(RunConfig(learning_rate=rate, seed=seed, epochs=2), accuracy)
        for rate, ends in ENDS.items()
        for seed, accuracy in enumerate(ends)
    ]


def test_groups_of_runs_are_named(runs: list[Run]) -> None:
    groups = {"slow": runs[:3], "lost": runs[9:]}
    data = frame(groups)
    assert data["group"].tolist() == ["slow"] * 3 + ["lost"] * 3
    assert data["row"].tolist() == list(range(6))
    assert epochs(groups)["group"].tolist() == ["slow"] * 6 + ["lost"] * 3
    table = by_level(data, "group", ("test_accuracy",), title="pace", best=False, count=False)
    assert table.index.tolist() == ["slow", "lost"] and table.columns.name == "pace"
    assert table["test accuracy, %"].tolist() == ["91.00\u00a0±\u00a01.00", "-"]


def test_each_level_is_compared_with_the_reference(runs: list[Run]) -> None:
    table = compare_with(frame(runs), "learning_rate", 0.1)
    assert table.index.tolist() == ["0.01", "0.1", "1", "10"]
    assert table.columns.name == "learning rate"
    assert table["difference"].tolist() == ["\u22127.10", "-", "\u22120.10", "-"]
    assert table["seed noise"].tolist() == ["outside", "-", "inside", "-"]
    assert table["test accuracy, %"].tolist()[3] == "-"
    up = compare_with(frame(runs), "learning_rate", 0.01)
    assert up.loc["0.1", "difference"] == "+7.10"
    assert float(up.loc["0.1", "p"]) < 0.05
    losses = compare_with(frame(runs[:6]), "learning_rate", 0.01, "test_loss")
    assert losses["difference"].tolist() == ["-", "0.000"]  # more decimals


def test_a_reference_that_is_no_level_is_refused(runs: list[Run]) -> None:
    with pytest.raises(ValueError, match="learning_rate=7 is not among the runs"):
        compare_with(frame(runs), "learning_rate", 7)
