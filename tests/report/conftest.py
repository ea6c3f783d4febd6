"""Runs to show: made up, so that every figure and table is known beforehand."""

from __future__ import annotations

import pytest
from shown_runs import make_run

from mlp_core.training import Run


@pytest.fixture
def runs() -> list[Run]:
    """Three rates and three seeds; of the largest rate one seed diverged, of 10 all."""
    accuracies = {
        0.01: (0.90, 0.91, 0.92),
        0.1: (0.980, 0.981, 0.982),
        1.0: (0.979, 0.981, None),
        10.0: (None, None, None),
    }
    return [
        make_run(rate, 2022 + place, accuracy)
        for rate, values in accuracies.items()
        for place, accuracy in enumerate(values)
    ]
