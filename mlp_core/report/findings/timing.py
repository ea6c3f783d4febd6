"""What an update costs by activation, loss and depth: our benchmark beside report A's times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from mlp_core.report.cells import Cell
from mlp_core.report.findings.published import REPORT_A
from mlp_core.report.tables import table_of_rows

REFERENCE = "relu"
TO = "\u2060\u2013\u2060"  # a dash at which a narrow table does not break


def times_of(content: Mapping[str, Any]) -> dict[Cell, Mapping[str, Any]]:
    """Return a benchmark's measurements by cell, in the order of the tables.

    Parameters
    ----------
    content : mapping
        From ``load_benchmark("benchmark-activations")``.
    """
    cells = {Cell(row["depth"], row["loss"], row["activation"]): row for row in content["cells"]}
    return dict(sorted(cells.items(), key=lambda item: item[0].place))


def table_of_update_times(content: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row a cell: ms an update and the multiple of ReLU's, beside those published.

    Cells that report A does not have are left out. The multiples compare within a machine, which
    is what two machines can be compared by.
    """
    published = REPORT_A["ms_per_update"]
    rows = {}
    for cell, row in times_of(content).items():
        if cell not in published:
            continue
        low, high = row["quartiles"]
        relu = published[cell._replace(activation=REFERENCE)]
        rows[cell.row_name] = {
            "published, ms": f"{published[cell]:.2f}",
            "ours, ms": f"{row['ms_per_update']:.3f}",
            "quartiles": f"{low:.3f}{TO}{high:.3f}",
            "published, \u00d7\u00a0ReLU": f"{published[cell] / relu:.2f}",
            "ours, \u00d7\u00a0ReLU": f"{row[f'ratio_to_{REFERENCE}']:.2f}",
        }
    return table_of_rows(rows, "an update")


def total_hours(ms_per_update: Mapping[Cell, float], updates: int, seeds: int) -> float:
    """Return what all cells together take: every seed makes so many updates in every cell."""
    return sum(ms_per_update.values()) * updates * seeds / 3.6e6
