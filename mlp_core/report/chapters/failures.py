"""Where runs break: which share of them diverged, at which update, and what the others reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mlp_core.report.axes import format_number
from mlp_core.report.map_cells import draw_cell, make_cells
from mlp_core.report.measures import group_by, group_runs, values_of
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.report.tables import table_of_rows
from mlp_core.training import Run

# What a figure calls the levels; other levels go by their own names. A narrow table does not
# break them.
WORDS = {
    "cross_entropy": "stable",
    "naive_cross_entropy": "naive",
    "naive_cross_entropy_epsilon": "naive\u00a0+\u00a010⁻¹⁰",
    "sigmoid": "stable",
    "naive_sigmoid": "naive",
}


@dataclass(frozen=True)
class Outcome:
    """What became of the runs of one setting.

    Attributes
    ----------
    runs : int
    diverged_at : tuple of int
        For each run that diverged, the update at which it did, from first to last.
    accuracies : tuple of float
        Test accuracies of the others, in percent.
    """

    runs: int
    diverged_at: tuple[int, ...]
    accuracies: tuple[float, ...]

    @property
    def share(self) -> float:
        """The share of the runs that diverged."""
        return len(self.diverged_at) / self.runs

    @property
    def updates(self) -> str:
        """At which updates runs diverged, such as "3" or "1-12"; empty if none did."""
        ends = dict.fromkeys(self.diverged_at[:1] + self.diverged_at[-1:])
        return "\u2013".join(f"{update}" for update in ends)


def collect_outcomes(
    runs: Sequence[Run], rows: Sequence[str], column: str
) -> dict[tuple[Any, ...], dict[Any, Outcome]]:
    """Return the outcome of every setting, by row and column of a figure or table.

    Parameters
    ----------
    runs : sequence of Run
    rows : sequence of str
        Config fields whose values together name a row.
    column : str
        The config field that names a column: numbers.

    Raises
    ------
    ValueError
        If there are no runs.
    """
    groups = group_by(runs, lambda run: tuple(getattr(run.config, name) for name in rows))
    return {
        row: {level: _outcome(cell) for level, cell in group_runs(group, column).items()}
        for row, group in groups.items()
    }


def _outcome(runs: Sequence[Run]) -> Outcome:
    return Outcome(
        runs=len(runs),
        diverged_at=tuple(
            sorted(r.diverged_at_update or 0 for r in runs if r.status == "diverged")
        ),
        accuracies=tuple(values_of(runs, "test_accuracy")),
    )


def row_name(row: Sequence[Any]) -> str:
    """Return a row's name in words.

    >>> row_name(("naive_cross_entropy", "float32"))
    'naive, float32'
    """
    return ", ".join(WORDS.get(level, str(level)) for level in row)


def table_of_outcomes(runs: Sequence[Run], rows: Sequence[str], column: str) -> pd.DataFrame:
    """Return a cell for each setting: test accuracy with its spread, and how many diverged."""
    table = {
        row_name(row): {format_number(level): _cell(outcome) for level, outcome in levels.items()}
        for row, levels in collect_outcomes(runs, rows, column).items()
    }
    return table_of_rows(table, column.replace("_", " "))


def _cell(outcome: Outcome) -> str:
    parts = []
    if outcome.accuracies:
        parts.append(seed_spread(outcome.accuracies).text())
    if outcome.diverged_at:
        count = f"{len(outcome.diverged_at)}\u00a0of\u00a0{outcome.runs}"
        parts.append(f"{count} diverged, update\u00a0{outcome.updates}")
    return "; ".join(parts)


def plot_outcomes(
    runs: Sequence[Run], rows: Sequence[str], column: str, height: float | None = None
) -> ReportFigure:
    """Draw a grid with a cell for each setting.

    A cell holds the mean test accuracy of the runs that ended, in percent; where runs diverged,
    a cross with their number; where all did, also the update at which the first of them did. The
    more of them diverged, the stronger the cell's ground.

    Parameters
    ----------
    runs : sequence of Run
    rows : sequence of str
        Config fields whose values together name a row.
    column : str
        The config field that names a column: numbers.
    height : float, optional
        In inches; by default as the number of rows needs.
    """
    outcomes = collect_outcomes(runs, rows, column)
    levels = sorted({level for cells in outcomes.values() for level in cells})
    with styled():
        figure, (axes,) = new_figure(height or 0.75 + 0.44 * len(outcomes))
        for y, cells in enumerate(outcomes.values()):
            for level, outcome in cells.items():
                x, strength = levels.index(level), 0.4 * outcome.share
                draw_cell(axes, x, y, _short(outcome), COLOURS[1], strength)
        make_cells(axes, [format_number(level) for level in levels], list(map(row_name, outcomes)))
        axes.set_xlabel(column.replace("_", " "))
        figure.set_label(_describe(outcomes, column))
    return figure


def _short(outcome: Outcome) -> str:
    lines = []
    if outcome.accuracies:
        lines.append(f"{seed_spread(outcome.accuracies).mean:.1f}")
    if outcome.diverged_at:
        whole = len(outcome.diverged_at) == outcome.runs
        lines.append("✕" if whole else f"✕ {len(outcome.diverged_at)}/{outcome.runs}")
        if whole:
            first, *later = dict.fromkeys(outcome.diverged_at)
            lines.append(f"from {first}" if later else f"at {first}")
    return "\n".join(lines)


def _describe(outcomes: Mapping[tuple[Any, ...], Mapping[Any, Outcome]], column: str) -> str:
    words = column.replace("_", " ")
    sentences = []
    for row, cells in outcomes.items():
        parts = [f"{level:g}: {_cell(outcome)}" for level, outcome in cells.items()]
        sentences.append(f"{row_name(row)}: {'; '.join(parts)}.".replace("\u00a0", " "))
    return f"Grid of test accuracies in percent and of diverged runs, by {words}. " + " ".join(
        sentences
    )
