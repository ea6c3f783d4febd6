"""The runs of the study of regularization stand by treatment, dose and number of images."""

from __future__ import annotations

import pytest

from mlp_core.report.bands import plot_seed_charts
from mlp_core.report.chapters.regularized import (
    accuracy_gap,
    chart_doses,
    group_treatments,
    late_accuracy,
    name_treatments,
)
from mlp_core.studies import STUDIES
from mlp_core.training import History, Run


@pytest.fixture(scope="module")
def study_runs() -> list[Run]:
    """Made up: accuracies rise over two epochs; dropout gains, few images lose."""
    runs = []
    for config in STUDIES["regularization"].configs():
        history, end = History(), 0.97 + 0.001 * config.seed + 0.01 * config.dropout
        end -= 0.1 * (config.train_size is not None)
        history.append(epoch=1, updates=1, test_accuracy=end - 0.02)
        history.append(epoch=2, updates=2, test_accuracy=end, train_accuracy=1.0)
        runs.append(Run(config, history, "completed", duration_s=1.0))
    return runs


def test_each_kind_has_its_doses_and_none(study_runs: list[Run]) -> None:
    groups = group_treatments(study_runs)
    assert list(groups) == ["60,000 images", "1,000 images"]
    for kinds in groups.values():
        assert list(kinds) == ["L1", "L2", "dropout"]
        assert list(kinds["dropout"]) == [0.0, 0.1, 0.2, 0.35, 0.5]
        assert list(kinds["L1"]) == [0.0, 1e-6, 1e-5, 1e-4, 1e-3]
        assert kinds["L1"][0.0] == kinds["L2"][0.0] == kinds["dropout"][0.0]
        assert {len(runs) for doses in kinds.values() for runs in doses.values()} == {3}
    assert {run.config.train_size for run in groups["1,000 images"]["L2"][0.01]} == {1000}


def test_treatments_have_names(study_runs: list[Run]) -> None:
    named = name_treatments(group_treatments(study_runs)["60,000 images"])
    assert len(named) == 13
    assert list(named)[:2] == ["none", "L1\u00a010⁻⁶"]
    assert [run.config.dropout for run in named["dropout\u00a00.5"]] == [0.5] * 3


def test_measures_of_a_run(study_runs: list[Run]) -> None:
    assert accuracy_gap(study_runs[0]) == pytest.approx(2.9)
    assert late_accuracy(study_runs[0]) == pytest.approx(96.1)
    assert late_accuracy(study_runs[0], 1) == pytest.approx(97.1)
    diverged = Run(study_runs[0].config, History(), "diverged", duration_s=1.0)
    with pytest.raises(ValueError, match="diverged"):
        accuracy_gap(diverged)


def test_a_chart_a_kind_with_the_untreated_level(study_runs: list[Run]) -> None:
    groups = group_treatments(study_runs)
    few = chart_doses({"1,000 images": groups["1,000 images"]}, late_accuracy, "accuracy", "y")
    assert [chart.title for chart in few] == [f"accuracy: {k}" for k in ("L1", "L2", "dropout")]
    assert [chart.log for chart in few] == ["xy", "xy", "y"]
    assert [list(chart.lines) for chart in few] == [["L1"], ["L2"], ["dropout"]]
    assert few[2].lines["dropout"][0.5] == pytest.approx([86.6, 86.7, 86.8])
    assert few[2].reference == {"none": pytest.approx([86.1, 86.2, 86.3])}
    both = chart_doses(groups, accuracy_gap, "gap")
    assert list(both[0].lines) == ["60,000 images", "1,000 images"]
    assert list(both[0].reference or {}) == ["none, 60,000", "none, 1,000"]
    assert len(plot_seed_charts(both).axes) == 3
