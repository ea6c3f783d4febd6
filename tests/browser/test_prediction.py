"""A curve is drawn by hand or by keys, revealed or skipped, and never kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, opened, violations
from built_book import pages
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PREDICTION = '.interactive[data-picture="prediction"]'
FEWEST = 6  # chapters with one
STORED = "[{...localStorage}, {...sessionStorage}, document.cookie, location.hash]"


def chapters(html: Path) -> list[str]:
    mark = 'data-picture="prediction"'
    return [name for name in pages() if mark in (html / name).read_text("utf-8")]


@pytest.fixture(params=["wide", "phone"])
def page(html: Path, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield the chapter on the learning rate with its prediction in view."""
    size = PHONE if request.param == "phone" else {"width": 1280, "height": 900}
    address = (html / "notebooks/learning_rate.html").as_uri()
    with opened(browser, address, viewport=size) as page:
        page.locator(PREDICTION).scroll_into_view_if_needed()
        yield page


def drawn(page: Page) -> list[float]:
    handles = page.locator(PREDICTION).get_by_role("slider").all()
    return [float(str(handle.get_attribute("aria-valuenow"))) for handle in handles]


def truth(page: Page) -> list[float]:
    text = page.locator(PREDICTION).locator(".interactive-data").text_content()
    found: list[float] = json.loads(str(text))["truth"]
    return found


def concealed(page: Page) -> int:
    return page.locator(".awaits-prediction").count()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_at_least_six_chapters_ask_for_one(html: Path) -> None:
    assert len(chapters(html)) >= FEWEST


def test_keys_draw_a_curve_that_is_compared_with_the_runs(page: Page) -> None:
    before = drawn(page)
    page.locator(PREDICTION).get_by_role("slider").first.focus()
    press(page, "Home", "ArrowUp", "ArrowRight", "End")
    after = drawn(page)
    assert after[0] < before[0]
    assert after[1] > before[1]
    assert after[2:] == before[2:]
    assert concealed(page) == 1
    page.locator(PREDICTION).get_by_role("button", name="Reveal").press("Enter")
    assert concealed(page) == 0
    says = page.locator(PREDICTION).locator(".interactive-says").inner_text()
    assert says.startswith("You were furthest off at batch size 50: you drew")
    assert f"the runs found {truth(page)[1]:g}." in says


def test_a_stroke_draws_all_levels_that_it_passes(html: Path, browser: Browser) -> None:
    with opened(browser, (html / "notebooks/learning_rate.html").as_uri()) as page:
        plot = page.locator(f"{PREDICTION} .prediction-plot svg")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        y = box["y"] + 60
        page.mouse.move(box["x"] + 60, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 20, y, steps=30)
        page.mouse.up()
        values = drawn(page)
        assert max(values) == min(values) > 0.05


def test_it_can_be_skipped_and_nothing_is_kept(page: Page) -> None:
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.url))
    before = page.evaluate(STORED)
    page.locator(PREDICTION).get_by_role("slider").first.press("ArrowUp")
    page.locator(PREDICTION).get_by_role("button", name="Skip").click()
    assert concealed(page) == 0
    assert page.locator(PREDICTION).get_by_role("button", name="Draw again").is_visible()
    assert page.evaluate(STORED) == before
    assert sent == []


def test_what_a_finger_hits_is_large(page: Page) -> None:
    for button in page.locator(PREDICTION).get_by_role("button").all():
        if button.is_visible():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 44


def test_nothing_is_at_fault_after_reveal(page: Page) -> None:
    page.locator(PREDICTION).get_by_role("slider").first.press("ArrowUp")
    for theme in ("light", "dark"):
        assert violations(page, PREDICTION, theme) == []
    page.locator(PREDICTION).get_by_role("button", name="Reveal").click()
    for theme in ("light", "dark"):
        assert violations(page, PREDICTION, theme) == []
