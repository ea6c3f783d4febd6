"""The steps of an update as one element of HTML to walk through, with a drawing of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from jinja2 import Environment, Template
from markupsafe import Markup

from mlp_book.chapters.engine.steps import Step, make_steps, short
from mlp_book.style import COLOURS
from mlp_book.text import MINUS
from mlp_core.nn import MLP

# Of a column of nodes: its place in the drawing, the letters of a node's sum and of its bias.
COLUMNS = {"x": (40, "", ""), "h": (190, "u", "b"), "z": (340, "", "c")}
WEIGHTS = (("w", "x", "h"), ("v", "h", "z"))  # from which column to which
ROWS = {1: 62, 2: 192}
RADIUS = 22


def step_through(
    image: Sequence[float] = (0.5, -1.0), label: int = 1, learning_rate: float = 0.5, seed: int = 7
) -> Update:
    """Make one update of a network with two inputs, two hidden units and two classes.

    Its first weights are uniform between -0.9 and 0.9, and rounded to a tenth.
    """
    network = MLP(2, (2,), 2, activation="tanh", dtype="float64")
    random = np.random.default_rng(seed)
    network.parameters[...] = random.uniform(-0.9, 0.9, network.parameters.size).round(1)
    return Update(make_steps(network, image, label, learning_rate))


@dataclass(frozen=True)
class Update:
    """One update; as the last line of a cell, its steps to walk through.

    They are radio buttons and style rules, no script: so it works from disk, without JavaScript
    and in Jupyter alike, and on paper all steps stand one under the other.
    """

    steps: tuple[Step, ...]

    def _repr_html_(self) -> str:
        phases = [step.phase for step in self.steps]
        return _template().render(
            steps=self.steps,
            drawings=[draw(step) for step in self.steps],
            phases={phase: phases.index(phase) + 1 for phase in phases},
            radius=RADIUS,
            blue=COLOURS[0],
            orange=COLOURS[1],
        )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["mark_up"] = mark_up
    source = files("mlp_book.chapters.engine").joinpath("stepper.html")
    return environment.from_string(source.read_text("utf-8"))


def mark_up(line: str) -> Markup:
    """Write names with their indices below the line, a true minus sign and the result in bold."""
    line = escape(line).replace(" - ", f" {MINUS} ").replace("= -ln", f"= {MINUS}ln")
    line = re.sub(r"\b([a-z])(\d{1,2})\b", r"<i>\1</i><sub>\2</sub>", line)
    head, equals, result = line.rpartition(" = ")
    return Markup(f"{head}{equals}<b>{result}</b>" if equals else line)


class Text(NamedTuple):
    """Words in a drawing, and the names of the numbers in them."""

    x: float
    y: float
    words: str
    names: Sequence[str] = ()
    anchor: str = "middle"


class Drawing(NamedTuple):
    """The network with every number that is known at a step; the last entry is a style's name."""

    label: str
    lines: list[tuple[int, int, int, int, str]]
    circles: list[tuple[int, int, str]]
    texts: list[tuple[Text, str]]


def draw(step: Step) -> Drawing:
    """Place the network's lines, nodes and numbers; those that the step finds stand out."""
    lines, circles = [], []
    texts: list[Text] = []
    for weight, before, after in WEIGHTS:
        for i, j in ((i, j) for i in ROWS for j in ROWS):
            name = f"{weight}{i}{j}"
            ends = COLUMNS[before][0] + RADIUS, ROWS[i], COLUMNS[after][0] - RADIUS, ROWS[j]
            lines.append((*ends, _fresh(step, name, f"slope {name}")))
            texts += _weight_texts(step, name, ends)
    for column, (x, total, _) in COLUMNS.items():
        for i, y in ROWS.items():
            names = f"{column}{i}", f"slope {column}{i}", f"{total}{i}"
            circles.append((x, y, _fresh(step, *names)))
            texts += _node_texts(step, column, i)
    if "loss" in step.numbers:
        x, middle = COLUMNS["z"][0] + 26, sum(ROWS.values()) / 2 + 4
        texts.append(Text(x, middle, f"loss {short(step.numbers['loss'])}", ["loss"], "start"))
    told = ", ".join(f"{name} {short(step.numbers[name])}" for name in step.fresh)
    styled = [(text, _style(step, text.names)) for text in texts]
    return Drawing(f"The network at this step. {told}", lines, circles, styled)


def _fresh(step: Step, *names: str) -> str:
    return "fresh" if set(names) & set(step.fresh) else ""


def _style(step: Step, names: Sequence[str]) -> str:
    slope = "slope" if any(name.startswith("slope") for name in names) else ""
    return f"{slope} {_fresh(step, *names)}".strip()


def _weight_texts(step: Step, name: str, ends: tuple[int, int, int, int]) -> Iterator[Text]:
    # Level lines carry their numbers above and below, others near where they begin, inside.
    x1, y1, x2, y2 = ends
    apart = (-5, 14) if y1 == y2 else (36, 49) if y1 < y2 else (-43, -30)
    for key, down in zip((name, f"slope {name}"), apart, strict=True):
        if key in step.numbers:
            x = x1 + 22 if y1 == y2 else x1 + (x2 - x1) * (down - 4) / (y2 - y1) - 7
            anchor = "middle" if y1 == y2 else "end"
            yield Text(x, y1 + down, short(step.numbers[key]), [key], anchor)


def _node_texts(step: Step, column: str, i: int) -> Iterator[Text]:
    # A node holds its number; name, sum, bias and slopes stand outside, where no line runs.
    (x, total, bias), y, numbers = COLUMNS[column], ROWS[i], step.numbers
    name, side = f"{column}{i}", -1 if i == 1 else 1
    outside = y + side * (RADIUS + 10) + (4 if side > 0 else 0)
    known = name in numbers
    others = [f"{letter}{i}" for letter in (total, bias) if letter]
    told = [name] * known + [f"{o[0]} {short(numbers[o])}" for o in others if o in numbers]
    slopes = [key for o in (name, *others) if (key := f"slope {o}") in numbers]
    yield Text(x, y + 4, short(numbers[name]) if known else name, [name])
    yield Text(x, outside, ", ".join(told), [f"{total}{i}"])
    if slopes:
        words = ", ".join(f"{key.split()[1][0]} {short(numbers[key])}" for key in slopes)
        yield Text(x, outside + side * 14, words, slopes)
    if column == "z" and f"p{i}" in numbers:
        yield Text(x + 26, y + 4, f"p {short(numbers[f'p{i}'])}", [f"p{i}"], "start")
