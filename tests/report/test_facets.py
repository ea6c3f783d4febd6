"""Panels of curves: the same colour and dash mean the same thing everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.report.facets import Trace, drawn_epochs, plot_traces, trace_measure, trace_record
from mlp_core.report.style import COLOURS
from mlp_core.training import History, Run, RunConfig


def make_run(seed: int, level: float, **fields: object) -> Run:
    history = History()
    for epoch in (1, 2, 3):
        history.append(epoch=epoch, test_accuracy=level + 0.01 * epoch)
    layers = len(fields["hidden_sizes"])  # type: ignore[arg-type]
    records = {"active_units": [[level] * layers] * 3}
    return Run(RunConfig(seed=seed, **fields), history, "completed", records=records)


@pytest.fixture
def runs() -> list[Run]:
    return [
        make_run(seed, 0.9 + 0.01 * seed, activation=activation, loss=loss, hidden_sizes=sizes)
        for loss in ("hinge", "cross_entropy")
        for activation in ("relu", "gelu")
        for sizes in ((128,), (256, 128))
        for seed in (1, 0)
    ]


def test_a_measure_has_a_panel_a_loss_and_a_line_an_activation_and_depth(runs: list[Run]) -> None:
    panels = trace_measure(runs, "test_error")
    assert list(panels) == ["cross\u2011entropy", "hinge"]
    traces = panels["hinge"]
    assert [trace.name for trace in traces] == [
        "GELU, single", "ReLU, single", "GELU, double", "ReLU, double",
    ]  # fmt: skip
    assert [(trace.colour, trace.dash) for trace in traces] == [
        (COLOURS[0], 0), (COLOURS[1], 0), (COLOURS[0], 1), (COLOURS[1], 1),
    ]  # fmt: skip
    assert traces[0].values.shape == (2, 3)
    assert traces[0].values[:, 0] == pytest.approx([9, 8])


def test_a_record_has_a_line_a_layer(runs: list[Run]) -> None:
    double = trace_record(runs, "active_units", ["double"], percent=True)["hinge"]
    assert [trace.name for trace in double] == ["GELU, 1st", "GELU, 2nd", "ReLU, 1st", "ReLU, 2nd"]
    assert [trace.dash for trace in double] == [0, 1, 0, 1]
    assert double[0].values[:, -1] == pytest.approx([90, 91])
    single = trace_record(runs, "active_units", ["single"])["hinge"]
    assert [trace.name for trace in single] == ["GELU", "ReLU"]


def test_a_record_of_both_depths_tells_them_apart_by_dash(runs: list[Run]) -> None:
    both = trace_record(runs, "active_units")["hinge"]
    assert {trace.name: trace.dash for trace in both} == {
        "GELU, single": 0, "GELU, double 1st": 1, "GELU, double 2nd": 2,
        "ReLU, single": 0, "ReLU, double 1st": 1, "ReLU, double 2nd": 2,
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 20, 25, 26, 100, 1000])
def test_late_epochs_are_drawn_more_sparsely(count: int) -> None:
    drawn = drawn_epochs(count)
    assert (drawn[0], drawn[-1]) == (1, count)
    assert len(drawn) <= 50
    assert np.all(np.diff(drawn) > 0)
    assert drawn[: min(count, 25)].tolist() == list(range(1, min(count, 25) + 1))


def test_figure_has_lines_bands_and_names(runs: list[Run]) -> None:
    figure = plot_traces(trace_measure(runs, "test_error"), "test error, %", log="xy", ylim=(1, 20))
    above, below = figure.axes
    assert above.get_title("left") == "cross\u2011entropy: test error, %"
    assert below.get_xlabel() == "epoch"
    assert (below.get_xscale(), above.get_yscale()) == ("log", "log")
    line = below.lines[0]
    assert line.get_color() == COLOURS[0]
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert line.get_ydata() == pytest.approx([8.5, 7.5, 6.5])
    assert len(below.collections) == 4
    assert below.texts[0].get_text() == "GELU, single"
    assert "hinge: GELU, single from 8.5 to 6.5" in figure.get_label()


def test_one_seed_has_no_band() -> None:
    trace = Trace("alone", np.array([[1.0, 2.0]]), COLOURS[0], 1)
    (axes,) = plot_traces({"": [trace]}, "y").axes
    assert axes.get_title("left") == "y"
    assert len(axes.collections) == 0
    assert axes.lines[0].get_linestyle() == "--"
