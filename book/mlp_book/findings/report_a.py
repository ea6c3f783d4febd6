"""What report A says, by its tables and in words, and the runs that judge it.

Its sentences are not quoted; the source of a row says which part of the report it is from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from mlp_book.cells import ACTIVATIONS, DEPTHS, LOSSES, Cell, by_cell
from mlp_book.findings.claims import Asked, Claim, Comparison, Family, ask, split, text_of
from mlp_book.findings.comparison import compare_published
from mlp_book.findings.published import ROUNDING, report_a
from mlp_book.findings.timing import added_time, order_of_times
from mlp_book.frames import all_learned
from mlp_book.text import format_level, format_number

PART = "report A claims"
STUDY, CHAPTER = "activations-losses-depth", "activations_losses"
ALL_IMAGES = 60_000
CELLS = [Cell(d, lo, a) for d in DEPTHS for lo in LOSSES for a in ACTIVATIONS if a != "tanh"]


def figures(measure: str, data: pd.DataFrame) -> Family:
    """Ask whether a published table of accuracies can be reproduced within its tolerance."""
    settings = by_cell(data)
    comparisons = tuple(
        Comparison(
            one.cell.text, "figure", "published", one.effect,
            (text_of(settings[one.cell], measure), f"{one.published:.2f}"),
            (settings[one.cell], settings[one.cell].iloc[:0]), one.published + ROUNDING,
        )
        for one in compare_published(data, measure).itertuples()
    )  # fmt: skip
    rows = tuple(settings[cell] for cell in settings if cell in report_a(measure))
    return Family(comparisons, comparisons, rows, measure)


def losses_beside(data: pd.DataFrame) -> Sequence[str]:
    """Describe published losses beside ours: losses decide nothing by the protocol."""
    lines = []
    for kind, name in (("test_loss", "test"), ("train_loss", "training")):
        found = compare_published(data, kind)
        unproven = sum(one.effect.direction == 0 for one in found.itertuples())
        far = found.loc[found["difference"].abs().idxmax()]
        lines.append(
            f"{unproven} of {len(found)} published {name} losses (times 100) are not shown to "
            f"differ from ours. The largest difference is for {far['cell'].text}: "
            f"{far['ours'].text()} against {far['published']:.2f}; {far['effect'].text()}."
        )
    return lines


Pairs = Mapping[tuple[str, str], str]  # from two levels of a choice to what is said of them
# The families of the protocol's table: every pair of losses, of activations, of depths.
FAMILIES: dict[str, Pairs] = {
    "loss": dict.fromkeys(combinations(LOSSES, 2), "alike"),
    "activation": dict.fromkeys(combinations(ACTIVATIONS[:3], 2), "alike"),
    "depth": {("double", "single"): "alike"},
}


def pairs(choice: str, said: Pairs) -> list[Asked]:
    """Return what is asked of cells that differ in one choice alone."""
    return [
        (cell._replace(**{choice: first}), word, cell._replace(**{choice: second}))
        for (first, second), word in said.items()
        for cell in CELLS
        if getattr(cell, choice) == first
    ]


def cells(
    choice: str,
    said: Pairs,
    data: pd.DataFrame,
    *,
    where: Callable[[Cell], bool] = lambda cell: True,
    measure: str = "test_accuracy",
    margin: float | None = None,
) -> Family:
    """Ask a claim about pairs of cells, in the family of all such pairs."""
    turned = {(b, a) for a, b in said}
    rest = {pair: word for pair, word in FAMILIES[choice].items()
            if pair not in said and pair not in turned}  # fmt: skip
    asked = pairs(choice, {**said, **rest})
    wanted = {(a.text, b.text) for a, _, b in pairs(choice, said) if where(a)}
    family = ask(by_cell(data), asked, measure, margin=margin, name=lambda cell: cell.text)
    return family.only(lambda one: (one.first, one.second) in wanted)


def active_units(data: pd.DataFrame) -> Family:
    """Ask whether GELU has more units at work than ReLU in every network."""
    asked = pairs("activation", {("gelu", "relu"): "larger"})
    return ask(by_cell(data), asked, "active", margin=1.0, name=lambda cell: cell.text)


def swings(data: pd.DataFrame) -> Family:
    """Ask whether the test accuracy swings more with small batches than with the default."""
    settings = split(data, "batch_size")
    asked = [
        (size, "larger", 100) for size in sorted(settings)
        if size < 100 and all_learned(settings[size])
    ]  # fmt: skip
    return ask(settings, asked, "swing", margin=0.0, name=_batches)


def largest_as_twenty(data: pd.DataFrame) -> Family:
    """Ask whether batches of 10,000 are as accurate as batches of 20."""
    return ask(split(data, "batch_size"), [(10_000, "alike", 20)], name=_batches)


def _batches(size: int) -> str:
    return f"batches of {size:,}"


def widening_gap(data: pd.DataFrame) -> Family:
    """Ask whether training and test accuracy part further with every doubling of the layer."""
    data = data[data["hidden_sizes"].map(len) == 1]
    data = data.assign(units=data["hidden_sizes"].map(sum))
    sizes = [16, 32, 64, 128, 256, 512]
    asked = [(more, "larger", less) for less, more in pairwise(sizes)]
    return ask(split(data, "units"), asked, "gap", name=lambda units: f"{units} units")


def one_ratio(data: pd.DataFrame, loss: str = "hinge", scale: str = "hinge_margin") -> Family:
    """Ask whether networks of equal margin (or target) over std are alike, next to one another."""
    settings = split(data[data["loss"] == loss], scale, "init_std")
    asked = [
        (cell, "alike", (cell[0] / 2, cell[1] / 2))
        for cell in settings
        if (cell[0] / 2, cell[1] / 2) in settings
    ]
    word = {"hinge_margin": "margin", "target_scale": "target"}[scale]
    return ask(settings, asked, name=lambda cell: f"{word} {cell[0]:g}, std {cell[1]:g}")


def gelu_with_depth(data: pd.DataFrame) -> Family:
    """Ask whether GELU is ahead of ReLU at every depth beyond two, for both ways to start."""
    data = data.assign(depth=data["hidden_sizes"].map(len))
    data = data[(data["depth"] >= 3) & (data["depth"] <= 6)]
    settings = split(data, "init", "depth", "activation")
    asked = [
        ((init, depth, "gelu"), "larger", (init, depth, "relu"))
        for init, depth, name in settings
        if name == "gelu"
    ]
    return ask(settings, asked, name=_deep)


def _deep(cell: tuple[str, int, str]) -> str:
    init, depth, activation = cell
    return f"{format_level(activation)}, {depth} layers, {format_level(init)}"


def decay_with_few(data: pd.DataFrame) -> Family:
    """Ask whether some decay beats none with 500, 1,000 or 5,000 images; seeds share images."""
    settings = split(data[data["train_size"] < ALL_IMAGES], "train_size", "weight_decay")
    asked = [
        ((size, decay), "some larger", (size, 0.0)) for size, decay in sorted(settings) if decay
    ]
    return ask(
        settings,
        asked,
        paired=True,
        name=lambda cell: f"{cell[0]:,.0f} images, decay {format_number(cell[1])}",
    )


def untested(*lines: str) -> Callable[[Any], Sequence[str]]:
    """Return a judge that says why it does not judge."""
    return lambda _: lines


PACE: dict[str, Any] = {"measure": "epochs_to_learn", "margin": 1.0}
CROSSED: Any = {"studies": (STUDY,), "fresh": (f"{STUDY}-fresh",), "chapter": CHAPTER}
TABLE, WORDS = "tables of accuracy and loss", "discussion of activations, losses and depths"
SWEEPS, GUESSES = "section on hyper-parameters", "remarks without an experiment"
CLAIMS = (
    Claim(PART, TABLE, "The 18 test accuracies.", partial(figures, "test_accuracy"), **CROSSED),
    Claim(PART, TABLE, "The 18 training accuracies.", partial(figures, "train_accuracy"),
          **CROSSED),
    Claim(PART, TABLE, "The 36 losses.", losses_beside, **CROSSED),
    Claim(PART, TABLE, "The default setting's test accuracy, from many seeds.",
          partial(figures, "test_accuracy"), ("seed-noise",), ("seed-noise-fresh",),
          "comparing"),
    Claim(PART, WORDS, "Cross-entropy is more accurate than hinge and squared error.",
          partial(cells, "loss", {("cross_entropy", "hinge"): "larger",
                                  ("cross_entropy", "mse"): "larger"}), **CROSSED),
    Claim(PART, WORDS, "Hinge and squared error are about as accurate as one another.",
          partial(cells, "loss", {("hinge", "mse"): "alike"}), **CROSSED),
    Claim(PART, WORDS, "A second hidden layer raises the test accuracy.",
          partial(cells, "depth", {("double", "single"): "larger"}), **CROSSED),
    Claim(PART, WORDS, "GELU and ReLU converge about equally fast.",
          partial(cells, "activation", {("gelu", "relu"): "alike"}, **PACE), **CROSSED),
    Claim(PART, WORDS, "Sigmoid converges much more slowly than GELU and ReLU.",
          partial(cells, "activation", {("gelu", "sigmoid"): "smaller",
                                        ("relu", "sigmoid"): "smaller"}, **PACE), **CROSSED),
    Claim(PART, WORDS, "With sigmoid, a deeper network converges more slowly.",
          partial(cells, "depth", {("double", "single"): "larger"}, **PACE,
                  where=lambda cell: cell.activation == "sigmoid"), **CROSSED),
    Claim(PART, "figures of active units", "GELU has 10 to 35 % more units at work than ReLU.",
          active_units, ("active-units",), (), CHAPTER,
          "What is judged is whether there are more. Each row says by how many points."),
    Claim(PART, "figures of active units", "ReLU updates a larger share of its parameters.",
          untested("The stored runs do not record which parameters an update changes.")),
    Claim(PART, "table of times", "An update takes longest with GELU, then sigmoid, then ReLU.",
          order_of_times, ("benchmark-activations",), (), CHAPTER),
    Claim(PART, "table of times", "A second hidden layer about doubles the time of an update.",
          partial(added_time, "depth", "double", "single"), ("benchmark-activations",), (),
          CHAPTER),
    Claim(PART, "table of times", "The losses cost about the same time.",
          partial(added_time, "loss", "hinge", "cross_entropy"), ("benchmark-activations",), (),
          CHAPTER),
    Claim(PART, SWEEPS, "Training with small batches oscillates.", swings,
          ("batch-size", "seed-noise"), ("batch-size-fresh", "seed-noise-fresh"), "batch_size"),
    Claim(PART, SWEEPS, "Batches of 10,000 are about as good as batches of 20.",
          largest_as_twenty, ("batch-size", "seed-noise"),
          ("batch-size-fresh", "seed-noise-fresh"), "batch_size"),
    Claim(PART, SWEEPS, "From 16 to 512 units, training and test accuracy part more and more.",
          widening_gap, ("hidden-size", "seed-noise"), ("hidden-size-fresh", "seed-noise-fresh"),
          "hidden_layers"),
    Claim(PART, SWEEPS, "Networks get stuck in local minima and at saddles.",
          untested("No stored run can tell a minimum from a saddle: that needs curvatures.")),
    Claim(PART, GUESSES, "Std over margin may be a new hyper-parameter.", one_ratio,
          ("margin-init",), (), CHAPTER,
          "Each pair has the same ratio, both settings halved; alike would speak for the ratio."),
    Claim(PART, GUESSES, "GELU gains on ReLU as the network gets deeper.", gelu_with_depth,
          ("depth-activation",), ("depth-fresh",), "hidden_layers",
          "Runs that broke had 30 epochs; some only wake later."),
    Claim(PART, GUESSES, "Weight decay helps when images are few.", decay_with_few,
          ("weight-decay-data-size",), (), "weight_decay"),
)  # fmt: skip
