"""Two factors crossed: the runs of every pair of levels, as a map of cells or as lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mlp_core.report.axes import format_number
from mlp_core.report.map_cells import draw_cell, make_cells
from mlp_core.report.measures import (
    MEASURES,
    Measure,
    all_learned,
    group_by,
    round_level,
    values_of,
)
from mlp_core.report.seed_bands import BandChart
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.report.tables import best_of
from mlp_core.training import Run, RunConfig

Factor = str | Callable[[RunConfig], Any]
Groups = Mapping[Any, Sequence[Run]]
Crossed = Mapping[Any, Groups]

FULL_SCALE = 8.0  # a cell this many times the best of its row has no ground any more


def cross(runs: Sequence[Run], row: Factor, column: Factor) -> dict[Any, dict[Any, list[Run]]]:
    """Return the runs of every pair of levels, by row and then by column, both sorted.

    Parameters
    ----------
    runs : sequence of Run
    row, column : str or callable
        A config field, or a function of a config, such as the number of hidden layers. Floats
        meet to six digits, so that 0.4 / 0.02**2 and 0.1 / 0.01**2 are one level.

    Raises
    ------
    ValueError
        If there are no runs.
    """
    crossed = group_by(runs, lambda run: _level(run.config, row))
    return {
        name: dict(sorted(group_by(group, lambda run: _level(run.config, column)).items()))
        for name, group in sorted(crossed.items())
    }


def _level(config: RunConfig, factor: Factor) -> Any:
    level = getattr(config, factor) if isinstance(factor, str) else factor(config)
    return round_level(level) if isinstance(level, float) else level


def chart_rows(
    crossed: Crossed,
    column_title: str,
    measure: str = "test_error",
    *,
    name_of: Callable[[Any], str] = str,
    title: str | None = None,
    log: str = "",
) -> BandChart:
    """Return a chart with a line of seeds for each row, over the levels of the columns.

    Parameters
    ----------
    crossed : mapping
        As from `cross`. All rows have the same number of seeds.
    column_title : str
        What the levels of the columns are: numbers.
    measure : str
        A name from `mlp_core.report.measures.MEASURES`, after the last epoch.
    name_of : callable
        From a row to the name of its line.
    title : str, optional
        By default the measure's label.
    log : str
        Which axes are logarithmic: "", "x", "y" or "xy".
    """
    shown = MEASURES[measure]
    columns = sorted({level for groups in crossed.values() for level in groups})
    lines = {name_of(row): _by_seed(groups, columns, shown) for row, groups in crossed.items()}
    return BandChart(title or shown.label, columns, lines, column_title, log)


def _by_seed(groups: Groups, columns: Sequence[Any], measure: Measure) -> np.ndarray:
    """Return a row a seed and a column a level; nan where a run is missing or diverged."""
    seeds = sorted({run.config.seed for runs in groups.values() for run in runs})
    table = np.full((len(seeds), len(columns)), np.nan)
    for level, runs in groups.items():
        for run in runs:
            value = measure.of_run(run)
            if value is not None:
                table[seeds.index(run.config.seed), columns.index(level)] = value
    return table


def plot_map(
    crossed: Crossed,
    row_title: str,
    column_title: str,
    measure: str = "test_error",
    height: float | None = None,
) -> ReportFigure:
    """Draw a cell for each pair of levels, with the mean over its seeds; smaller is better.

    The closer a cell is to the best of its row, the stronger its ground. A frame marks the best
    cell of each row and those that seed noise cannot tell from it, as far as all their seeds
    learned. A cross says that runs diverged: alone that all of them did, below a number that some
    did.

    Parameters
    ----------
    crossed : mapping
        As from `cross`.
    row_title, column_title : str
        What the levels are.
    measure : str
        A name from `mlp_core.report.measures.MEASURES`, of which less is better.
    height : float, optional
        In inches; by default as the number of rows needs.
    """
    shown = MEASURES[measure]
    columns = sorted({level for groups in crossed.values() for level in groups})
    with styled():
        figure, (axes,) = new_figure(height or 0.9 + 0.36 * len(crossed))
        for y, groups in enumerate(crossed.values()):
            framed = _framed(groups, measure)
            best = _mean(groups[framed[0]], shown) if framed else None
            for column, runs in groups.items():
                strength = _strength(_mean(runs, shown), best)
                text = _cell_text(runs, shown)
                frame = {"alpha": 1.0, "linewidth": 1.6} if column in framed else {}
                draw_cell(axes, columns.index(column), y, text, COLOURS[2], strength, **frame)
        make_cells(axes, list(map(name_of, columns)), list(map(name_of, crossed)))
        axes.tick_params(labelsize=8.5)
        axes.set_title(f"{shown.label}, after the last epoch")
        axes.set_xlabel(column_title)
        axes.set_ylabel(row_title)
        figure.set_label(_describe(crossed, row_title, column_title, shown))
    return figure


def name_of(level: Any) -> str:
    """Return a level as a figure shows it: numbers to three digits."""
    return format_number(float(f"{level:.3g}")) if isinstance(level, int | float) else str(level)


def _mean(runs: Sequence[Run], measure: Measure) -> float | None:
    values = values_of(runs, measure)
    return seed_spread(values).mean if values else None


def _framed(groups: Groups, measure: str) -> list[Any]:
    learned = {level: runs for level, runs in groups.items() if all_learned(runs)}
    return best_of(learned, measure, largest=False) if learned else []


def _strength(mean: float | None, best: float | None) -> float:
    """Return how strong a cell's ground is, from 0.5 at the best to 0 at `FULL_SCALE` times it."""
    if not mean or not best:
        return 0.0
    return 0.5 * min(1.0, max(0.0, 1 - math.log(mean / best) / math.log(FULL_SCALE)))


def _cell_text(runs: Sequence[Run], measure: Measure) -> str:
    mean = _mean(runs, measure)
    if mean is None:
        return "✕"
    text = f"{mean:.0f}" if mean >= 10 else f"{mean:#.3g}"
    return text if len(values_of(runs, measure)) == len(runs) else f"{text}\n✕"


def _describe(crossed: Crossed, row_title: str, column_title: str, measure: Measure) -> str:
    sentences = []
    for row, groups in crossed.items():
        cells = (f"{name_of(level)}: {_cell_text(runs, measure)}" for level, runs in groups.items())
        sentences.append(f"{row_title} {name_of(row)}: {', '.join(cells)}.".replace("\n", " "))
    return f"Map of {measure.label}, by {row_title} and {column_title}. " + " ".join(sentences)
