"""One update of a tiny network, number by number: every step, computed by the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mlp_core.nn import MLP, SGD, make_loss
from mlp_core.report.chapters.update_steps import Step, Update, say


def step_through(
    image: Sequence[float] = (0.5, -1.0),
    label: int = 1,
    learning_rate: float = 0.5,
    seed: int = 7,
) -> Update:
    """Make one update of a tiny network and keep every number on the way.

    Parameters
    ----------
    image : sequence of float
        Two inputs.
    label : {0, 1}
        The true class.
    learning_rate : float
    seed : int
        Of the first weights, which are uniform between -0.9 and 0.9 and rounded to a tenth.

    Returns
    -------
    Update
    """
    network = MLP(2, (2,), 2, activation="tanh", dtype="float64")
    random = np.random.default_rng(seed)
    network.parameters[...] = random.uniform(-0.9, 0.9, network.parameters.size).round(1)
    walk = _Walk(network, np.asarray([image], np.float64), label, learning_rate)
    walk.forward()
    walk.measure()
    walk.backward()
    walk.update()
    walk.again()
    return Update(tuple(walk.steps), tuple(map(float, image)), label, learning_rate)


@dataclass
class _Walk:
    """Runs the engine once and tells the numbers that it finds, in the order of a hand."""

    network: MLP
    image: np.ndarray
    label: int
    rate: float
    steps: list[Step] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.loss = make_loss("cross_entropy")
        self.labels = np.array([self.label])
        self._note(x=self.image[0])
        self._note_parameters()

    def _note(self, **vectors: Any) -> None:
        for name, values in vectors.items():
            found = {f"{name}{i}": float(value) for i, value in enumerate(values, 1)}
            self.numbers |= {key.replace("_", " "): value for key, value in found.items()}

    def _note_parameters(self, of: str = "", lead: str = "") -> None:
        first, second = self.network.linear_layers
        for letter, layer in (("w", first), ("v", second)):
            for (i, j), value in np.ndenumerate(getattr(layer, f"{of}weight")):
                self.numbers[f"{lead}{letter}{i + 1}{j + 1}"] = float(value)
        for letter, layer in (("b", first), ("c", second)):
            for i, value in enumerate(getattr(layer, f"{of}bias"), 1):
                self.numbers[f"{lead}{letter}{i}"] = float(value)

    def _add(self, phase: str, title: str, lines: Sequence[str], fresh: Sequence[str]) -> None:
        known = {name for step in self.steps for name in step.fresh} | set(fresh)
        given = {name for name in self.numbers if name[0] in "xwvbc"}
        shown = {name: v for name, v in self.numbers.items() if name in known | given}
        self.steps.append(Step(phase, title, tuple(lines), tuple(fresh), shown))

    def forward(self) -> None:
        first, activation, _ = self.network.layers
        logits = self.network.forward(self.image)
        self._note(u=first.outputs[0], h=activation.outputs[0], z=logits[0])
        n = self.numbers
        for unit in "12":
            sum_up = (
                _sum(("x1", f"w1{unit}"), ("x2", f"w2{unit}"), n) + f" + {_wrap(n[f'b{unit}'])}"
            )
            line = (
                f"u{unit} = x1 w1{unit} + x2 w2{unit} + b{unit} = {sum_up} = {say(n[f'u{unit}'])}"
            )
            self._add("Forward", f"Hidden unit {unit}: the sum", [line], [f"u{unit}"])
            line = f"h{unit} = tanh(u{unit}) = tanh({say(n[f'u{unit}'])}) = {say(n[f'h{unit}'])}"
            self._add("Forward", f"Hidden unit {unit}: its output", [line], [f"h{unit}"])
        for k in "12":
            sum_up = _sum(("h1", f"v1{k}"), ("h2", f"v2{k}"), n) + f" + {_wrap(n[f'c{k}'])}"
            line = f"z{k} = h1 v1{k} + h2 v2{k} + c{k} = {sum_up} = {say(n[f'z{k}'])}"
            self._add("Forward", f"Logit of class {k}", [line], [f"z{k}"])

    def measure(self) -> None:
        logits = self.network.forward(self.image)
        self.numbers["loss"] = float(self.loss.forward(logits, self.labels)[0])
        self._note(p=np.exp(logits[0]) / np.exp(logits[0]).sum())
        n, true = self.numbers, self.label + 1
        bottom = f"exp({say(n['z1'])}) + exp({say(n['z2'])})"
        lines = [f"p{k} = exp(z{k}) / (exp(z1) + exp(z2)) = {say(n[f'p{k}'])}" for k in "12"]
        self._add("Loss", "Probabilities: softmax", [*lines, f"with {bottom} below"], ["p1", "p2"])
        line = f"loss = -ln(p{true}) = -ln({say(n[f'p{true}'])}) = {say(n['loss'])}"
        self._add("Loss", f"The loss: class {true} is the true one", [line], ["loss"])

    def backward(self) -> None:
        slopes = self.loss.backward().copy()
        activation = self.network.activation_layers[0]
        along_h = slopes @ self.network.linear_layers[1].weight.T
        self._note(slope_z=slopes[0], slope_h=along_h[0])
        self._note(slope_u=(along_h * (1 - activation.outputs**2))[0])
        self.network.backward(slopes)
        self._note_parameters("grad_", "slope ")
        n, g = self.numbers, {k: say(v) for k, v in self.numbers.items()}
        hit = [int(k == self.label + 1) for k in (1, 2)]
        lines = [f"slope z{k} = p{k} - {hit[k - 1]} = {g[f'slope z{k}']}" for k in (1, 2)]
        self._add("Backward", "Along the logits", lines, ["slope z1", "slope z2"])
        self._slopes("v", "h", "z", "Along the second layer's parameters", "c")
        lines = [
            f"slope h{i} = v{i}1 slope z1 + v{i}2 slope z2 = "
            f"{_sum((f'v{i}1', 'slope z1'), (f'v{i}2', 'slope z2'), n)} = {g[f'slope h{i}']}"
            for i in (1, 2)
        ]
        self._add("Backward", "Along the hidden units", lines, ["slope h1", "slope h2"])
        lines = [
            f"slope u{i} = slope h{i} (1 - h{i}²) = {_wrap(n[f'slope h{i}'])} · "
            f"(1 - {_wrap(n[f'h{i}'])}²) = {g[f'slope u{i}']}"
            for i in (1, 2)
        ]
        self._add("Backward", "Through the tanh", lines, ["slope u1", "slope u2"])
        self._slopes("w", "x", "u", "Along the first layer's parameters", "b")

    def _slopes(self, weight: str, before: str, after: str, title: str, bias: str) -> None:
        """Tell the four slopes of a layer's weights and the two of its biases."""
        n, lines, fresh = self.numbers, [], []
        for i, j in ((1, 1), (1, 2), (2, 1), (2, 2)):
            name = f"slope {weight}{i}{j}"
            product = f"{_wrap(n[f'{before}{i}'])} · {_wrap(n[f'slope {after}{j}'])}"
            lines.append(f"{name} = {before}{i} slope {after}{j} = {product} = {say(n[name])}")
            fresh.append(name)
        for j in (1, 2):
            lines.append(f"slope {bias}{j} = slope {after}{j} = {say(n[f'slope {bias}{j}'])}")
            fresh.append(f"slope {bias}{j}")
        self._add("Backward", title, lines, fresh)

    def update(self) -> None:
        before = dict(self.numbers)
        SGD(self.rate).step(self.network.parameters, self.network.gradients.copy())
        changed: dict[str, float] = {}
        self.numbers, changed = changed, self.numbers
        self._note_parameters()
        new, self.numbers = self.numbers, changed
        for title, letters in (("The second layer", "vc"), ("The first layer", "wb")):
            names = [name for name in new if name[0] in letters]
            lines = [
                f"{name} = {say(before[name])} - {say(self.rate)} · "
                f"{_wrap(before[f'slope {name}'])} = {say(new[name])}"
                for name in names
            ]
            self.numbers |= {name: new[name] for name in names}
            self._add("Update", f"{title}: a step against the slopes", lines, names)

    def again(self) -> None:
        before = self.numbers["loss"]
        logits = self.network.forward(self.image)
        first, activation, _ = self.network.layers
        self.numbers["loss"] = float(self.loss.forward(logits, self.labels)[0])
        self._note(u=first.outputs[0], h=activation.outputs[0], z=logits[0])
        self._note(p=np.exp(logits[0]) / np.exp(logits[0]).sum())
        lines = [f"loss = {say(self.numbers['loss'])}", f"before the update = {say(before)}"]
        fresh = [f"{letter}{i}" for letter in "uhzp" for i in "12"]
        self._add("Again", "Forward once more, with the new numbers", lines, [*fresh, "loss"])


def _wrap(value: float) -> str:
    return f"({say(value)})" if value < 0 else say(value)


def _sum(*pairs_and_numbers: Any) -> str:
    *pairs, n = pairs_and_numbers
    return " + ".join(f"{_wrap(n[a])} · {_wrap(n[b])}" for a, b in pairs)
