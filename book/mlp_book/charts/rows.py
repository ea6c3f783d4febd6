"""Charts with one row per level: dots with their spread or interval, and bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from mlp_book.charts.shared import (
    INTERVAL,
    Palette,
    groups_of,
    listed,
    palette_of,
    panels_of,
    seeds_of,
)
from mlp_book.frames import label_of, levels_of
from mlp_book.read_out import remember
from mlp_book.stats import Spread, finite, spread
from mlp_book.style import (
    COLOURS,
    INK,
    ReportFigure,
    band_look,
    make_log_with_ticks,
    new_figure,
    styled,
)
from mlp_book.text import format_level

ROW = 0.235  # inches
BETWEEN = 0.7  # rows between two groups


def dots(
    data: pd.DataFrame,
    row: str,
    x: str,
    *,
    group: str | None = None,
    reference: tuple[str, Any] | None = None,
    interval: tuple[str, str] | None = None,
    between: str = INTERVAL,
    name: Callable[[Any], str] = format_level,
    log: bool = False,
    palette: Palette | None = None,
    title: str | None = None,
    xlabel: str = "",
    height: float | None = None,
    alt: str | None = None,
) -> ReportFigure:
    """Draw one row per level: a dot per seed with a tick at the mean, or a dot with an interval.

    Parameters
    ----------
    data : DataFrame
    row, x : str
        Columns: what the rows are, and the values.
    group : str, optional
        A column whose levels head a block of rows each, in a colour each.
    reference : (name, values), optional
        What to compare with: a band from the lowest to the highest value.
    interval : (low, high), optional
        Columns with the ends of each dot's interval; ``n`` and ``runs`` may say what is behind it.
    between : str
        What an interval is.
    name : callable
        What a level is called.
    log : bool
        Whether the axis of the values is logarithmic.
    palette : mapping, optional
        From levels of `group` to colours.
    title, xlabel, height, alt
        As in `lines`.
    """
    blocks = groups_of(data, listed(group))
    count = sum(len(levels_of(rows[row])) for _, rows in blocks)
    spare = (BETWEEN + 1) * len(blocks) if group else 0.6
    with styled():
        figure, (axes,) = new_figure(height or 0.75 + ROW * (count + spare))
        place, names, behind = -1.0, {}, []
        for number, (levels, block) in enumerate(blocks):
            own = (palette or {}).get(levels.get(group or ""))
            colour = own or COLOURS[number % len(COLOURS)]
            if group:
                place += 1
                _head(axes, place, format_level(levels[group]), colour)
            first = place + 1
            for level in dict.fromkeys(block[row]):
                place += 1
                names[place] = name(level)
                own = block[[own == level for own in block[row]]]
                _draw_row(axes, place, own, x, interval, colour)
                head = "".join(f"{format_level(level)}: " for level in levels.values())
                behind.append(
                    {"y": place, "name": head + names[place], **_behind(own, x, interval)}
                )
            if reference:
                _draw_reference(axes, first, place, spread(reference[1]))
            place += BETWEEN if group else 0
        axes.set_yticks(list(names), list(names.values()))
        remember(axes, pd.DataFrame(behind).assign(reach=0.5), between)
        axes.set_ylim(place + 0.5, -0.8)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        if log:
            make_log_with_ticks(axes, "x")
        suffix = f" (band: {reference[0]})" if reference else ""
        axes.set_title((label_of(x) if title is None else title) + suffix)
        axes.set_xlabel(xlabel)
        axes.alt = _say_rows(blocks, row, x, interval, name)
        if alt:
            figure.set_label(alt)
    return figure


def _head(axes: Any, place: float, name: str, colour: str) -> None:
    axes.annotate(
        name, (0, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
        textcoords="offset points", va="center", color=colour, fontweight="bold",
    )  # fmt: skip


def _draw_reference(axes: Any, first: float, last: float, band: Spread) -> None:
    """Draw the band behind some rows: its edges would run through the words that head them."""
    ends = [first - 0.5, last + 0.5]
    axes.fill_betweenx(ends, [band.low] * 2, [band.high] * 2, **band_look(INK))


def _draw_row(
    axes: Any,
    place: float,
    rows: pd.DataFrame,
    x: str,
    interval: tuple[str, str] | None,
    colour: str,
) -> None:
    values = finite(rows[x])
    look = {"markersize": 6.0, "zorder": 3.0} if interval else {"alpha": 0.75}
    axes.plot(values, [place] * len(values), "o", color=colour, **look)
    if interval:
        for low, high in rows[list(interval)].itertuples(index=False):
            axes.plot([low, high], [place, place], color=colour, alpha=0.6)
    elif len(values):
        mean = float(values.mean())
        axes.plot([mean, mean], [place - 0.38, place + 0.38], color=colour, linewidth=2)


def _behind(rows: pd.DataFrame, x: str, interval: tuple[str, str] | None) -> dict[str, Any]:
    """Return what is behind a row: its seeds, or what the frame says of its interval."""
    if interval is None:
        return seeds_of(rows, x)
    columns = zip(("mean", "low", "high", "n", "runs"), (x, *interval, "n", "runs"), strict=True)
    return {key: rows[column].iloc[0] for key, column in columns if column in rows}


def _say_rows(
    blocks: list[tuple[dict[str, Any], pd.DataFrame]],
    row: str,
    x: str,
    interval: tuple[str, str] | None,
    name: Callable[[Any], str],
) -> str:
    sentences = []
    for levels, block in blocks:
        said = []
        for level, own in block.groupby(row, sort=False):
            ends = [f"{own[end].mean():.3g}" for end in interval or ()]
            between = f" ({' to '.join(ends)})" if ends else ""
            said.append(f"{name(level)}: {spread(own[x]).mean:.3g}{between}")
        head = "".join(f"{format_level(level)}: " for level in levels.values())
        sentences.append(head + ", ".join(said))
    return ". ".join(sentences)


def bars(
    data: pd.DataFrame,
    row: str,
    x: str,
    *,
    color: str | None = None,
    panel: str | None = None,
    text: str | None = None,
    palette: Palette | None = None,
    title: str | None = None,
    xlabel: str = "",
    xlim: tuple[float, float] | None = None,
    height: float | None = None,
    alt: str | None = None,
) -> ReportFigure:
    """Draw one horizontal bar per row of a frame, from top to bottom.

    Parameters
    ----------
    data : DataFrame
    row, x : str
        Columns: what the bars are, and how long they are.
    color, panel : str, optional
        Columns whose levels have a colour, one panel each.
    text : str, optional
        A column with what stands at a bar's end.
    palette, title, xlabel, height, alt
        As in `lines`.
    xlim : tuple, optional
    """
    shown = panels_of(data, x, panel, title)
    colours = palette or (palette_of(data[color]) if color else {})
    with styled():
        figure, axes_of = new_figure(
            height or 0.5 + 0.62 * len(shown) + 0.24 * len(data), len(shown), sharex=True,
            gridspec_kw={"height_ratios": [len(rows) for _, _, rows in shown]},
        )  # fmt: skip
        for axes, (head, _, rows) in zip(axes_of, shown, strict=True):
            names = [format_level(level) for level in rows[row]]
            fills = [colours.get(c, COLOURS[0]) for c in rows[color]] if color else COLOURS[0]
            drawn = axes.barh(range(len(rows)), rows[x], height=0.72, color=fills, alpha=0.85)
            if text:
                axes.bar_label(drawn, rows[text], padding=4, size=9)
            axes.set_yticks(range(len(rows)), names)
            axes.set_ylim(len(rows) - 0.4, -0.6)
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="y", visible=False)
            axes.set_title(head)
            if xlim:
                axes.set_xlim(*xlim)
            axes.alt = ", ".join(f"{n}: {v:.3g}" for n, v in zip(names, rows[x], strict=True))
        axes_of[-1].set_xlabel(xlabel)
        if alt:
            figure.set_label(alt)
    return figure
