"""Names at the ends of lines: placed when a figure is rendered, beside the line's own end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isinf
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.transforms import offset_copy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = 9.5  # points
GAP = 1.2 * SIZE  # between the middles of two labels, in points
BESIDE = 5.0  # points from the right edge of the axes to a label
LONG = 24.0  # points: a leader longer than that would look like a part of its line
NEAR = 8.0  # points, 11 pixels of a page: a label farther from its line's end has a leader line


@dataclass
class _Label:
    x: float  # where the line ends, in data units; infinite at the right edge of the axes
    y: float
    text: Any  # the matplotlib Text


class EndLabels:
    """The labels of one figure's lines, by axes.

    They are texts from the start, so that the layout makes room for them; their heights are
    settled by `place`, when the limits of the axes are final.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self._labels: dict[Any, list[_Label]] = {}
        self._titles: dict[Any, Any] = {}
        self._leaders: list[Any] = []

    def add(self, axes: Any, x: float, y: float, name: str, colour: str) -> None:
        """Name a line at its end, given in data units; `x` is infinite where it spans the axes."""
        text = axes.annotate(
            name, (1, 0.5), xycoords="axes fraction", xytext=(BESIDE, 0),
            textcoords="offset points", color=colour, size=SIZE, va="center",
        )  # fmt: skip
        self._labels.setdefault(axes, []).append(_Label(x, y, text))

    def set_title(self, axes: Any, title: str) -> None:
        """Say above the labels what they are values of."""
        self._titles[axes] = axes.annotate(
            title, (1, 1), xycoords="axes fraction", xytext=(BESIDE, 0),
            textcoords="offset points", size=SIZE, va="bottom",
        )  # fmt: skip

    def place(self) -> None:
        """Give every label its height, and a leader line where it had to move away."""
        if not self._labels:
            return
        if engine := self._figure.get_layout_engine():
            engine.execute(self._figure)
        else:
            self._figure.draw_without_rendering()  # settles the limits
        points = 72 / self._figure.dpi
        for leader in self._leaders:
            leader.remove()
        self._leaders = []
        number = 0
        for axes, labels in self._labels.items():
            box = axes.get_window_extent()
            ends = [_last_seen(axes, label) for label in labels]
            wanted = [up * box.height * points for _, up in ends]
            places = spread_out(wanted, GAP, 0.0, box.height * points)
            for label, end, place in zip(labels, ends, places, strict=True):
                label.text.xy = (1, place / (box.height * points))
                label.text.set_gid(f"end-{number}")
                self._lead(axes, label, end, place)
                number += 1
            if axes in self._titles:
                top = max(places) + GAP / 2 + 2
                self._titles[axes].xy = (1, top / (box.height * points))
        if self._titles and engine:
            engine.execute(self._figure)  # where a title has left its first place, there is room
        for axes, labels in self._labels.items():
            for label in labels:
                _end_in_a_dash(axes, label, points)

    def _lead(self, axes: Any, label: _Label, end: tuple[float, float], place: float) -> None:
        """Draw a leader from where a line ends to its label, if they are far apart."""
        width, height = axes.get_window_extent().size * 72 / self._figure.dpi
        left, off = (1 - end[0]) * width, abs(place - end[1] * height)
        if hypot(left + BESIDE, max(0, off - SIZE / 2)) <= NEAR:
            return
        beside = offset_copy(axes.transAxes, self._figure, x=BESIDE - 2, units="points")
        leader = axes.annotate(
            "", end, xycoords="axes fraction", xytext=(1, place / height), textcoords=beside,
            arrowprops={
                "arrowstyle": "-", "linewidth": 0.9, "linestyle": (0, (1, 2)),
                "color": axes.title.get_color() if left > LONG else label.text.get_color(),
                "alpha": 0.6,  # pale dots, which no line of a chart has
                "shrinkA": 0, "shrinkB": 3, "relpos": (0, 0.5),
            },
        )  # fmt: skip
        leader.arrow_patch.set_gid(label.text.get_gid().replace("end", "leader"))
        leader.set_in_layout(False)
        self._leaders.append(leader)


def _end_in_a_dash(axes: Any, label: _Label, points: float) -> None:
    """Shift the dashes of a line so that its last one is whole, beside its name."""
    for line in axes.get_lines():
        way = line.get_xydata()
        way = way[np.isfinite(way).all(axis=1)]
        if not line.is_dashed() or not len(way) or tuple(way[-1]) != (label.x, label.y):
            continue
        steps = np.diff(axes.transData.transform(way), axis=0)
        length = np.hypot(*steps.T).sum() * points / line.get_linewidth()
        _, dashes = line._unscaled_dash_pattern
        line.set_linestyle(((dashes[0] - length) % sum(dashes), dashes))


def _last_seen(axes: Any, label: _Label) -> tuple[float, float]:
    """Return where a line ends, or leaves the axes for good, in fractions of these."""
    to_axes = axes.transData + axes.transAxes.inverted()
    if isinf(label.x):
        return 1.0, float(np.clip(to_axes.transform((axes.get_xlim()[1], label.y))[1], 0, 1))
    along, up = map(float, to_axes.transform((label.x, label.y)))
    for line in axes.get_lines() if not 0 <= up <= 1 else ():
        data = line.get_xydata()
        way = to_axes.transform(data[np.isfinite(data).all(axis=1)])
        seen = np.flatnonzero((way[:, 1] >= 0) & (way[:, 1] <= 1))
        if len(seen) and np.allclose(way[-1], (along, up)):
            (x0, y0), (x1, y1) = way[seen[-1]], way[seen[-1] + 1]
            edge = float(y1 > 1)
            return float(x0 + (edge - y0) / (y1 - y0) * (x1 - x0)), edge
    return along, min(max(up, 0.0), 1.0)


def spread_out(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart until neighbours keep a gap, staying as near as they can.

    Parameters
    ----------
    positions : sequence of float
        In any order; the result has the same order.
    gap : float
    low, high : float
        What the result keeps within, if there is room for all.

    >>> [round(p, 2) for p in spread_out([0.5, 0.5, 0.9], 0.2, 0.0, 1.0)]
    [0.4, 0.6, 0.9]
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    # Clusters of labels that touch, by members and centre: they sit evenly about their centre.
    clusters: list[tuple[list[int], float]] = []
    for index in order:
        members, centre = [index], min(max(positions[index], low), high)
        while clusters and _overlap(clusters[-1], (members, centre), gap):
            below, middle = clusters.pop()
            total = len(below) + len(members)
            centre = (middle * len(below) + centre * len(members)) / total
            members = below + members
            half = gap * (total - 1) / 2
            centre = min(max(centre, low + half), max(high - half, low + half))
        clusters.append((members, centre))
    result = [0.0] * len(positions)
    for members, centre in clusters:
        for place, index in enumerate(members):
            result[index] = centre + gap * (place - (len(members) - 1) / 2)
    return result


def _overlap(below: tuple[list[int], float], above: tuple[list[int], float], gap: float) -> bool:
    top = below[1] + gap * (len(below[0]) - 1) / 2
    return top + gap > above[1] - gap * (len(above[0]) - 1) / 2
