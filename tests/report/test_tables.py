"""Tables and glued values say what the runs say, with their spread."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from mlp_core.report.glue import format_glued, glue_values
from mlp_core.report.measures import MEASURES, group_runs
from mlp_core.report.spread import seed_spread
from mlp_core.report.tables import (
    BEST,
    best_levels,
    reproduction_card,
    table_by_factor,
    values_of,
)
from mlp_core.training import History, Run

PM = "\u00a0±\u00a0"


def test_table_by_factor(runs: list[Run]) -> None:
    table = table_by_factor(runs, "learning_rate", ["test_accuracy", "test_error"])
    assert (table.index.name, table.columns.name) == (None, "learning rate")
    assert list(table.columns) == ["test accuracy, %", "test error, %", "seeds"]
    assert table.loc["0.1"].tolist() == [f"98.10{PM}0.10", f"1.90{PM}0.10", "3"]
    assert table.loc["1"].tolist() == [f"98.00{PM}0.14", f"2.00{PM}0.14", "3, 1 diverged"]
    assert table.loc["10"].tolist() == ["-", "-", "3, 3 diverged"]


def test_the_best_cell_is_marked_only_outside_seed_noise(runs: list[Run]) -> None:
    completed = [run for run in runs if run.status == "completed"]
    columns = ["test_accuracy", "test_error", "ms_per_update"]
    tied = table_by_factor(completed, "learning_rate", columns)
    assert not tied.map(lambda cell: cell.startswith(BEST)).any().any()
    clear = [run for run in completed if run.config.learning_rate in (0.01, 0.1)]
    table = table_by_factor(clear, "learning_rate", columns)
    assert table.loc["0.1"].tolist()[:2] == [
        f"{BEST}\u00a098.10{PM}0.10",
        f"{BEST}\u00a01.90{PM}0.10",
    ]
    assert not table.loc["0.01"].str.startswith(BEST).any()
    assert not table["ms an update"].str.startswith(BEST).any()
    alone = table_by_factor(clear[-3:], "learning_rate", columns)
    assert not alone.map(lambda cell: cell.startswith(BEST)).any().any()


def test_best_levels_are_those_that_noise_cannot_part(runs: list[Run]) -> None:
    assert best_levels(runs, "learning_rate") == [0.1]
    completed = [run for run in runs if run.status == "completed"]
    assert best_levels(completed, "learning_rate") == [0.1, 1.0]
    assert best_levels(completed, "learning_rate", largest=False) == [0.01]


def test_there_is_no_best_where_all_diverge(runs: list[Run]) -> None:
    with pytest.raises(ValueError, match="none is the best"):
        best_levels(runs[-3:], "learning_rate")


def test_no_runs_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="load_runs"):
        table_by_factor([], "learning_rate")


def test_groups_are_ordered_by_number(runs: list[Run]) -> None:
    assert list(group_runs(runs[::-1], "learning_rate")) == [0.01, 0.1, 1.0, 10.0]
    assert list(group_runs(runs, "activation")) == ["relu"]


def test_values_of_leaves_diverged_runs_out(runs: list[Run]) -> None:
    assert values_of(runs[6:9], "test_accuracy") == pytest.approx([97.9, 98.1])


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_reads_a_run(runs: list[Run], name: str) -> None:
    assert isinstance(MEASURES[name].of_run(runs[0]), float)
    assert MEASURES[name].of_run(runs[-1]) is None or name == "ms_per_update"
    if name != "ms_per_update":
        assert MEASURES[name].column in History().to_dict()


def test_reproduction_card(runs: list[Run]) -> None:
    card = reproduction_card("learning-rate", runs)["stored runs"]
    assert card["runs"] == "12, seeds 2022, 2023, 2024"
    assert card["data"] == "digits"
    assert card["NumPy"] == "2.3.5"
    assert card["core-minutes"] == "18"
    assert card["again"] == "mlp-core study run learning-rate"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("98.1 %", "98.1 %"),
        (0.05, "0.05"),
        (1e-5, "10⁻⁵"),
        (3, "3"),
        ([0.1], "0.1"),
        ([0.1, 0.2, 0.5], "0.1, 0.2 and 0.5"),
        (seed_spread([98.0, 98.1, 98.2]), f"98.10{PM}0.10"),
    ],
)
def test_format_glued(value: object, text: str) -> None:
    assert format_glued(value) == text


@pytest.mark.parametrize("value", [None, True, {}, object()])
def test_what_has_no_text_is_an_error(value: object) -> None:
    with pytest.raises(TypeError, match="has no text"):
        format_glued(value)


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Collect what is displayed, as a kernel would send it."""
    shown: list[dict[str, Any]] = []
    shell = InteractiveShell.instance()
    publish = lambda data, metadata=None, **rest: shown.append({"data": data, "meta": metadata})  # noqa: E731
    monkeypatch.setattr(shell.display_pub, "publish", publish)
    yield shown
    InteractiveShell.clear_instance()


def test_glued_values_carry_the_chapter(displayed: list[dict[str, Any]]) -> None:
    table = glue_values("rate", {"best": 0.1, "seeds": 3})
    assert table["text"].to_dict() == {"rate-best": "0.1", "rate-seeds": "3"}
    names = [output["meta"]["scrapbook"]["name"] for output in displayed]
    assert names == ["rate-best", "rate-seeds"]
    assert displayed[0]["data"]["application/papermill.record/text/plain"] == "'0.1'"


def test_without_myst_nb_there_is_still_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "myst_nb":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    assert glue_values("rate", {"best": 0.1})["text"].tolist() == ["0.1"]


def test_glued_values_bring_their_script_to_jupyter_and_not_to_the_book(monkeypatch):
    monkeypatch.delenv("MLP_CORE_BUILDING_BOOK", raising=False)
    table = glue_values("rate", {"best": "</script><b>"})
    html = table._repr_html_()
    assert html.count("<script>") == html.count("</script>") == 1
    assert '{"rate-best": "<\\/script><b>"}' in html
    monkeypatch.setenv("MLP_CORE_BUILDING_BOOK", "1")
    assert "<script" not in table._repr_html_()
