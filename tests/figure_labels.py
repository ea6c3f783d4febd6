"""What is wrong with a drawn figure's labels and words, read from the SVG as a page has it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, pairwise
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
from matplotlib.textpath import TextPath

from svg_series import CORNER, SVG, points_of, style_of, words_of

PIXELS = 1.4  # per unit of the file, where a page has room
FARTHEST = 12  # pixels from a line's end to its label without a leader
LONGEST_LABEL, SHORTEST_DESCRIPTION = 160, 10  # characters
SLACK = 4.5  # units between a leader and what it joins
WIDE, ABOVE, BELOW = 0.6, 0.75, 0.2  # of a letter, in sizes of the type: about its base line
BESIDE, LINE = 0.3, 1.0  # sizes of the type between words side by side, between lines of words


def label_faults(svg: str) -> list[str]:
    """Say which end labels overlap, stand far from their line, or have a leader from elsewhere."""
    root = ElementTree.fromstring(svg)
    boxes: list[tuple[str, np.ndarray]] = []
    faults = []
    frames = {f"url(#{clip.get('id')})": frame_of(clip) for clip in root.iter(f"{SVG}clipPath")}
    for axes in root.findall(f"{SVG}g/{SVG}g"):
        leaders = dict(marked(axes, "leader"))
        for number, group in marked(axes, "end"):
            name, box = words_of(group), box_of(group)
            boxes.append((name, box))
            style = next(group.iter(f"{SVG}text")).get("style", "")
            colour = re.findall(r"fill: (#\w{6}|currentColor)", style)[0]
            ends = line_ends(axes, colour, frames[clip_of(axes)])
            if number in leaders:
                path = leaders[number].find(f".//{SVG}path")
                assert path is not None
                places = points_of(path.get("d", ""))[0][[0, -1]]
                gaps = [min(gap(box, place) for place in places), nearest(places, ends)]
                if max(gaps) > SLACK:
                    faults.append(f"{name!r}: leader {max(gaps):.1f} units off")
            elif (far := PIXELS * min((gap(box, end) for end in ends), default=np.inf)) > FARTHEST:
                faults.append(f"{name!r}: {far:.1f} px from its line, and no leader")
    for (one, a), (other, b) in combinations(boxes, 2):
        if (a[0] < b[1]).all() and (b[0] < a[1]).all():
            faults.append(f"{one!r} and {other!r} overlap")
    return faults


def tick_faults(svg: str) -> list[str]:
    """Say which words of one row or column touch, such as those of neighbouring ticks."""
    faults = []
    for axes in ElementTree.fromstring(svg).findall(f"{SVG}g/{SVG}g"):
        rows: dict[tuple[str, str, float], list[tuple[float, str]]] = defaultdict(list)
        for text in axes.iter(f"{SVG}text"):
            along = {"middle": "xy", "end": "yx"}.get(style_of(text).get("text-anchor", ""))
            if along and "transform" not in text.attrib:
                place, line = (float(text.get(name, 0)) for name in along)
                size = re.findall(r"([\d.]+)px", text.get("style", ""))[0]
                rows[along, size, line].append((place, words_of(text)))
        for (along, size, _), row in rows.items():
            for (here, one), (there, other) in pairwise(sorted(row)):
                taken = (width_of(one) + width_of(other)) / 2 + BESIDE if along == "xy" else LINE
                if there - here < taken * float(size):
                    faults.append(f"{one!r} and {other!r} touch")
    return faults


def width_of(words: str) -> float:
    """Return how wide words are, in sizes of the type that is laid out, a wide one."""
    return float(TextPath((0, 0), words, size=1).get_extents().x1) if words.strip() else 0.0


def alternative_faults(svg: str) -> list[str]:
    """Say what is wrong with the words for those who do not see a figure."""
    root = ElementTree.fromstring(svg)
    label, name = root.get("aria-label", ""), root.get("aria-describedby")
    described = [words_of(e) for e in root.iter() if name and e.get("id") == name]
    faults = [] if 0 < len(label) <= LONGEST_LABEL else [f"label of {len(label)}: {label!r}"]
    is_described = [len(words) >= SHORTEST_DESCRIPTION for words in described] == [True]
    return faults if is_described else [*faults, f"{label!r} has no description: {described}"]


def marked(axes: Element, kind: str) -> Iterator[tuple[str, Element]]:
    """Yield number and group of what has a mark of a kind."""
    for group in axes.iter(f"{SVG}g"):
        if number := group.get(f"data-{kind}"):
            yield number, group


def clip_of(axes: Element) -> str:
    """Return which of the file's frames the axes have."""
    return next(clip for e in axes.iter() if (clip := e.get("clip-path")))


def frame_of(clip: Element) -> np.ndarray:
    """Return the corners of a frame."""
    (rect,) = clip
    x, y, width, height = (float(rect.get(name, 0)) for name in CORNER)
    return np.array([[x, y], [x + width, y + height]])


def box_of(group: Element) -> np.ndarray:
    """Return the corners of a label, about: a page's own type has other widths."""
    corners = []
    for text in group.iter(f"{SVG}text"):
        moved = re.search(r"translate\(([\d.-]+) ([\d.-]+)\)", text.get("transform", ""))
        x, y = (float(n) for n in (moved.groups() if moved else (text.get("x"), text.get("y"))))
        size = float(re.findall(r"([\d.]+)px", text.get("style", ""))[0])
        width = WIDE * size * len(words_of(text))
        corners += [(x, y - ABOVE * size), (x + width, y + BELOW * size)]
    return np.array([np.min(corners, axis=0), np.max(corners, axis=0)])


def line_ends(axes: Element, colour: str, box: np.ndarray) -> np.ndarray:
    """Return where the lines of a colour begin and end as seen; if it has none, its dots."""
    lines, dots = [np.empty((0, 2))], [np.empty((0, 2))]
    for group in axes.iter(f"{SVG}g"):
        if group.get("data-leader"):
            continue
        for path in group.findall(f"{SVG}path"):
            if style_of(path).get("stroke") == colour and path.get("clip-path"):
                points, starts = points_of(path.get("d", ""))
                pieces = np.split(points, starts[1:])
                lines += [last_seen(way, box) for piece in pieces for way in (piece, piece[::-1])]
        for dot in group.findall(f"{SVG}use"):
            style = style_of(group) | style_of(dot)
            if colour in (style.get("stroke"), style.get("fill")):
                dots.append(np.array([[float(dot.get("x", 0)), float(dot.get("y", 0))]]))
    ends = np.concatenate(lines)
    return ends if len(ends) else np.concatenate(dots)


def last_seen(way: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Return the last place of a line within the axes, where it leaves them; none if nowhere."""
    inside = np.flatnonzero(((way >= box[0] - 0.5) & (way <= box[1] + 0.5)).all(axis=1))
    if not len(inside):
        return np.empty((0, 2))
    here, beyond = way[inside[-1]], way[min(inside[-1] + 1, len(way) - 1)]
    edge = np.clip(beyond, *box)
    step = np.where(beyond == here, 1.0, beyond - here)
    share = np.where(beyond == edge, 1.0, (edge - here) / step).min()
    return (here + share * (beyond - here))[None]


def gap(box: np.ndarray, place: np.ndarray) -> float:
    """Return how far a place is from the left edge of a box."""
    up = max(box[0, 1] - place[1], place[1] - box[1, 1], 0)
    return float(np.hypot(box[0, 0] - place[0], up))


def nearest(places: np.ndarray, ends: np.ndarray) -> float:
    """Return the smallest distance between places of two kinds."""
    return float(np.linalg.norm(places[:, None] - ends, axis=2).min(initial=np.inf))
