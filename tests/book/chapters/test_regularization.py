"""Regularization: charts by dose, weights near zero, and which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from made import failing, fake_study

from mlp_book import frame
from mlp_book.chapters import regularization as chapter
from mlp_book.facts import Facts
from mlp_book.findings.regularization import by_treatment
from mlp_core import Run, RunConfig, train
from mlp_core.studies import load_runs

WANTED = np.linspace(-2, 2, 81)
SOFT = np.sign(WANTED) * np.maximum(np.abs(WANTED) - 0.5, 0)
JITTER = np.where(SOFT == 0, 0.01, 0)
MASKS = np.array([0.0, 2.0] * 500)


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    return fake_study("regularization", lambda c: 97 + 4 * c.dropout - 8 * bool(c.train_size))


def test_a_panel_for_each_kind_with_the_untreated_level(runs: list[Run]) -> None:
    treated = by_treatment(frame(runs))
    few = treated[treated["images"] == "1,000 images"]
    panels = chapter.plot_doses(few, "test_accuracy", "accuracy").axes
    assert [a.get_title("left") for a in panels] == [f"accuracy: {k}" for k in chapter.FIELDS]
    assert [a.get_xscale() for a in panels] == ["log", "log", "linear"]
    assert [a.get_xlabel() for a in panels] == ["strength", "strength", "rate"]
    assert [[t.get_text() for t in a.texts] for a in panels] == [
        [k, "none"] for k in chapter.FIELDS
    ]
    means = {line.get_label(): line.get_ydata() for line in panels[2].lines}
    assert list(means["dropout"]) == pytest.approx([89.4, 89.8, 90.4, 91.0], abs=0.06)
    assert list(means["none"]) == pytest.approx([89.0, 89.0], abs=0.06)
    both = chapter.plot_doses(treated, "test_error").axes
    assert [t.get_text() for t in both[0].texts] == [
        "60,000 images", "1,000 images", "none, 60,000", "none, 1,000"
    ]  # fmt: skip
    assert both[0].get_yscale() == "log"


def test_a_row_for_each_treatment(runs: list[Run]) -> None:
    table = chapter.table_of_treatments(by_treatment(frame(runs)))
    assert len(table) == 13 and list(table.index)[:2] == ["none", "L1\u00a010⁻⁶"]
    told = table.loc["dropout\u00a00.5", "1,000 images: against none"]
    assert told.startswith("+2.00") and told.endswith("different")


def test_the_share_of_small_weights() -> None:
    digits = {"none": [train(RunConfig(train_size=20, hidden_sizes=(4,), epochs=1))]}
    sizes = chapter.weight_sizes(digits["none"])
    assert len(sizes) == 64 * 4 + 4 * 10 and sizes.min() >= 0
    shares = chapter.shares_below(digits)
    assert shares["value"].iloc[-1] == pytest.approx(100 * (sizes < 0.1).mean())
    assert chapter.weight_sizes([]).size == 0


@cache
def stored() -> list[Run]:
    return load_runs("regularization")


def kept(keep: Callable[[RunConfig], bool]) -> list[Run]:
    return [run for run in stored() if keep(run.config)]


def test_what_the_text_says_holds() -> None:
    assert chapter.mnist(stored()).values["regularization-twins"] == "12"
    ended = {"L1": SOFT + JITTER, "L2": WANTED / 1.5}
    assert chapter.weight(WANTED, ended, 0.5, 0.05).values["regularization-jitter"] == "0.010"
    chapter.dropout({0.5: MASKS})
    assert chapter.exercises(np.array([1 / 3]), {0.5: MASKS}).values["regularization-ex3"] == "2.0"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: chapter.weight(WANTED, {"L1": SOFT, "L2": WANTED / 1.5}, 0.5, 0.05), "small"),
        (lambda: chapter.weight(WANTED, {"L1": SOFT + JITTER}, 0.5, 0.05), "L2 shrinks"),
        (lambda: chapter.weight(WANTED, {"L1": WANTED, "L2": WANTED / 1.5}, 0.5, 0.05), "L1 is"),
        (lambda: chapter.dropout({0.5: 1.5 * MASKS}), "a unit gives"),
        (lambda: chapter.dropout({0.2: MASKS}), "its mean"),
        (lambda: chapter.digits({"none": stored()[:3]}), "L1 brings"),
        (lambda: chapter.mnist(kept(lambda c: c.seed == 1)), "every run with dropout"),
        (lambda: chapter.mnist(kept(lambda c: not c.l2_penalty)), "L2 has the lowest"),
        (lambda: chapter.mnist(kept(lambda c: c.dropout < 0.5)), "dropout's running loss"),
        (lambda: chapter.mnist(kept(lambda c: c.l1_penalty < 1e-3)), "strong L1 closes"),
        (lambda: chapter.mnist(load_runs("schedules")), "the rest can be computed"),
        (lambda: chapter.exercises(np.ones(1), {0.5: MASKS}), "both penalties together"),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
