"""What report A's tables say, as questions to the runs that repeat them."""

from __future__ import annotations

from functools import partial

from mlp_core.report.cells import Cell
from mlp_core.report.findings.questions import Question
from mlp_core.report.findings.table_judges import (
    Concerns,
    differ_in,
    judge_accuracies,
    judge_default,
    judge_losses,
    judge_orders,
    judge_yardstick,
)

STUDY, CHAPTER = "activations-losses-depth", "activations_losses"
LOWEST = Cell("single", "hinge", "relu")


def _activations(depth: str, first: str, *others: str) -> Concerns:
    """Concern the cells of a depth that differ in their activation: the first, and another."""

    def concerns(a: Cell, b: Cell) -> bool:
        return a.depth == depth and differ_in("activation", a, b) and (
            first in (both := {a.activation, b.activation}) and both <= {first, *others}
        )  # fmt: skip

    return concerns


def _losses(first: str, *others: str) -> Concerns:
    """Concern the cells that differ in their loss alone: the first, and another."""

    def concerns(a: Cell, b: Cell) -> bool:
        both = {a.loss, b.loss}
        return differ_in("loss", a, b) and first in both and both <= {first, *others}

    return concerns


def _sigmoid_with_cross_entropy(a: Cell, b: Cell) -> bool:
    same = a.loss == b.loss == "cross_entropy"
    return same and differ_in("activation", a, b) and "sigmoid" in {a.activation, b.activation}


def _order(words: str, concerns: Concerns) -> Question:
    judge = partial(judge_orders, [("test_accuracy", concerns)])
    return Question(words, CHAPTER, (STUDY,), judge)


def _table(words: str, measure: str) -> Question:
    return Question(words, CHAPTER, (STUDY,), partial(judge_accuracies, measure))


FIGURES = (
    _table("The 18 test accuracies come out again.", "test_accuracy"),
    _table("The 18 training accuracies come out again.", "train_accuracy"),
    Question("The 36 losses come out again.", CHAPTER, (STUDY,), judge_losses),
    Question(
        "The default setting has the published test accuracy.",
        "where_it_fails",
        ("seed-noise",),
        judge_default,
    ),
)

ORDERS = (
    _order(
        "Cross-entropy is ahead of hinge and squared error, with every activation and at either "
        "depth.",
        _losses("cross_entropy", "hinge", "mse"),
    ),
    _order(
        "Where the two differ, squared error is ahead of hinge, but for GELU in one layer.",
        _losses("mse", "hinge"),
    ),
    _order("With one hidden layer, GELU is ahead of ReLU.", _activations("single", "gelu", "relu")),
    _order(
        "With two hidden layers, ReLU is ahead of GELU.", _activations("double", "relu", "gelu")
    ),
    _order(
        "With one hidden layer, sigmoid is behind GELU, and ahead of ReLU but for squared error.",
        _activations("single", "sigmoid", "gelu", "relu"),
    ),
    _order(
        "With two hidden layers, sigmoid is behind GELU and ReLU.",
        _activations("double", "sigmoid", "gelu", "relu"),
    ),
    _order(
        "A second hidden layer raises the test accuracy, in all nine cases.",
        partial(differ_in, "depth"),
    ),
    _order(
        "ReLU with hinge in one layer has the lowest test accuracy of all.",
        lambda a, b: LOWEST in (a, b),
    ),
    Question(
        "With cross-entropy, sigmoid has the highest training loss and the lowest test loss.",
        CHAPTER,
        (STUDY,),
        partial(
            judge_orders,
            [(measure, _sigmoid_with_cross_entropy) for measure in ("train_loss", "test_loss")],
        ),
    ),
    Question(
        "The differences between the cells with cross-entropy are more than seed noise.",
        "where_it_fails",
        ("seed-noise",),
        judge_yardstick,
    ),
)
