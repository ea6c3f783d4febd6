"""Traced activations and losses are those of the formulas, with their derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core.nn import STABLE_ACTIVATIONS
from mlp_core.report.chapters.shapes import trace_activation, trace_loss

X = np.linspace(-4, 4, 81)


@pytest.mark.parametrize("name", STABLE_ACTIVATIONS)
def test_slopes_are_those_of_the_outputs(name: str) -> None:
    step = 1e-6
    _, slopes = trace_activation(name, X + 0.01)  # off the kink of relu
    above, below = (trace_activation(name, X + 0.01 + s)[0] for s in (step, -step))
    assert slopes == pytest.approx((above - below) / (2 * step), abs=1e-8)


def test_sigmoid_is_steepest_at_zero() -> None:
    outputs, slopes = trace_activation("sigmoid", X)
    assert slopes.max() == pytest.approx(0.25)
    assert outputs[np.argmax(slopes)] == pytest.approx(0.5)


@pytest.mark.parametrize("classes", [2, 10])
def test_losses_pull_as_their_formulas_say(classes: int) -> None:
    rivals = classes - 1
    losses, pulls = trace_loss("cross_entropy", X, classes)
    share = np.exp(X) / (np.exp(X) + rivals)
    assert losses == pytest.approx(-np.log(share))
    assert pulls == pytest.approx(1 - share)
    losses, pulls = trace_loss("mse", X, classes)
    assert losses == pytest.approx((X - 1) ** 2 / 2)
    assert pulls == pytest.approx(1 - X)
    losses, pulls = trace_loss("hinge", X + 0.01, classes, hinge_margin=0.5)
    assert losses == pytest.approx(rivals * np.maximum(0.5 - X - 0.01, 0))
    assert set(pulls[X + 0.01 < 0.5]) == {rivals}
    assert set(pulls[X + 0.01 > 0.5]) == {0}
