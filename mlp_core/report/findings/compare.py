"""Published against reproduced: report A's tables beside the runs that repeat them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mlp_core.report.axes import signed
from mlp_core.report.cells import Cell, group_cells, in_words
from mlp_core.report.findings.published import REPORT_A, ROUNDING
from mlp_core.report.measures import MEASURES, values_of
from mlp_core.report.spread import (
    LEVEL,
    Spread,
    outside_seed_noise,
    seed_spread,
    welch_p_of_spreads,
)
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled
from mlp_core.report.tables import table_of_rows
from mlp_core.training import Run

ROW = 0.235  # inches of the figure
# How far a mean accuracy may be from the published one, in percentage points, to count as the same.
TOLERANCES = {"cross_entropy": 0.25, "hinge": 0.8, "mse": 0.25}
HEADS = {
    "train_accuracy": "training accuracy, %",
    "test_accuracy": "test accuracy, %",
    "train_loss": "100\u00a0\u00d7 training loss",
    "test_loss": "100\u00a0\u00d7 test loss",
}


@dataclass(frozen=True)
class Comparison:
    """One cell: what was published, and what the runs reach.

    Attributes
    ----------
    cell : Cell
    measure : str
        One of `HEADS`, in whose unit all figures are.
    published : float
    values : tuple of float
        One a seed.
    """

    cell: Cell
    measure: str
    published: float
    values: tuple[float, ...]

    @property
    def ours(self) -> Spread:
        """Mean and spread of the runs."""
        return seed_spread(self.values)

    @property
    def difference(self) -> float:
        """Ours minus published."""
        return self.ours.mean - self.published

    @property
    def tolerance(self) -> float | None:
        """What the difference may be; None for a loss."""
        return TOLERANCES[self.cell.loss] if self.measure.endswith("accuracy") else None

    @property
    def inside(self) -> bool | None:
        """Whether the difference is inside the tolerance; None for a loss."""
        return None if self.tolerance is None else abs(self.difference) <= self.tolerance

    @property
    def in_noise(self) -> bool:
        """Whether seeds alone explain the difference.

        Welch's test, with two assumptions that the published tables make necessary: their seeds
        are as many and spread as ours, and their means are rounded in our favour.
        """
        ours = self.ours
        rounded = min(max(ours.mean, self.published - ROUNDING), self.published + ROUNDING)
        theirs = Spread(rounded, ours.std, rounded, rounded, ours.n)
        return ours.n < 2 or welch_p_of_spreads(ours, theirs) >= LEVEL


def compare(runs: Sequence[Run], measure: str) -> list[Comparison]:
    """Return a comparison for every published cell that has runs, in the order of the tables.

    Parameters
    ----------
    runs : sequence of Run
        Of the study ``activations-losses-depth``.
    measure : {"train_accuracy", "test_accuracy", "train_loss", "test_loss"}
    """
    factor = 100 if measure.endswith("loss") else 1  # accuracies are in percent already
    published = REPORT_A[measure]
    return [
        Comparison(
            cell,
            measure,
            published[cell],
            tuple(factor * value for value in values_of(group, MEASURES[measure])),
        )
        for cell, group in group_cells(runs).items()
        if cell in published
    ]


def account_for(comparisons: Sequence[Comparison]) -> str:
    """Return in words how many accuracies lie inside their tolerance, and which do not.

    Returns
    -------
    str
        Such as "17 of 18 do; not so single, hinge, ReLU: 96.90 ± 0.60, published 96.33".
    """
    outside = [one for one in comparisons if one.inside is False]
    if not outside:
        return f"all {len(comparisons)} do"
    parts = (
        f"{one.cell.text}: {one.ours.text()}, published {one.published:.2f}" for one in outside
    )
    count = len(comparisons) - len(outside)
    return f"{count} of {len(comparisons)} do; not so {'; '.join(parts)}"


def table_of_comparisons(comparisons: Sequence[Comparison]) -> pd.DataFrame:
    """Return a row a cell: published, ours with its spread, the difference and two verdicts."""
    rows = {}
    for one in comparisons:
        row = {
            "published": f"{one.published:.2f}",
            "reproduced": one.ours.text(),
            "difference": signed(one.difference),
        }
        if one.tolerance is not None:
            row[f"within \u00b1{TOLERANCES['mse']:g} (hinge {TOLERANCES['hinge']:g})"] = (
                "yes" if one.inside else "no"
            )
        row["seed noise"] = "inside" if one.in_noise else "outside"
        rows[one.cell.row_name] = row
    return table_of_rows(rows, HEADS[comparisons[0].measure])


def plot_comparisons(comparisons: Sequence[Comparison]) -> ReportFigure:
    """Draw ours minus published, a row a cell, on the band of what counts as the same.

    A dot is the mean over the seeds; its line runs from the lowest to the highest seed.

    Parameters
    ----------
    comparisons : sequence of Comparison
        Of an accuracy.
    """
    groups: dict[str, list[Comparison]] = {}
    for one in comparisons:
        groups.setdefault(f"{one.cell.depth}, {in_words(one.cell.loss)}", []).append(one)
    with styled():
        figure, (axes,) = new_figure(0.9 + ROW * (len(comparisons) + 1.2 * len(groups)))
        place, ticks = 0.0, {}
        for name, group in groups.items():
            colour = COLOURS[list(TOLERANCES).index(group[0].cell.loss)]
            axes.annotate(
                name, (0, place), xycoords=("axes fraction", "data"), xytext=(4, 0),
                textcoords="offset points", va="center", color=colour,
            )  # fmt: skip
            for one in group:
                place += 1
                _draw(axes, one, place, colour)
                ticks[place] = in_words(one.cell.activation)
            place += 1.2
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.set_ylim(place - 0.5, -0.7)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("percentage points")
        head = HEADS[comparisons[0].measure].removesuffix(", %")
        axes.set_title(f"{head}: reproduced minus published")
        figure.set_label(_describe(comparisons))
    return figure


def _draw(axes: Any, one: Comparison, place: float, colour: str) -> None:
    allowed, ours = one.tolerance or 0.0, one.ours
    axes.barh(place, 2 * allowed, left=-allowed, height=0.86, color=colour, alpha=0.18, linewidth=0)
    ends = [value - one.published for value in (ours.low, ours.high)]
    axes.plot(ends, [place, place], color=colour, alpha=0.75)
    axes.plot(one.difference, place, "o", color=colour, markersize=5.5)


def _describe(comparisons: Sequence[Comparison]) -> str:
    parts = [
        f"{one.cell.text.replace(chr(0x2011), '-')}: {signed(one.difference)}"
        f"{'' if one.inside else ', outside the band'}"
        for one in comparisons
    ]
    head = HEADS[comparisons[0].measure]
    return f"Dot chart: reproduced minus published {head}, by cell. {'; '.join(parts)}."


@dataclass(frozen=True)
class Gain:
    """What the second hidden layer changes in one measure, for a loss and an activation.

    Attributes
    ----------
    published : float
        Double minus single, in the measure's unit.
    single, double : tuple of float
        Ours, one value a seed.
    """

    loss: str
    activation: str
    published: float
    single: tuple[float, ...]
    double: tuple[float, ...]

    @property
    def difference(self) -> float:
        """Ours, double minus single."""
        return seed_spread(self.double).mean - seed_spread(self.single).mean

    @property
    def told_apart(self) -> bool:
        """Whether the difference is outside seed noise."""
        return outside_seed_noise(self.single, self.double)


def depth_gains(runs: Sequence[Run], measure: str) -> list[Gain]:
    """Return double minus single for every loss and activation that has both."""
    found = {one.cell: one for one in compare(runs, measure)}
    return [
        Gain(
            cell.loss,
            cell.activation,
            found[double].published - one.published,
            one.values,
            found[double].values,
        )
        for cell, one in found.items()
        if cell.depth == "single" and (double := cell._replace(depth="double")) in found
    ]


def table_of_gains(runs: Sequence[Run], measures: Sequence[str]) -> pd.DataFrame:
    """Return a row a loss and activation: double minus single, published and ours.

    Ours is followed by "in noise" where the seeds cannot tell the two depths apart.

    Parameters
    ----------
    runs : sequence of Run
        Of the study ``activations-losses-depth``.
    measures : sequence of str
        Keys of `HEADS`.
    """
    rows: dict[str, dict[str, str]] = {}
    for measure in measures:
        for gain in depth_gains(runs, measure):
            ours = signed(gain.difference) + ("" if gain.told_apart else ", in\u00a0noise")
            row = rows.setdefault(_row_name(gain), {})
            what = measure.replace("_", " ")
            row |= {f"{what}, published": signed(gain.published), f"{what}, ours": ours}
    return table_of_rows(rows, "double minus single")


def _row_name(gain: Gain) -> str:
    return Cell("", gain.loss, gain.activation).row_name.removeprefix(",\u00a0")
