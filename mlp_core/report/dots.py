"""A row for each level of several factors, a dot a seed: many choices side by side in one chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlp_core.report.axes import format_level
from mlp_core.report.bands import make_log_with_ticks
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled

ROW = 0.235  # inches
GAP = 0.7  # rows between two factors


def name_level(level: Any) -> str:
    """Return a level as it stands beside its row.

    >>> name_level((128, 64, 64)), name_level(0.1), name_level("log_softmax_mse")
    ('128-64-64', '0.1', 'log softmax mse')
    """
    if isinstance(level, tuple):
        return "-".join(map(str, level)) or "none"
    return format_level(level).replace("_", " ")


def plot_levels(
    factors: Mapping[str, Mapping[str, Sequence[float]]],
    label: str,
    reference: tuple[str, Sequence[float]],
    log: bool = True,
) -> ReportFigure:
    """Draw one row for each level: its seeds as dots, their mean as a tick.

    Parameters
    ----------
    factors : mapping of str to mapping
        From a factor's name to its levels: from a level's name to one value a seed.
    label : str
        What the values are, with the unit.
    reference : (name, values)
        What to compare with: drawn as a band from the lowest to the highest seed.
    log : bool
        Whether the axis of the values is logarithmic.
    """
    rows = sum(map(len, factors.values())) + (GAP + 1) * len(factors)
    with styled():
        figure, (axes,) = new_figure(0.75 + ROW * rows)
        name, values = reference
        band = seed_spread(values)
        axes.axvspan(band.low, band.high, color=INK, alpha=0.22, linewidth=0)
        place, ticks, words = 0.0, [], []
        for colour, (factor, levels) in enumerate(factors.items()):
            axes.annotate(
                factor, (0, place), xycoords=("axes fraction", "data"), xytext=(6, 0),
                textcoords="offset points", va="center", color=COLOURS[colour % len(COLOURS)],
                fontweight="bold",
            )  # fmt: skip
            for level, seeds in levels.items():
                place += 1
                _draw_row(axes, place, seeds, COLOURS[colour % len(COLOURS)])
                ticks.append(place)
                words.append(level)
            place += 1 + GAP
        axes.set_yticks(ticks, words)
        axes.set_ylim(place - GAP, -0.8)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        if log:
            make_log_with_ticks(axes, "x")
        axes.set_title(f"{label} (band: {name})")
        figure.set_label(_describe(factors, label))
    return figure


def _draw_row(axes: Any, place: float, seeds: Sequence[float], colour: str) -> None:
    axes.plot(seeds, [place] * len(seeds), "o", color=colour, alpha=0.75)
    mean = seed_spread(seeds).mean
    axes.plot([mean, mean], [place - 0.38, place + 0.38], color=colour, linewidth=2)


def _describe(factors: Mapping[str, Mapping[str, Sequence[float]]], label: str) -> str:
    sentences = []
    for factor, levels in factors.items():
        means = (f"{level}: {seed_spread(seeds).mean:.3g}" for level, seeds in levels.items())
        sentences.append(f"{factor}: {', '.join(means)}.")
    return f"Dot chart of {label}, means over the seeds. " + " ".join(sentences)
