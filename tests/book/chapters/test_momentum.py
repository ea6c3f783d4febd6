"""Momentum: critical damping, the figures of the valley, and which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from figure_cases.momentum import CASES
from hypothesis import given, settings
from hypothesis import strategies as st
from made import failing, fake_run

from mlp_book.chapters import momentum as chapter
from mlp_book.facts import Facts
from mlp_book.quadratic import shrink_factor
from mlp_core import Run, RunConfig
from mlp_core.studies import load_runs


@settings(deadline=None)
@given(st.floats(0.001, 3.9))
def test_at_the_critical_momentum_a_direction_shrinks_fastest(product: float) -> None:
    at_best = shrink_factor(product, chapter.critical_momentum(product))
    assert at_best == pytest.approx(abs(1 - np.sqrt(product)), abs=1e-6)
    for other in np.linspace(0, 0.999, 21):
        assert shrink_factor(product, other) >= at_best - 1e-6


def test_valley_shows_each_path_on_lines_of_equal_loss() -> None:
    path = np.array([[10.0, 1.0], [5.0, -0.5], [0.1, 0.0]])
    figure = chapter.plot_valley({"momentum 0": path, "momentum 0.9": path / 2}, (1.0, 25.0))
    assert [axes.get_title("left") for axes in figure.axes] == ["momentum 0", "momentum 0.9"]
    *levels, drawn, _ = figure.axes[0].lines
    assert drawn.get_xydata() == pytest.approx(path)
    for line in levels:
        x, y = line.get_data()
        losses = (x**2 + 25 * y**2) / 2
        assert losses == pytest.approx(losses[0])


def test_map_shows_its_points_and_the_curve_of_critical_damping() -> None:
    (axes,) = chapter.plot_damping_map({"here": [(0.5, 0.0), (0.25, 0.25)]}).axes
    for x, y in zip(*axes.lines[0].get_data(), strict=True):
        assert y == pytest.approx(chapter.critical_momentum(x))
    assert {"here", "creeps", "leaps", "diverges"} <= {text.get_text() for text in axes.texts}


def test_a_rate_may_be_too_large_for_the_valley() -> None:
    """No momentum is critical then; what leaves every axis is refused by the rate's name."""
    assert 0.999 < chapter.critical_momentum(4.0) == chapter.critical_momentum(1e6) < 1
    (axes,) = chapter.plot_damping_map({"flat": [(4.0, 0.0)], "steep": [(100.0, 0.0)]}).axes
    assert {"flat", "steep"} & {text.get_text() for text in axes.texts} == {"flat"}
    path = np.array([[10.0, 1.0], [1e200, 1.0]])
    with pytest.raises(ValueError, match=r"rate = 1e\+06 in this cell throws a path out of reach"):
        chapter.play_valley({"momentum 0": path}, (1.0, 25.0), 1e6, (0.0,))


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


WATCHED = {
    m: fake_run(RunConfig(momentum=m), records={"dead_units": [[share]]})
    for m, share in ((0.9, 0.05), (0.999, 0.5))
}


def mnist(
    keep: Callable[[RunConfig], bool] = bool,
    rates: str = "learning-rate",
    thirty: str = "seed-noise",
    watched: dict[float, Run] = WATCHED,
) -> Facts:
    runs = [run for run in stored("momentum") if keep(run.config)]
    return chapter.mnist(runs, stored(rates), stored(thirty), watched)


def valley(flat: float, last: float) -> Facts:
    losses = {"none": [1.0, 0.5], "best": [1.0, last], "much": [1.0, 0.5]}
    return chapter.valley({"flat": flat, "steep": 1.75}, losses)


def matched(late: float) -> list[Run]:
    """Return runs whose loss ends at 0.01, with a momentum of 0.99 at another value."""
    return [
        fake_run(RunConfig(momentum=m, epochs=12), train_loss=late if m == 0.99 else 0.01)
        for m in (0.0, 0.5, 0.9, 0.99)
    ]


def test_what_the_text_says_holds() -> None:
    values = mnist().values
    assert values["momentum-lowest-effective"] == "0.05"
    assert values["momentum-highest-effective"] == "50"
    assert values["momentum-dead-0.999"] == "50"
    assert valley(0.07, 0.001).values["momentum-best"] == "0.541"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: valley(1.0, 0.001), "critical damping"),
        (lambda: valley(0.07, 0.1), "its loss ends"),
        (lambda: chapter.effective(matched(0.02)), "0.99 is late"),
        (lambda: chapter.effective(matched(0.001)), "the more momentum"),  # 0.999 is missing
        (lambda: chapter.nesterov({"0.5, usual": matched(0.1)}), "at the two smaller"),
        (lambda: mnist(lambda c: c.momentum != 0.3), "up to 0.9"),
        (lambda: mnist(lambda c: c.momentum != 0.3), "0.9 has the highest"),
        (lambda: mnist(lambda c: c.momentum < 0.99), "from 0.99 on"),
        (lambda: mnist(rates="momentum"), "the same effective rate"),
        (lambda: mnist(thirty="momentum"), "the thirty seeds"),
        (lambda: mnist(watched={}), "with 0.999 far more"),
        (lambda: chapter.exercises(matched(0.01)), "without momentum"),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))


def test_panels_have_axes_of_their_own() -> None:
    factor, swing = CASES["panels with axes of their own"]().axes
    assert (factor.get_yscale(), swing.get_yscale()) == ("linear", "log")
    assert factor.get_ylim() == (0.5, 1)
