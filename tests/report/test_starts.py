"""The first steps: gradients before any update, and tables of the first epochs."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core import RunConfig, load_dataset
from mlp_core.nn import make_loss
from mlp_core.nn.gradient_check import compute_gradients
from mlp_core.report.chapters.starts import (
    Start,
    at_epoch,
    epochs_until,
    measure_start,
    table_of_epochs,
    table_of_starts,
)
from mlp_core.training import History, Run, Training

PM = "\u00a0±\u00a0"


def test_a_start_has_the_gradients_of_the_first_images() -> None:
    config = RunConfig(activation="sigmoid", hidden_sizes=(16, 8))
    start = measure_start(config, examples=50)
    network, digits = Training(config).network, load_dataset()
    compute_gradients(network, make_loss("cross_entropy"), digits.images(stop=50),
                      digits.train_labels[:50])  # fmt: skip
    norms = [np.linalg.norm(layer.grad_weight) for layer in network.linear_layers]
    assert start.gradients == pytest.approx(norms, rel=1e-5)
    assert start.output == pytest.approx(0.5, abs=0.02)
    assert 0 < start.variation < 0.1


def test_hinge_starts_ten_times_as_hard_as_cross_entropy() -> None:
    hinge, soft = (measure_start(RunConfig(loss=loss)) for loss in ("hinge", "cross_entropy"))
    assert hinge.gradients == pytest.approx([10 * norm for norm in soft.gradients], rel=0.02)


def test_table_of_starts_has_the_last_layers_under_one_another() -> None:
    table = table_of_starts(
        {"one layer": Start((0.25, 0.5), 0.0, 1e-5), "two": Start((1.0, 2.0, 3.0), 0.5, 0.125)}
    )
    assert list(table.columns) == [
        "gradient, layer 1", "gradient, layer 2", "gradient, last layer",
        "hidden output", "its variation",
    ]  # fmt: skip
    assert table.loc["one\u00a0layer"].tolist() == ["0.25", "-", "0.5", "0", "10⁻⁵"]
    assert table.loc["two"].tolist()[:3] == ["1", "2", "3"]


def test_tables_of_epochs() -> None:
    runs = []
    for seed in (0, 1):
        history = History()
        for epoch in (1, 2, 3):
            history.append(epoch=epoch, test_accuracy=0.1 * epoch + 0.02 * seed)
        runs.append(Run(RunConfig(seed=seed, epochs=3), history, "completed"))
    table = table_of_epochs(runs, (1, 3))
    assert table.index.tolist() == ["single,\u00a0ReLU, cross\u2011entropy"]
    assert table.iloc[0].tolist() == [f"11.0{PM}1.4", f"31.0{PM}1.4"]
    assert at_epoch(runs, 2) == pytest.approx([20, 22])
    assert [epochs_until(runs[0], level) for level in (10, 15, 31)] == [1, 2, None]
