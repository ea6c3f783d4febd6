"""A matplotlib drawing as data: its words, and for each panel its ticks, lines, areas and marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
CORNER = ("x", "y", "width", "height")
LOOK = ("fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray")
MINUS = "\N{MINUS SIGN}"
MARK_SIZE = 15.0  # points; round shapes beyond it are data, which scale with the axes


@dataclass(eq=False)
class Series:
    """A path or a single mark: points of shape (n, 2), where its pieces begin, its look."""

    points: np.ndarray
    starts: list[int]
    look: str
    is_clipped: bool
    is_mark: bool

    @property
    def key(self) -> tuple[bool, int]:
        """What two series must share to be compared point by point."""
        return self.is_mark, len(self.points)

    def ends_twice(self) -> bool:
        """Say whether the last point is written twice, as matplotlib does if it left out others."""
        return len(self.points) > 2 and bool((self.points[-1] == self.points[-2]).all())

    def words(self) -> str:
        """Return what kind it is and where, to find it in the drawing."""
        (x, y), count = self.points[0], len(self.points)
        kind = "a mark at" if self.is_mark else f"a path of {count} points from"
        return f"{kind} ({x:.2f}, {y:.2f})"


@dataclass
class Panel:
    """One axes: corners of its box, places of ticks by axis and label, its data.

    Labels are those without a tick, whose text alone says where they belong.
    """

    box: np.ndarray
    ticks: dict[tuple[int, str], float] = field(default_factory=dict)
    labels: dict[tuple[int, str], float] = field(default_factory=dict)
    series: list[Series] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


class Drawing:
    """An svg element of a page: its text alternative, words with their colours, and panels."""

    def __init__(self, svg: str) -> None:
        root = ElementTree.fromstring(svg)
        words = root.find(f"{SVG}desc")  # books of before have them in the label
        self.alt = root.get("aria-label", "") if words is None else words.text or ""
        self.words = [(words_of(t), style_of(t).get("fill", "")) for t in root.iter(f"{SVG}text")]
        self._height = float(root.get("viewBox", "0 0 0 0").split()[3])
        self._shapes = {p.get("id"): p.get("d", "") for p in root.iter(f"{SVG}path")}
        self._boxes = {
            f"url(#{clip.get('id')})": [float(rect.get(name, 0)) for name in CORNER]
            for clip in root.iter(f"{SVG}clipPath")
            for rect in clip.iter(f"{SVG}rect")
        }
        self.panels = list(filter(None, map(self._panel, root.findall(f"{SVG}g/{SVG}g"))))

    def _panel(self, axes: Element) -> Panel | None:
        """Return one axes; nothing for a group that is not clipped, such as a figure's legend."""
        clips = [e.get("clip-path", "") for e in axes.iter()]
        box = next((self._boxes[clip] for clip in clips if clip in self._boxes), None)
        if box is None:
            return None
        x, y, width, height = box
        panel = Panel(np.array([[x, y], [x + width, y + height]]))
        for group in axes.iter(f"{SVG}g"):
            self._note_tick(group, panel)
        for node, style, is_clipped in drawn(axes):
            if node.tag == f"{SVG}image":
                panel.images.append(node.get(HREF, ""))
            else:
                panel.series += self._series(node, style, is_clipped)
        name_cells(panel.series, list(axes.iter(f"{SVG}text")))
        return panel

    def _note_tick(self, group: Element, panel: Panel) -> None:
        """Note a tick's place, if a group is one."""
        uses, texts = list(group.iter(f"{SVG}use")), list(group.iter(f"{SVG}text"))
        if not texts or len(uses) > 1:
            return
        label = short_number(" ".join(map(words_of, texts)))
        if not uses and any(child.tag == f"{SVG}g" and not len(child) for child in group):
            axis = 0 if style_of(texts[0]).get("text-anchor") == "middle" else 1
            panel.labels[axis, label] = float(texts[0].get("xy"[axis], 0))
        elif uses and is_tick(mark := points_of(self._shapes.get(target_of(uses[0]), ""))[0]):
            axis = 0 if mark[1, 1] else 1
            panel.ticks[axis, label] = float(uses[0].get("xy"[axis], 0))

    def _series(self, node: Element, style: dict[str, str], is_clipped: bool) -> list[Series]:
        """Return what a path or a use draws; nothing for ticks, grid, frame and the invisible."""
        d = node.get("d") or self._shapes.get(target_of(node), "")
        points, starts = points_of(d)
        if is_frame(points, style, is_clipped):
            return []
        is_mark = "C" in d and np.ptp(points, axis=0).max() < MARK_SIZE
        if node.tag == f"{SVG}use":
            place = np.array([float(node.get("x", 0)), float(node.get("y", 0))])
            # A collection's path is placed at the drawing's lower left corner.
            is_mark = np.abs(place - [0, self._height]).max() > 0.02
            if is_mark and is_tick(points):
                return []
            points = place[None] if is_mark else points + place
        elif is_mark:
            points = (points.min(axis=0) + points.max(axis=0))[None] / 2
        look = "; ".join(f"{name}: {style[name]}" for name in LOOK if name in style)
        return [Series(points, [0] if is_mark else starts, look, is_clipped, bool(is_mark))]


def target_of(element: Element) -> str:
    """Return the id of what an element uses."""
    return element.get(HREF, "").removeprefix("#")


def words_of(element: Element) -> str:
    """Return an element's text with each run of white space as one space."""
    return " ".join("".join(element.itertext()).split())


def short_number(label: str) -> str:
    """Return a number in its shortest form, another text as it is.

    >>> short_number(MINUS + "0.50"), short_number("relu")
    ('-0.5', 'relu')
    """
    try:
        return f"{float(label.replace(MINUS, '-')):g}"
    except ValueError:
        return label


def style_of(element: Element) -> dict[str, str]:
    """Return an element's own style by property."""
    parts = (part.partition(":") for part in element.get("style", "").split(";"))
    return {name.strip(): value.strip() for name, _, value in parts}


def name_cells(series: list[Series], texts: list[Element]) -> None:
    """Add the words that stand in a rectangle to its look: those of another cell would be wrong."""
    centred = [text for text in texts if style_of(text).get("text-anchor") == "middle"]
    places = np.array([[float(text.get(n, 0)) for n in "xy"] for text in centred]).reshape(-1, 2)
    for cell in series:
        if len(cell.points) in {4, 5} and len(np.unique(cell.points, axis=0)) == 4:
            low, high = cell.points.min(axis=0), cell.points.max(axis=0)
            is_in = ((places > low) & (places < high)).all(axis=1)
            words = [words_of(text) for text, within in zip(centred, is_in, strict=True) if within]
            cell.look += f"; words: {' '.join(words)}" if words else ""


def points_of(d: str) -> tuple[np.ndarray, list[int]]:
    """Return all points of a path, those of curves too, and where its pieces begin.

    >>> points_of("M0 0L1 2M3 4L5 6")[1]
    [0, 2]
    """
    pieces = [np.array(NUMBER.findall(piece), float).reshape(-1, 2) for piece in d.split("M")[1:]]
    starts = np.cumsum([0, *map(len, pieces)])[:-1]
    return np.concatenate([np.empty((0, 2)), *pieces]), starts.tolist()


def drawn(
    node: Element, style: dict[str, str] | None = None, is_clipped: bool = False
) -> Iterator[tuple[Element, dict[str, str], bool]]:
    """Yield paths, marks and images of a panel with their style, and whether the axes clip them.

    A group with words is an axis, a legend or an annotation: no data.
    """
    for child in node:
        own = (style or {}) | style_of(child)
        clipped = is_clipped or "clip-path" in child.attrib
        if child.tag == f"{SVG}g" and child.find(f"{SVG}text") is None:
            yield from drawn(child, own, clipped)
        elif child.tag in {f"{SVG}path", f"{SVG}use", f"{SVG}image"}:
            yield child, own, clipped


def is_tick(shape: np.ndarray) -> bool:
    """Say whether a mark is a tick: a level or upright line away from its place."""
    return len(shape) == 2 and not shape[0].any() and not shape[1].all()


def is_frame(points: np.ndarray, style: dict[str, str], is_clipped: bool) -> bool:
    """Say whether a path is invisible, a line of the grid or an edge of the axes."""
    if len(points) < 2 or style.get("fill") == "none" == style.get("stroke", "none"):
        return True
    is_plain = style.get("stroke") == "currentColor" and "stroke-dasharray" not in style
    return len(points) == 2 and is_plain and (not is_clipped or "stroke-opacity" in style)
