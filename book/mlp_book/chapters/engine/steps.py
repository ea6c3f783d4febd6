"""One update of a tiny network as steps: what is computed, with which numbers, and what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp_book.text import MINUS
from mlp_core.nn import MLP, SGD, make_loss

GIVEN = tuple("xwvbc")  # inputs, weights and biases by layer: known from the start
NEW = "new "  # before the name of a number that the update has changed
NAMES = re.compile(r"slope [a-z]\d+|[a-z]\d+")
FACTORS = re.compile(r"(?<=[\d)]) (?=[a-z(])")  # where a formula multiplies
WORKED_OUT = re.compile(rf"{FACTORS.pattern}|tanh|ln")  # formulas that are shown with their numbers
NUMBER = re.compile(r"\{(\(?)([a-z\d ]+)\)?\}")  # a place for a number, in words
Numbers = dict[str, float]
Formulas = dict[str, str]  # by the name of the number that they find


class Stage(NamedTuple):
    """What a step computes, without its numbers.

    A line has them in braces, such as `u1 = x1 w11 = {x1} · {(w11)} = {u1}`; those with brackets
    keep them if the number is negative.
    """

    phase: str  # Forward, Loss, Backward, Update or Again
    title: str
    lines: tuple[str, ...]
    finds: tuple[str, ...]  # names of numbers, such as h1, slope w11, loss or new w11


@dataclass(frozen=True)
class Step:
    """One step of an update: what is computed, and all numbers that are known after it."""

    phase: str
    title: str
    lines: tuple[str, ...]
    fresh: tuple[str, ...]  # the numbers that it finds, such as h1, slope w11 or loss
    numbers: Numbers


def short(value: float) -> str:
    """Return a number with three decimals at most, and a true minus sign.

    >>> short(0.5), short(0.12345), short(-0.0001)
    ('0.5', '0.123', '0')
    """
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", MINUS)


def fill(words: str, numbers: Numbers) -> str:
    """Put numbers where words have their names in braces.

    >>> fill("{w11} = {(w11)} + {(b1)}", {"w11": -0.5, "b1": 0.25}).replace(MINUS, "-")
    '-0.5 = (-0.5) + 0.25'
    """

    def number(found: re.Match[str]) -> str:
        text = short(numbers[found[2]])
        return f"({text})" if found[1] and text.startswith(MINUS) else text

    return NUMBER.sub(number, words)


def make_steps(
    network: MLP, image: Sequence[float], label: int, learning_rate: float
) -> tuple[Step, ...]:
    """Make one update of a 2-2-2 network with tanh by the engine, and tell every number."""
    old = _find_numbers(network, image, label)
    SGD(learning_rate).step(network.parameters, network.gradients.copy())
    new = _find_numbers(network, image, label)
    numbers = {**old, "rate": learning_rate, **{f"{NEW}{name}": new[name] for name in new}}
    known = {name: value for name, value in old.items() if name.startswith(GIVEN)}
    steps = []
    for phase, title, lines, finds in plan(label):
        found = {name.removeprefix(NEW): numbers[name] for name in finds}
        known |= found
        filled = tuple(fill(line, numbers) for line in lines)
        steps.append(Step(phase, title, filled, tuple(found), dict(known)))
    return tuple(steps)


def _find_numbers(network: MLP, image: Sequence[float], label: int) -> Numbers:
    """Run the engine forward and backward, and return every number by its name."""
    first, second = network.linear_layers
    activation = network.activation_layers[0]
    loss = make_loss("cross_entropy")
    logits = network.forward(np.asarray([image], np.float64))
    numbers = {"loss": float(loss.forward(logits, np.array([label]))[0])}
    slopes = loss.backward().copy()
    along_h = slopes @ second.weight.T
    found = {
        "x": image,
        "u": first.outputs[0],
        "h": activation.outputs[0],
        "z": logits[0],
        "p": np.exp(logits[0]) / np.exp(logits[0]).sum(),
        "slope z": slopes[0],
        "slope h": along_h[0],
        "slope u": (along_h * (1 - activation.outputs**2))[0],
    }
    network.backward(slopes)
    for letters, layer in (("wb", first), ("vc", second)):
        for lead, kind in (("", ""), ("slope ", "grad_")):
            for i, row in enumerate(getattr(layer, f"{kind}weight"), 1):
                found[f"{lead}{letters[0]}{i}"] = row
            found[f"{lead}{letters[1]}"] = getattr(layer, f"{kind}bias")
    return numbers | {
        f"{name}{i}": float(value)
        for name, values in found.items()
        for i, value in enumerate(values, 1)
    }


def plan(label: int) -> Iterator[Stage]:
    """Yield what each step of an update computes; `label` is the true class, from 0."""
    for i in "12":
        total = {f"u{i}": f"x1 w1{i} + x2 w2{i} + b{i}"}
        yield _stage("Forward", f"Hidden unit {i}: the sum", total)
        yield _stage("Forward", f"Hidden unit {i}: its output", {f"h{i}": f"tanh(u{i})"})
    for k in "12":
        yield _stage("Forward", f"Logit of class {k}", {f"z{k}": f"h1 v1{k} + h2 v2{k} + c{k}"})

    softmax = {f"p{k}": f"exp(z{k}) / (exp(z1) + exp(z2))" for k in "12"}
    below = "with exp({z1}) + exp({z2}) below"
    yield _stage("Loss", "Probabilities: softmax", softmax, below)
    true = label + 1
    yield _stage("Loss", f"The loss: class {true} is the true one", {"loss": f"-ln(p{true})"})

    logits = {f"slope z{k}": f"p{k} - {int(k == true)}" for k in (1, 2)}
    yield _stage("Backward", "Along the logits", logits)
    second = _parameter_slopes("v", "c", "h", "z")
    first = _parameter_slopes("w", "b", "x", "u")
    yield _stage("Backward", "Along the second layer's parameters", second)
    hidden = {f"slope h{i}": f"v{i}1 slope z1 + v{i}2 slope z2" for i in "12"}
    yield _stage("Backward", "Along the hidden units", hidden)
    sums = {f"slope u{i}": f"slope h{i} (1 - h{i}²)" for i in "12"}
    yield _stage("Backward", "Through the tanh", sums)
    yield _stage("Backward", "Along the first layer's parameters", first)

    for slopes, layer in ((second, "second"), (first, "first")):
        names = [slope.removeprefix("slope ") for slope in slopes]
        lines = [f"{n} = {{{n}}} - {{rate}} · {{(slope {n})}} = {{{NEW}{n}}}" for n in names]
        finds = tuple(f"{NEW}{name}" for name in names)
        yield Stage("Update", f"The {layer} layer: a step against the slopes", tuple(lines), finds)
    losses = f"loss = {{{NEW}loss}}", "before the update = {loss}"
    again = *(f"{NEW}{letter}{i}" for letter in "uhzp" for i in "12"), f"{NEW}loss"
    yield Stage("Again", "Forward once more, with the new numbers", losses, again)


def _stage(phase: str, title: str, formulas: Formulas, *more: str) -> Stage:
    lines = (_line(name, formula) for name, formula in formulas.items())
    return Stage(phase, title, (*lines, *more), tuple(formulas))


def _parameter_slopes(weight: str, bias: str, before: str, after: str) -> Formulas:
    weights = {f"slope {weight}{i}{j}": f"{before}{i} slope {after}{j}" for i in "12" for j in "12"}
    return weights | {f"slope {bias}{j}": f"slope {after}{j}" for j in "12"}


def _line(name: str, formula: str) -> str:
    """Return a formula, then with places for numbers instead of the names, then for its result."""
    parts = [name, formula, f"{{{name}}}"]
    if WORKED_OUT.search(formula):
        dotted = FACTORS.sub(" · ", formula)
        text = NAMES.sub(lambda found: f"{{({found[0]})}}", dotted)
        parts.insert(2, re.sub(r"\(\{\((.*?)\)\}\)", r"({\1})", text))  # brackets that are there
    return " = ".join(parts)
