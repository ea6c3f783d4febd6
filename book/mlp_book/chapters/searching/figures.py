"""Figures and tables of the full grid, and of searches on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from mlp_book.chapters.searching.grid import (
    DEFAULT,
    exact_importance,
    factors_of,
    level_shares,
    mean_errors,
)
from mlp_book.charts import bars, heat_map, lines
from mlp_book.stats import spread
from mlp_book.style import (
    COLOURS,
    DASHES,
    INK,
    MARKERS,
    ReportFigure,
    band_look,
    make_log,
    make_log_with_ticks,
    new_figure,
    styled,
)
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE, format_number, signed, unbroken
from mlp_core.studies.effort import Effort
from mlp_core.studies.grid import Grid, OneAtATime
from mlp_core.studies.search import Trial

Marks = Mapping[str, Sequence[str]]  # from a name to the cell that it stands for
QUANTILES = (0.1, 0.9)  # a band over searches holds what lies between them
PALETTE = {"factor": COLOURS[0], "pair": COLOURS[1], "rest": "#9aa1a9"}
# Of parallel coordinates: the part of a level's width over which its lines are spread, and the
# room of a factor's texts, in rows: above them and below them lines end, so none crosses a word.
SLOT, ABOVE, BELOW = 0.6, 0.33, 0.17


def table_of_levels(grid: Grid) -> pd.DataFrame:
    """Return one row per factor: its levels, and the report's default."""
    table = pd.DataFrame(grid.levels, index=["first", "second", "third"]).T
    return table.assign(default=pd.Series(DEFAULT)).rename_axis(columns="levels")


def plot_map(grid: Grid, marks: Marks) -> ReportFigure:
    """Draw a grid of two factors: accuracies in percent, some cells with a frame and a name."""
    (down, rows), (across, columns) = grid.levels.items()
    names = ([level.removesuffix(".0") for level in levels] for levels in (rows, columns))
    percent = pd.DataFrame(100 * grid.table, *names)
    text = percent.map("{:.1f}".format)
    framed = percent.map(lambda _: False)
    for name, cell in marks.items():
        text.iloc[grid.index(cell)] += f"\n{name}"
        framed.iloc[grid.index(cell)] = True
    low, span = percent.to_numpy().min(), np.ptp(percent.to_numpy()) or 1.0
    return heat_map(
        0.05 + 0.4 * (percent - low) / span, text, framed=framed,
        behind=percent.map(lambda one: {"mean": one}), colour=COLOURS[0],
        row_label=down, column_label=across, height=3.4,
    )  # fmt: skip


def plot_ranking(cells: pd.DataFrame, factor: str, marks: Marks) -> ReportFigure:
    """Draw the test errors in order, one line per level of a factor, some cells as named dots.

    Along the axis stands which share of the cells of a level is worse: the lines end at their
    best cells, where they lie apart.
    """
    ranked = cells.groupby(factor, observed=True)["test_error"].quantile(np.linspace(0, 1, 201))
    data = ranked.rename_axis([factor, "share"]).reset_index()
    low, high = cells["test_error"].agg(["min", "max"])
    figure = lines(
        data.assign(share=100 - 100 * data["share"]), "share", "test_error", color=factor, log="y",
        ylim=(0.7 * low, 1.1 * high), xlabel=f"share of that {factor}'s cells that are worse, %",
        label_title=factor.replace(" ", "\n"), height=4.2,
    )  # fmt: skip
    axes = figure.axes[0]
    with styled():
        for name, cell in marks.items():
            own = cells[(cells[factors_of(cells)] == list(cell)).all(axis=1)].iloc[0]
            error = own["test_error"]
            peers = cells.loc[cells[factor] == own[factor], "test_error"]
            place = (100 * (peers >= error).mean(), error)
            axes.plot(*place, "o", color=INK, markersize=6, zorder=5, label=name, clip_on=False)
            axes.annotate(
                f"{name} {error:.2f}", place, xytext=(-9, -3), textcoords="offset points",
                ha="right", va="top",
            )  # fmt: skip
    return figure


def plot_parallel(cells: pd.DataFrame, chosen: pd.DataFrame) -> ReportFigure:
    """Draw parallel coordinates, one under the other: a phone has room for them.

    In a full grid every level meets every other equally often: the lines of all cells together
    would be an even carpet. It is drawn as such, in grey; only the chosen cells have lines of
    their own, down to their test error, and beside each level stands its share of them.
    """
    factors = factors_of(cells)
    counts = [len(cells[factor].cat.categories) for factor in factors]
    low, high = chosen["test_error"].agg(["min", "max"])
    shares = level_shares(chosen)
    with styled():
        figure, (axes,) = new_figure(7.4)
        pairs = [
            ((left + 0.5) / above, (right + 0.5) / below, row)
            for row, (above, below) in enumerate(pairwise(counts))
            for left, right in product(range(above), range(below))
        ]
        _draw_segments(axes, *np.array(pairs).T, color=INK, alpha=0.3, linewidth=1)
        # In every level, the chosen cells stand from the best on the left to the worst.
        ranked = chosen.sort_values("test_error", kind="stable")
        slots = 0.5 + SLOT * ((np.arange(len(ranked)) + 0.5) / len(ranked) - 0.5)
        levels = np.column_stack([ranked[factor].cat.codes for factor in factors])
        ends = (ranked["test_error"] - low) / ((high - low) or 1)
        x = np.column_stack([(levels + slots[:, None]) / counts, ends])
        _draw_segments(
            axes, x[:, :-1].ravel(), x[:, 1:].ravel(), np.tile(range(len(factors)), len(x)),
            color=COLOURS[0], alpha=np.clip(6 / np.sqrt(len(x)), 0.25, 0.9), linewidth=0.8,
        )  # fmt: skip
        for row, factor in enumerate(factors):
            _draw_factor(axes, row, factor, shares[factor])
        _draw_error_axis(axes, len(factors) - ABOVE, low, high)
        axes.set(xlim=(-0.01, 1.01), ylim=(len(factors) + 0.2, -ABOVE))
        axes.axis("off")
        said = (
            f"{factor}: {', '.join(f'{k} {100 * v:.0f} %' for k, v in shares[factor].items())}"
            for factor in factors
        )
        figure.set_label(
            f"Parallel coordinates of {len(cells):,} cells, the factors one under the other. Lines "
            f"lead through the levels of the {len(chosen)} chosen cells. Their shares: "
            f"{'; '.join(said)}."
        )
    return figure


def _draw_segments(axes: Any, left: Any, right: Any, row: Any, **look: Any) -> None:
    """Draw lines from below a factor's texts to above the next one's, as a single path."""
    gaps = np.full(len(left), np.nan)
    x = np.column_stack([left, right, gaps])
    y = np.column_stack([row + BELOW, row + 1 - ABOVE, gaps])
    axes.plot(x.ravel(), y.ravel(), **look)


def _draw_factor(axes: Any, row: int, factor: str, shares: pd.Series) -> None:
    axes.text(0, row - 0.21, factor, va="center", fontweight="bold", size=9.5)
    for level, (label, share) in enumerate(shares.items()):
        largest = {"fontweight": "bold", "color": COLOURS[0]} if share == shares.max() else {}
        axes.text(
            (level + 0.5) / len(shares), row + 0.03, f"{label} ({100 * share:.0f} %)",
            ha="center", va="center", size=9, **largest,
        )  # fmt: skip


def _draw_error_axis(axes: Any, y: float, low: float, high: float) -> None:
    """Draw the axis that the lines lead to, from the best of the chosen cells to the worst."""
    axes.plot([0, 1], [y, y], color=INK, linewidth=1)
    for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high):
        x = (tick - low) / ((high - low) or 1)
        if 0 <= x <= 1:
            axes.plot([x, x], [y, y + 0.06], color=INK, linewidth=1)
            axes.text(x, y + 0.18, format_number(tick), ha="center", va="center", size=9)
    axes.text(0, y + 0.42, "test error, %", va="center", fontweight="bold", size=9.5)


def plot_shares(tables: Mapping[str, pd.DataFrame], pairs: int = 6) -> ReportFigure:
    """Draw a bar for each factor and the largest pairs, and two for what is left.

    By title, `tables` holds what `variance_shares` returned.
    """
    parts = []
    for title, table in tables.items():
        of_kind = {kind: table[table["kind"] == kind] for kind in ("factor", "pair", "rest")}
        others = {"all other pairs": of_kind["pair"]["share"][pairs:].sum()} | {
            "three or more together": of_kind["rest"]["share"].sum()
        }
        left = pd.DataFrame({"kind": "rest", "term": others.keys(), "share": others.values()})
        part = pd.concat([of_kind["factor"], of_kind["pair"][:pairs], left])
        parts.append(part.assign(panel=title, term=part["term"].str.replace(" x ", " and ")))
    data = pd.concat(parts)
    data["percent"] = 100 * data["share"]
    return bars(
        data.assign(text=data["percent"].map("{:.1f}".format)), "term", "percent", color="kind",
        panel="panel", text="text", palette=PALETTE, title="", xlabel="share of the variance, %",
        height=0.6 * len(tables) + 0.27 * len(data),
    )  # fmt: skip


def plot_pairs(cells: pd.DataFrame, pairs: Iterable[Sequence[str]]) -> ReportFigure:
    """Draw the mean test errors of pairs of factors; lines not in parallel are an interaction.

    Of each pair, the levels of the first are lines, those of the second stand along the axis.
    """
    tables = [mean_errors(cells, *pair) for pair in pairs]
    with styled():
        figure, panels = new_figure(0.3 + 2.1 * len(tables), len(tables))
        for axes, table in zip(panels, tables, strict=True):
            for place, (level, means) in enumerate(table.iterrows()):
                colour = COLOURS[place % len(COLOURS)]
                axes.plot(
                    means.to_numpy(), marker=MARKERS[place % len(MARKERS)], color=colour,
                    linestyle=DASHES[place % len(DASHES)], label=level,
                )  # fmt: skip
                figure.end_labels.add(axes, len(means) - 1, means.iloc[-1], str(level), colour)
            figure.end_labels.set_title(axes, table.index.name)
            axes.tick_names = dict(enumerate(table.columns))
            axes.set_xticks(range(len(table.columns)), table.columns)
            axes.set_xlim(-0.3, len(table.columns) - 0.7)
            axes.set(title="mean test error, %", xlabel=table.columns.name, ylim=(0, None))
    return figure


def table_of_changes(grid: Grid, found: OneAtATime, gap: float) -> pd.DataFrame:
    """Return one row per factor: where it began, the best level alone, and what it gained.

    Single runs cannot tell a gain of less than `gap`, in points of accuracy.
    """
    rows = {}
    for factor, start, level, best in zip(
        grid.levels, found.base, found.found, found.best, strict=True
    ):
        gain = 100 * found.gains[factor]
        verdict = unbroken(f"{'different' if gain > gap else 'undecided'}, ±\u00a0{gap:.2f}")
        rows[unbroken(factor)] = {
            "from": start,
            "best alone": level if level != start else "as it is",
            "gain, points": f"{signed(gain)}, {verdict}" if level != start else "",
            "best together": best,
        }
    return table_of_rows(rows, "factor")


def plot_searches(errors: Mapping[str, np.ndarray], low: float, high: float) -> ReportFigure:
    """Draw the test error of the best cell so far against the number of trials.

    Parameters
    ----------
    errors : mapping of str to ndarray of shape (searches, trials)
        From a kind of search to the test error in percent of its best cell so far.
    low, high : float
        Errors that count as found: drawn as a band.
    """
    with styled():
        figure, (axes,) = new_figure(3.8)
        axes.axhspan(low, high, **band_look(INK))
        for place, (kind, values) in enumerate(errors.items()):
            colour, trials = COLOURS[place % len(COLOURS)], range(1, values.shape[1] + 1)
            mean, ends = values.mean(axis=0), np.quantile(values, QUANTILES, axis=0)
            axes.plot(trials, mean, color=colour, ls=DASHES[place % len(DASHES)], label=kind)
            axes.fill_between(trials, *ends, **band_look(colour))
            figure.end_labels.add(axes, len(mean), mean[-1], kind, colour)
        axes.set(title="test error of the best so far, %", xlabel="trials")
        axes.margins(x=0.01)
        make_log(axes, "x")
        make_log_with_ticks(axes, "y")
    return figure


def table_of_effort(
    goals: Mapping[str, Mapping[str, Effort]], searches: Mapping[str, Sequence[Sequence[Trial]]]
) -> pd.DataFrame:
    """Return one row per goal and kind of search: how often it got there, and how soon."""
    rows = {}
    for goal, kinds in goals.items():
        for kind, effort in kinds.items():
            limit = len(searches[kind][0])
            late = float(np.quantile(effort.trials, QUANTILES[1], method="higher"))
            minutes = float(np.median(effort.costs)) / 60
            rows[f"{goal}, {kind}"] = {
                "reached it": f"{np.isfinite(effort.trials).sum()} of {len(effort.trials)}",
                "trials, median": count_text(effort.median_trials, limit),
                "trials, 9 in 10": count_text(late, limit),
                "cells, median": count_text(effort.median_cells, limit),
                "core-minutes, median": format_number(float(f"{minutes:.2g}"))
                if np.isfinite(minutes)
                else NONE,
            }
    return table_of_rows(rows, "goal, search")


def count_text(count: float, limit: int) -> str:
    """Return a number of trials, or that it is more than were made.

    >>> count_text(12.5, 100), count_text(float("inf"), 100)
    ('12.5', 'over 100')
    """
    return f"{count:g}" if np.isfinite(count) else f"over {limit}"


def table_of_importance(
    shares: pd.DataFrame, learned: Mapping[str, Sequence[Mapping[str, float]]], trials: int
) -> pd.DataFrame:
    """Return one row per factor: its share in percent, exactly and as searches would have it."""
    exact = exact_importance(shares)
    columns: dict[str, Any] = {"all cells": (100 * exact).map("{:.0f}".format)}
    for kind, each in learned.items():
        columns[f"{trials} trials, {kind}"] = {
            factor: spread([100 * own[factor] for own in each]).text(0) for factor in exact.index
        }
    return pd.DataFrame(columns, index=exact.index).rename_axis(index=None, columns="factor")
