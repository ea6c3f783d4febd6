"""Several studies in one chart: a measure against a quantity that is worked out of each config."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlp_core.report.axes import format_number, make_log
from mlp_core.report.marks import draw_dots, join_means
from mlp_core.report.measures import MEASURES, Measure
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.training import Run, RunConfig

MARKERS = ("o", "s", "^", "D")


def effective_rate(config: RunConfig) -> float:
    """Return the settled step under a constant gradient, as a multiple of that gradient.

    >>> round(effective_rate(RunConfig(learning_rate=0.05, momentum=0.9)), 6)
    0.5
    """
    return config.learning_rate / (1 - config.momentum)


def rate_per_image(config: RunConfig) -> float:
    """Return the learning rate for each image of a batch, whose gradients are averaged.

    >>> rate_per_image(RunConfig(learning_rate=0.05, batch_size=100))
    0.0005
    """
    return config.learning_rate / config.batch_size


def plot_together(
    studies: Mapping[str, Sequence[Run]],
    along: Callable[[RunConfig], float],
    xlabel: str,
    measure: str = "test_error",
    height: float = 3.6,
) -> ReportFigure:
    """Draw a measure after the last epoch, one line a study, over a common logarithmic axis.

    Each dot is a seed; a line joins the means. Diverged runs are left out.

    Parameters
    ----------
    studies : mapping of str to sequence of Run
        From the words for the legend to the runs.
    along : callable
        From a config to its place on the axis, a positive number.
    xlabel : str
    measure : str
        A name from `mlp_core.report.measures.MEASURES`.
    height : float
        In inches.
    """
    shown = MEASURES[measure]
    said = []
    with styled():
        figure, (axes,) = new_figure(height)
        for place, (name, runs) in enumerate(studies.items()):
            places = _values_by_place(runs, along, shown)
            _draw(axes, places, name, place)
            means = (f"{format_number(x)}: {seed_spread(v).mean:.3g}" for x, v in places.items())
            said.append(f"{name}: {', '.join(means)}.")
        axes.set_title(f"{shown.label}, after the last epoch")
        axes.set_xlabel(xlabel)
        make_log(axes, "x")
        if shown.log:
            make_log(axes, "y")
        axes.legend(frameon=False)
        figure.set_label(f"Chart: {shown.label} by {xlabel}. {' '.join(said)}")
    return figure


def _values_by_place(
    runs: Sequence[Run], along: Callable[[RunConfig], float], measure: Measure
) -> dict[float, list[float]]:
    places: dict[float, list[float]] = {}
    for run in runs:
        value = measure.of_run(run)
        if value is not None:
            places.setdefault(float(f"{along(run.config):.6g}"), []).append(value)
    return dict(sorted(places.items()))


def _draw(axes: Any, places: Mapping[float, Sequence[float]], name: str, place: int) -> None:
    colour, marker = COLOURS[place], MARKERS[place]
    join_means(axes, draw_dots(axes, places, colour, marker), colour, band=False)
    axes.plot([], [], label=name, color=colour, marker=marker)
