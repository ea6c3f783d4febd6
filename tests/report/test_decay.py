"""A weight that no gradient holds lasts as long as the table says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlp_core.nn import SGD
from mlp_core.report.chapters.decay import half_life, shrinkage, table_of_half_lives
from mlp_core.training import RunConfig


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_half_a_weight_is_left_after_a_half_life(momentum: float) -> None:
    config = RunConfig(learning_rate=0.1, momentum=momentum, weight_decay=0.001)
    weight = np.array([1.0])
    optimizer = SGD(0.1, momentum=momentum, weight_decay=0.001)
    updates = 0
    while weight[0] > 0.5:
        optimizer.step(weight, np.zeros(1))
        updates += 1
    start = momentum / (1 - momentum)  # momentum takes some updates to set in
    assert half_life(config) - 1 < updates < half_life(config) + 2 + start


def test_without_decay_a_weight_lasts_for_ever() -> None:
    assert half_life(RunConfig(weight_decay=0.0)) == math.inf
    assert shrinkage(RunConfig(weight_decay=0.0)) == 1


def test_the_table_counts_in_updates_and_epochs() -> None:
    base = RunConfig(learning_rate=0.1, momentum=0.0, epochs=10)
    configs = [base.replace(weight_decay=decay) for decay in (0.0, 0.01, 0.5)]
    table = table_of_half_lives(configs, 1000)
    assert table.index.tolist() == ["0", "0.01", "0.5"]
    assert table.loc["0"].tolist() == ["-", "-", "100 %"]
    assert table.loc["0.01"].tolist() == ["690", "69", "90 %"]
    assert table.loc["0.5", "left after 10 epochs"] == "1 %"
    assert table.columns.name == "weight decay"
