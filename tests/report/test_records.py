"""Records are averaged over the seeds of a level."""

from __future__ import annotations

import pytest

from mlp_core.report.records import last_records, records_by_level
from mlp_core.training import Run


def test_a_line_a_level_is_the_mean_over_seeds(runs: list[Run]) -> None:
    for number, run in enumerate(runs[:6]):
        run.records["weight_norm"] = [[number, 10.0], [number + 1, 20.0]]
    lines = records_by_level(runs[:6], "learning_rate", "weight_norm", 0)
    assert lines == {"0.01": [1, 2], "0.1": [4, 5]}
    assert records_by_level(runs[:6], "learning_rate", "weight_norm", -1)["0.1"] == [10, 20]
    assert last_records(runs[:3], "weight_norm", 0) == pytest.approx([1, 2, 3])
