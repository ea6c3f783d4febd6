"""One button shows all folded code of a page; it is remembered, and without a script not needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import is_remembered, opened
from chapters import CHAPTER
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

FOLDED = ".bd-article .cell:is(.tag_hide-input, .tag_hide-cell):not(.tag_in-numbers) > details.hide"


def test_one_button_shows_all_code_and_is_remembered(browser: Browser, html: Path) -> None:
    with opened(browser, (html / CHAPTER).as_uri()) as page:
        button, folded = page.locator(".code-switch"), page.locator(f"{FOLDED}:visible")
        assert button.inner_text() == "Show all code"
        assert folded.count() == 0

        def press() -> None:
            button.press("Enter")
            assert button.inner_text() == "Hide folded code"
            assert folded.locator("pre:visible").count() >= folded.count() > 0

        is_remembered(page, press, lambda: button.get_attribute("aria-pressed") == "true")
        page.goto((html / "notebooks/momentum.html").as_uri())
        assert folded.locator("pre:visible").count() > 0
        button.click()
        assert folded.count() == 0


def test_without_a_script_each_cell_has_its_own(browser: Browser, html: Path) -> None:
    with opened(browser, (html / CHAPTER).as_uri(), java_script_enabled=False) as page:
        assert page.locator(f"{FOLDED} > summary:visible").count() > 0
        assert page.locator(".code-switch").count() == 0
