"""A measure at a training loss is read off between the epochs around it."""

from __future__ import annotations

import math

import pytest

from mlp_core.report.chapters.at_loss import value_at_loss, values_at_loss
from mlp_core.training import Run


def test_at_the_loss_of_an_epoch_it_is_that_epochs_value(runs: list[Run]) -> None:
    history = runs[0].history
    for epoch in (1, 2, 3, 4):
        expected = 100 * (1 - history["test_accuracy"][epoch])
        found = value_at_loss(runs[0], history["running_loss"][epoch])
        assert found == pytest.approx(expected)


def test_between_two_epochs_it_lies_between(runs: list[Run]) -> None:
    first, second = runs[0].history["running_loss"][1:3]
    middle = value_at_loss(runs[0], math.sqrt(first * second), "test_accuracy")
    around = [100 * value for value in runs[0].history["test_accuracy"][1:3]]
    assert middle == pytest.approx(sum(around) / 2)


def test_a_loss_that_is_never_reached_has_no_value(runs: list[Run]) -> None:
    assert value_at_loss(runs[0], 1e-9) is None
    assert value_at_loss(runs[0], 100.0) is None  # lower after the first epoch already
    assert values_at_loss(runs[:3], 1e-9) == []
    assert len(values_at_loss(runs[:3], 1.0)) == 3
