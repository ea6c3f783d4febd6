"""A table of runs that belong together in a way no single factor tells: one named group a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from mlp_core.report.axes import format_number
from mlp_core.report.measures import MEASURES
from mlp_core.report.tables import cell_text, table_of_rows
from mlp_core.training import Run


def table_of_groups(
    groups: Mapping[str, Sequence[Run]],
    measures: Sequence[str] = ("train_loss", "test_accuracy"),
    title: str = "",
    updates: bool = False,
) -> pd.DataFrame:
    """Return a row a group: mean and standard deviation over its seeds, as text.

    Parameters
    ----------
    groups : mapping of str to sequence of Run
        From a row's name to runs of one config with several seeds.
    measures : sequence of str
        Names from `mlp_core.report.measures.MEASURES`.
    title : str
        What the groups' names are; stands in the table's corner.
    updates : bool
        Whether to show the number of updates, and its product with the learning rate: how far
        training may have come.
    """
    rows = {}
    for name, runs in groups.items():
        row: dict[str, str] = {}
        if updates:
            count, rate = runs[0].summary["updates"], runs[0].config.learning_rate
            row = {"updates": f"{count}", "updates times rate": format_number(count * rate)}
        for measure in measures:
            row[MEASURES[measure].label] = cell_text(runs, measure)
        rows[name] = row
    return table_of_rows(rows, title)
