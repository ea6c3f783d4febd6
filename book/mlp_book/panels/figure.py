"""The matplotlib figure of a panel: the curves that are stored, and those trained last."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlp_book.packing import unpack
from mlp_book.style import COLOURS, ReportFigure, band_look, make_log, new_figure, styled
from mlp_core.what_if import Event, Panel

HIGHEST_LOSS = 10.0
NAN = math.nan


@dataclass(frozen=True)
class Curve:
    """Curves of one setting over the epochs: for each column its mean, and of bands the ends."""

    name: str
    epochs: Sequence[int]
    columns: Mapping[str, Sequence[Sequence[float]]]
    diverged: Sequence[float] = ()

    def last(self, column: str) -> float | None:
        """Return the last value of a column's mean, None if there is none."""
        finite = [value for value in self.columns[column][0] if math.isfinite(value)]
        return finite[-1] if finite else None


def stored_curve(panel: Panel, stops: Mapping[str, Any], values: Mapping[str, Any]) -> Curve | None:
    """Return the stored curve of these values, None if exactly these are not stored."""
    ignored = ("seed", "epochs")
    differs = {
        name: value
        for name, value in panel.clean(values).items()
        if name not in ignored and value != panel.defaults[name]
    }
    run = next((run for run in stops["runs"] if run["values"] == differs), None)
    if run is None:
        return None
    columns = {name: _read(stops, name, texts) for name, texts in run["columns"].items()}
    name = f"stored: small digits, {len(stops['seeds'])} seeds"
    return Curve(name, stops["kept"], columns, run["diverged"])


def _read(stops: Mapping[str, Any], name: str, texts: Sequence[str]) -> list[list[float]]:
    low, high = stops["ends"][name]
    is_log = name in stops["logarithmic"]
    bands = [unpack(text, low, high) for text in texts]
    return [[NAN if v is None else 10**v if is_log else v for v in band] for band in bands]


def trained_curve(seeds: Sequence[Sequence[Event]], name: str) -> Curve | None:
    """Return what the events of several seeds tell, None if no epoch is over yet."""
    rows = [[event for event in events if event["kind"] == "epoch"] for events in seeds]
    rows = [history for history in rows if history]
    if not rows:
        return None
    length = min(len(history) for history in rows)
    columns = {}
    for column in ("test_loss", "running_loss", "test_accuracy", "running_accuracy"):
        places = [[history[i][column] for history in rows] for i in range(length)]
        columns[column] = [
            [sum(p) / len(p) for p in places], [min(p) for p in places], [max(p) for p in places],
        ]  # fmt: skip
    return Curve(name, [row["epoch"] for row in rows[0][:length]], columns, _diverged(seeds))


def _diverged(seeds: Sequence[Sequence[Event]]) -> list[float]:
    ends = [events[-1] for events in seeds if events[-1]["kind"] == "end"]
    return [end["diverged_at"] for end in ends if end["diverged_at"] is not None]


def plot_panel(curves: Sequence[Curve], setting: str) -> ReportFigure:
    """Draw loss and accuracy over the epochs; solid: test images, dotted: training images."""
    with styled():
        figure, (above, below) = new_figure(4.4, 2, sharex=True)
        for curve, colour in zip(curves, COLOURS, strict=False):
            _draw(above, curve, "loss", colour, 1)
            _draw(below, curve, "accuracy", colour, 100)
        above.set_title("loss (solid: test, dotted: training)")
        below.set_title("accuracy, %")
        below.set_xlabel("epoch")
        below.set_ylim(0, 102)
        if any(curve.last("test_loss") for curve in curves):
            above.set_yscale("log")
            above.set_ylim(None, min(above.get_ylim()[1], HIGHEST_LOSS))
            make_log(above, "y")
        if len(curves) > 1:
            above.legend(frameon=False)
        figure.set_label(describe(curves, setting))
    return figure


def _draw(axes: Any, curve: Curve, kind: str, colour: str, scale: float) -> None:
    test, training = (
        [[scale * v for v in line] for line in curve.columns[f"{split}_{kind}"]]
        for split in ("test", "running")
    )
    drawn = slice(0, len(test[0]))
    axes.plot(curve.epochs[drawn], training[0], color=colour, linestyle=":", linewidth=1.2)
    axes.plot(curve.epochs[drawn], test[0], color=colour, linewidth=2.0, label=curve.name)
    if len(test) > 1:
        axes.fill_between(curve.epochs[drawn], *test[1:], **band_look(colour))
    for at in curve.diverged if kind == "loss" else ():
        axes.plot(
            at, 0.96, "x", color=colour, markersize=11, markeredgewidth=3,
            transform=axes.get_xaxis_transform(), clip_on=False,
        )  # fmt: skip


def describe(curves: Sequence[Curve], setting: str) -> str:
    """Return the figure's text alternative."""
    parts = []
    for curve in curves:
        accuracy, loss = curve.last("test_accuracy"), curve.last("test_loss")
        if accuracy is None or loss is None:
            parts.append(f"{curve.name}: diverged")
        else:
            parts.append(f"{curve.name}: test loss {loss:.3g}, accuracy {accuracy:.1%}")
    return f"Two line charts, loss and accuracy over the epochs. {setting}. " + "; ".join(parts)
