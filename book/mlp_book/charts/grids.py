"""Grids: tables as heat maps, images side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd

from mlp_book.charts.shared import INTERVAL, seeds_of
from mlp_book.facts import Levels
from mlp_book.frames import MEASURES, all_learned, label_of
from mlp_book.read_out import remember
from mlp_book.stats import finite
from mlp_book.style import COLOURS, HAIRLINE, INK, ReportFigure, new_figure, styled
from mlp_book.text import format_level, format_number, in_words


def heat_map(
    strength: pd.DataFrame,
    text: pd.DataFrame | None = None,
    *,
    framed: pd.DataFrame | None = None,
    behind: pd.DataFrame | None = None,
    colour: str = COLOURS[2],
    title: str = "",
    row_label: str = "",
    column_label: str = "",
    size: float = 9.0,
    height: float | None = None,
    alt: str | None = None,
) -> ReportFigure:
    """Draw a table as cells whose ground is stronger the larger their value.

    Parameters
    ----------
    strength : DataFrame
        From 0 (no ground) to 1; nan for no cell. Index and columns name rows and columns.
    text : DataFrame of str, optional
        What stands in each cell.
    framed : DataFrame of bool, optional
        Which cells have a frame.
    behind : DataFrame of dict, optional
        What is read off each cell, such as `seeds_of` returns it.
    colour : str
        Of the ground.
    title, row_label, column_label : str
    size : float
        Of the text, in points.
    height : float, optional
        In inches; by default as the number of rows needs.
    alt : str, optional
        Instead of the derived text alternative.
    """
    count, width = strength.shape
    ground = _colormap([(colour, 0.0), colour], (0, 1))
    with styled():
        figure, (axes,) = new_figure(height or 0.9 + 0.36 * count)
        mesh = axes.pcolormesh(
            np.arange(width + 1) - 0.5, np.arange(count + 1) - 0.5,
            np.ma.masked_invalid(strength.to_numpy(float)),
            cmap=ground, vmin=0, vmax=1, edgecolors=mpl.colors.to_rgba(INK, 0.25), linewidth=0.8,
        )  # fmt: skip
        mesh.set_rasterized(False)
        words = np.full((count, width), "") if text is None else text.to_numpy()
        for (y, x), word in np.ndenumerate(words):
            axes.text(x, y, word, ha="center", va="center", size=size, linespacing=1.0)
        for y, x in np.argwhere(framed.to_numpy(bool)) if framed is not None else ():
            box = mpl.patches.Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, fill=False)
            box.set(edgecolor=INK, linewidth=1.6)
            axes.add_patch(box)
        axes.set_xticks(range(width), [_name(level) for level in strength.columns])
        axes.set_yticks(range(count), [_name(level) for level in strength.index])
        axes.set_xlim(-0.5, max(width, 1) - 0.5)  # an empty table is an empty figure
        axes.set_ylim(max(count, 1) - 0.5, -0.5)
        axes.tick_params(length=0, labelsize=9)
        axes.grid(visible=False)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        if behind is not None:
            remember(axes, _places(behind, row_label, column_label), INTERVAL)
        axes.set_title(title)
        axes.set_xlabel(column_label)
        axes.set_ylabel(row_label)
        axes.alt = _say_cells(strength if text is None else text, row_label)
        if alt:
            figure.set_label(alt)
    return figure


def _places(behind: pd.DataFrame, row: str, column: str) -> pd.DataFrame:
    """Return what is behind the cells of a table, with their names and places."""
    rows, columns = ([_name(level) for level in axis] for axis in behind.axes)
    return pd.DataFrame(
        {"name": f"{row} {rows[y]}, {column} {columns[x]}".strip(), "x": x, "y": y, **cell}
        for (y, x), cell in np.ndenumerate(behind.to_numpy())
        if isinstance(cell, dict)
    ).assign(reach=0.5)


FADED = 8.0  # a cell this many times the best of its row has no ground any more
STRONGEST = 0.65  # of the best cell's ground: words are read on it in light and dark


def error_map(
    data: pd.DataFrame,
    row: str,
    column: str,
    measure: str = "test_error",
    *,
    row_label: str | None = None,
    column_label: str | None = None,
    height: float | None = None,
) -> ReportFigure:
    """Draw a measure's mean over seeds for each pair of levels; smaller is better.

    The closer a cell is to the best of its row, the stronger its ground. A frame marks the best
    cell of each row and those not shown to differ from it, as far as all their seeds learned. A
    cross says that runs diverged: alone that all of them did, below a number that some did.

    Parameters
    ----------
    data : DataFrame
        One row per run, such as from `frame`.
    row, column : str
        Columns.
    measure : str
        A column of which less is better.
    row_label, column_label : str, optional
        Instead of the names of the columns.
    height : float, optional
        In inches; by default as the number of rows needs.
    """
    cells = data.groupby([row, column])
    digits = abs(MEASURES[measure].digits)  # the same in all cells
    text = cells[measure].agg(lambda own: _cell_text(own, digits)).unstack()
    mean = cells[measure].mean().unstack()
    framed = _framed(data, row, column, measure).reindex_like(text).eq(True)  # no run: not framed
    best = mean.where(framed).min(axis=1)
    strength = STRONGEST * (1 - np.log(mean.div(best, axis=0)) / np.log(FADED)).clip(0, 1)
    return heat_map(
        strength.fillna(0.0),
        text.fillna(""),
        framed=framed,
        behind=cells.apply(seeds_of, measure).unstack(),
        title=f"{label_of(measure)}, after the last epoch",
        row_label=row_label or in_words(row),
        column_label=column_label or in_words(column),
        height=height,
    )


def _cell_text(values: pd.Series[float], digits: int) -> str:
    known = finite(values)
    if not len(known):
        return "✕"
    text = f"{known.mean():.{digits}f}"
    return text if len(known) == len(values) else f"{text}\n✕"


def _framed(data: pd.DataFrame, row: str, column: str, measure: str) -> pd.DataFrame:
    """Return which cells are the best of their row, or tied with it."""
    framed = {}
    for level, rows in data.groupby(row):
        learned = rows.groupby(column).filter(all_learned)
        levels = Levels(learned, column, measure, larger_is_better=False)
        framed[level] = {c: c in levels.plateau for c in levels.levels}
    return pd.DataFrame(framed).T


def _name(level: Any) -> str:
    """Return a level as a map shows it: numbers to three digits."""
    number = isinstance(level, int | float | np.number) and not isinstance(level, bool)
    return format_number(float(f"{level:.3g}")) if number else format_level(level)


def _colormap(colours: Sequence[Any], places: Sequence[float]) -> Any:
    stops: Any = list(zip(places, map(mpl.colors.to_rgba, colours), strict=True))
    return mpl.colors.LinearSegmentedColormap.from_list("own", stops)


def _say_cells(text: pd.DataFrame, row_label: str) -> str:
    sentences = []
    for level, cells in zip(text.index, text.to_numpy(), strict=True):
        said = ", ".join(
            f"{_name(column)}: {str(cell).replace(chr(10), ' ')}"
            for column, cell in zip(text.columns, cells, strict=True)
            if str(cell)
        )
        sentences.append(f"{row_label} {_name(level)}: {said}".strip())
    return ". ".join(sentences)


SIDE = 96  # drawn pixels at least: browsers blur small images when they enlarge them


def images(
    pixels: np.ndarray,
    names: Sequence[str],
    *,
    columns: int = 5,
    signed: bool = False,
    title: str = "",
    height: float | None = None,
    alt: str | None = None,
) -> ReportFigure:
    """Draw images in a grid, each with a word above it.

    Parameters
    ----------
    pixels : ndarray of shape (n, rows, columns)
        Bright on black, from 0 to the largest; or, if `signed`, weights: orange where they are
        positive, blue where they are negative, nothing where they are 0.
    names : sequence of str
        One per image.
    columns : int
        Images side by side.
    signed : bool
    title : str
    height : float, optional
        In inches; by default as the images need.
    alt : str, optional
        Instead of the names.
    """
    if len(names) != len(pixels):
        raise ValueError(f"{len(pixels)} images have {len(names)} names: give one for each")
    rows = -(-len(pixels) // columns)
    zoom = np.ones((-(-SIDE // np.shape(pixels)[1]),) * 2)
    top = float(np.abs(pixels).max()) or 1.0
    cmap: Any = "gray"
    if signed:
        low, high = COLOURS[0], COLOURS[1]
        cmap = _colormap([low, (low, 0.0), (high, 0.0), high], (0, 0.5, 0.5, 1))
    with styled():
        height = height or 0.5 + rows * (4.6 / columns + 0.25)
        figure, panels = new_figure(height, len(pixels), columns)
        for axes, image, name in zip(panels, pixels, names, strict=True):
            axes.imshow(
                np.kron(image, zoom), cmap=cmap, vmin=-top if signed else 0, vmax=top,
                interpolation="none",
            )  # fmt: skip
            axes.set_title(name, loc="center", size=9.5)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set(**HAIRLINE)
        if title:
            figure.suptitle(title, x=0.02, ha="left", size=10.5)
        words = "; ".join(name.replace("\n", ", ") for name in names)
        figure.set_label(alt or f"{title or 'Images'}: {words}.".replace("\n", " "))
    return figure
