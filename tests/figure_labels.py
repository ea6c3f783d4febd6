"""What is wrong with a drawn figure's labels and words, read from the SVG as a page has it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from svg_series import SVG, points_of, style_of, words_of

PIXELS = 1.4  # per unit of the file, where a page has room
FARTHEST = 12  # pixels from a line's end to its label without a leader
LONGEST_LABEL, SHORTEST_DESCRIPTION = 160, 10  # characters
SLACK = 4.5  # units between a leader and what it joins
WIDE, ABOVE, BELOW = 0.6, 0.75, 0.2  # of a letter, in sizes of the type: about its base line


def label_faults(svg: str) -> list[str]:
    """Say which end labels overlap, stand far from their line, or have a leader from elsewhere."""
    root = ElementTree.fromstring(svg)
    boxes: list[tuple[str, np.ndarray]] = []
    faults = []
    for axes in root.findall(f"{SVG}g/{SVG}g"):
        leaders = dict(marked(axes, "leader"))
        for number, group in marked(axes, "end"):
            text = group.find(f".//{SVG}text")
            assert text is not None
            name, box = words_of(group), box_of(text)
            boxes.append((name, box))
            colour = re.search("#[0-9a-f]{6}|currentColor", style_of(text)["fill"])
            assert colour is not None
            ends = line_ends(axes, colour[0])
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


def box_of(text: Element) -> np.ndarray:
    """Return the corners of a text, about: a page's own type has other widths."""
    x, y = (float(text.get(name, 0)) for name in "xy")
    found = re.search(r"([\d.]+)px", text.get("style", ""))
    assert found is not None
    size = float(found[1])
    width = WIDE * size * len(words_of(text))
    return np.array([[x, y - ABOVE * size], [x + width, y + BELOW * size]])


def line_ends(axes: Element, colour: str) -> np.ndarray:
    """Return where the lines of a colour begin and end; if it has none, its dots."""
    lines, dots = [np.empty((0, 2))], [np.empty((0, 2))]
    for group in axes.iter(f"{SVG}g"):
        if group.get("data-leader"):
            continue
        for path in group.findall(f"{SVG}path"):
            if style_of(path).get("stroke") == colour and path.get("clip-path"):
                points, starts = points_of(path.get("d", ""))
                lines.append(points[[*starts, *(np.array(starts[1:], int) - 1), -1]])
        for dot in group.findall(f"{SVG}use"):
            style = style_of(group) | style_of(dot)
            if colour in (style.get("stroke"), style.get("fill")):
                dots.append(np.array([[float(dot.get("x", 0)), float(dot.get("y", 0))]]))
    ends = np.concatenate(lines)
    return ends if len(ends) else np.concatenate(dots)


def gap(box: np.ndarray, place: np.ndarray) -> float:
    """Return how far a place is from the left edge of a box."""
    up = max(box[0, 1] - place[1], place[1] - box[1, 1], 0)
    return float(np.hypot(box[0, 0] - place[0], up))


def nearest(places: np.ndarray, ends: np.ndarray) -> float:
    """Return the smallest distance between places of two kinds."""
    return float(np.linalg.norm(places[:, None] - ends, axis=2).min(initial=np.inf))
