"""What an update costs by activation, loss and depth: our benchmark beside report A's times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from mlp_book.cells import Cell, with_cells
from mlp_book.findings.published import SEEDS, UPDATES, report_a
from mlp_book.tables import table_of_rows
from mlp_book.text import format_level, signed

TO = "\u2060\u2013\u2060"  # a dash at which a narrow table does not break


def update_times(content: Mapping[str, Any]) -> pd.DataFrame:
    """Return times from ``load_benchmark("benchmark-activations")`` beside the published ones.

    Returns
    -------
    DataFrame
        One row per cell that report A has, in the order of its tables: `Cell._fields`, ``cell``,
        ``ours`` and ``published`` (ms per update), ``quartiles`` (of ours), and ``ours_to_relu``
        and ``published_to_relu``, the multiples of ReLU's: they compare within a machine.
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


def order_of_times(content: Mapping[str, Any]) -> Sequence[str]:
    """Describe whether an update takes longest with GELU, then sigmoid, then ReLU."""
    times = update_times(content)
    quartiles = dict(zip(times["cell"], times["quartiles"], strict=True))
    as_said, turned, count = 0, 0, 0
    for slow, fast in (("gelu", "relu"), ("sigmoid", "relu"), ("gelu", "sigmoid")):
        for cell, (low, high) in quartiles.items():
            if cell.activation == slow:
                other_low, other_high = quartiles[cell._replace(activation=fast)]
                as_said, turned = as_said + (low > other_high), turned + (high < other_low)
                count += 1
    return (
        f"Here, in another program on another machine: of {count} pairs of cells, {as_said} are in "
        f"this order and {turned or 'none'} the other way round; in the others the middle "
        "halves of the measurements overlap.",
    )


def added_time(choice: str, level: str, base: str, content: Mapping[str, Any]) -> Sequence[str]:
    """Describe what a level of a choice adds to the time of an update, published and here."""
    others = [name for name in Cell._fields if name != choice]
    times = update_times(content).pivot_table(["ours", "published"], others, choice)
    added = times.xs(level, axis=1, level=1) / times.xs(base, axis=1, level=1) - 1
    theirs, ours = (
        f"{signed(100 * added[whose].min(), 0)} to {signed(100 * added[whose].max(), 0)}"
        for whose in ("published", "ours")
    )
    return (
        f"{format_level(level)} over {format_level(base)}: {theirs} % in the published table, "
        f"{ours} % here, in another program on another machine.",
    )
