"""Reading a comparison: how often a test is right, drawn from values that are known."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
from made import failing, fake_study
from scipy import stats

from mlp_book.chapters import comparing as chapter
from mlp_book.stats import LEVEL, MARGIN
from mlp_core import Run
from mlp_core.studies import load_runs

NORMAL = stats.norm.ppf((np.arange(400) + 0.5) / 400) * 0.09  # an even sample of a bell curve


@cache
def runs() -> list[Run]:
    return load_runs("seed-noise-fresh")


@pytest.mark.parametrize(("seeds", "shift"), [(3, 0.0), (3, 0.1), (10, 0.1), (50, 0.05)])
def test_shares_are_those_of_the_noncentral_t(seeds: int, shift: float) -> None:
    found = chapter.draw_tests(NORMAL, seeds, shift)
    assert sum(found.values()) == pytest.approx(100)
    scale, df = NORMAL.std() * np.sqrt(2 / seeds), 2 * seeds - 2
    limit = stats.t.isf(LEVEL / 2, df)
    power = stats.nct.sf(limit, df, shift / scale) + stats.nct.cdf(-limit, df, shift / scale)
    assert found["different"] == pytest.approx(100 * power, abs=2.5)


def test_a_stricter_level_finds_less_and_errs_less() -> None:
    for shift in (0.0, 0.1):
        loose, strict = (chapter.draw_tests(NORMAL, 5, shift, level=x) for x in (0.2, 0.01))
        assert loose["different"] > strict["different"]


def test_nothing_is_seldom_equivalent_with_few_seeds_and_often_with_many() -> None:
    few, many = (chapter.draw_tests(NORMAL, seeds, 0.0)["equivalent"] for seeds in (3, 50))
    assert few < 20 < 90 < many


def test_what_the_text_says_holds_for_the_stored_runs() -> None:
    values = chapter.seen(runs(), chapter.shares(runs())).values
    assert values["comparing-runs"] == "100"
    assert float(values["comparing-luck"]) > 0.1
    lucky = fake_study("seed-noise", lambda config: 98.0)
    assert failing(lambda: chapter.seen(lucky, chapter.shares(runs(), level=0.5))) == [
        "where nothing differs, about 5 % of tests say different"
    ]


def test_the_best_of_equals_falls_back_when_it_is_run_again() -> None:
    """What is picked for being high is no estimate: regression to the mean."""
    assert chapter.best_of_equals(runs(), 1) == pytest.approx(0, abs=0.01)
    assert chapter.best_of_equals(runs(), 32) > chapter.best_of_equals(runs(), 8) > 0.05


def test_the_picture_has_the_runs_and_the_rule() -> None:
    picture = chapter.play_power(runs(), chapter.shares(runs()), LEVEL)
    data = json.loads(json.dumps(picture.data))
    assert len(data["values"]) == 100 and abs(sum(data["values"])) < 0.01
    assert (data["margin"], data["level"]) == (MARGIN, LEVEL)
    assert "Chart" in picture.html()
