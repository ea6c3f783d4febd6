"""The page on the two reports: all settings, all seven parameters, and what a run took."""

from __future__ import annotations

from functools import cache

import pytest
from made import failing

from mlp_book.chapters import reports as chapter
from mlp_core import Run
from mlp_core.studies import load_runs


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


def test_every_setting_stands_on_the_page() -> None:
    table = chapter.table_of_defaults()
    assert len(table) == len(chapter.BASE.to_dict()) - 1  # the seed
    assert table.loc["optimizer"].tolist() == ["SGD", "Adadelta"]
    assert table.loc["epochs"].tolist() == ["100", "14"]


@pytest.mark.parametrize("measure", ["test_loss", "test_error"])
def test_each_of_seven_parameters_has_its_curves(measure: str) -> None:
    """Report B varies seven; the page had six."""
    data = chapter.all_parameters(stored("one-at-a-time"), stored("regularization"))
    figure = chapter.plot_parameters(data, measure)
    assert len(figure.axes) == 7
    last = figure.axes[-1]
    assert last.get_title("left").startswith("regularization")
    names = [line.get_label() for line in last.lines if not line.get_label().startswith("_")]
    assert sorted(names) == sorted(chapter.TREATED)


def test_a_run_s_time_is_that_of_the_files() -> None:
    values = chapter.times(stored("one-at-a-time")).values
    assert values["reports-b-time-published"] == "134"
    assert values["reports-b-times"].count(" with ") == 3
    fast = [run for run in stored("one-at-a-time") if run.config.batch_size != 16]
    assert "three batch sizes were timed" in failing(lambda: chapter.times(fast))


def test_two_seeds_are_not_several() -> None:
    first = sorted({run.config.seed for run in stored("one-at-a-time")})[:2]
    few = [run for run in stored("one-at-a-time") if run.config.seed in first]
    defaults = chapter.default_runs(stored("activations-losses-depth"), few)
    assert failing(lambda: chapter.defaults(defaults)) == [
        "both defaults were trained with several seeds"
    ]
