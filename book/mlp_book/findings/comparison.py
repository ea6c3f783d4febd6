"""Published against reproduced: report A's tables beside the runs that repeat them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from mlp_book.cells import LOSSES, by_cell
from mlp_book.charts import dots
from mlp_book.findings.published import ROUNDING, report_a
from mlp_book.stats import Spread, different, spread
from mlp_book.style import COLOURS, INK, ReportFigure
from mlp_book.tables import table_of_rows
from mlp_book.text import format_level, in_words, signed, unbroken

# How far a mean accuracy may be from the published one, in percentage points, to count as the same.
TOLERANCES = {"cross_entropy": 0.25, "hinge": 0.8, "mse": 0.25}
HEADS = {
    "train_accuracy": "training accuracy, %",
    "test_accuracy": "test accuracy, %",
    "train_loss": "100\u00a0\u00d7 training loss",
    "test_loss": "100\u00a0\u00d7 test loss",
}
COMPARED = ("cell", "published", "ours", "difference", "tolerance", "inside", "in_noise")


def compare(data: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return what was published of one of `HEADS` and what the runs reach, in the printed unit.

    Returns
    -------
    DataFrame
        One row per published cell that has runs, in the order of the tables: ``cell``,
        ``published``, ``ours`` (a `Spread`), ``difference`` (ours minus published), ``tolerance``
        (what it may be; nan for a loss), ``inside`` (whether it is; False for a loss), ``in_noise``
        (whether seeds alone explain it).
    """
    is_loss = measure.endswith("loss")
    theirs, rows = report_a(measure), []
    for cell, own in by_cell(data).items():
        if cell not in theirs:
            continue
        published, ours = theirs[cell], spread(own[measure] * (100 if is_loss else 1))
        off, tolerance = ours.mean - published, np.nan if is_loss else TOLERANCES[cell.loss]
        in_noise = not different(ours, _assumed(published, ours))
        rows.append((cell, published, ours, off, tolerance, abs(off) <= tolerance, in_noise))
    return pd.DataFrame(rows, columns=list(COMPARED))


def _assumed(published: float, ours: Spread) -> Spread:
    """Return the published mean with the spread that it is given, for it was printed without.

    Its seeds are taken to be as many and to vary as much as ours, and its last digit to be rounded
    in our favour.
    """
    mean = min(max(ours.mean, published - ROUNDING), published + ROUNDING)
    return Spread(mean, ours.std, mean, mean, ours.n)


def account_for(comparisons: pd.DataFrame) -> str:
    """Return in words how many accuracies lie inside their tolerance, and which do not."""
    outside = [
        f"{one.cell.text}: {one.ours.text()}, published {one.published:.2f}"
        for one in comparisons.itertuples()
        if not one.inside
    ]
    if not outside:
        return f"all {len(comparisons)} do"
    count = len(comparisons) - len(outside)
    return f"{count} of {len(comparisons)} do; not so {'; '.join(outside)}"


def table_of_comparisons(data: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one row per cell: published, ours, the difference and two verdicts."""
    rows = {}
    for one in compare(data, measure).itertuples():
        row = {
            "published": f"{one.published:.2f}",
            "reproduced": one.ours.text(),
            "difference": signed(one.difference),
        }
        if one.tolerance == one.tolerance:
            row[f"within ±{TOLERANCES['mse']:g} (hinge {TOLERANCES['hinge']:g})"] = (
                "yes" if one.inside else "no"
            )
        rows[one.cell.row_name] = row | {"seed noise": "inside" if one.in_noise else "outside"}
    return table_of_rows(rows, HEADS[measure])


def plot_comparisons(data: pd.DataFrame, measure: str) -> ReportFigure:
    """Draw ours minus published accuracies, one row per cell, on the band of the tolerance.

    A dot is the mean over the seeds; its line runs from the lowest to the highest seed.
    """
    found = compare(data, measure)
    cells, ours = list(found["cell"]), list(found["ours"])
    shown = found.assign(
        activation=[cell.activation for cell in cells],
        network=[f"{cell.depth}, {format_level(cell.loss)}" for cell in cells],
        low=([own.low for own in ours] - found["published"]).round(6),
        high=([own.high for own in ours] - found["published"]).round(6),
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
        axes.get_yticks(), 2 * allowed, left=-allowed, height=0.86, color=fills, alpha=0.18,
        linewidth=0,
    )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=1)
    return figure


def gains(data: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return what the second hidden layer changes: double minus single, in the printed unit.

    Returns
    -------
    DataFrame
        One row per loss and activation that has both: ``cell`` (without its depth),
        ``published``, ``ours``, and ``different``, whether ours is outside seed noise.
    """
    found = {one.cell: one for one in compare(data, measure).itertuples()}
    both = {
        cell._replace(depth=""): (single, found[cell._replace(depth="double")])
        for cell, single in found.items()
        if cell.depth == "single" and cell._replace(depth="double") in found
    }
    rows = [
        (
            cell,
            double.published - single.published,
            double.ours.mean - single.ours.mean,
            different(single.ours, double.ours),
        )
        for cell, (single, double) in both.items()
    ]
    return pd.DataFrame(rows, columns=["cell", "published", "ours", "different"])


def table_of_gains(data: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return one row per loss and activation: double minus single, published and ours.

    Ours is followed by "in noise" where the seeds cannot tell the two depths apart.
    """
    rows: dict[str, dict[str, str]] = {}
    for measure in measures:
        for gain in gains(data, measure).itertuples():
            cell, what = gain.cell, in_words(measure)
            name = f"{format_level(cell.activation)}, {unbroken(format_level(cell.loss))}"
            rows.setdefault(name, {}).update(
                {
                    f"{what}, published": signed(gain.published),
                    f"{what}, ours": signed(gain.ours)
                    + ("" if gain.different else ", in\u00a0noise"),
                }
            )
    return table_of_rows(rows, "double minus single")
