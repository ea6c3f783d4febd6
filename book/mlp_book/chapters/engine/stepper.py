"""The steps of an update as one element to walk through: as plain HTML, and alive."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

import numpy as np
from jinja2 import Environment, Template
from markupsafe import Markup

from mlp_book.chapters.engine.drawing import describe, draw_lines, draw_nodes, draw_texts
from mlp_book.chapters.engine.steps import GIVEN, Step, fill, make_steps, plan
from mlp_book.interactive import Interactive
from mlp_book.style import COLOURS
from mlp_book.text import MINUS
from mlp_core.nn import MLP

IMAGE, LABEL, RATE = (0.5, -1.0), 1, 0.5
CLASSES = 2


def step_through(
    image: Sequence[float] = IMAGE, label: int = LABEL, learning_rate: float = RATE, seed: int = 7
) -> Update:
    """Make one update of a network with two inputs, two hidden units and two classes.

    Its first weights are uniform between -0.9 and 0.9, and rounded to a tenth.
    """
    network = MLP(2, (2,), 2, activation="tanh", dtype="float64")
    random = np.random.default_rng(seed)
    network.parameters[...] = random.uniform(-0.9, 0.9, network.parameters.size).round(1)
    return Update(make_steps(network, image, label, learning_rate))


def play_update(
    image: Sequence[float] = IMAGE, label: int = LABEL, learning_rate: float = RATE, seed: int = 7
) -> Interactive:
    """Return the same update with every given number in the reader's hand."""
    update = step_through(image, label, learning_rate, seed)
    numbers = update.steps[0].numbers
    given = {name: value for name, value in numbers.items() if name.startswith(GIVEN)}
    return Interactive(
        "stepper",
        update,
        given={**given, "target": label + 1, "rate": learning_rate},
        plans=[list(plan(label)) for label in range(CLASSES)],
        lines=draw_lines(),
        nodes=draw_nodes(),
        drawings=[[describe(step.fresh), draw_texts(step.numbers)] for step in update.steps],
    )


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
            phases={phase: phases.index(phase) + 1 for phase in phases},
            lines=draw_lines(),
            nodes=draw_nodes(),
            blue=COLOURS[0],
            orange=COLOURS[1],
        )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"mark_up": mark_up, "fill": fill, "style": style}
    environment.globals |= {"draw_texts": draw_texts, "describe": describe}
    source = files("mlp_book.chapters.engine").joinpath("stepper.html")
    return environment.from_string(source.read_text("utf-8"))


def style(names: Sequence[str], step: Step, is_text: bool = False) -> str:
    """Return the classes of what has these numbers at a step: fresh if it finds one of them."""
    fresh = "fresh" if set(names) & set(step.fresh) else ""
    slope = "slope" if is_text and any(name.startswith("slope") for name in names) else ""
    return f"{slope} {fresh}".strip()


def mark_up(line: str) -> Markup:
    """Write names with their indices below the line, a true minus sign and the result in bold."""
    line = escape(line).replace(" - ", f" {MINUS} ").replace("= -ln", f"= {MINUS}ln")
    line = re.sub(r"\b([a-z])(\d{1,2})(?!\d)", r"<i>\1</i><sub>\2</sub>", line)
    head, equals, result = line.rpartition(" = ")
    return Markup(f"{head}{equals}<b>{result}</b>" if equals else line)
