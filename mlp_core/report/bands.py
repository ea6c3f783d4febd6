"""Charts of seeds: every dot is one, a line joins their means, a band shows what to compare with.

Unlike `mlp_core.report.figures.plot_sweep`, which draws one factor, these take values that the
caller has grouped: several lines on one axis, several axes of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from mlp_core.report.axes import format_number, label_ends, make_log
from mlp_core.report.lines import DASHES
from mlp_core.report.marks import draw_dots, join_means
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, INK, ReportFigure, new_figure, styled

Line = Mapping[float, Sequence[float]]
NARROW = 6.0  # of a logarithmic axis: its highest value over its lowest
MARKERS = ("o", "s", "D", "^", "v", "P")


@dataclass(frozen=True)
class SeedChart:
    """One panel: a measure against a number that was varied.

    Attributes
    ----------
    title : str
        What is measured, with the unit.
    xlabel : str
    lines : mapping of str to mapping
        From a line's name to its values: from a place on the x axis to one value a seed.
    reference : mapping of str to sequence of float
        Levels to compare with, such as those of runs without the treatment: from a name to one
        value a seed. Drawn as a band from the lowest to the highest seed.
    log : str
        Which axes are logarithmic: "", "x", "y" or "xy".
    shade : int
        The place of the first line among the colours, to tell panels apart.
    """

    title: str
    xlabel: str
    lines: Mapping[str, Line]
    reference: Mapping[str, Sequence[float]] | None = None
    log: str = "x"
    shade: int = 0


def plot_seed_charts(charts: Sequence[SeedChart], height: float = 4.6) -> ReportFigure:
    """Draw charts, one under the other.

    Charts whose titles are the same share the range of their y axes.

    Parameters
    ----------
    charts : sequence of SeedChart
    height : float
        In inches, of the whole figure.
    """
    with styled():
        figure, panels = new_figure(height, len(charts))
        for axes, chart in zip(panels, charts, strict=True):
            _draw(axes, chart)
        _share_ranges(panels, charts)
        figure.draw_without_rendering()  # settles the layout, by which labels keep their gaps
        for axes, chart in zip(panels, charts, strict=True):
            _finish(axes, chart)
        figure.set_label(" ".join(describe(chart) for chart in charts))
    return figure


def _draw(axes: Any, chart: SeedChart) -> None:
    for place, line in enumerate(chart.lines.values(), start=chart.shade):
        colour = COLOURS[place % len(COLOURS)]
        marker, dash = MARKERS[place % len(MARKERS)], DASHES[place % len(DASHES)]
        spreads = draw_dots(axes, dict(sorted(line.items())), colour, marker)
        join_means(axes, spreads, colour, dash, band=len(chart.lines) == 1)
    for place, values in enumerate((chart.reference or {}).values()):
        spread = seed_spread(values)
        axes.axhspan(spread.low, spread.high, color=INK, alpha=0.28 - 0.1 * place, linewidth=0)
        axes.axhline(spread.mean, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.set_title(chart.title)
    axes.set_xlabel(chart.xlabel)
    for which in chart.log:
        getattr(axes, f"set_{which}scale")("log")


def _share_ranges(panels: Sequence[Any], charts: Sequence[SeedChart]) -> None:
    groups: dict[str, list[Any]] = {}
    for axes, chart in zip(panels, charts, strict=True):
        groups.setdefault(chart.title.partition(":")[0], []).append(axes)
    for group in groups.values():
        lows, highs = zip(*(axes.get_ylim() for axes in group), strict=True)
        for axes in group:
            axes.set_ylim(min(lows), max(highs))


def _finish(axes: Any, chart: SeedChart) -> None:
    """Set ticks and labels: when the limits are final."""
    if "y" in chart.log:
        make_log_with_ticks(axes, "y")
    seen = {
        name: {x: values for x, values in line.items() if values}
        for name, line in chart.lines.items()
    }
    places = sorted({x for line in seen.values() for x in line})
    axes.xaxis.set_major_locator(FixedLocator(places))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))
    ends = [
        (seed_spread(line[max(line)]).mean, name, COLOURS[place % len(COLOURS)])
        for place, (name, line) in enumerate(seen.items(), start=chart.shade)
        if line
    ]
    ends += [(seed_spread(v).mean, name, INK) for name, v in (chart.reference or {}).items()]
    label_ends(axes, ends)


def make_log_with_ticks(axes: Any, which: str) -> None:
    """Make the x or y axis logarithmic; a narrow one has ticks beside those at 1, 2 and 5."""
    make_log(axes, which)
    axis = getattr(axes, f"{which}axis")
    low, high = sorted(axis.get_view_interval())
    if high < NARROW * low:
        axis.set_major_locator(MaxNLocator(5))


def describe(chart: SeedChart) -> str:
    """Return a chart in words: the means of its seeds."""
    parts = []
    for name, line in chart.lines.items():
        means = (f"{x:g}: {seed_spread(v).mean:.3g}" for x, v in sorted(line.items()) if v)
        parts.append(f"{name}: {', '.join(means)}")
    for name, values in (chart.reference or {}).items():
        parts.append(f"{name}: {seed_spread(values).mean:.3g}")
    return f"Chart of {chart.title}, by {chart.xlabel}. {'; '.join(parts)}."
