"""What all charts share: panels, groups of rows, colours, bands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.frames import are_ordered, label_of, levels_of
from mlp_book.stats import spread
from mlp_book.style import COLOURS, INK, MEANINGS, band_look, ramp
from mlp_book.text import format_level

GUIDE = {
    "color": INK,
    "linewidth": 1,
    "linestyle": (0, (4, 3)),
    "zorder": 1,
}  # what to compare with
INTERVAL = "95\u00a0% interval"
DRAWN = 25  # epochs, all of which are drawn; of those beyond, as many again
Palette = Mapping[Any, str]
Columns = str | Sequence[str]


def tidy(x_name: str, x: Any, panels: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return computed curves as a frame for `lines`.

    Parameters
    ----------
    x_name : str
        What the curves are functions of.
    x : array-like of shape (n,)
    panels : mapping of str to mapping
        From a panel's title to its lines: from a line's name to values of shape (n,), or of shape
        (seeds, n).

    Returns
    -------
    DataFrame
        Columns: `x_name`, ``value``, ``line``, ``panel`` and ``seed``.
    """
    parts = []
    for panel, lines_of in panels.items():
        for line, values in lines_of.items():
            seeds = np.atleast_2d(np.asarray(values, np.float64))
            for seed, row in enumerate(seeds):
                columns = {x_name: np.asarray(x, np.float64), "value": row}
                parts.append(pd.DataFrame(columns).assign(line=line, panel=panel, seed=seed))
    return pd.concat(parts, ignore_index=True)


def palette_of(column: pd.Series[Any]) -> dict[Any, str]:
    """Return a colour for each level: a ramp for ordered ones, the book's own where it has one."""
    levels = levels_of(column)
    if are_ordered(levels) and not any(isinstance(level, bool) for level in levels):
        return dict(zip(levels, ramp(len(levels)), strict=True))
    free = (c for c in COLOURS * len(levels) if c not in [MEANINGS.get(x) for x in levels])
    return {level: MEANINGS.get(level) or next(free) for level in levels}


def drawn_epochs(count: int) -> np.ndarray:
    """Return the epochs at which curves are drawn: all of 25, fewer and fewer of more.

    Many curves of 100 epochs each are more than a page should load, and on the logarithmic axis
    of such figures the late epochs lie on one another.

    >>> drawn_epochs(100)[-4:].tolist()
    [88, 92, 96, 100]
    """
    if count <= DRAWN:
        return np.arange(1, count + 1)
    late = np.linspace(math.sqrt(DRAWN), math.sqrt(count), DRAWN) ** 2
    return np.unique(np.concatenate([np.arange(1, DRAWN + 1), np.round(late).astype(int)]))


def listed(columns: Columns | None) -> list[str]:
    """Return one column's name or several, or none, as a list."""
    return [] if columns is None else [columns] if isinstance(columns, str) else list(columns)


def name_line(levels: Mapping[str, Any]) -> str:
    """Return what a line is called: the levels that tell it from the others."""
    names = [format_level(level) for level in levels.values()]
    return ", ".join(name for name in names if name)


def draw_band(axes: Any, table: pd.DataFrame, colour: str, alpha: float) -> Any:
    """Draw a band from ``low`` to ``high``, where there are several seeds, and return it."""
    if not (table["n"] > 1).any():
        return None
    return axes.fill_between(table.index, table["low"], table["high"], **band_look(colour, alpha))


def seeds_of(rows: pd.DataFrame, measure: str) -> dict[str, Any]:
    """Return what stands behind a mark: a measure's mean, its interval, seeds and runs."""
    found = spread(rows[measure])
    low, high = found.interval
    known = {"mean": found.mean, "low": low, "high": high, "n": found.n}
    runs = {"runs": ".".join(rows["run_id"])} if "run_id" in rows else {}
    return {**known, "lost": len(rows) - found.n, **runs}


def draw_zero(axes: Any, look: Mapping[str, Any], above: float = 0.5) -> None:
    """Draw where zero is, row by row: no line runs through the words that head rows.

    It begins so much above a row's middle, where the next one is at 1.
    """
    for place in axes.get_yticks():
        axes.plot([0, 0], [place - above, place + 0.5], **look)


def end_at_axis(axes: Any, band: Any, table: pd.DataFrame) -> None:
    """Let a band that reaches zero meet a logarithmic axis at that level, not at its neighbours.

    Without an end of its own it would fall without limit, next to the level before and after.
    """
    if band is not None and axes.get_yscale() == "log":
        low = table["low"].clip(lower=axes.get_ylim()[0])
        band.set_data(table.index, low, table["high"])


def panels_of(
    data: pd.DataFrame, y: Columns, panel: str | None, title: str | None
) -> list[tuple[str, str, pd.DataFrame]]:
    """Return title, measure and rows of each panel: one per measure, or one per level."""
    measures = listed(y)
    if panel is None:
        return [(title or label_of(name), name, data) for name in measures]
    (measure,) = measures
    groups = [(level, data[data[panel] == level]) for level in levels_of(data[panel])]
    # A computed panel is named by what it shows; a level of a factor stands before the measure.
    label = title if title is not None else "" if measure == "value" else label_of(measure)
    return [
        (": ".join(filter(None, (format_level(level), label))), measure, rows)
        for level, rows in groups
    ]


def is_factor(column: pd.Series[Any]) -> bool:
    """Say whether the levels are ordered: these need a word on what they are values of."""
    return are_ordered(levels_of(column))


def groups_of(data: pd.DataFrame, columns: list[str]) -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Return the rows of each combination of levels, in the order of the levels."""
    if not columns:
        return [({}, data)]
    found = []
    first, *others = columns
    for level in levels_of(data[first]):
        rows = data[[own == level for own in data[first]]]
        found += [({first: level, **rest}, group) for rest, group in groups_of(rows, others)]
    return [(levels, group) for levels, group in found if len(group)]
