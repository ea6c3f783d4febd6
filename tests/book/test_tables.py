"""Tables of frames: groups of runs, and levels against a reference."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from made import fake_run

from mlp_book import by_level, compare_with, epochs, frame, reproduction_card
from mlp_book.tables import BEST, grid_of_verdicts, treatments
from mlp_book.text import NONE
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
    assert table["test accuracy, %"].tolist() == ["91.00\u00a0±\u00a01.00", NONE]


def test_each_level_is_compared_with_the_reference(runs: list[Run]) -> None:
    table = compare_with(frame(runs), "learning_rate", 0.1)
    assert table.index.tolist() == ["0.01", "0.1", "1", "10"]
    assert table.columns.name == "learning rate"
    slow, same, lossy, lost = table["difference"]
    assert slow.startswith("\u22127.10\u00a0[") and same == NONE
    assert lossy == "1\u00a0of\u00a03 seeds broke, against 0\u00a0of\u00a03"
    assert lost.startswith("3\u00a0of\u00a03 seeds broke")
    assert table["outcome"].tolist() == ["different", NONE, "broke", "broke"]
    assert table["test accuracy, %"].tolist()[3] == NONE
    up = compare_with(frame(runs[:6]), "learning_rate", 0.01)
    assert up.loc["0.1", "difference"].startswith("+7.10")
    assert float(up.loc["0.1", "adjusted p"]) < 0.05
    losses = compare_with(frame(runs[:6]), "learning_rate", 0.01, "test_loss")
    assert losses["difference"].tolist() == [NONE, "0.000\u00a0[0.000, 0.000]"]  # more decimals


def test_a_column_has_one_number_of_decimals_unless_its_means_differ_too_much() -> None:
    def column(*losses: float) -> list[str]:
        data = frame([fake_run(RunConfig(momentum=m, epochs=2), 98.0) for m in (0.0, 0.9)])
        data["test_loss"] = losses
        return by_level(data, "momentum", ("test_loss",))["test loss"].tolist()

    assert column(0.0622, 0.837) == ["0.0622", "0.8370"]
    assert column(0.000213, 0.857) == ["0.000213", "0.857"]


def test_a_reference_that_is_no_level_is_refused(runs: list[Run]) -> None:
    with pytest.raises(ValueError, match="learning_rate=7 is not among the runs"):
        compare_with(frame(runs), "learning_rate", 7)


PM, NB = "\u00a0±\u00a0", "\u00a0"
UNTREATED, BETTER, NEAR = [97.0, 97.1, 97.2], [98.0, 98.1, 98.2], [97.05, 97.1, 97.3]


def test_each_level_is_a_row_that_says_how_many_seeds_diverged(runs: list[Run]) -> None:
    table = by_level(frame(runs), "learning_rate", ("test_accuracy", "test_error"))
    assert (table.index.name, table.columns.name) == (None, "learning rate")
    assert list(table.columns) == ["test accuracy, %", "test error, %", "seeds"]
    assert table.loc["0.1"].tolist() == [f"98.10{PM}0.10", f"1.90{PM}0.10", "3"]
    assert table.loc["1"].tolist() == [f"98.00{PM}0.14", f"2.00{PM}0.14", "3, 1 broke"]
    assert table.loc["10"].tolist() == [NONE, NONE, "3, 3 broke"]


def test_the_best_figure_is_marked_only_outside_seed_noise(runs: list[Run]) -> None:
    measures = ("test_accuracy", "test_error", "ms_per_update")
    tied = by_level(frame(runs[:8]), "learning_rate", measures)
    assert not tied.map(lambda cell: cell.startswith(BEST)).any().any()
    table = by_level(frame(runs[:6]), "learning_rate", measures)
    assert table.loc["0.1"].tolist()[:2] == [f"{BEST}{NB}98.10{PM}0.10", f"{BEST}{NB}1.90{PM}0.10"]
    assert not table.loc["0.01"].str.startswith(BEST).any()
    assert not table["ms per update"].str.startswith(BEST).any()
    alone = by_level(frame(runs[3:6]), "learning_rate", measures)
    assert not alone.map(lambda cell: cell.startswith(BEST)).any().any()


def test_treatments_are_set_against_a_reference() -> None:
    levels = {"none": UNTREATED, "L2 0.1": BETTER, "same": UNTREATED}
    table = treatments(
        {"60,000": levels, "1,000": {"none": BETTER, "L2 0.1": UNTREATED}}, "none", "kind"
    )
    assert list(table.columns)[:2] == ["60,000", "60,000: against none"]
    assert table.columns.name == "kind"
    none, better, same = table["60,000: against none"]
    assert none == "" and better.startswith("+1.00") and better.endswith("different")
    assert same.startswith("0.00") and same.endswith("undecided")
    assert table["1,000: against none"].tolist()[1].startswith("\u22121.00")


def test_cells_are_set_against_their_row() -> None:
    table = grid_of_verdicts({"0.1": {"constant": UNTREATED, "step": NEAR}}, "constant", "rate")
    constant, step = table.loc["0.1"]
    assert constant == f"97.10{PM}0.10"
    assert step.startswith(f"97.15{PM}0.13, +0.05") and step.endswith("undecided")


def test_a_reproduction_card_says_what_it_takes(runs: list[Run]) -> None:
    card = reproduction_card("learning-rate", runs)["stored runs"]
    assert card["runs"] == "12, seeds 0 to 2" and card["core\u2011minutes"] == "4.0"
    assert card["to rerun"] == "mlp-core study run learning-rate"
    assert (card["data"], card["processor"]) == ("digits", "made up")


@pytest.mark.parametrize("show", [frame, epochs, lambda runs: frame({"none": runs})])
def test_no_runs_is_an_error_that_says_what_to_do(show: Callable[[list[Run]], object]) -> None:
    with pytest.raises(ValueError, match=r"no runs to show: load them with load_runs\(study\)"):
        show([])
