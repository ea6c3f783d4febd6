"""Curves over the epochs in several panels: a colour and a dash for each line, a band for seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from mlp_core.report.axes import label_ends, make_log
from mlp_core.report.cells import ACTIVATIONS, DEPTHS, group_cells, in_words
from mlp_core.report.lines import DASHES
from mlp_core.report.marks import draw_mean
from mlp_core.report.measures import MEASURES
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.training import Run


@dataclass(frozen=True)
class Trace:
    """One line of a panel.

    Attributes
    ----------
    name : str
        Stands at the line's end.
    values : ndarray of shape (seeds, epochs)
        The line is their mean, its band runs from the lowest to the highest.
    colour : str
    dash : int
        A place in `DASHES`. The same colour and dash mean the same thing in all panels.
    """

    name: str
    values: np.ndarray
    colour: str
    dash: int = 0


DRAWN = 25  # epochs, all of which are drawn; of those beyond, as many again
Panels = Mapping[str, Sequence[Trace]]


def trace_measure(runs: Sequence[Run], measure: str) -> dict[str, list[Trace]]:
    """Return a panel a loss: a colour for each activation, a dash for each depth.

    Parameters
    ----------
    runs : sequence of Run
    measure : str
        A name from `mlp_core.report.measures.MEASURES` that has one value an epoch.
    """
    panels: dict[str, list[Trace]] = {}
    for cell, group in group_cells(runs).items():
        name = f"{in_words(cell.activation)}, {cell.depth}"
        values = np.array([MEASURES[measure].of_epochs(run) for run in group])
        dash = list(DEPTHS).index(cell.depth)
        trace = Trace(name, values, _colour(cell.activation), dash)
        panels.setdefault(in_words(cell.loss), []).append(trace)
    return panels


def trace_record(
    runs: Sequence[Run],
    record: str,
    depths: Sequence[str] = tuple(DEPTHS),
    percent: bool = False,
) -> dict[str, list[Trace]]:
    """Return a panel a loss: a colour for each activation, a dash for each depth and layer.

    Parameters
    ----------
    runs : sequence of Run
    record : str
        What a callback recorded: one value a layer and epoch.
    depths : sequence of str
        Which runs to show: "single", "double" or both.
    percent : bool
        Whether the record is a share.
    """
    panels: dict[str, list[Trace]] = {}
    looks: dict[str, int] = {}  # the dash of each depth and layer
    for cell, group in group_cells(runs).items():
        if cell.depth not in depths:
            continue
        values = np.array([run.records[record] for run in group], np.float64)  # seed, epoch, layer
        for layer in range(values.shape[2]):
            which = _layer_name(cell.depth, layer, values.shape[2], len(depths) > 1)
            dash = looks.setdefault(which, len(looks))
            name = ", ".join(filter(None, (in_words(cell.activation), which)))
            shown = values[:, :, layer] * (100 if percent else 1)
            trace = Trace(name, shown, _colour(cell.activation), dash)
            panels.setdefault(in_words(cell.loss), []).append(trace)
    return panels


def _layer_name(depth: str, layer: int, layers: int, several_depths: bool) -> str:
    ordinal = (("1st", "2nd", "3rd")[layer] if layer < 3 else f"{layer + 1}th") * (layers > 1)
    return " ".join(filter(None, (depth if several_depths else "", ordinal)))


def _colour(activation: str) -> str:
    return COLOURS[ACTIVATIONS.index(activation)]


def plot_traces(
    panels: Panels,
    title: str,
    log: str = "",
    ylim: tuple[float, float] | None = None,
    height: float = 7.2,
) -> ReportFigure:
    """Draw panels under one another over a common axis of epochs.

    Parameters
    ----------
    panels : mapping of str to sequence of Trace
        From a panel's name, which may be empty, to its lines.
    title : str
        What is shown, with its unit; each panel adds its name.
    log : str
        Which axes are logarithmic: "", "x", "y" or "xy".
    ylim : tuple, optional
        Lowest and highest y of all panels.
    height : float
        In inches, of the whole figure.
    """
    with styled():
        figure, rows = new_figure(height, len(panels), sharex=True)
        for axes, (name, traces) in zip(rows, panels.items(), strict=True):
            for trace in traces:
                _draw(axes, trace)
            axes.set_title(f"{name}: {title}" if name else title)
            axes.margins(x=0.01)
            if ylim:
                axes.set_ylim(*ylim)
            if "y" in log:
                make_log(axes, "y")
        rows[-1].set_xlabel("epoch")
        rows[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
        if "x" in log:
            make_log(rows[-1], "x")
        figure.draw_without_rendering()  # settles the layout, by which labels keep their gaps
        for axes, traces in zip(rows, panels.values(), strict=True):
            label_ends(axes, [_end(trace) for trace in traces])
        figure.set_label(_describe(panels, title))
    return figure


def _draw(axes: Any, trace: Trace) -> None:
    epochs = drawn_epochs(trace.values.shape[1])
    values = trace.values[:, epochs - 1]
    draw_mean(axes, epochs, values, 0.2, color=trace.colour, linestyle=DASHES[trace.dash])


def drawn_epochs(count: int) -> np.ndarray:
    """Return the epochs at which curves are drawn: all of 25, fewer and fewer of more.

    Many curves of 100 epochs each are more than a page should load, and on the logarithmic axis
    of such figures the late epochs lie on one another.

    >>> drawn_epochs(100)[-4:].tolist()
    [88, 92, 96, 100]
    """
    if count <= DRAWN:
        return np.arange(1, count + 1)
    late = np.linspace(math.sqrt(DRAWN), math.sqrt(count), DRAWN) ** 2
    return np.unique(np.concatenate([np.arange(1, DRAWN + 1), np.round(late).astype(int)]))


def _end(trace: Trace) -> tuple[float, str, str]:
    return float(trace.values[:, -1].mean()), trace.name, trace.colour


def _describe(panels: Panels, title: str) -> str:
    sentences = [f"Line charts over the epochs: {title}."]
    for name, traces in panels.items():
        parts = [
            f"{trace.name} from {trace.values[:, 0].mean():.3g} to {trace.values[:, -1].mean():.3g}"
            for trace in traces
        ]
        head = f"{name}: " if name else ""
        sentences.append(f"{head}{'; '.join(parts)}.".replace("\u2011", "-"))
    return " ".join(sentences)
