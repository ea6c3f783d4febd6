"""Where the next step lands: beyond which rate it makes the loss larger."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from browsing import opened
from playwright.sync_api import Browser, Page

from mlp_book.scripts import JS, join_modules
from mlp_core.what_if.next_step import MULTIPLES

pytestmark = pytest.mark.browser

SOURCE = join_modules(JS / "what_if" / "next_step.js")


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    with opened(browser, "about:blank") as page:
        yield page


def limits(page: Page, curves: list[list[float | None]]) -> list[float | None]:
    """Return what the page finds of losses at the multiples."""
    aheads = [{"multiples": MULTIPLES, "losses": losses} for losses in curves]
    return list(page.evaluate(f"all => {{ {SOURCE}; return all.map(limitOf); }}", aheads))


def test_on_a_parabola_the_limit_is_two_over_the_curvature(blank: Page) -> None:
    wanted = np.random.default_rng(16).uniform(0.3, 7.9, 20)  # 2 over curvature, in steps
    multiples = np.array(MULTIPLES)
    losses = [3 - multiples + multiples**2 / limit for limit in wanted]
    found = limits(blank, [list(curve) for curve in losses])
    # Between two multiples the curve is taken for a line.
    assert found == pytest.approx(list(wanted), abs=0.12)


def test_a_limit_may_be_at_once_never_or_where_numbers_end(blank: Page) -> None:
    up = [1 + m for m in MULTIPLES]
    down = [9 - m for m in MULTIPLES]
    broken = [None if m > 2 else 9 - m for m in MULTIPLES]
    assert limits(blank, [up, down, broken]) == [0, None, 2]
