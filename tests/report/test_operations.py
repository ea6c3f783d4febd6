"""Operations are counted from the layer sizes: checked against sums worked by hand."""

from __future__ import annotations

import pytest

from mlp_core.nn import MLP
from mlp_core.report.chapters.operations import (
    UPDATE_PASSES,
    count_operations,
    plot_operations,
    table_of_operations,
)

COUNTS = count_operations(784, (128,), 10, batch_size=100)


def test_a_product_is_an_addition_and_a_multiplication_a_term() -> None:
    first, second = COUNTS.values()
    assert list(COUNTS) == ["784 to 128", "128 to 10"]
    assert first["forward"] == first["weights"] == 2 * 100 * 784 * 128
    assert second["forward"] == second["weights"] == second["inputs"] == 2 * 100 * 128 * 10


def test_the_first_layer_has_no_input_gradient() -> None:
    assert COUNTS["784 to 128"]["inputs"] == 0
    assert next(iter(count_operations(5, (), 3, 7).values()))["inputs"] == 0


@pytest.mark.parametrize("hidden_sizes", [(), (128,), (256, 128)])
def test_the_update_passes_over_every_parameter(hidden_sizes: tuple[int, ...]) -> None:
    counts = count_operations(784, hidden_sizes, 10, batch_size=1)
    parameters = MLP(784, hidden_sizes, 10).parameters.size
    assert sum(parts["update"] for parts in counts.values()) == UPDATE_PASSES * parameters


def test_table_and_figure_show_the_counts() -> None:
    table = table_of_operations(COUNTS)
    assert table.loc["784\u00a0to\u00a0128"].tolist() == ["20.07", "20.07", "0", "0.502", "98.1"]
    assert sum(map(float, table["share, %"])) == pytest.approx(100)
    figure = plot_operations(COUNTS)
    widths = [bar.get_width() for bar in figure.axes[0].patches]
    assert widths[:3] == pytest.approx([20.0704, 20.0704, 0])
    assert len(widths) == 8
    assert "weights' gradient, 784 to 128: 20.07" in figure.get_label()
