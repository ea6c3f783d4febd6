"""The engine: an update step by step, counted operations, and which change breaks which claim."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from figure_cases.engine import COUNTS
from made import failing

from mlp_book.chapters import engine as chapter
from mlp_book.chapters.engine.operations import UPDATE_PASSES
from mlp_book.chapters.engine.stepper import Update
from mlp_book.chapters.engine.steps import fill
from mlp_core.nn import MLP, SGD, initialize, make_loss
from mlp_core.nn.gradient_check import compute_gradients

IMAGE, LABEL, RATE = (0.5, -1.0), 1, 0.5
UPDATE = chapter.step_through(IMAGE, LABEL, RATE)
LAST = next(step for step in UPDATE.steps if step.phase == "Update")
FOUND = UPDATE.steps[UPDATE.steps.index(LAST) - 1].numbers  # all numbers before the update


# --- one update, step by step ---------------------------------------------------------------


def parameters(numbers: dict[str, float], lead: str = "") -> list[float]:
    """Return what lies in the network's vector, in its order."""
    names = [f"{letter}{i}{j}" for letter in "wv" for i in "12" for j in "12"]
    return [numbers[f"{lead}{n}"] for n in (*names[:4], "b1", "b2", *names[4:], "c1", "c2")]


def test_the_numbers_are_the_engines() -> None:
    network, loss = MLP(2, (2,), 2, activation="tanh", dtype="float64"), make_loss("cross_entropy")
    network.parameters[...] = parameters(UPDATE.steps[0].numbers)
    images, labels = np.array([IMAGE]), np.array([LABEL])
    gradients = compute_gradients(network, loss, images, labels)
    assert parameters(FOUND, "slope ") == list(gradients)
    assert [FOUND["z1"], FOUND["z2"]] == list(network.forward(images)[0])
    assert FOUND["loss"] == loss.forward(network.forward(images), labels)[0]
    SGD(RATE).step(network.parameters, gradients)
    last = UPDATE.steps[-1].numbers
    assert parameters(last) == list(network.parameters)
    assert last["loss"] == loss.forward(network.forward(images), labels)[0] < FOUND["loss"]


def test_the_slopes_in_between_obey_the_chain_rule() -> None:
    n = FOUND
    assert n["slope z1"] == pytest.approx(n["p1"])
    assert n["slope z2"] == pytest.approx(n["p2"] - 1)
    assert n["slope u1"] == pytest.approx(n["slope h1"] * (1 - n["h1"] ** 2))
    assert n["slope w21"] == pytest.approx(IMAGE[1] * n["slope u1"])


def test_every_line_adds_up() -> None:
    """What stands between the last two equals signs is arithmetic: work it out."""
    worked_out = 0
    for line in (line for step in UPDATE.steps for line in step.lines):
        *_, formula, result = ["", "", *line.replace("\N{MINUS SIGN}", "-").split(" = ")]
        if re.fullmatch(r"[-+·()²\d. ]+", formula):
            value = eval(formula.replace("·", "*").replace("²", "**2"))
            assert value == pytest.approx(float(result), abs=0.002), line
            worked_out += 1
    assert worked_out == 28


def test_a_number_is_shown_from_the_step_on_that_finds_it() -> None:
    assert all(set(step.fresh) <= set(step.numbers) for step in UPDATE.steps)
    assert all(set(a.numbers) <= set(b.numbers) for a, b in pairwise(UPDATE.steps))
    assert "slope w11" not in UPDATE.steps[8].numbers
    phases = [step.phase for step in UPDATE.steps]
    assert [*dict.fromkeys(phases)] == ["Forward", "Loss", "Backward", "Update", "Again"]
    assert phases == sorted(phases, key=phases.index)


def test_every_step_can_be_reached_without_a_script() -> None:
    html, count = UPDATE._repr_html_(), len(UPDATE.steps)
    ids = re.findall(r'<input type="radio" name="[\w-]+" id="([\w-]+)"', html)
    assert len(ids) == html.count("<section>") == html.count("<svg") == count
    assert set(re.findall(r'<label for="([\w-]+)"', html)) == set(ids)
    assert "<script" not in html
    assert len(re.findall(r"\bchecked\b", html)) == 1 + count  # one at first, a rule for each
    assert all(f"Step {i} of {count}, " in html for i in range(1, count + 1))
    assert "<i>w</i><sub>11</sub>" in html and "Through the tanh" in html


def test_the_live_picture_has_the_same_steps_and_the_still_one_beside_it() -> None:
    picture = chapter.play_update(IMAGE, LABEL, RATE)
    numbers = {**FOUND, **{f"new {name}": x for name, x in UPDATE.steps[-1].numbers.items()}}
    stages = picture.data["plans"][LABEL]
    for (phase, title, lines, _), step in zip(stages, UPDATE.steps, strict=True):
        filled = tuple(fill(line, numbers | {"rate": RATE}) for line in lines)
        assert (phase, title, filled) == (step.phase, step.title, step.lines)
    others = [stage.phase for stage in picture.data["plans"][0] if stage not in stages]
    assert others == ["Loss", "Backward"]  # with another true class
    assert UPDATE._repr_html_() in picture.html()
    json.dumps(picture.data, allow_nan=False)


# --- operations -----------------------------------------------------------------------------


def test_a_product_is_an_addition_and_a_multiplication_per_term() -> None:
    first, second = COUNTS.loc["784 to 128"], COUNTS.loc["128 to 10"]
    assert first["forward"] == first["weights"] == 2 * 100 * 784 * 128
    assert second["forward"] == second["weights"] == second["inputs"] == 2 * 100 * 128 * 10


@pytest.mark.parametrize("hidden_sizes", [(), (128,), (256, 128)])
def test_the_update_passes_over_all_and_the_first_layer_has_no_input_gradient(
    hidden_sizes: tuple[int, ...],
) -> None:
    counts = chapter.count_operations(784, hidden_sizes, 10, batch_size=1)
    assert counts["step"].sum() == UPDATE_PASSES * MLP(784, hidden_sizes, 10).parameters.size
    assert counts["inputs"].iloc[0] == 0


def test_table_and_figure_show_the_counts() -> None:
    table = chapter.table_of_operations(COUNTS)
    assert table.loc["784\u00a0to\u00a0128"].tolist() == ["20.070", "20.070", "0", "0.502", "98.1"]
    (axes,) = chapter.plot_operations(COUNTS).axes
    widths = [bar.get_width() for bar in axes.patches]
    assert len(widths) == 8 and widths[:3] == pytest.approx([20.0704, 20.0704, 0])
    assert axes.get_yticklabels()[1].get_text() == "weights' gradient, 784 to 128"


# --- claims ---------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
BATCH, TRUTH = RNG.normal(size=(8, 5)), RNG.integers(0, 4, 8)
STEPS = 10.0 ** np.arange(-11, 0.25, 0.5)
ERRORS = {"mse": {"relu": 1e-9, "tanh": 2e-10}}
MOVED = np.ones(3)


def errors(epsilon: float) -> list[float]:
    """Return truncation and rounding errors for each of the steps."""
    return list(np.minimum(1, STEPS**2 + epsilon / STEPS))


CHECKS = {"float64": errors(1e-16), "float32": errors(1e-7)}


def sizes(count: int = 1400, floor: float = 4 * 2.0**-149) -> dict[str, np.ndarray]:
    falling = 0.05 * 0.9 ** np.arange(count)
    flushed = np.where(np.arange(count) < 511, falling, 0)
    return {"left alone": np.maximum(falling, floor), "flushed": flushed}


def backward(activation: str = "tanh", wrong: float = 0.0) -> Any:
    network, loss = MLP(3, (4,), 2, activation, dtype="float64"), make_loss("cross_entropy")
    initialize(network, "pytorch", np.random.default_rng(7))
    images, labels = np.array([[0.5, -1.0, 0.2], [-0.3, 0.8, 1.0]]), np.array([0, 1])
    losses = loss.forward(network.forward(images), labels)
    network.backward(loss.backward())
    slope = network.linear_layers[0].grad_weight
    return chapter.backward(network, images, labels, losses, {"W1": (slope, slope + wrong)})


def drift(growth: float = 1.0, missing: float = 0.049) -> Any:
    updates = np.unique(np.geomspace(1, 3000, 40).astype(int))
    start = np.random.default_rng(0).normal(size=5000)
    distances = {"factor": 4e-8 * updates**growth, "added": 2.5e-8 * updates**0.5}
    lost = start * (1 - (1 - 5e-7) ** 3000) * missing
    ends = {"exact": start, "factor": start + lost, "added": start}
    return chapter.drift(updates, distances, start, ends, 5e-7)


def two_updates(hand: float = 1.0) -> Any:
    optimizer = SGD(0.1, momentum=0.9)
    optimizer.step(np.zeros(3), MOVED.copy())
    return chapter.two_updates(MOVED, hand * MOVED, np.zeros(3), optimizer, -0.1 * MOVED)


def views(before: float) -> Any:
    return chapter.views(MLP(3, (4,), 2), before)


CLAIMS: list[tuple[Callable[[], Any], list[str]]] = [
    (backward, []),
    (lambda: backward("relu"), ["forward: inputs times"]),
    (lambda: backward(wrong=1e-9), ["backward: the products"]),
    (lambda: views(0.0), []),
    (lambda: views(100.0), ["the changed parameter"]),
    (lambda: chapter.check(ERRORS), []),
    (lambda: chapter.check({"mse": {"relu": 1e-3}}), ["every gradient agrees"]),
    (lambda: chapter.step_sizes(STEPS, CHECKS, 1e-7), []),
    (lambda: chapter.step_sizes(STEPS, CHECKS, 1e-3), ["the float32 backward pass"]),
    (
        lambda: chapter.step_sizes(STEPS, CHECKS | {"float64": CHECKS["float32"]}, 1e-7),
        ["in float64", "rounding"],
    ),
    (
        lambda: chapter.step_sizes(STEPS[10:], {k: v[10:] for k, v in CHECKS.items()}, 1e-7),
        ["rounding", "the smallest step"],
    ),
    (two_updates, []),
    (lambda: two_updates(hand=1.1), ["both ways agree"]),
    (lambda: chapter.one_update(UPDATE), []),
    (lambda: chapter.one_update(Update(UPDATE.steps[::-1])), ["after the update"]),
    (lambda: chapter.arithmetic(COUNTS, ERRORS), []),
    (
        lambda: chapter.arithmetic(chapter.count_operations(20, (128,), 10, 100), ERRORS),
        ["nearly all the work", "learning costs", "leaving out"],
    ),
    (lambda: chapter.denormals(np.arange(1, 1401), sizes()), []),
    (lambda: chapter.denormals(np.arange(1, 401), sizes(400)), ["left alone", "flushed"]),
    (lambda: chapter.denormals(np.arange(1, 1401), sizes(floor=1e-30)), ["left alone", "flushed"]),
    (drift, []),
    (lambda: drift(growth=0.5), ["the factor leads", "the factor's errors"]),
    (lambda: drift(missing=0.0), ["about a twentieth"]),
    (lambda: chapter.exercises(COUNTS, BATCH, TRUTH), []),
    (lambda: chapter.exercises(COUNTS, BATCH[:4], TRUTH[:4]), ["eight times"]),
]


@pytest.mark.parametrize(("make", "fails"), CLAIMS)
def test_a_change_says_which_claims_fail(make: Callable[[], Any], fails: list[str]) -> None:
    failed = failing(make)
    assert len(failed) == len(fails), failed
    assert all(sentence.startswith(start) for sentence, start in zip(failed, fails, strict=True))


def test_values_of_the_text() -> None:
    found = chapter.arithmetic(COUNTS, ERRORS).values
    assert (found["engine-parameters"], found["engine-over-forward"]) == ("101,770", "2.0")
    assert "5 matrix products" in found["engine-answer"] and "all 2" in found["engine-answer"]
    assert chapter.denormals(np.arange(1, 1401), sizes()).values["engine-zero-at"] == "512"
    assert chapter.step_sizes(STEPS, CHECKS, 1e-7).values["engine-epsilon-64"] == "2·10⁻¹⁶"
    answers = chapter.exercises(COUNTS, BATCH, TRUTH).values
    assert answers["engine-ex1-parameters"] == "235,146" and answers["engine-ex2-error"] == "7.0"
