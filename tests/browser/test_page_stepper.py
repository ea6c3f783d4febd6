"""The engine's still stepper: every step by mouse and by keyboard, without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, SMALLEST_TARGET, opened
from playwright.sync_api import Browser, Locator, Page

from mlp_book.chapters.engine import step_through

pytestmark = pytest.mark.browser

STEPS = step_through().steps


@pytest.fixture(params=[{}, {"viewport": PHONE}], ids=["wide", "phone"])
def page(browser: Browser, html: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    address = (html / "notebooks/engine.html").as_uri()
    with opened(browser, address, java_script_enabled=False, **request.param) as page:
        yield page


def shown(page: Page) -> Locator:
    return page.locator(".update-stepper section:visible")


def test_next_and_back_lead_through_all_steps(page: Page) -> None:
    for number, step in enumerate(STEPS, 1):
        assert shown(page).count() == 1
        text = shown(page).inner_text()
        assert f"{step.phase}, step {number} of {len(STEPS)}." in text
        assert step.title.replace("'", "\u2019") in text
        assert shown(page).locator("svg").is_visible()
        if number < len(STEPS):
            shown(page).get_by_text("Next", exact=True).click()
    shown(page).get_by_text("Back", exact=True).click()
    assert f"step {len(STEPS) - 1} of" in shown(page).inner_text()


def test_phases_and_arrow_keys(page: Page) -> None:
    stepper = page.locator(".update-stepper")
    stepper.locator(".phases label").get_by_text("Backward").click()
    assert shown(page).inner_text().strip().count("Backward, step 9 of") == 1
    stepper.get_by_role("radio", name="Step 9 of").focus()
    page.keyboard.press("ArrowRight")
    assert "step 10 of" in shown(page).inner_text()
    page.keyboard.press("ArrowLeft")
    assert "step 9 of" in shown(page).inner_text()


def test_targets_are_large_and_on_paper_all_steps_stand(page: Page) -> None:
    labels = page.locator(".update-stepper label:visible")
    assert labels.count() > 0
    for label in labels.all():
        box = label.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= SMALLEST_TARGET
    page.emulate_media(media="print")
    assert shown(page).count() == len(STEPS)
    assert labels.count() == 0
