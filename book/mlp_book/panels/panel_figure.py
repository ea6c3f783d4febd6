"""The figure of a panel: the run under way and the runs kept for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from mlp_book.panels.curve import Curve, labels
from mlp_book.style import COLOURS, ReportFigure, make_log, new_figure, styled
from mlp_core.what_if.panel import Panel

HIGHEST_LOSS = 30.0
LOWER_CHARTS = {
    "accuracy": "accuracy, %",
    "hidden units": "hidden units, % (solid: active, dashed: dead)",
    "gradient": "length of the gradient",
}
MAX_KEPT = len(COLOURS) - 1  # one colour is the current run's


def plot_panel(
    panel: Panel,
    current: Curve | None,
    kept: Sequence[Curve] = (),
    height: float = 4.4,
    lower: str = "accuracy",
) -> ReportFigure:
    """Draw loss and accuracy over the epochs, for the current run and those kept.

    Solid lines are the test set, dashed ones the training set (the epoch's running mean). Of
    several seeds, lines are means, and a band runs from the lowest to the highest. A cross marks
    where a loss ceased to be finite.

    Parameters
    ----------
    panel : Panel
    current : Curve or None
    kept : sequence of Curve
        At most `MAX_KEPT`.
    height : float
        In inches.
    lower : {"accuracy", "hidden units", "gradient"}
        What the lower chart shows.
    """
    curves = [*([current] if current else []), *kept]
    names = labels(panel, curves)
    with styled():
        figure, (above, below) = new_figure(height, 2, layout=None, sharex=True)
        for place, (curve, name) in enumerate(zip(curves, names, strict=True)):
            colour = (
                COLOURS[0] if curve is current else COLOURS[1 + (place - bool(current)) % MAX_KEPT]
            )
            name = f"{'now' if curve is current else 'kept'}: {name}"
            width = 2.2 if curve is current else 1.6
            _draw_loss(above, curve, name, colour, width)
            _draw_lower(below, curve, lower, colour, width)
        _finish_axes(above, below, curves, lower)
        _place(figure, len(curves))
        figure.set_label(describe(curves, names, lower))
    return figure


def _draw_loss(axes: Any, curve: Curve, name: str, colour: str, width: float) -> None:
    if curve.diverged:
        updates = ", ".join(str(run.diverged_at_update) for run in curve.diverged)
        name += f", diverged at update {updates}"
    _draw_dashed(axes, curve, "running_loss", colour, width)
    _draw_solid(axes, curve, "test_loss", colour, width, label=name)
    for run in curve.diverged:
        axes.plot(
            run.diverged_at_epoch, 0.96, "x", color=colour, markersize=11, markeredgewidth=3,
            transform=axes.get_xaxis_transform(), clip_on=False,
        )  # fmt: skip


def _draw_lower(axes: Any, curve: Curve, lower: str, colour: str, width: float) -> None:
    if lower == "gradient":
        _draw_solid(axes, curve, "gradient_norm", colour, width)
        return
    solid, dashed = {
        "accuracy": ("test_accuracy", "running_accuracy"),
        "hidden units": ("active_units", "dead_units"),
    }[lower]
    _draw_dashed(axes, curve, dashed, colour, width, 100)
    _draw_solid(axes, curve, solid, colour, width, 100)


def _draw_solid(
    axes: Any, curve: Curve, column: str, colour: str, width: float, scale: float = 1, **more: Any
) -> None:
    """Draw the mean over the seeds, and a band if there are several."""
    band = [[scale * value for value in row] for row in curve.band(column)]
    epochs = range(1, len(band) + 1)
    axes.plot(epochs, [row[0] for row in band], color=colour, linewidth=width, **more)
    if curve.earlier:
        lows, highs = [row[1] for row in band], [row[2] for row in band]
        axes.fill_between(epochs, lows, highs, color=colour, alpha=0.2, linewidth=0)


def _draw_dashed(
    axes: Any, curve: Curve, column: str, colour: str, width: float, scale: float = 1
) -> None:
    means = [scale * row[0] for row in curve.band(column)]
    look = {"color": colour, "linewidth": 0.7 * width, "linestyle": (0, (3, 2))}
    axes.plot(range(1, len(means) + 1), means, **look)


def _finish_axes(above: Any, below: Any, curves: Sequence[Curve], lower: str) -> None:
    above.set_title("loss (solid: test, dashed: training)")
    below.set_title(LOWER_CHARTS[lower])
    below.set_xlabel("epoch")
    below.set_xlim(0, max([curve.epochs for curve in curves], default=0) or 1)
    if lower != "gradient":
        below.set_ylim(0, 102)
    elif any(curve.last("gradient_norm") for curve in curves):
        make_log(below, "y")
    if any(curve.epoch for curve in curves):
        make_log(above, "y")
        # A loss on its way to infinity would flatten all the others.
        above.set_ylim(None, min(above.get_ylim()[1], HIGHEST_LOSS))
        make_log(above, "y")


def _place(figure: ReportFigure, curves: int) -> None:
    """Give axes and names their places, which is quicker than to have a layout worked out."""
    height = figure.get_figheight()
    names = 0.2 * curves  # inches
    figure.subplots_adjust(
        left=0.13, right=0.97, bottom=0.5 / height, top=1 - (names + 0.32) / height, hspace=0.28
    )
    if curves:
        figure.legend(
            loc="upper left", bbox_to_anchor=(0.0, 1.0), frameon=False, labelcolor="linecolor",
            borderaxespad=0, borderpad=0.2, labelspacing=0.35,
        )  # fmt: skip


def save_beside(figure: ReportFigure, name: str) -> str:
    """Write an SVG file into the current folder, under a name that is free, and return it."""
    names = (f"{name}{end}.svg" for end in chain([""], (f"-{i}" for i in count(2))))
    free = next(name for name in names if not Path(name).exists())
    figure.save(free)
    return free


def describe(curves: Sequence[Curve], names: Sequence[str], lower: str = "accuracy") -> str:
    """Return the figure's text alternative."""
    parts = []
    for curve, name in zip(curves, names, strict=True):
        accuracy = curve.last("test_accuracy")
        state = f"after {curve.epoch} of {curve.epochs * curve.seeds} epochs"
        if curve.diverged:
            updates = ", ".join(str(run.diverged_at_update) for run in curve.diverged)
            parts.append(f"{name}: diverged at update {updates}")
        elif accuracy is not None:
            loss = curve.last("test_loss")
            parts.append(f"{name}: test loss {loss:.3g}, accuracy {accuracy:.1%}, {state}")
    return f"Two line charts, loss and {lower} over the epochs. " + "; ".join(parts)
