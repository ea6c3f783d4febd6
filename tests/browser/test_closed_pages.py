"""Pages are closed: their own scripts run, nothing else does, and no policy is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import LISTEN, opened
from built_book import pages
from playwright.sync_api import Browser, Page

from chromium import served

pytestmark = pytest.mark.browser

EVERY_PAGE = [*pages(), "search.html", "genindex.html"]


def broken(page: Page) -> list[str]:
    found: list[str] = page.evaluate("broken")
    return found


@pytest.mark.slow
def test_no_served_page_breaks_its_policy(html: Path, browser: Browser) -> None:
    """From disk, `test_a_page_from_disk` looks at it."""
    with served(html) as host, opened(browser, "about:blank") as page:
        page.add_init_script(LISTEN)
        for name in EVERY_PAGE:
            page.goto(f"{host}/{name}")
            assert page.locator('meta[http-equiv="Content-Security-Policy"]').count() == 1, name
            for slider in page.locator("input[type=range]").all()[:3]:
                slider.press("ArrowRight")
            assert broken(page) == [], name


def test_a_foreign_script_does_not_run_and_nothing_is_sent(html: Path, browser: Browser) -> None:
    with served(html) as host, opened(browser, "about:blank", is_cut_off=True) as page:
        page.add_init_script(LISTEN)
        page.goto(f"{host}/notebooks/momentum.html")
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.wasRun = true";
                document.body.append(script);
                const handler = '<a onclick="window.wasRun = true">x</a>';
                document.body.insertAdjacentHTML("beforeend", handler);
                document.body.lastElementChild.click();
                return fetch("https://example.org/").catch(() => {});
            }"""
        )
        assert page.evaluate("window.wasRun") is None
        directives = {text.partition(":")[0] for text in broken(page)}
        assert directives >= {"script-src-elem", "script-src-attr", "connect-src"}
