"""How good the best cell so far is, trial by trial, over many searches."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from mlp_core.report.axes import format_number, label_ends, make_log
from mlp_core.report.bands import make_log_with_ticks
from mlp_core.report.lines import DASHES
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled
from mlp_core.report.tables import table_of_rows
from mlp_core.studies.effort import Effort

BAND = (0.1, 0.9)  # the band holds what lies between these quantiles


def plot_searches(
    errors: Mapping[str, np.ndarray],
    target: tuple[str, float, float],
    height: float = 3.8,
) -> ReportFigure:
    """Draw the test error of the best cell so far against the number of trials.

    Parameters
    ----------
    errors : mapping of str to ndarray of shape (searches, trials)
        From a kind of search to the test error in percent of its best cell so far.
    target : (name, low, high)
        Errors that count as found: drawn as a band from low, the lowest that there is, to high.
    height : float
        In inches.
    """
    with styled():
        figure, (axes,) = new_figure(height)
        _, low, high = target
        axes.axhspan(low, high, color=INK, alpha=0.22, linewidth=0)
        ends = []
        for place, (kind, values) in enumerate(errors.items()):
            trials = np.arange(1, values.shape[1] + 1)
            colour = COLOURS[place % len(COLOURS)]
            mean = values.mean(axis=0)
            axes.plot(trials, mean, color=colour, linestyle=DASHES[place % len(DASHES)])
            axes.fill_between(
                trials, *np.quantile(values, BAND, axis=0), color=colour, alpha=0.2, linewidth=0
            )
            ends.append((float(mean[-1]), kind, colour))
        axes.set_title("test error of the best so far, %")
        axes.set_xlabel("trials")
        axes.margins(x=0.01)
        make_log(axes, "x")
        make_log_with_ticks(axes, "y")
        label_ends(axes, ends)
        figure.set_label(_describe(errors, target))
    return figure


def _describe(errors: Mapping[str, np.ndarray], target: tuple[str, float, float]) -> str:
    parts = []
    for kind, values in errors.items():
        mean = values.mean(axis=0)
        steps = [n for n in (1, 10, 100) if n < len(mean)] + [len(mean)]
        reached = ", ".join(f"{mean[n - 1]:.3g} after {n}" for n in steps)
        parts.append(f"{kind}: {reached}")
    name, low, high = target
    return (
        "Line chart of the test error of the best cell so far, in percent, by the number of "
        f"trials, mean of the searches. {'; '.join(parts)}. {name}: {low:.3g} to {high:.3g}."
    )


def table_of_effort(goals: Mapping[str, Mapping[str, Effort]], trials: int) -> pd.DataFrame:
    """Return a row for each goal and kind of search: how often it got there, and how soon.

    Parameters
    ----------
    goals : mapping of str to mapping
        From a goal to what each kind of search needed for it; costs are in seconds.
    trials : int
        After which a search gave up.
    """
    rows = {}
    for goal, kinds in goals.items():
        for kind, effort in kinds.items():
            reached = sum(np.isfinite(effort.trials))
            late = float(np.quantile(effort.trials, BAND[1], method="higher"))
            rows[f"{goal}, {kind}"] = {
                "reached it": f"{reached} of {len(effort.trials)}",
                "trials, median": count_text(effort.median_trials, trials),
                "trials, 9 in 10": count_text(late, trials),
                "cells, median": count_text(effort.median_cells, trials),
                "core-minutes, median": _minutes_text(effort.costs),
            }
    return table_of_rows(rows, "goal, search")


def count_text(count: float, limit: int) -> str:
    """Return a number of trials, or that it is more than were made.

    >>> count_text(12.5, 100), count_text(float("inf"), 100)
    ('12.5', 'over 100')
    """
    return f"{count:g}" if np.isfinite(count) else f"over {limit}"


def _minutes_text(seconds: list[float]) -> str:
    median = float(np.median(seconds)) if seconds else np.inf
    return format_number(float(f"{median / 60:.2g}")) if np.isfinite(median) else "-"
