"""Numerical stability: grids say what diverged and when, and which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from made import failing, fake_run

from mlp_book import frame
from mlp_book.chapters import numerical_stability as chapter
from mlp_book.facts import Facts
from mlp_core import Run, RunConfig
from mlp_core.nn import make_loss
from mlp_core.nn.naive import naive_softmax
from mlp_core.studies import load_runs

PM, NB = "\u00a0±\u00a0", "\u00a0"
GRID = (("loss", "dtype"), "learning_rate")


def made(*diverged_at: int | None, **fields: object) -> list[Run]:
    """Return a run for each seed; a number says at which update it diverged."""
    runs = []
    for seed, update in enumerate(diverged_at):
        accuracy = None if update else 97.9 + 0.1 * seed
        run = fake_run(RunConfig(seed=seed, epochs=2, **fields), accuracy)  # type: ignore[arg-type]
        run.diverged_at_update = update
        runs.append(run)
    return runs


@pytest.fixture
def data() -> pd.DataFrame:
    """Return runs at three rates: none, one, and all of three diverged."""
    return frame(
        made(None, None, None, learning_rate=0.1)
        + made(None, None, 40, learning_rate=1.0)
        + made(40, 7, 40, learning_rate=10.0)
        + made(7, dtype="float64", loss="naive_cross_entropy_epsilon", learning_rate=10.0)
    )


def test_a_cell_says_how_many_diverged_and_when(data: pd.DataFrame) -> None:
    table = chapter.table_of_outcomes(data, *GRID)
    assert list(table.index) == ["stable, float32", f"naive{NB}+{NB}10⁻¹⁰, float64"]
    assert list(table.columns) == ["0.1", "1", "10"] and table.columns.name == "learning rate"
    assert table.iloc[0].tolist() == [
        f"98.00{PM}0.10",
        f"97.95{PM}0.07; 1{NB}of{NB}3 diverged, update{NB}40",
        f"3{NB}of{NB}3 diverged, updates{NB}7\u201340",
    ]
    assert table.iloc[1].tolist() == ["", "", f"1{NB}of{NB}1 diverged, update{NB}7"]


def test_a_figure_has_a_cell_for_each_setting(data: pd.DataFrame) -> None:
    figure = chapter.plot_outcomes(data, *GRID)
    (axes,) = figure.axes
    cells = [text.get_text() for text in axes.texts]
    assert list(filter(None, cells)) == ["98.0", "98.0\n✕ 1/3", "✕\nfrom 7", "✕\nat 7"]
    assert axes.get_xlabel() == "learning rate"
    grounds = np.ma.filled(axes.collections[0].get_array().ravel(), -1.0)
    assert grounds == pytest.approx([0, 0.4 / 3, 0.4, -1, -1, 0.4])
    assert "10: 3 of 3 diverged, updates 7\u201340" in figure.alt()


@cache
def stored() -> list[Run]:
    return load_runs("numerical-stability")


def kept(keep: Callable[[RunConfig], bool]) -> list[Run]:
    return [run for run in stored() if keep(run.config)]


def patched(last: float = 121, formula: str = "naive_cross_entropy_epsilon") -> Facts:
    gaps = np.arange(0, last, 0.5)
    rows = np.stack([gaps, np.zeros_like(gaps)], axis=1).astype("float32")
    losses, slopes = {}, {}
    for name in ("cross_entropy", "naive_cross_entropy", formula):
        loss = make_loss(name)
        with np.errstate(all="ignore"):
            losses[name] = loss.forward(rows, np.ones(len(gaps), int)).copy()
            slopes[name] = -loss.backward()[:, 1] * len(rows)
    if len(losses) == 2:  # a formula is given twice
        losses["again"], slopes["again"] = losses[formula], slopes[formula]
    return chapter.patched_loss(gaps, losses, slopes)


FAR = np.array([[1000, 1001, 1002], [0, 1, 2]], "float32")
SHIFTED = naive_softmax(FAR - FAR.max(axis=1, keepdims=True))
BROKEN = np.array([[np.nan] * 3, SHIFTED[1]])
NANS = {"cross_entropy": [1, 900], "mse": [1, 500, 900], "hinge": [1, 900]}
LOST = {"cross_entropy": 900, "mse": 900, "hinge": 900}


def test_what_the_text_says_holds() -> None:
    assert chapter.mnist(stored()).values["numerical-stability-each"] == "54"
    assert patched().values["numerical-stability-ex1-gap"] == "23.0"
    chapter.shift(BROKEN[::-1], SHIFTED)
    chapter.one_nan(NANS, 900, np.full((2, 10), np.nan))
    found = chapter.exercises(BROKEN, SHIFTED, LOST, 900)
    assert found.values["numerical-stability-ex2-softmax"] == "0.09, 0.24 and 0.67"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: chapter.exponentials(pd.DataFrame({"float32": [1.0]})), "three of these"),
        (lambda: chapter.shift(SHIFTED, SHIFTED), "the naive softmax breaks"),
        (lambda: chapter.shift(BROKEN[::-1], np.eye(2)), "shifted, all rows"),
        (lambda: patched(50), "the naive loss is finite"),
        (lambda: patched(121, "cross_entropy"), "the patched loss is finite"),
        (lambda: chapter.one_nan({**NANS, "mse": [1, 900]}, 900, FAR), "cross-entropy and"),
        (lambda: chapter.one_nan(NANS, 150, FAR), "cross-entropy and the hinge loss"),
        (lambda: chapter.one_nan(NANS, 900, FAR), "its outputs are NaN"),
        (lambda: chapter.digits(made(None, None, init_std=1.0)), "at 1 the naive formulas"),
        (lambda: chapter.digits(made(None, 5, init_std=10.0)), "at 10 the stable formula"),
        (lambda: chapter.mnist(kept(lambda c: c.dtype == "float64")), "every formula has runs"),
        (lambda: chapter.mnist(kept(lambda c: "naive" not in c.activation)), "of sigmoids"),
        (lambda: chapter.mnist(stored() + made(3)), "the stable formula never"),
        (lambda: chapter.mnist(stored() + made(3, init_std=0.1)), "from calm weights"),
        (lambda: chapter.mnist(stored() + made(None, learning_rate=2.0)), "at rates of 0.5"),
        (lambda: chapter.exercises(SHIFTED, SHIFTED, LOST, 900), "shifted by a thousand"),
        (lambda: chapter.exercises(BROKEN, SHIFTED, {**LOST, "mse": 9}, 900), "from the first"),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
