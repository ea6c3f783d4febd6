"""Figures of runs: functions take runs and return a figure; they never train and never show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlp_core.report.axes import format_level, label_ends, make_log
from mlp_core.report.facets import drawn_epochs
from mlp_core.report.marks import draw_dots, draw_mean, join_means
from mlp_core.report.measures import MEASURES, Measure, group_runs, values_of
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, ramp, styled
from mlp_core.training import Run


def plot_curves(
    runs: Sequence[Run],
    factor: str,
    measure: str = "test_error",
    height: float = 3.4,
    over: str = "epoch",
) -> ReportFigure:
    """Draw a measure over the epochs, one line for each level of a factor.

    A line is the mean over seeds, its band runs from the lowest to the highest seed. A cross
    marks where a run diverged. Late epochs are drawn more sparsely.

    Parameters
    ----------
    runs : sequence of Run
    factor : str
        The config field that tells the lines apart.
    measure : str
        A name from `mlp_core.report.measures.MEASURES`.
    height : float
        In inches.
    over : str
        The column of the history along the axis: "epoch", "updates", "examples", or a loss,
        which falls from left to right.
    """
    groups, shown = group_runs(runs, factor), MEASURES[measure]
    colours = ramp(len(groups))
    with styled():
        figure, (axes,) = new_figure(height)
        ends = [
            _draw_level(axes, level, group, shown, colour, over)
            for (level, group), colour in zip(groups.items(), colours, strict=True)
        ]
        axes.set_xlabel(MEASURES[over].label if over in MEASURES else over)
        axes.set_title(shown.label)
        axes.margins(x=0.01)
        make_log(axes, "x")
        if over.endswith("loss"):
            axes.invert_xaxis()
        if shown.log:
            make_log(axes, "y")
        label_ends(axes, [end for end in ends if end], factor.replace("_", "\n"))
        figure.set_label(_describe_curves(groups, factor, shown, axes.get_xlabel()))
    return figure


def _draw_level(
    axes: Any, level: Any, group: list[Run], measure: Measure, colour: str, over: str
) -> tuple[float, str, str] | None:
    """Draw one line with its band; return where it ends, its label and its colour."""
    columns = [measure.of_epochs(run) for run in group]
    length = min(len(column) for column in columns)
    diverged = sum(run.status == "diverged" for run in group)
    label = format_level(level)
    if diverged:
        label += " diverged" if diverged == len(group) else f" ({diverged}/{len(group)} div.)"
    if not length:
        return None
    drawn = drawn_epochs(length) - 1
    values = np.array([column[:length] for column in columns])[:, drawn]
    along = np.mean([run.history[over][:length] for run in group], axis=0)[drawn]
    draw_mean(axes, along, values, color=colour)
    if diverged:
        axes.plot(
            along[-1], values[:, -1].mean(), "x", color=colour, markersize=8, markeredgewidth=2
        )
    return float(values[:, -1].mean()), label, colour


def _describe_curves(
    groups: Mapping[Any, list[Run]], factor: str, measure: Measure, along: str
) -> str:
    words = factor.replace("_", " ")
    parts = []
    for level, group in groups.items():
        ends = values_of(group, measure)
        end = f"ends at {seed_spread(ends).mean:.3g}" if ends else "diverges"
        parts.append(f"{level}: {end}")
    along = {"epoch": "the epochs", "updates": "the updates"}.get(along, along)
    return f"Line chart: {measure.label} over {along}, by {words}. {'; '.join(parts)}."


def plot_sweep(
    runs: Sequence[Run],
    factor: str,
    measures: Sequence[str] = ("test_error", "train_loss"),
    classes: int | None = None,
    height: float = 4.6,
    even: bool = False,
) -> ReportFigure:
    """Draw measures after the last epoch against a factor, one panel under the other.

    Each dot is a seed, the line joins the means over seeds, the band runs from the lowest to
    the highest seed. A cross at the top edge says that runs of this level diverged.

    Parameters
    ----------
    runs : sequence of Run
    factor : str
        A config field; of positive numbers, unless `even`.
    measures : sequence of str
        Names from `mlp_core.report.measures.MEASURES`.
    classes : int, optional
        Draws a line at what guessing among so many classes reaches, if the loss is cross-entropy.
    height : float
        In inches.
    even : bool
        Whether the levels stand side by side at even distances, such as where one is 0; the
        axis is logarithmic otherwise.
    """
    groups = group_runs(runs, factor)
    places = dict(enumerate(groups.values())) if even else groups
    with styled():
        figure, rows = new_figure(height, len(measures), sharex=True)
        for axes, name, colour in zip(rows, measures, COLOURS, strict=False):
            _draw_sweep(axes, places, MEASURES[name], colour)
            if classes is not None:
                _draw_guessing(axes, MEASURES[name].of_guessing(classes))
            if MEASURES[name].log:
                make_log(axes, "y")
        rows[-1].set_xlabel(factor.replace("_", " "))
        if even:
            rows[-1].set_xticks(list(places), [format_level(level) for level in groups])
        else:
            make_log(rows[-1], "x")
        figure.set_label(_describe_sweep(groups, factor, [MEASURES[name] for name in measures]))
    return figure


def _draw_sweep(axes: Any, groups: Mapping[Any, list[Run]], measure: Measure, colour: str) -> None:
    values = {level: values_of(group, measure) for level, group in groups.items()}
    join_means(axes, draw_dots(axes, values, colour), colour)
    for level, group in groups.items():
        if len(values[level]) < len(group):
            axes.plot(
                level, 0.97, "x", color=COLOURS[1], markersize=8, markeredgewidth=2,
                transform=axes.get_xaxis_transform(), clip_on=False,
            )  # fmt: skip
    axes.set_title(f"{measure.label}, after the last epoch")


def _draw_guessing(axes: Any, level: float | None) -> None:
    if level is not None:
        axes.axhline(level, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            "guessing", (0.5, level), xycoords=("axes fraction", "data"), xytext=(0, -3),
            textcoords="offset points", va="top", ha="center",
        )  # fmt: skip


def _describe_sweep(
    groups: Mapping[Any, list[Run]], factor: str, measures: Sequence[Measure]
) -> str:
    head = f"Chart with {len(measures)} panels, by {factor.replace('_', ' ')}."
    return " ".join([head, *(describe_means(groups, measure) for measure in measures)])


def describe_means(groups: Mapping[Any, Sequence[Run]], measure: Measure) -> str:
    """Return a sentence with a measure's mean at each level, for a figure's text alternative."""
    parts = []
    for level, group in groups.items():
        values = values_of(group, measure)
        mean = f"{seed_spread(values).mean:.3g}" if values else "diverged"
        parts.append(f"{level}: {mean}")
    return f"{measure.label[0].upper()}{measure.label[1:]}: {', '.join(parts)}."
