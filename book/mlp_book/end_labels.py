"""Names at the ends of lines: placed when a figure is rendered, beside the line's own end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, isinf
from typing import TYPE_CHECKING, Any

from matplotlib.transforms import offset_copy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = 9.5  # points
GAP = 1.2 * SIZE  # between the middles of two labels, in points
BESIDE = 5.0  # points from the right edge of the axes to a label
NEAR = 8.5  # points, 12 pixels of a page: a label farther from its line's end has a leader line


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
            heights = axes.transData.transform([(axes.get_xlim()[1], one.y) for one in labels])
            wanted = [(y - box.y0) * points for _, y in heights]
            places = spread_out(wanted, GAP, 0.0, box.height * points)
            for label, want, place in zip(labels, wanted, places, strict=True):
                label.text.xy = (1, place / (box.height * points))
                label.text.set_gid(f"end-{number}")
                self._lead(axes, label, want, place)
                number += 1
            if axes in self._titles:
                top = max(places) + GAP / 2 + 2
                self._titles[axes].xy = (1, max(top / (box.height * points), 1.0))

    def _lead(self, axes: Any, label: _Label, want: float, place: float) -> None:
        """Draw a leader from where a line is last seen to its label, if they are far apart."""
        width, height = axes.get_window_extent().size * 72 / self._figure.dpi
        seen = min(max(want, 0), height)
        to_axes = axes.transData + axes.transAxes.inverted()
        along = 1.0 if isinf(label.x) else to_axes.transform((label.x, label.y))[0]
        left = (1 - along) * width
        if hypot(left + BESIDE, max(0, abs(place - seen) - SIZE / 2)) <= NEAR:
            return
        beside = offset_copy(axes.transAxes, self._figure, x=BESIDE - 2, units="points")
        leader = axes.annotate(
            "", (along, seen / height), xycoords="axes fraction",
            xytext=(1, place / height), textcoords=beside,
            arrowprops={
                "arrowstyle": "-", "color": label.text.get_color(), "linewidth": 0.9,
                "linestyle": (0, (1, 2)),  # dots, which no line of a chart has
                "shrinkA": 0, "shrinkB": 3, "relpos": (0, 0.5),
            },
        )  # fmt: skip
        leader.arrow_patch.set_gid(label.text.get_gid().replace("end", "leader"))
        leader.set_in_layout(False)
        self._leaders.append(leader)


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
