"""What the published reports printed, as one tidy table.

Report A: "HW1 MNIST Digit Classification with MLP" (2022), on an AMD EPYC 7742 with NumPy 1.22.
Each figure is a mean of 5 seeds after 100 epochs. Report B: "Learning PyTorch by examples (2)", on
a graphics processor, one run each. Neither printed a spread.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pandas as pd

from mlp_book.cells import Cell

SEEDS = 5
UPDATES = 60_000  # of a run: 100 epochs of 600 batches
ROUNDING = 0.005  # half of the last digit printed: report A cuts its figures off there


@cache
def published() -> pd.DataFrame:
    """Return one row per printed figure.

    Returns
    -------
    DataFrame
        Columns: ``report``, ``table``, ``depth``, ``loss``, ``activation``, ``batch_size``,
        ``measure``, ``unit``, ``seeds``, ``mean`` and ``std``.
    """
    with files("mlp_book.findings").joinpath("published.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def report_a(measure: str) -> dict[Cell, float]:
    """Return a table of report A by cell, in the printed unit: percent, 100 times the loss, ms.

    Parameters
    ----------
    measure : {"train_accuracy", "test_accuracy", "train_loss", "test_loss", "ms_per_update"}
    """
    rows = published().query("report == 'A' and measure == @measure")
    if rows.empty:
        raise ValueError(
            f"measure={measure!r} is not legal: report A has {sorted(measures_of_a())}"
        )
    return {Cell(*row[:3]): row.mean for row in rows[[*Cell._fields, "mean"]].itertuples(False)}


def measures_of_a() -> list[str]:
    """Return the measures that report A has tables of."""
    return list(published().query("report == 'A'")["measure"].unique())
