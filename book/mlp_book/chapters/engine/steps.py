"""One update of a tiny network as steps: what is computed, with which numbers, and what is new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_book.text import MINUS
from mlp_core.nn import MLP, SGD, make_loss

GIVEN = tuple("xwvbc")  # inputs, weights and biases by layer: known from the start
NAMES = re.compile(r"slope [a-z]\d+|[a-z]\d+")
FACTORS = re.compile(r"(?<=[\d)]) (?=[a-z(])")  # where a formula multiplies
WORKED_OUT = re.compile(rf"{FACTORS.pattern}|tanh|ln")  # formulas that are shown with their numbers
Numbers = dict[str, float]
Formulas = dict[str, str]  # by the name of the number that they find


@dataclass(frozen=True)
class Step:
    """One step of an update: what is computed, and all numbers that are known after it."""

    phase: str  # Forward, Loss, Backward, Update or Again
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


def make_steps(
    network: MLP, image: Sequence[float], label: int, learning_rate: float
) -> tuple[Step, ...]:
    """Make one update of a 2-2-2 network with tanh by the engine, and tell every number."""
    old = _find_numbers(network, image, label)
    SGD(learning_rate).step(network.parameters, network.gradients.copy())
    new = _find_numbers(network, image, label)
    known = {name: value for name, value in old.items() if name.startswith(GIVEN)}
    steps = []
    for phase, title, formulas, *more in _plan(label, old):
        known |= {name: old[name] for name in formulas}
        lines = [_line(name, formula, old) for name, formula in formulas.items()]
        steps.append(Step(phase, title, (*lines, *more), tuple(formulas), dict(known)))
    for title, letters in (("The second layer", "vc"), ("The first layer", "wb")):
        names = [name for name in new if name[0] in letters]
        known |= {name: new[name] for name in names}
        lines = [
            f"{name} = {short(old[name])} - {short(learning_rate)} · "
            f"{_wrapped(old[f'slope {name}'])} = {short(new[name])}"
            for name in names
        ]
        title += ": a step against the slopes"
        steps.append(Step("Update", title, tuple(lines), tuple(names), dict(known)))
    title = "Forward once more, with the new numbers"
    losses = f"loss = {short(new['loss'])}", f"before the update = {short(old['loss'])}"
    names = [*(f"{letter}{i}" for letter in "uhzp" for i in "12"), "loss"]
    known |= {name: new[name] for name in names}
    return *steps, Step("Again", title, losses, tuple(names), known)


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


def _plan(label: int, numbers: Numbers) -> Iterator[tuple[Any, ...]]:
    """Yield phase, title, formulas and further lines of each step up to the update."""
    for i in "12":
        yield "Forward", f"Hidden unit {i}: the sum", {f"u{i}": f"x1 w1{i} + x2 w2{i} + b{i}"}
        yield "Forward", f"Hidden unit {i}: its output", {f"h{i}": f"tanh(u{i})"}
    for k in "12":
        yield "Forward", f"Logit of class {k}", {f"z{k}": f"h1 v1{k} + h2 v2{k} + c{k}"}

    below = f"with exp({short(numbers['z1'])}) + exp({short(numbers['z2'])}) below"
    softmax = {f"p{k}": f"exp(z{k}) / (exp(z1) + exp(z2))" for k in "12"}
    yield "Loss", "Probabilities: softmax", softmax, below
    true = label + 1
    yield "Loss", f"The loss: class {true} is the true one", {"loss": f"-ln(p{true})"}

    logits = {f"slope z{k}": f"p{k} - {int(k == true)}" for k in (1, 2)}
    yield "Backward", "Along the logits", logits
    yield "Backward", "Along the second layer's parameters", _parameter_slopes("v", "c", "h", "z")
    hidden = {f"slope h{i}": f"v{i}1 slope z1 + v{i}2 slope z2" for i in "12"}
    yield "Backward", "Along the hidden units", hidden
    sums = {f"slope u{i}": f"slope h{i} (1 - h{i}²)" for i in "12"}
    yield "Backward", "Through the tanh", sums
    yield "Backward", "Along the first layer's parameters", _parameter_slopes("w", "b", "x", "u")


def _parameter_slopes(weight: str, bias: str, before: str, after: str) -> Formulas:
    weights = {f"slope {weight}{i}{j}": f"{before}{i} slope {after}{j}" for i in "12" for j in "12"}
    return weights | {f"slope {bias}{j}": f"slope {after}{j}" for j in "12"}


def _line(name: str, formula: str, numbers: Numbers) -> str:
    """Return a formula, then with its numbers in place of the names, then its result."""
    parts = [name, formula, short(numbers[name])]
    if WORKED_OUT.search(formula):
        dotted = FACTORS.sub(" · ", formula)
        text = NAMES.sub(lambda found: _wrapped(numbers[found[0]]), dotted)
        parts.insert(2, text.replace("((", "(").replace("))", ")"))
    return " = ".join(parts)


def _wrapped(value: float) -> str:
    return f"({short(value)})" if float(f"{value:.3f}") < 0 else short(value)
