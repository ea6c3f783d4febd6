"""Hidden sizes: none on the left, a verdict on where more stops helping."""

from __future__ import annotations

import pytest

from mlp_core.nn import MLP
from mlp_core.report.chapters.sizes import (
    count_parameters,
    enough_units,
    group_sizes,
    plot_sizes,
    table_of_networks,
    table_of_sizes,
    trace_sizes,
)
from mlp_core.training import History, Run, RunConfig


def make_run(size: int, seed: int, accuracy: float) -> Run:
    history = History()
    history.append(epoch=1, test_accuracy=accuracy, test_loss=0.1, running_loss=0.2)
    history.amend_last(train_accuracy=min(1.0, accuracy + 0.02), train_loss=0.001)
    config = RunConfig(hidden_sizes=(size,) if size else (), seed=seed)
    return Run(config, history, "completed")


@pytest.fixture
def runs() -> list[Run]:
    """64 units are better than 16, and as good as 32."""
    means = {64: 0.985, 0: 0.92, 16: 0.95, 32: 0.984}
    return [
        make_run(n, seed, mean + 0.001 * seed) for n, mean in means.items() for seed in range(3)
    ]


def test_sizes_are_sorted_and_none_is_zero(runs: list[Run]) -> None:
    double = Run(RunConfig(hidden_sizes=(256, 128)), runs[0].history, "completed")
    assert list(group_sizes([*runs, double])) == [0, 16, 32, 64]
    with pytest.raises(ValueError, match="load_runs"):
        group_sizes([double])


@pytest.mark.parametrize("sizes", [(), (16,), (256, 128)])
def test_parameters_are_those_of_the_network(sizes: tuple[int, ...]) -> None:
    assert count_parameters(64, sizes, 10) == MLP(64, sizes, 10).parameters.size


def test_where_more_stops_helping(runs: list[Run]) -> None:
    assert enough_units(runs) == 32
    assert enough_units(runs[:3]) == 64
    assert enough_units([run for run in runs if run.config.hidden_sizes != (32,)]) == 64
    assert enough_units(runs, "test_loss", largest=False) == 0  # all alike


def test_a_wide_spread_does_not_hide_what_larger_networks_gain(runs: list[Run]) -> None:
    wide = [make_run(8, seed, accuracy) for seed, accuracy in enumerate((0.7, 0.99, 0.8))]
    assert enough_units(wide + runs) == 32


def test_figure_by_size(runs: list[Run]) -> None:
    figure = plot_sizes(runs, examples=1000)
    above, below = figure.axes
    assert above.get_title("left") == "error, %, after the last epoch"
    assert below.get_title("left") == "loss, after the last epoch"
    assert [tick.get_text() for tick in below.get_xticklabels()] == ["none", "16", "32", "64"]
    assert below.get_xlabel() == "hidden units"
    assert above.get_yscale() == "log"
    dots = [line for line in above.lines if line.get_marker() == "o"]
    assert [len(line.get_ydata()) for line in dots] == [3] * 8
    assert [line.get_xdata()[0] for line in dots[:4]] == [2, 4, 5, 6]
    assert below.lines[-1].get_ydata() == pytest.approx([0.001] * 3)  # a loss has no such floor
    assert min(dots[-1].get_ydata()) == pytest.approx(50 / 1000)  # no error: half an image
    assert [text.get_text() for text in above.texts] == ["test", "training"]
    assert "none: 7.9" in figure.get_label()


def test_table_by_size(runs: list[Run]) -> None:
    table = table_of_sizes(runs, 64, 10, ("test_accuracy",))
    assert list(table.index) == ["none", "16", "32", "64"]
    assert table.loc["none"].tolist() == ["650", "92.10\u00a0±\u00a00.10", "3"]
    assert table.columns.name == "hidden units"


def test_table_of_networks(runs: list[Run]) -> None:
    double = Run(RunConfig(hidden_sizes=(256, 128)), runs[0].history, "completed")
    table = table_of_networks([double, *runs[:3]], 784, 10, ("test_accuracy",))
    assert list(table.index) == ["256,\u00a0128", "64"]
    assert table["parameters"].tolist() == ["235,146", "50,890"]
    assert table["seeds"].tolist() == ["1", "3"]


def test_curves_by_size(runs: list[Run]) -> None:
    (traces,) = trace_sizes(runs, "test_error").values()
    assert [trace.name for trace in traces] == ["none", "16", "32", "64"]
    assert traces[0].values.ravel() == pytest.approx([8.0, 7.9, 7.8])
    assert len({trace.colour for trace in traces}) == 4
