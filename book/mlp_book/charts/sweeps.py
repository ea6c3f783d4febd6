"""Sweeps: a measure after the last epoch against a setting, with every seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from mlp_book.charts.shared import (
    GUIDE,
    INTERVAL,
    Columns,
    Palette,
    draw_band,
    end_at_axis,
    groups_of,
    listed,
    name_line,
    palette_of,
    panels_of,
    seeds_of,
)
from mlp_book.frames import MEASURES, levels_of
from mlp_book.read_out import remember
from mlp_book.stats import finite, spread
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
from mlp_book.text import format_level, format_number, in_words

NEAREST = 0.07  # of two ticks at levels, of the length of the axis


def sweep(
    data: pd.DataFrame,
    x: str,
    y: Columns = ("test_error", "train_loss"),
    *,
    color: str | None = None,
    panel: str | None = None,
    reference: Mapping[str, pd.DataFrame] | None = None,
    guessing: int | None = None,
    even: bool = False,
    apart: Any = None,
    log: str | Mapping[str, str] | None = None,
    ticks: str | None = None,
    band: bool | None = None,
    palette: Palette | None = None,
    title: str | None = None,
    xlabel: str | Mapping[str, str] | None = None,
    legend: bool = False,
    height: float = 4.6,
    alt: str | None = None,
) -> ReportFigure:
    """Draw a measure against a setting: a dot per seed, a line through the means, a band.

    The band is the confidence interval of the mean: the dots show already how far the seeds reach.
    On a logarithmic axis an interval that reaches zero goes down to the axis.
    A cross at the top edge says that runs of this level diverged.

    Parameters
    ----------
    data : DataFrame
        One row per run, such as from `frame`.
    x, y : str
        Columns; several of `y` give a panel each.
    color : str, optional
        A column whose levels have a line each; they differ in marker and dash too.
    panel : str, optional
        A column whose levels have a panel each; these share the range of y.
    reference : mapping of str to DataFrame, optional
        Rows to compare with, by name: a band and a dashed line at their mean.
    guessing : int, optional
        Draws a line at what guessing among so many classes reaches.
    even : bool
        Whether the levels of `x` stand side by side at even distances, such as where one is 0.
    apart : optional
        The first level, if it is of another kind, such as no hidden layer: it has more room
        beside it, and lines leave it out.
    log : str or mapping, optional
        Which axes are logarithmic; by default y if the measure says so, and x unless `even`. Of
        panels that differ in it, by their titles.
    ticks : {"levels", "decades"}, optional
        Whether the x axis has a tick at each level; by default where there are several lines or
        panels by `panel`.
    band : bool, optional
        Whether lines have a band; by default where there is only one per panel.
    palette, title, xlabel, height, alt
        As in `lines`; an `xlabel` of each panel by its title.
    legend : bool
        Whether the lines are named in a legend rather than at their ends.
    """
    shown = panels_of(data, y, panel, title)
    if log is None:
        log = ("" if even else "x") + ("y" if any(_is_log(name) for name in listed(y)) else "")
    ticks = ticks or ("levels" if color or panel else "decades")
    after = "" if title is not None or panel else ", after the last epoch"
    colours = palette or (palette_of(data[color]) if color else {})
    keys = []  # of the legend
    bands = []
    with styled():
        figure, rows = new_figure(height, len(shown), sharex=panel is None)
        for place, (axes, (head, measure, own)) in enumerate(zip(rows, shown, strict=True)):
            logarithmic = log.get(head, "") if isinstance(log, Mapping) else log
            along = xlabel.get(head) if isinstance(xlabel, Mapping) else xlabel
            places = {level: n if even else level for n, level in enumerate(levels_of(own[x]))}
            if apart in places:
                places[apart] -= 1
            if even:
                axes.tick_names = {place: format_level(level) for level, place in places.items()}
            for number, (levels, group) in enumerate(groups_of(own, listed(color))):
                colour = colours.get(levels.get(color or ""), COLOURS[place % len(COLOURS)])
                marker = MARKERS[number % len(MARKERS)]
                table = _draw_seeds(axes, group, x, measure, places, colour, marker)
                name = name_line(levels)
                if apart in places and len(table) > 1:
                    table.loc[places[apart] + 0.5] = np.nan  # a gap
                    table = table.sort_index()
                dash = DASHES[number % len(DASHES)]
                (line,) = axes.plot(
                    table.index, table["mean"], color=colour, label=name or " ", linestyle=dash
                )
                remember(line, table, INTERVAL)
                keys.append(Line2D([], [], color=colour, label=name, linestyle=dash, marker=marker))
                if band if band is not None else color is None:
                    bands.append((axes, draw_band(axes, table, colour, 0.25), table))
                if name and not legend and len(table):
                    end = table["mean"].iloc[-1]
                    figure.end_labels.add(axes, table.index[-1], end, name, colour)
            for rank, (name, others) in enumerate((reference or {}).items()):
                _draw_reference(figure, axes, others[measure], name, rank)
            if guessing is not None and measure in MEASURES:
                _draw_guessing(axes, MEASURES[measure].of_guessing(guessing))
            axes.set_title(head + after)
            if "y" in logarithmic and (_is_log(measure) or measure not in MEASURES):
                make_log_with_ticks(axes, "y")
            if panel is not None or axes is rows[-1]:
                _finish_levels(axes, places, along or in_words(x), "x" in logarithmic, ticks, even)
        if panel is not None:
            _share_y(rows)
        for drawn in bands:
            end_at_axis(*drawn)
        if legend:
            rows[0].legend(handles=keys[: len(keys) // len(shown)], frameon=False)
        if alt:
            figure.set_label(alt)
    return figure


def _is_log(measure: str) -> bool:
    return measure in MEASURES and MEASURES[measure].log


def _draw_seeds(
    axes: Any,
    group: pd.DataFrame,
    x: str,
    measure: str,
    places: Mapping[Any, float],
    colour: str,
    marker: str,
) -> pd.DataFrame:
    """Draw a dot per seed; return mean, its interval and number of the seeds by place."""
    rows = []
    for level, place in places.items():
        own = group[[value == level for value in group[x]]]
        values = finite(own[measure])
        axes.plot([place] * len(values), values, marker, color=colour, alpha=0.75)
        if len(values) < len(own):
            axes.plot(
                place, 0.97, "x", color=COLOURS[1], markersize=8, markeredgewidth=2,
                transform=axes.get_xaxis_transform(), clip_on=False,
            )  # fmt: skip
        if len(values):
            rows.append({"x": place, **seeds_of(own, measure)})
    return pd.DataFrame(rows, columns=["x", *seeds_of(group, measure)]).set_index("x")


def _draw_reference(
    figure: ReportFigure, axes: Any, values: pd.Series[Any], name: str, rank: int
) -> None:
    found = spread(values)
    low, high = found.interval if found.n > 1 else (found.mean, found.mean)
    axes.axhspan(low, high, **band_look(INK, 0.28 - 0.1 * rank))
    axes.axhline(found.mean, label=name, **GUIDE)
    figure.end_labels.add(axes, math.inf, found.mean, name, INK)


def _finish_levels(
    axes: Any, places: Mapping[Any, float], xlabel: str, log: bool, ticks: str, even: bool
) -> None:
    axes.set_xlabel(xlabel)
    if even:
        names = [format_level(level) for level in places]
        if len(places) > 8:  # numbers of four digits would touch
            axes.tick_params(axis="x", labelsize=9)
            names = [name.replace(",", "") for name in names]
        axes.set_xticks(list(places.values()), names)
        return
    if log:
        make_log(axes, "x")
    if ticks == "levels" and len(places) <= 8:
        axes.xaxis.set_major_locator(FixedLocator(_apart(sorted(places.values()), log)))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))


def _apart(levels: Sequence[float], log: bool) -> list[float]:
    """Return the levels whose names do not touch that of a smaller one."""
    places = np.log(levels) if log else np.asarray(levels)
    kept = [0]
    for number, place in enumerate(places):
        if place - places[kept[-1]] > NEAREST * (places[-1] - places[0]):
            kept.append(number)
    return [levels[number] for number in kept]


def _share_y(rows: Sequence[Any]) -> None:
    lows, highs = zip(*(axes.get_ylim() for axes in rows), strict=True)
    for axes in rows:
        axes.set_ylim(min(lows), max(highs))


def _draw_guessing(axes: Any, level: float | None) -> None:
    if level is not None:
        axes.axhline(level, **GUIDE)
        axes.annotate(
            "guessing", (0.5, level), xycoords=("axes fraction", "data"), xytext=(0, -3),
            textcoords="offset points", va="top", ha="center",
        )  # fmt: skip
