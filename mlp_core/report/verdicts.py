"""Tables of verdicts: which levels of a factor differ from one of them by more than their seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mlp_core.report.axes import format_level, signed
from mlp_core.report.measures import MEASURES, group_runs, values_of
from mlp_core.report.spread import LEVEL, seed_spread, welch_p
from mlp_core.report.tables import cell_text, table_of_rows
from mlp_core.training import Run


def table_against(
    runs: Sequence[Run], factor: str, reference: Any, measure: str = "test_accuracy"
) -> pd.DataFrame:
    """Compare every level of a factor with one of them by Welch's test.

    Parameters
    ----------
    runs : sequence of Run
    factor : str
        A config field.
    reference : object
        One of its levels.
    measure : str
        A name from `mlp_core.report.measures.MEASURES`.

    Returns
    -------
    DataFrame
        A row a level, as text: mean and standard deviation, difference to the reference, the
        test's p, and the verdict.

    Raises
    ------
    ValueError
        If the reference is no level.
    """
    groups, shown = group_runs(runs, factor), MEASURES[measure]
    if reference not in groups:
        raise ValueError(f"{factor}={reference!r} is not among the runs: {list(groups)}")
    values = {level: values_of(group, measure) for level, group in groups.items()}
    rows = {}
    for level, own in values.items():
        others = [] if level == reference else values[reference]
        rows[format_level(level)] = {
            shown.label: cell_text(groups[level], measure),
            **_compare(own, others, abs(shown.digits)),
        }
    return table_of_rows(rows, factor.replace("_", " "))


def _compare(own: Sequence[float], others: Sequence[float], digits: int) -> dict[str, str]:
    if min(len(own), len(others)) < 2:
        return {"difference": "-", "p": "-", "seed noise": "-"}
    p = welch_p(own, others)
    return {
        "difference": signed(seed_spread(own).mean - seed_spread(others).mean, digits),
        "p": f"{p:.3f}" if p >= 0.001 else "<\u00a00.001",
        "seed noise": "outside" if p < LEVEL else "inside",
    }
