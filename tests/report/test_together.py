"""Studies in one chart stand at the places that their configs give."""

from __future__ import annotations

import dataclasses

import pytest

from mlp_core.report.together import effective_rate, plot_together
from mlp_core.training import Run, RunConfig


def test_each_study_stands_at_its_effective_rates(runs: list[Run]) -> None:
    plain = runs[3].config.replace(momentum=0.0, learning_rate=0.5)
    others = [dataclasses.replace(run, config=plain) for run in runs[3:5]]
    figure = plot_together({"rate": runs, "plain": others}, effective_rate, "effective rate")
    (axes,) = figure.axes
    joined = [line for line in axes.lines if line.get_linestyle() == "-"]
    first, second = (line for line in joined if len(line.get_xdata()))
    assert first.get_xdata() == pytest.approx([0.1, 1.0, 10.0])  # 100 diverged
    assert second.get_xdata() == pytest.approx([0.5])
    assert second.get_ydata() == pytest.approx([1.95])
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["rate", "plain"]
    assert "plain: 0.5: 1.95." in figure.get_label()


def test_settled_step() -> None:
    assert effective_rate(RunConfig(learning_rate=0.05, momentum=0.99)) == pytest.approx(5)
