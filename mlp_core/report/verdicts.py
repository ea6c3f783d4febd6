"""Tables of verdicts: which levels of a factor differ from one of them by more than their seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mlp_core.report.axes import format_number
from mlp_core.report.measures import MEASURES, group_runs, values_of
from mlp_core.report.spread import LEVEL, seed_spread, welch_p
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
        label = format_number(level) if isinstance(level, int | float) else str(level)
        rows[label] = {shown.label: seed_spread(own).text(shown.digits) if own else "-"}
        same = level == reference
        rows[label] |= _compare(own, values[reference], same, abs(shown.digits))
    table = pd.DataFrame(rows).T
    table.columns.name = factor.replace("_", " ")
    return table


def _compare(
    own: Sequence[float], others: Sequence[float], same: bool, digits: int
) -> dict[str, str]:
    if same or min(len(own), len(others)) < 2:
        return {"difference": "-", "p": "-", "seed noise": "-"}
    p = welch_p(own, others)
    difference = f"{seed_spread(own).mean - seed_spread(others).mean:+.{digits}f}"
    return {
        "difference": difference.replace("-", "\u2212"),
        "p": f"{p:.3f}" if p >= 0.001 else "<\u00a00.001",
        "seed noise": "outside" if p < LEVEL else "inside",
    }
