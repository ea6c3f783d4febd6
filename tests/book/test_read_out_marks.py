"""The file of a chart of rows, cells or dots says what is behind each mark, and where it lies."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pandas as pd
import pytest
from made import fake_run

from mlp_book import bars, dots, error_map, heat_map
from mlp_book.frames import frame
from mlp_book.stats import spread
from mlp_book.style import ReportFigure
from mlp_book.text import format_level
from mlp_core.studies import load_runs
from mlp_core.training import RunConfig

STUDY = "learning-rate"


def marks_of(figure: ReportFigure) -> dict[str, Any]:
    (panel,) = json.loads(ET.fromstring(figure.inline_svg()).attrib["data-scales"])
    return dict(panel["marks"])


def test_a_row_is_as_wide_as_its_axes_and_has_mean_interval_seeds_and_runs() -> None:
    data = frame(load_runs(STUDY)).assign(what="rate")
    figure = dots(data, "learning_rate", "test_error", group="what")
    marks = marks_of(figure)
    levels = list(dict.fromkeys(data["learning_rate"]))
    own = [data[data["learning_rate"] == level] for level in levels]
    found = [spread(rows["test_error"]) for rows in own]
    assert marks["name"] == [f"rate: {format_level(level)}" for level in levels]
    assert marks["value"] == pytest.approx([one.mean for one in found], rel=1e-3)
    assert marks["low"] == pytest.approx([one.interval[0] for one in found], rel=1e-3)
    assert marks["high"] == pytest.approx([one.interval[1] for one in found], rel=1e-3)
    assert marks["runs"] == [".".join(rows["run_id"]) for rows in own]
    assert (marks["study"], marks["between"]) == (STUDY, "95\u00a0% interval")
    assert {len(rows) for rows in own} == {marks["n"]}
    lefts, tops, rights, bottoms = zip(*marks["box"], strict=True)
    box = figure.axes[0].bbox
    assert len({*lefts}) == len({*rights}) == 1
    assert rights[0] - lefts[0] == pytest.approx(box.width * 72 / figure.dpi, abs=0.2)
    assert list(tops[1:]) == list(bottoms[:-1]) == sorted(tops[1:])


def test_an_interval_of_the_frame_is_read_as_what_it_is() -> None:
    data = pd.DataFrame({"row": ["a", "b"], "gain": [1.0, 2.0], "from": [0.5, 1.5], "to": [3, 4]})
    figure = dots(data, "row", "gain", interval=("from", "to"), between="extremes")
    figure.axes[0].set_ylabel("kind")
    marks = marks_of(figure)
    assert (marks["name"], marks["value"]) == (["kind a", "kind b"], [1, 2])
    assert marks["between"] == "extremes"
    assert (marks["low"], marks["high"]) == ([0.5, 1.5], [3, 4])
    assert not {"n", "study", "runs"} & marks.keys()


def test_cells_lie_side_by_side_and_say_how_many_seeds_diverged() -> None:
    reached = {(0.1, 10): (97.0, 98.0), (0.1, 20): (96.0, None), (1.0, 10): (None, None)}
    runs = [
        fake_run(RunConfig(learning_rate=rate, batch_size=size, seed=seed), accuracy)
        for (rate, size), seeds in reached.items()
        for seed, accuracy in enumerate(seeds)
    ]
    figure = error_map(frame(runs), "batch_size", "learning_rate")
    marks = marks_of(figure)
    cells = ((10, "0.1"), (10, "1"), (20, "0.1"))
    assert marks["name"] == [f"batch size {size}, learning rate {rate}" for size, rate in cells]
    assert marks["value"] == pytest.approx([2.5, None, 4.0])
    assert (marks["n"], marks["lost"]) == ([2, 0, 1], [0, 2, 1])
    first, beside, below = marks["box"]
    assert (first[2], first[1::2]) == (beside[0], beside[1::2])
    assert (first[3], first[::2]) == (below[1], below[::2])


def test_a_figure_with_nothing_to_read_has_no_stop_for_the_keyboard() -> None:
    counts = pd.DataFrame({"kind": ["a"], "count": [3]})
    for figure in (bars(counts, "kind", "count"), heat_map(pd.DataFrame([[0.5]]))):
        assert "data-scales" not in figure.inline_svg()
