"""Batch size: the noise of a gradient, errors at a loss, and which change breaks which claim."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from made import failing, fake_run

from mlp_book.chapters import batch_size as chapter
from mlp_book.chapters.batch_size import GradientNoise
from mlp_book.facts import Facts
from mlp_book.text import NONE
from mlp_core import Run, RunConfig
from mlp_core.data import load_dataset
from mlp_core.nn import MLP, initialize
from mlp_core.studies import load_runs

SIZES = (1, 2, 5, 10, 50)


def test_measured_noise_is_what_theory_expects() -> None:
    dataset = load_dataset("digits").subset(np.arange(200))
    network = MLP(64, (16,), 10)
    initialize(network, "he", np.random.default_rng(0))
    before = network.parameters.copy()
    noise = chapter.measure_gradient_noise(network, dataset, (*SIZES, 200), draws=200)
    assert np.array_equal(network.parameters, before)
    assert noise.measured[:-1] == pytest.approx(noise.expected(SIZES), rel=0.1)
    assert noise.slope == pytest.approx(-0.5, abs=0.06)
    assert noise.expected(200) == 0
    assert noise.measured[-1] < 1e-6 * noise.single
    assert noise.ratio(50, 4) == pytest.approx(noise.measured[-1] / noise.measured[-2])
    assert np.isnan(noise.ratio(5, 3))


def test_at_break_even_the_noise_is_as_long_as_the_gradient() -> None:
    noise = GradientNoise(2.0, 10.0, 10**9, (), ())
    assert noise.break_even == pytest.approx(25)
    assert noise.expected(25) == pytest.approx(noise.length)
    assert NOISE.expected(NOISE.crossing) == pytest.approx(NOISE.length)
    assert NOISE.crossing < NOISE.break_even


def test_error_where_the_loss_has_fallen_to_a_level() -> None:
    run = fake_run(RunConfig(epochs=5))
    losses, errors = run.history["running_loss"], 1 - np.array(run.history["test_accuracy"])
    for epoch in (1, 2, 3, 4):
        assert chapter.error_at_loss(run, losses[epoch]) == pytest.approx(100 * errors[epoch])
    between = chapter.error_at_loss(run, np.sqrt(losses[1] * losses[2]))
    assert between == pytest.approx(50 * (errors[1] + errors[2]))
    assert np.isnan(chapter.error_at_loss(run, 1e-9))  # never reached
    assert np.isnan(chapter.error_at_loss(run, 100.0))  # lower after the first epoch already


def test_how_far_each_way_comes() -> None:
    ways = {
        "slow": [fake_run(RunConfig(epochs=5, learning_rate=0.01, seed=s), 90 + s) for s in (0, 2)],
        "lost": [fake_run(RunConfig(epochs=4), None)],
    }
    table = chapter.table_of_ways(ways)
    assert table.columns.name == "batch"
    assert table.loc["slow"].tolist() == [
        "3,000", "30", "0.0100\u00a0±\u00a00.0000", "91.00\u00a0±\u00a01.41"
    ]  # fmt: skip
    assert table.loc["lost"].tolist() == ["1,207", "60.35", NONE, NONE]  # until it diverged


NOISE = GradientNoise(0.3, 2.0, 1000, (5, 20, 50, 200), (0.9, 0.45, 0.28, 0.14))


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


def mnist(keep: Callable[[RunConfig], bool] = bool, thirty: str = "seed-noise") -> Facts:
    runs = [run for run in stored("batch-size") if keep(run.config)]
    return chapter.mnist(runs, stored("learning-rate"), stored(thirty))


def test_what_the_text_says_holds_for_the_stored_runs() -> None:
    values = mnist().values
    assert values["batch-size-fewest"] == "600" and values["batch-size-most"] == "600,000"
    assert values["batch-size-early-arrived"] == "200, 500, 1,000 and 2,000"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: chapter.noise({3: NOISE, 30: NOISE}), "early a few"),
        (lambda: chapter.digits({"100": [fake_run(RunConfig())]}), "four ways"),
        (lambda: mnist(lambda c: c.batch_size != 10), "batches of 10 hardly"),
        (lambda: mnist(lambda c: c.batch_size != 5000), "at the same rate"),
        (lambda: mnist(lambda c: c.batch_size != 10_000), "the largest batch makes"),
        (lambda: mnist(lambda c: c.batch_size < 500), "from 500 images up"),
        (lambda: mnist(lambda c: c.seed == 2022), "three seeds distinguish it"),
        (lambda: mnist(thirty="momentum"), "the highest mean"),
        (lambda: chapter.exercises({3: NOISE}, {}, stored("momentum"), []), "with all images"),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
