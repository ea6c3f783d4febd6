"""What an update costs by activation, loss and depth: our benchmark beside report A's times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from mlp_book.cells import with_cells
from mlp_book.findings.published import SEEDS, UPDATES, report_a
from mlp_book.tables import table_of_rows

TO = "\u2060\u2013\u2060"  # a dash at which a narrow table does not break


def update_times(content: Mapping[str, Any]) -> pd.DataFrame:
    """Return the measured times of the cells that report A has, beside the published ones.

    Parameters
    ----------
    content : mapping
        From ``load_benchmark("benchmark-activations")``.

    Returns
    -------
    DataFrame
        One row per cell, in the order of the tables: ``depth``, ``loss``, ``activation``,
        ``cell``, ``ours`` and ``published`` (ms per update), ``quartiles`` (of ours), and
        ``ours_to_relu`` and ``published_to_relu``, the multiples of ReLU's: they compare within a
        machine, which is what two machines can be compared by.
    """
    published = report_a("ms_per_update")
    data = with_cells(pd.DataFrame(content["cells"]))
    data = data[[cell in published for cell in data["cell"]]]
    cells = list(data["cell"])
    return data.rename(columns={"ms_per_update": "ours", "ratio_to_relu": "ours_to_relu"}).assign(
        published=[published[cell] for cell in cells],
        published_to_relu=[
            published[cell] / published[cell._replace(activation="relu")] for cell in cells
        ],
    )


def table_of_update_times(content: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row per cell: ms per update and the multiple of ReLU's, published and ours."""
    rows = {
        one.cell.row_name: {
            "published, ms": f"{one.published:.2f}",
            "ours, ms": f"{one.ours:.3f}",
            "quartiles": TO.join(f"{value:.3f}" for value in one.quartiles),
            "published, \u00d7\u00a0ReLU": f"{one.published_to_relu:.2f}",
            "ours, \u00d7\u00a0ReLU": f"{one.ours_to_relu:.2f}",
        }
        for one in update_times(content).itertuples()
    }
    return table_of_rows(rows, "an update")


def total_hours(
    ms_per_update: Iterable[float], updates: int = UPDATES, seeds: int = SEEDS
) -> float:
    """Return what cells take together: every seed makes so many updates in each of them."""
    return sum(ms_per_update) * updates * seeds / 3.6e6
