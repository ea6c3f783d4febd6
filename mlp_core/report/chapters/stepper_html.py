"""The steps of an update as one element of HTML: radio buttons and style rules, no script.

So it works on a page without JavaScript, from disk and in Jupyter alike, and on paper all steps
stand one under the other.
"""

from __future__ import annotations

import re
from html import escape

from mlp_core.report.chapters.update_steps import MINUS, PHASES, Step, Update, say
from mlp_core.report.style import COLOURS

NAME = "update-stepper"
COLUMNS = {"x": 40, "h": 190, "z": 340}  # where the nodes stand, in the units of the drawing
ROWS = {1: 62, 2: 192}
RADIUS = 22
SLOPE = COLOURS[1]

STYLE = """
.%(name)s{position:relative;max-width:44rem;margin:0 auto;line-height:1.5}
.%(name)s>input{position:absolute;opacity:0;pointer-events:none}
.%(name)s .phases,.%(name)s .moves{display:flex;flex-wrap:wrap;gap:.4rem;margin:.5rem 0}
.%(name)s label{display:inline-flex;align-items:center;justify-content:center;min-width:44px;
min-height:44px;padding:0 .8rem;margin:0;border:1px solid;border-radius:5px;cursor:pointer;
box-sizing:border-box}
.%(name)s label.end{opacity:.75;border-style:dashed;cursor:default}
.%(name)s>.steps>section{display:none}
.%(name)s>input:focus-visible~.steps{outline:3px solid %(blue)s;outline-offset:4px}
.%(name)s svg{display:block;width:100%%;max-width:34rem;height:auto;margin:0 auto}
.%(name)s svg text{fill:currentColor;font-size:12px;font-family:inherit}
.%(name)s svg .slope{fill:%(orange)s;fill:color-mix(in srgb,%(orange)s 72%%,currentColor)}
.%(name)s svg .fresh{font-weight:700}
.%(name)s svg circle,.%(name)s svg line{fill:none;stroke:currentColor;stroke-opacity:.45}
.%(name)s svg circle.fresh,.%(name)s svg line.fresh{stroke:%(blue)s;stroke-opacity:1;stroke-width:3}
.%(name)s p{margin:.3rem 0;text-align:left}
.%(name)s .lines{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.%(name)s .lines b{white-space:nowrap}
@media print{.%(name)s>.steps>section{display:block;break-inside:avoid}
.%(name)s label,.%(name)s svg{display:none}
.%(name)s>.steps>section:last-child svg{display:block}}
"""


def update_html(update: Update) -> str:
    """Return one element that holds all steps and shows the one whose radio button is chosen."""
    count = len(update.steps)
    radios = "".join(
        f'<input type="radio" name="{NAME}" id="{NAME}-{i}"{" checked" if i == 1 else ""} '
        f'aria-label="Step {i} of {count}, {step.phase}: {escape(step.title)}">'
        for i, step in enumerate(update.steps, 1)
    )
    rules = [f".{NAME}>input:nth-of-type({i}):checked~.steps>section:nth-child({i})"
             for i in range(1, count + 1)]  # fmt: skip
    style = STYLE % {"name": NAME, "blue": COLOURS[0], "orange": SLOPE}
    sections = "".join(_section(step, i, count) for i, step in enumerate(update.steps, 1))
    return (
        f'<div class="{NAME}" role="group" aria-label="One update, step by step">'
        f"<style>{style}{','.join(rules)}{{display:block}}</style>"
        f'{radios}<div class="phases">{_phases(update)}</div>'
        f'<div class="steps">{sections}</div></div>'
    )


def _phases(update: Update) -> str:
    first = dict.fromkeys(PHASES, 0)
    for i, step in enumerate(update.steps, 1):
        first[step.phase] = first[step.phase] or i
    return "".join(f'<label for="{NAME}-{i}">{phase}</label>' for phase, i in first.items())


def _section(step: Step, number: int, count: int) -> str:
    back = _move("Back", number - 1) if number > 1 else _move("Back", 0)
    onward = _move("Next", number + 1) if number < count else _move("Next", 0)
    lines = "".join(f"<p>{_mark_up(line)}</p>" for line in step.lines)
    return (
        f'<section><div class="moves">{back}{onward}</div>'
        f"<p><strong>{step.phase}, step {number} of {count}.</strong> {escape(step.title)}.</p>"
        f'{drawing(step)}<div class="lines">{lines}</div></section>'
    )


def _move(word: str, to: int) -> str:
    return (
        f'<label for="{NAME}-{to}">{word}</label>' if to else f'<label class="end">{word}</label>'
    )


def _mark_up(line: str) -> str:
    """Write names with their indices below the line, and a true minus sign."""
    line = escape(line).replace(" - ", f" {MINUS} ").replace("= -ln", f"= {MINUS}ln")
    line = re.sub(r"\b([a-z])(\d{1,2})\b", r"<i>\1</i><sub>\2</sub>", line)
    head, equals, result = line.rpartition(" = ")
    return f"{head}{equals}<b>{result}</b>" if equals else line


def drawing(step: Step) -> str:
    """Return the network with every number that is known at a step; the fresh ones stand out."""
    parts = []
    for letter, before, after in (("w", "x", "h"), ("v", "h", "z")):
        for i in (1, 2):
            for j in (1, 2):
                parts.append(_edge(step, f"{letter}{i}{j}", before, after, i, j))
    for column, known in (("x", "x"), ("h", "h"), ("z", "z")):
        parts += [_node(step, column, known, i) for i in (1, 2)]
    parts.append(_loss(step))
    label = f"The network at this step. {', '.join(f'{k} {say(v)}' for k, v in _told(step))}"
    return (
        f'<svg viewBox="0 0 440 262" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _told(step: Step) -> list[tuple[str, float]]:
    return [(name, step.numbers[name]) for name in step.fresh]


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "middle") -> str:
    of = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{of}>{escape(words)}</text>'


def _kind(step: Step, name: str) -> str:
    slope = "slope" if name.startswith("slope") else ""
    fresh = "fresh" if name in step.fresh else ""
    return f"{slope} {fresh}".strip()


def _edge(step: Step, name: str, before: str, after: str, i: int, j: int) -> str:
    x1, y1 = COLUMNS[before] + RADIUS, ROWS[i]
    x2, y2 = COLUMNS[after] - RADIUS, ROWS[j]
    slope = f"slope {name}"
    fresh = ' class="fresh"' if {name, slope} & set(step.fresh) else ""
    # Level edges carry their numbers above and below; the others near where they begin, inside.
    heights = (y1 - 5, y1 + 14) if i == j else (y1 + 36, y1 + 49) if i < j else (y1 - 43, y1 - 30)
    words = ""
    for key, y in zip((name, slope), heights, strict=True):
        if key in step.numbers:
            x = x1 + 22 if i == j else x1 + (x2 - x1) * (y - 4 - y1) / (y2 - y1) - 7
            anchor = "middle" if i == j else "end"
            words += _text(x, y, say(step.numbers[key]), _kind(step, key), anchor)
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"{fresh}/>{words}'


def _node(step: Step, column: str, known: str, i: int) -> str:
    x, y, numbers = COLUMNS[column], ROWS[i], step.numbers
    name, slope = f"{known}{i}", f"slope {known}{i}"
    fresh = {name, slope, f"u{i}" if column == "h" else name} & set(step.fresh)
    of = ' class="fresh"' if fresh else ""
    parts = [f'<circle cx="{x}" cy="{y}" r="{RADIUS}"{of}/>']
    value = say(numbers[name]) if name in numbers else ""
    parts.append(_text(x, y + 4, value or name, _kind(step, name)))
    edge = -1 if i == 1 else 1  # names and sums stand outside, where no line runs
    out = y + edge * (RADIUS + 10) + (4 if edge > 0 else 0)
    inner = {"h": ("u", "b"), "z": ("", "c"), "x": ("", "")}[column]
    told = [f"{name}"] if value else []
    if inner[0] and f"u{i}" in numbers:
        told.append(f"u {say(numbers[f'u{i}'])}")
    if inner[1]:
        told.append(f"{inner[1]} {say(numbers[f'{inner[1]}{i}'])}")
    parts.append(_text(x, out, ", ".join(told), _kind(step, f"u{i}" if column == "h" else "")))
    slopes = [n for n in (slope, f"slope u{i}", f"slope {inner[1]}{i}") if n in numbers]
    if column == "z":
        slopes = [n for n in slopes if "u" not in n]
    if slopes and column != "x":
        words = ", ".join(f"{n.removeprefix('slope ')[0]} {say(numbers[n])}" for n in slopes)
        kind = "slope fresh" if set(slopes) & set(step.fresh) else "slope"
        parts.append(_text(x, out + edge * 14, words, kind))
    if column == "z" and f"p{i}" in numbers:
        parts.append(
            _text(x + 26, y + 4, f"p {say(numbers[f'p{i}'])}", _kind(step, f"p{i}"), "start")
        )
    return "".join(parts)


def _loss(step: Step) -> str:
    if "loss" not in step.numbers:
        return ""
    words = f"loss {say(step.numbers['loss'])}"
    return _text(
        COLUMNS["z"] + 26, (ROWS[1] + ROWS[2]) / 2 + 4, words, _kind(step, "loss"), "start"
    )
