"""The figure of a panel: the run under way and the runs kept for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlp_core.report.axes import make_log
from mlp_core.report.curve import Curve, labels
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.report.what_if import Panel

HIGHEST_LOSS = 30.0
MAX_KEPT = len(COLOURS) - 1  # one colour is the current run's


def plot_panel(
    panel: Panel, current: Curve | None, kept: Sequence[Curve] = (), height: float = 4.4
) -> ReportFigure:
    """Draw loss and accuracy over the epochs, for the current run and those kept.

    Solid lines are the test set, dashed ones the training set (the epoch's running mean). A
    cross marks where a loss ceased to be finite.

    Parameters
    ----------
    panel : Panel
    current : Curve or None
    kept : sequence of Curve
        At most `MAX_KEPT`.
    height : float
        In inches.
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
            _draw_curve(above, below, curve, name, colour)
        _finish_axes(above, below, curves)
        _place(figure, len(curves))
        figure.set_label(describe(curves, names))
    return figure


def _draw_curve(above: Any, below: Any, curve: Curve, name: str, colour: str) -> None:
    columns, width = curve.columns, 2.2 if colour == COLOURS[0] else 1.6
    epochs = columns["epoch"]
    dashed = {"color": colour, "linewidth": width * 0.7, "linestyle": (0, (3, 2))}
    if curve.diverged_at_epoch is not None:
        name += f", diverged at update {curve.diverged_at_update}"
    above.plot(epochs, columns["running_loss"], **dashed)
    above.plot(epochs, columns["test_loss"], color=colour, linewidth=width, label=name)
    below.plot(epochs, [100 * v for v in columns["running_accuracy"]], **dashed)
    below.plot(epochs, [100 * v for v in columns["test_accuracy"]], color=colour, linewidth=width)
    if curve.diverged_at_epoch is not None:
        above.plot(
            curve.diverged_at_epoch, 0.96, "x", color=colour, markersize=11, markeredgewidth=3,
            transform=above.get_xaxis_transform(), clip_on=False,
        )  # fmt: skip


def _finish_axes(above: Any, below: Any, curves: Sequence[Curve]) -> None:
    above.set_title("loss (solid: test, dashed: training)")
    below.set_title("accuracy, %")
    below.set_xlabel("epoch")
    below.set_xlim(0, max([curve.epochs for curve in curves], default=0) or 1)
    below.set_ylim(0, 102)
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


def describe(curves: Sequence[Curve], names: Sequence[str]) -> str:
    """Return the figure's text alternative."""
    parts = []
    for curve, name in zip(curves, names, strict=True):
        accuracy = curve.last("test_accuracy")
        state = f"after {curve.epoch} of {curve.epochs} epochs"
        if curve.diverged_at_update is not None:
            parts.append(f"{name}: diverged at update {curve.diverged_at_update}")
        elif accuracy is not None:
            loss = curve.last("test_loss")
            parts.append(f"{name}: test loss {loss:.3g}, accuracy {accuracy:.1%}, {state}")
    return "Two line charts, loss and accuracy over the epochs. " + "; ".join(parts)
