"""The steps of one update: every number is the engine's, and every step can be reached."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mlp_core.nn import MLP, SGD, make_loss
from mlp_core.report.chapters.stepper import step_through
from mlp_core.report.chapters.update_steps import PHASES, Update, say

IMAGE, LABEL, RATE = (0.5, -1.0), 1, 0.5


@pytest.fixture(scope="module")
def update() -> Update:
    return step_through(IMAGE, LABEL, RATE)


@pytest.fixture(scope="module")
def numbers(update: Update) -> dict[str, float]:
    """All numbers, at the step that finds them."""
    found: dict[str, float] = {}
    for step in update.steps:
        if step.phase in {"Forward", "Loss", "Backward"}:
            found |= step.numbers
    return found


def engine(update: Update) -> MLP:
    """Return the stepper's network, built anew from its first step."""
    network = MLP(2, (2,), 2, activation="tanh", dtype="float64")
    first, second = network.linear_layers
    given = update.steps[0].numbers
    for letters, layer in (("wb", first), ("vc", second)):
        weight, bias = letters
        for i in (1, 2):
            layer.bias[i - 1] = given[f"{bias}{i}"]
            for j in (1, 2):
                layer.weight[i - 1, j - 1] = given[f"{weight}{i}{j}"]
    return network


def test_the_numbers_are_the_engines(update: Update, numbers: dict[str, float]) -> None:
    network, loss = engine(update), make_loss("cross_entropy")
    logits = network.forward(np.array([IMAGE]))
    assert numbers["loss"] == loss.forward(logits, np.array([LABEL]))[0]
    assert [numbers["z1"], numbers["z2"]] == list(logits[0])
    network.backward(loss.backward())
    slopes = [
        *(numbers[f"slope w{i}{j}"] for i in (1, 2) for j in (1, 2)),
        *(numbers[f"slope b{i}"] for i in (1, 2)),
        *(numbers[f"slope v{i}{j}"] for i in (1, 2) for j in (1, 2)),
        *(numbers[f"slope c{i}"] for i in (1, 2)),
    ]
    assert slopes == list(network.gradients)
    SGD(RATE).step(network.parameters, network.gradients)
    last = update.steps[-1].numbers
    assert last["v21"] == network.linear_layers[1].weight[1, 0]
    after = loss.forward(network.forward(np.array([IMAGE])), np.array([LABEL]))[0]
    assert last["loss"] == after < numbers["loss"]


def test_the_slopes_in_between_obey_the_chain_rule(numbers: dict[str, float]) -> None:
    n = numbers
    assert n["slope z1"] == pytest.approx(n["p1"])
    assert n["slope z2"] == pytest.approx(n["p2"] - 1)
    assert n["slope u1"] == pytest.approx(n["slope h1"] * (1 - n["h1"] ** 2))
    assert n["slope w21"] == pytest.approx(IMAGE[1] * n["slope u1"])


def test_every_line_adds_up(update: Update) -> None:
    """What stands between the last two equals signs is arithmetic: work it out."""
    for step in update.steps:
        for line in step.lines:
            *_, sum_up, result = line.replace("\N{MINUS SIGN}", "-").split(" = ") + [""] * 2
            if re.fullmatch(r"[-+·()²\d. ]+", sum_up) and result:
                worked_out = eval(sum_up.replace("·", "*").replace("²", "**2"))
                assert worked_out == pytest.approx(float(result), abs=0.002), line


def test_a_number_is_shown_from_the_step_on_that_finds_it(update: Update) -> None:
    seen: set[str] = set()
    for step in update.steps:
        assert set(step.fresh) <= set(step.numbers)
        assert seen <= set(step.numbers)
        seen = set(step.numbers)
    assert "slope w11" not in update.steps[8].numbers
    assert [step.phase for step in update.steps] == sorted(
        (step.phase for step in update.steps), key=PHASES.index
    )


def test_every_step_can_be_reached_without_a_script(update: Update) -> None:
    html = update._repr_html_()
    count = len(update.steps)
    ids = re.findall(r'<input type="radio" name="[\w-]+" id="([\w-]+)"', html)
    assert len(ids) == html.count("<section>") == count
    targets = re.findall(r'<label for="([\w-]+)"', html)
    assert set(targets) == set(ids)
    assert "<script" not in html
    assert html.count("checked") == 1 + count  # one at the beginning, and a rule of style for each
    assert html.count("<svg") == count
    assert all(f"Step {i} of {count}, " in html for i in range(1, count + 1))


def test_numbers_are_short() -> None:
    assert say(-0.0001) == "0"
    assert say(-0.12345) == "\N{MINUS SIGN}0.123"
    assert say(2.0) == "2"
