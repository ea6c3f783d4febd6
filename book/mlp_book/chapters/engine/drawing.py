"""A drawing of the tiny network: where its lines, nodes and numbers stand at a step."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from mlp_book.chapters.engine.steps import NUMBER

# Of a column of nodes: its place, the letters of a node's sum and of its bias.
COLUMNS = {"x": (40, "", ""), "h": (190, "u", "b"), "z": (340, "", "c")}
WEIGHTS = (("w", "x", "h"), ("v", "h", "z"))  # from which column to which
ROWS = {1: 62, 2: 192}
APART = {"h": -8, "z": 12}  # to which side slopes stand, long as they are on a phone
BELOW = str.maketrans("12", "\u2081\u2082")  # indices stand below the line, as in formulas
RADIUS = 22


class Mark(NamedTuple):
    """A line or a node, which stands out where a step finds one of its numbers."""

    names: Sequence[str]  # the first is the mark's own
    place: dict[str, int]  # attributes in SVG


class Text(NamedTuple):
    """Words in a drawing, with the names of their numbers in braces."""

    x: float
    y: float
    words: str
    anchor: str = "middle"

    @property
    def names(self) -> list[str]:
        """The names of its numbers."""
        return [name for _, name in NUMBER.findall(self.words)]


def draw_lines() -> list[Mark]:
    """Place the weights' lines."""
    return [
        Mark((f"{weight}{i}{j}", f"slope {weight}{i}{j}"), _ends(before, i, after, j))
        for weight, before, after in WEIGHTS
        for i in ROWS
        for j in ROWS
    ]


def draw_nodes() -> list[Mark]:
    """Place inputs, hidden units and logits."""
    return [
        Mark(
            (f"{column}{i}", f"slope {column}{i}", *([f"{total}{i}"] if total else [])),
            {"cx": x, "cy": y, "r": RADIUS},
        )
        for column, (x, total, _) in COLUMNS.items()
        for i, y in ROWS.items()
    ]


def draw_texts(known: Collection[str]) -> list[Text]:
    """Place the numbers that are known at a step."""
    texts: list[Text] = []
    for line in draw_lines():
        texts += _weight_texts(line, known)
    for column in COLUMNS:
        for i in ROWS:
            texts += _node_texts(column, i, known)
    if "loss" in known:
        x, middle = COLUMNS["z"][0] + 26, sum(ROWS.values()) // 2 + 4
        texts.append(Text(x, middle, "loss {loss}", "start"))
    return texts


def describe(fresh: Sequence[str]) -> str:
    """Return a step's drawing in words."""
    return "The network at this step. " + ", ".join(f"{name} {{{name}}}" for name in fresh)


def _ends(before: str, i: int, after: str, j: int) -> dict[str, int]:
    start, end = COLUMNS[before][0] + RADIUS, COLUMNS[after][0] - RADIUS
    return {"x1": start, "y1": ROWS[i], "x2": end, "y2": ROWS[j]}


def _weight_texts(line: Mark, known: Collection[str]) -> Iterator[Text]:
    # Level lines carry their numbers above and below, others near where they begin, inside.
    x1, y1, x2, y2 = line.place.values()
    apart = (-5, 14) if y1 == y2 else (36, 49) if y1 < y2 else (-43, -30)
    for name, down in zip(line.names, apart, strict=True):
        if name in known:
            x = x1 + 22 if y1 == y2 else x1 + (x2 - x1) * (down - 4) / (y2 - y1) - 7
            yield Text(round(x, 1), y1 + down, f"{{{name}}}", "middle" if y1 == y2 else "end")


def _node_texts(column: str, i: int, known: Collection[str]) -> Iterator[Text]:
    # A node holds its number; name, sum, bias and slopes stand outside, where no line runs.
    (x, total, bias), y = COLUMNS[column], ROWS[i]
    name, side = f"{column}{i}", -1 if i == 1 else 1
    outside = y + side * (RADIUS + 10) + (4 if side > 0 else 0)
    others = [f"{letter}{i}" for letter in (total, bias) if letter]
    written = name.translate(BELOW)
    told = [written] * (name in known) + [f"{o[0]} {{{o}}}" for o in others if o in known]
    slopes = [key for o in (name, *others) if (key := f"slope {o}") in known]
    yield Text(x, y + 4, f"{{{name}}}" if name in known else written)
    yield Text(x, outside, ", ".join(told))
    if slopes:
        words = ", ".join(f"{key.split()[1][0]} {{{key}}}" for key in slopes)
        yield Text(x + APART[column], outside + side * 14, words)
    if column == "z" and f"p{i}" in known:
        yield Text(x + 26, y + 4, f"p {{p{i}}}", "start")
