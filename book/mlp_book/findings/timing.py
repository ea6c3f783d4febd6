"""What an update costs by activation, loss and depth: our benchmark beside report A's times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from mlp_book.cells import Cell, with_cells
from mlp_book.findings.published import SEEDS, UPDATES, report_a
from mlp_book.findings.verdicts import Judgement, overall_verdict, verdict_of
from mlp_book.tables import table_of_rows

TO = "\u2060\u2013\u2060"  # a dash at which a narrow table does not break
# Two machines agree on what a choice adds to an update if it is the same to this factor.
FACTOR = 2.0


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


def judge_order(content: Mapping[str, Any]) -> Judgement:
    """Say whether an update takes longest with GELU, then sigmoid, then ReLU, in every cell."""
    times = update_times(content)
    quartiles = dict(zip(times["cell"], times["quartiles"], strict=True))
    seen = []
    for slow, fast in (("gelu", "relu"), ("sigmoid", "relu"), ("gelu", "sigmoid")):
        for cell, (low, high) in quartiles.items():
            if cell.activation == slow:
                other_low, other_high = quartiles[cell._replace(activation=fast)]
                order = "worse" if high < other_low else "seed noise"
                seen.append("better" if low > other_high else order)
    evidence = (
        f"Of {len(seen)} pairs of cells, {seen.count('better')} are in the published order, "
        f"{seen.count('worse')} the other way round, and {seen.count('seed noise')} cannot be told "
        "apart: there the middle halves of the measurements overlap.",
    )
    return evidence, overall_verdict([("better", one) for one in seen])


def judge_added(choice: str, level: str, base: str, content: Mapping[str, Any]) -> Judgement:
    """Say whether a level of a choice adds the published share to the time of an update."""
    others = [name for name in Cell._fields if name != choice]
    times = update_times(content).pivot_table(["ours", "published"], others, choice)
    added = times.xs(level, axis=1, level=1) / times.xs(base, axis=1, level=1) - 1
    near = (added["ours"] / added["published"]).between(1 / FACTOR, FACTOR)
    theirs, ours = (
        f"{100 * added[whose].min():.0f} to {100 * added[whose].max():.0f}"
        for whose in ("published", "ours")
    )
    evidence = (
        f"It adds {theirs} % in the published table and {ours} % here, on another machine.",
        f"In {near.sum()} of {len(near)} cells the two agree within a factor of {FACTOR:g}.",
    )
    return evidence, verdict_of(near)
