"""Weight decay: a weight lasts as long as the table says, and which change breaks which claim."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from made import failing, fake_run

from mlp_book.chapters import weight_decay as chapter
from mlp_book.facts import Facts
from mlp_book.text import NONE
from mlp_core import Run, RunConfig
from mlp_core.studies import load_runs

BASE = RunConfig(learning_rate=0.1, momentum=0.0, epochs=10)
CURVATURES = np.logspace(-2, 2, 41)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_half_a_weight_is_left_after_a_half_life(momentum: float) -> None:
    config = BASE.replace(momentum=momentum, weight_decay=0.001)
    life, start = chapter.half_life(config), momentum / (1 - momentum)  # until it has set in
    assert life - 1 < chapter.count_to_half(config) < life + 2 + start


def test_without_decay_a_weight_lasts_for_ever() -> None:
    config = BASE.replace(weight_decay=0.0)
    assert (chapter.half_life(config), chapter.shrinkage(config)) == (math.inf, 1)


def test_the_table_counts_in_updates_and_epochs() -> None:
    configs = [BASE.replace(weight_decay=decay) for decay in (0.0, 0.01, 0.5)]
    table = chapter.table_of_half_lives(configs, 1000)
    assert table.index.tolist() == ["0", "0.01", "0.5"] and table.columns.name == "weight decay"
    assert table.loc["0"].tolist() == [NONE, NONE, "100 %"]
    assert table.loc["0.01"].tolist() == ["690", "69", "90 %"]
    assert table.loc["0.5", "left after 10 epochs"] == "1 %"


@cache
def stored(study: str) -> list[Run]:
    return load_runs(study)


def kept(study: str, keep: Callable[[RunConfig], bool]) -> list[Run]:
    return [run for run in stored(study) if keep(run.config)]


def digits(**norms: float) -> list[Run]:
    """Return runs whose norms fall with the decay and whose losses rise; `norms` by decay."""
    return [
        fake_run(
            RunConfig(weight_decay=decay),
            train_loss=(place + 1) / 100,
            records={"weight_norm": [[norms.get(f"d{place}", 9 - place), 9 - place]]},
        )
        for place, decay in enumerate((0.0, 1e-4, 1e-3))
    ]


def fifty(at_strongest: float) -> list[Run]:
    ends = {0.0: 75.0, 1e-3: 75.0, 1e-2: 75.0, 0.1: at_strongest}
    return [
        fake_run(RunConfig(weight_decay=decay, seed=seed), end + seed)
        for decay, end in ends.items()
        for seed in (0, 1)
    ]


def test_what_the_text_says_holds() -> None:
    rests = {s: CURVATURES / (CURVATURES + s) for s in (0.01, 0.1, 1.0)}
    assert len(chapter.parabola(CURVATURES, rests).claims) == 2
    assert chapter.half_lives().values["weight-decay-default"] == "10⁻⁵"
    assert chapter.mnist(stored("weight-decay")).values["weight-decay-outside"] == "0.01 and 0.1"
    found = chapter.few(stored("weight-decay-data-size")).values
    assert found["weight-decay-few-updates-all"] == "60,000"
    assert chapter.exercises(fifty(50)).values["weight-decay-ex1-plain"] == "693"


@pytest.mark.parametrize(
    ("make", "fails"),
    [
        (lambda: chapter.parabola(CURVATURES, {1.0: CURVATURES}), "the walk ends"),
        (lambda: chapter.digits(digits(d1=9.5)), "each step of the decay makes"),
        (lambda: chapter.digits(digits(d2=5.0)), "both layers"),
        (lambda: chapter.digits(digits()[::2]), "up to 0.001"),
        (lambda: chapter.mnist(stored("momentum")), "two gentle decays"),
        (lambda: chapter.mnist(kept("weight-decay", lambda c: c.weight_decay > 0)), "only the"),
        (
            lambda: chapter.mnist(kept("weight-decay", lambda c: c.seed == 2022)),
            "only 0.01 and 0.1 are",
        ),
        (
            lambda: chapter.few(kept("weight-decay-data-size", lambda c: c.train_size != 500)),
            "the fewer the images",
        ),
        (
            lambda: chapter.few(kept("weight-decay-data-size", lambda c: c.weight_decay > 0)),
            "at no size is any decay",
        ),
        (lambda: chapter.exercises(fifty(80)), "the strongest has"),
    ],
)
def test_a_change_says_which_claim_fails(make: Callable[[], Facts], fails: str) -> None:
    assert any(sentence.startswith(fails) for sentence in failing(make))
