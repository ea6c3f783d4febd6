"""Every chapter's panel in JupyterLab: run, moved, stopped, kept; no traceback, no thread left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from lab_panel import LabPanel, open_notebook, tracebacks, wait_until
from page_panel import CHAPTERS, Chapter

from mlp_book.panels.curve import format_value

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        "MLP_CORE_OFFLINE" not in os.environ, reason="a few minutes: make test-browser runs it"
    ),
]


@pytest.fixture(scope="module")
def page(browser: Browser, jupyterlab: str) -> Iterator[Page]:
    """Yield a notebook that shows all panels."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    open_notebook(page, jupyterlab, "panels.ipynb")
    assert tracebacks(page) == []
    yield page
    context.close()


@pytest.mark.parametrize("number", range(len(CHAPTERS)), ids=lambda i: CHAPTERS[i].panel.name)
def test_panel_is_run_moved_kept_and_stopped(page: Page, number: int) -> None:
    panel = LabPanel(page, number)
    panel.root.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
    panel.train()
    panel.click("Keep")
    panel.wait(lambda: panel.status("kept") == "1")
    move_first_control(panel, CHAPTERS[number])
    panel.wait(lambda: len(panel.names()) == 2 and panel.status("state") != "waiting")
    panel.wait_for_end()
    # Five seeds take long enough to be stopped.
    panel.choose("seeds to train", "5")
    panel.wait_for("running")
    panel.click("Stop")
    panel.wait_for("stopped")
    assert panel.says().startswith("Stopped.")
    panel.click("Reset")
    panel.wait(lambda: panel.status("kept") == "0" and panel.status("state") != "stopped")
    assert tracebacks(page) == []


def move_first_control(panel: LabPanel, chapter: Chapter) -> None:
    """Set the first control to another of its values."""
    control = chapter.panel.controls[0]
    ordered = all(isinstance(stop, int | float) for stop in control.stops)
    if control.kind == "choice" and not ordered:
        other = next(choice for choice in control.choices if choice != control.default)
        panel.choose(control.label, format_value(other))
    else:
        at_the_end = control.default == (control.stops or (control.low, control.high))[-1]
        panel.press(control.label, "ArrowLeft" if at_the_end else "ArrowRight")


def test_no_thread_is_left(page: Page) -> None:
    last = page.locator(".jp-CodeCell").last
    last.locator(".cm-content").click()
    before = last.locator(".jp-InputPrompt").inner_text()
    page.keyboard.press("Shift+Enter")
    cell = page.locator(".jp-CodeCell").nth(len(CHAPTERS) + 1)
    wait_until(page, lambda: cell.locator(".jp-InputPrompt").inner_text() not in {before, "[*]:"})
    assert cell.locator(".jp-OutputArea-output").last.inner_text().strip() == "[]"
