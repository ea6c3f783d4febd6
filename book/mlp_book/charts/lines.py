"""Line charts: a measure over epochs, updates or any other axis, with a band over seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from mlp_book.charts.shared import (
    Columns,
    Palette,
    draw_band,
    drawn_epochs,
    groups_of,
    is_factor,
    name_line,
    palette_of,
    panels_of,
)
from mlp_book.end_labels import EndLabels
from mlp_book.frames import label_of, levels_of
from mlp_book.read_out import remember
from mlp_book.style import COLOURS, DASHES, ReportFigure, make_log, new_figure, styled

Limits = tuple[float, float]


def lines(
    data: pd.DataFrame,
    x: Columns,
    y: Columns = "value",
    *,
    color: str | None = None,
    dash: str | None = None,
    panel: str | None = None,
    by: str | None = None,
    log: str | Mapping[str, str] = "",
    ylim: Limits | Mapping[str, Limits] | None = None,
    thin: bool = True,
    markers: bool = False,
    palette: Palette | None = None,
    sharex: bool = True,
    title: str | None = None,
    xlabel: str | None = None,
    label_title: str | None = None,
    legend: bool = False,
    height: float = 3.4,
    alt: str | None = None,
) -> ReportFigure:
    """Draw lines over a common axis: the mean over seeds, a band from lowest to highest.

    Rows that agree in `x`, `color`, `dash` and `panel` are seeds of one point. A point that not
    all seeds of a line have (one of them diverged) is left out; a cross marks where the line ends
    then. Values that are not finite, or not positive on a logarithmic axis, are gaps.

    Parameters
    ----------
    data : DataFrame
        Such as from `epochs`, `records` or `tidy`.
    x, y : str or sequence of str
        Columns; several of `y` give a panel each. Several of `x` are one per panel.
    color, dash : str, optional
        Columns whose levels tell lines apart. Without `dash`, words differ in dash as well as in
        colour.
    panel : str, optional
        A column whose levels have a panel each.
    by : str, optional
        The column along which points correspond where `x` differs from seed to seed, such as
        ``epoch`` where `x` is a loss; then `x` is a mean too.
    log : str or mapping
        Which axes are logarithmic: "", "x", "y" or "xy"; or that by panel, named by its title.
    ylim : tuple or mapping, optional
        Lowest and highest y of all panels; or that by panel, named by its title.
    thin : bool
        Whether late epochs are drawn more sparsely.
    markers : bool
        Whether each point has a dot.
    palette : mapping, optional
        From levels of `color` to colours; lines of one colour then have one dash.
    sharex : bool
        Whether panels share their x axis and its label.
    title, xlabel, label_title : str, optional
        Instead of what the columns are called; `label_title` stands above the lines' names.
    legend : bool
        Whether the lines are named in a legend above the panels rather than at their ends.
    height : float
        Of the whole figure, in inches.
    alt : str, optional
        Instead of the derived text alternative.
    """
    columns = list(dict.fromkeys(column for column in (color, dash) if column))
    colours = dict(palette or (palette_of(data[color]) if color else {}))
    dashes = _dashes(data, color, dash, colours if palette else {})
    marks: dict[str, Any] = {"marker": "o", "markersize": 3.5} if markers else {}
    if label_title is None and color and columns == [color] and is_factor(data[color]):
        label_title = color.replace("_", "\n")
    with styled():
        shown = panels_of(data, y, panel, title)
        sharex = sharex and isinstance(x, str)
        across = [x] * len(shown) if isinstance(x, str) else x
        figure, rows = new_figure(height, len(shown), sharex=sharex)
        for axes, along, (head, measure, own) in zip(rows, across, shown, strict=True):
            logarithmic = log.get(head, "") if isinstance(log, Mapping) else log
            limits = ylim.get(head) if isinstance(ylim, Mapping) else ylim
            for levels, group in groups_of(own, columns):
                look = {
                    "color": colours.get(levels.get(color or ""), COLOURS[0]),
                    "linestyle": dashes.get(levels.get(dash or color or ""), "solid"),
                }
                table = _points(group, along, measure, by or along, thin, "y" in logarithmic)
                lost = _say_diverged(group)
                ends = None if legend else figure.end_labels
                _draw_line(ends, axes, table, name_line(levels), {**look, **marks}, lost)
            axes.set_title(head)
            axes.margins(x=0.01)
            if limits:
                axes.set_ylim(*limits)
            if "y" in logarithmic:
                make_log(axes, "y")
            if not sharex or axes is rows[-1]:
                _finish_x(axes, along, xlabel, "x" in logarithmic)
        if legend:
            _draw_legend(figure, rows, len(colours))
        if label_title:
            figure.end_labels.set_title(rows[0], label_title)
        if alt:
            figure.set_label(alt)
    return figure


def _dashes(
    data: pd.DataFrame, color: str | None, dash: str | None, palette: Palette
) -> dict[Any, Any]:
    column = dash or (color if color and not is_factor(data[color]) else None)
    levels = levels_of(data[column]) if column else []
    kinds = list(dict.fromkeys(palette.values())) if column == color else []
    places = [kinds.index(palette[x]) if x in palette else n for n, x in enumerate(levels)]
    return {x: DASHES[place % len(DASHES)] for x, place in zip(levels, places, strict=True)}


def _points(
    group: pd.DataFrame, x: str, y: str, by: str, thin: bool, positive: bool
) -> pd.DataFrame:
    """Return mean, extremes and number of the seeds at each x, where all seeds have a value."""
    values = group[y].astype(float)
    known = np.isfinite(values) & ((values > 0) | (not positive))
    seeds = values.where(known).groupby(group[by])
    table = seeds.agg(["mean", "min", "max"]).set_axis(["mean", "low", "high"], axis=1)
    table = table.where(seeds.count() == seeds.size())
    table = table.assign(n=seeds.size(), x=group.groupby(by)[x].mean())
    table = table[table["n"] == table["n"].max()]
    if thin and by == "epoch":
        table = table.iloc[drawn_epochs(len(table)) - 1]
    if "run_id" in group:
        table["runs"] = ".".join(group["run_id"].unique())
    return table.set_index("x")


def _say_diverged(group: pd.DataFrame) -> str:
    """Return what stands behind a line's name if runs of it diverged."""
    if "diverged" not in group or not group["diverged"].any():
        return ""
    runs = group.groupby("row")["diverged"].first()
    return " diverged" if runs.all() else f" ({runs.sum()}/{len(runs)} div.)"


def _draw_line(
    ends: EndLabels | None,
    axes: Any,
    table: pd.DataFrame,
    name: str,
    look: Mapping[str, Any],
    lost: str,
) -> None:
    (line,) = axes.plot(table.index, table["mean"], label=name or " ", **look)
    remember(line, table, "lowest and highest")
    draw_band(axes, table, look["color"], 0.22)
    known = table["mean"].dropna()
    if not len(known):
        return
    x, y = float(known.index[-1]), float(known.iloc[-1])
    if lost:
        axes.plot(x, y, "x", color=look["color"], markersize=8, markeredgewidth=2)
    if name and ends:
        ends.add(axes, x, y, name + lost, look["color"])


def _draw_legend(figure: ReportFigure, rows: Sequence[Any], columns: int) -> None:
    """Name each line once, above the panels, with one column per colour."""
    drawn = [line for axes in rows for line in axes.get_lines()]
    keys = {line.get_label(): line for line in drawn if not line.get_label().startswith("_")}
    figure.legend(
        handles=list(keys.values()), ncols=max(columns, 1), loc="outside upper left",
        frameon=False, fontsize=9.5, handlelength=2.6,
    )  # fmt: skip


def _finish_x(axes: Any, x: str, xlabel: str | None, log: bool) -> None:
    axes.set_xlabel(xlabel or label_of(x))
    if x == "epoch":
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if log:
        make_log(axes, "x")
    elif axes.get_xlim()[1] >= 1000:
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    if x.endswith("_loss"):  # a measure, which falls as training goes on
        axes.invert_xaxis()
