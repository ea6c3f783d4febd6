"""Published against reproduced: report A's tables beside the runs that repeat them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlp_book.cells import LOSSES, Cell, by_cell
from mlp_book.charts import dots
from mlp_book.findings.published import ROUNDING, SEEDS, report_a
from mlp_book.frames import settled
from mlp_book.stats import (
    EXACT,
    RESOLUTION,
    compare,
    compare_with_mean,
    judge_family,
    noise_of,
)
from mlp_book.style import COLOURS, INK, ReportFigure
from mlp_book.tables import table_of_rows
from mlp_book.text import format_level, signed, unbroken

# How far a mean accuracy may be from the published one, in percentage points, to count as the same.
TOLERANCES = {"cross_entropy": 0.25, "hinge": 0.8, "mse": 0.25}
HEADS = {
    "train_accuracy": "training accuracy, %",
    "test_accuracy": "test accuracy, %",
    "train_loss": "100\u00a0\u00d7 training loss",
    "test_loss": "100\u00a0\u00d7 test loss",
}
COMPARED = ("cell", "published", "ours", "difference", "tolerance", "effect", "inside", "runs")


def tolerance_of(cell: Cell) -> float:
    """Return by how many points a mean accuracy may be off, as was fixed before the runs."""
    return TOLERANCES[cell.loss]


def compare_published(data: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return what was published of one of `HEADS` and what the runs reach, in the printed unit.

    Printed figures are truncated, so half a digit is added before they are compared. Of losses,
    which scatter little, that half digit is also part of the interval.

    Returns
    -------
    DataFrame
        One row per published cell that has runs, in the order of the tables: ``cell``,
        ``published``, ``ours`` (a `Spread`), ``difference`` (ours minus published), ``tolerance``
        (what it may be; nan for a loss), ``effect`` (of one family, the published mean as one of
        five seeds), ``inside`` (whether the interval lies within the tolerance) and ``runs``
        (their ids, with a dot between them).
    """
    is_loss = measure.endswith("loss")
    scale = 100 if is_loss else 1
    theirs, own = report_a(measure), by_cell(data)
    cells = [cell for cell in own if cell in theirs]
    printed = {cell: own[cell].assign(printed=own[cell][measure] * scale) for cell in cells}
    ours = {cell: settled(rows, "printed") for cell, rows in printed.items()}
    noise = noise_of(ours.values(), EXACT.resolution if is_loss else RESOLUTION)
    # Losses of different cells differ too much in size to share a variance.
    effects = judge_family(
        [
            compare_with_mean(
                ours[cell], theirs[cell] + ROUNDING, SEEDS, EXACT if is_loss else noise,
                0.0 if is_loss else tolerance_of(cell), ROUNDING if is_loss else 0.0,
            )
            for cell in cells
        ]
    )  # fmt: skip
    rows = [
        (cell, theirs[cell], ours[cell], effect.difference,
         np.nan if is_loss else effect.margin, effect, effect.within,
         ".".join(own[cell].get("run_id", ())))
        for cell, effect in zip(cells, effects, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COMPARED))


def account_for(comparisons: pd.DataFrame) -> str:
    """Return in words whose interval of the difference lies within the tolerance as a whole."""
    outside = [
        f"{one.cell.text} ({one.effect.text().rpartition(', ')[0]})"
        for one in comparisons.itertuples()
        if not one.inside
    ]
    if not outside:
        return f"all {len(comparisons)}"
    count = len(comparisons) - len(outside)
    return f"{count} of {len(comparisons)}, all but {'; '.join(outside)}"


def table_of_comparisons(data: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one row per cell: published, ours, the difference with its interval and outcome."""
    digits = 3 if measure == "train_loss" else 2  # small ones are known better than printed
    rows = {
        one.cell.row_name: {
            "published": f"{one.published:.2f}",
            "reproduced": one.ours.text(digits),
            "difference": one.effect.text(digits),
        }
        for one in compare_published(data, measure).itertuples()
    }
    return table_of_rows(rows, HEADS[measure])


def plot_comparisons(data: pd.DataFrame, measure: str) -> ReportFigure:
    """Draw ours minus published accuracies, one row per cell, on the band of the tolerance.

    A dot is the mean over the seeds, its line the 95 % interval of the difference.
    """
    found = compare_published(data, measure)
    cells = list(found["cell"])
    shown = found.assign(
        activation=[cell.activation for cell in cells],
        network=[f"{cell.depth}, {format_level(cell.loss)}" for cell in cells],
        n=[own.n for own in found["ours"]],
        low=[one.low for one in found["effect"]],
        high=[one.high for one in found["effect"]],
    )
    colours = {loss: COLOURS[place] for place, loss in enumerate(LOSSES)}
    fills = [colours[cell.loss] for cell in cells]
    figure = dots(
        shown, "activation", "difference", group="network", interval=("low", "high"),
        palette=dict(zip(shown["network"], fills, strict=True)),
        title=f"{HEADS[measure].removesuffix(', %')}: reproduced minus published",
        xlabel="percentage points",
    )  # fmt: skip
    (axes,) = figure.axes
    allowed = found["tolerance"]
    axes.barh(
        axes.get_yticks(), 2 * allowed, left=-allowed, height=0.86, edgecolor=fills, linewidth=0.6,
        color=[(fill, 0.18) for fill in fills],
    )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=1)
    return figure


def gains(data: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return what the second hidden layer changes: double minus single, in the printed unit.

    Returns
    -------
    DataFrame
        One row per loss and activation that has both: ``cell`` (without its depth),
        ``published``, ``ours`` and ``effect`` (of one family).
    """
    found = {one.cell: one for one in compare_published(data, measure).itertuples()}
    scale = 100 if measure.endswith("loss") else 1
    noise = noise_of(
        (one.ours for one in found.values()), EXACT.resolution if scale > 1 else RESOLUTION
    )
    both = {
        cell._replace(depth=""): (single, found[cell._replace(depth="double")])
        for cell, single in found.items()
        if cell.depth == "single" and cell._replace(depth="double") in found
    }
    effects = judge_family(
        [compare(double.ours, single.ours, noise) for single, double in both.values()]
    )
    rows = [
        (cell, double.published - single.published, effect.difference, effect)
        for (cell, (single, double)), effect in zip(both.items(), effects, strict=True)
    ]
    return pd.DataFrame(rows, columns=["cell", "published", "ours", "effect"])


def table_of_gains(data: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return one row per loss and activation: double minus single, published and ours.

    Ours has its 95 % interval and its outcome.
    """
    rows: dict[str, dict[str, str]] = {}
    for measure in measures:
        for gain in gains(data, measure).itertuples():
            cell, what = gain.cell, HEADS[measure].removesuffix(", %")
            name = f"{format_level(cell.activation)}, {unbroken(format_level(cell.loss))}"
            rows.setdefault(name, {}).update(
                {
                    f"{what}, published": signed(gain.published),
                    f"{what}, ours": gain.effect.text(),
                }
            )
    return table_of_rows(rows, "double minus single")
