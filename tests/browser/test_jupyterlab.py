"""The chapter and its panel as a reader meets them: in JupyterLab, in a browser, by hand."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

CHAPTER = "notebooks/learning_rate.ipynb"
PATIENCE_S = 60  # for a slow machine; nothing here is expected to take that long
STOP_MS = 500
FIRST_VALUES = ["0.05", "0.90", "100", "100"]  # learning rate, momentum, batch size, epochs
FIRST_CURVE = "now: learning rate 0.05"


class Panel:
    """The panel's controls and what it shows, by the names that a reader sees."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".what-if-panel")

    def status(self, name: str) -> str:
        return str(self.root.locator(".what-if-status").get_attribute(f"data-{name}"))

    def says(self) -> str:
        return self.root.locator(".what-if-status").inner_text()

    def figure(self) -> str:
        return self.root.locator("svg").first.inner_html()

    def names(self) -> list[str]:
        """Return the names of the curves, as they stand above the figure."""
        texts = self.root.locator("svg text").all_text_contents()
        return [text for text in texts if text.startswith(("now:", "kept:"))]

    def slider(self, label: str) -> Locator:
        row = self.root.locator(".widget-hslider").filter(has_text=label)
        return row.locator(".noUi-handle")

    def readouts(self) -> list[str]:
        return self.root.locator(".widget-readout").all_inner_texts()

    def press(self, label: str, key: str, times: int = 1) -> None:
        self.slider(label).focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def click(self, button: str) -> None:
        self.root.get_by_role("button", name=button, exact=True).click()

    def wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain; the panel says: {self.says()}"
            self.page.wait_for_timeout(20)

    def wait_for(self, state: str) -> None:
        self.wait(lambda: self.status("state") == state)


@pytest.fixture(scope="module")
def page(browser: Browser, jupyterlab: str) -> Iterator[Page]:
    """Yield the chapter, opened and run from top to bottom."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(f"{jupyterlab}/lab/tree/{CHAPTER}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # Run before the kernel is there, JupyterLab would ask which kernel to use.
    wait_until(page, lambda: any(k["execution_state"] == "idle" for k in kernels(jupyterlab)))
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    # To the last cell, or to the first that fails; the first test looks at which it was.
    wait_until(page, lambda: prompts(page)[-1].strip("[]:").isdigit() or tracebacks(page))
    yield page
    context.close()


@pytest.fixture
def panel(page: Page) -> Iterator[Panel]:
    """Yield the panel, back at its first values."""
    panel = Panel(page)
    panel.root.evaluate("element => element.scrollIntoView({block: 'center'})")
    panel.click("Reset")
    # Until the kernel has answered: a key pressed before that would be undone by its answer.
    panel.wait(lambda: panel.readouts() == FIRST_VALUES and panel.names() == [FIRST_CURVE])
    yield panel
    if panel.status("state") in {"waiting", "running"}:
        panel.click("Stop")
    assert tracebacks(page) == []


def kernels(address: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{address}/api/kernels", timeout=5) as answer:
        return [kernel for kernel in json.load(answer) if kernel["connections"]]


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain; tracebacks: {tracebacks(page)}"
        page.wait_for_timeout(100)


def prompts(page: Page) -> list[str]:
    return page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()


def tracebacks(page: Page) -> list[str]:
    """Return what the chapter's cells wrote as errors or to stderr."""
    kinds = ("error", "stderr")
    selector = ",".join(f'[data-mime-type="application/vnd.jupyter.{kind}"]' for kind in kinds)
    return page.locator(selector).all_inner_texts()


def test_the_chapter_runs_from_top_to_bottom(page: Page) -> None:
    assert tracebacks(page) == []
    assert [prompt.strip("[]:") for prompt in prompts(page)] == [
        str(1 + number) for number in range(len(prompts(page)))
    ]
    assert page.locator(".report-figure svg").count() >= 4
    # The widgets, not the page's sentence on where to find them.
    assert page.locator(".what-if").count() == 0


def test_the_text_shows_the_values_that_the_cells_computed(page: Page) -> None:
    texts = page.locator(".jp-RenderedMarkdown")
    wait_until(page, lambda: "{glue:text}" not in " ".join(texts.all_inner_texts()))
    shown = " ".join(" ".join(texts.all_inner_texts()).split())
    assert re.search(r"The highest mean test accuracy is 98\.\d\d ± 0\.\d\d %, at a rate", shown)
    assert 'the figure "learning rate sweep"' in shown
    assert not re.search(r"\{[a-z:]+\}", shown)
    links = texts.locator("a[href]:not(.jp-InternalAnchorLink)").all_text_contents()
    assert links
    assert all(link.strip() for link in links)


def test_a_moved_rate_changes_the_curve(panel: Panel) -> None:
    before = panel.figure()
    assert panel.names() == [FIRST_CURVE]
    panel.press("learning rate", "ArrowRight", times=10)  # ten stops to a decade
    panel.wait(lambda: panel.names() == ["now: learning rate 0.5"])
    panel.wait_for("completed")
    assert panel.status("epoch") == "100"
    assert panel.figure() != before


def test_the_curve_grows_while_the_network_trains(panel: Panel) -> None:
    panel.press("batch size", "ArrowLeft", times=3)  # 10 images
    panel.press("epochs", "End")  # 1000
    panel.wait_for("running")
    seen: dict[str, str] = {}

    def has_grown() -> bool:
        if panel.status("state") == "running" and panel.status("epoch") != "0":
            seen[panel.figure()] = panel.status("epoch")
        return len(seen) >= 3

    panel.wait(has_grown)
    epochs = [int(epoch) for epoch in seen.values()]
    assert epochs == sorted(epochs)
    assert epochs[0] < epochs[-1] < 1000


def test_stop_acts_within_half_a_second(panel: Panel) -> None:
    panel.press("batch size", "Home")  # 1 image: as many updates as there are
    panel.press("epochs", "End")
    panel.wait(lambda: panel.status("state") == "running" and int(panel.status("epoch")) > 0)
    # Timed in the page, from the click to the word "stopped".
    elapsed = panel.root.evaluate(
        """async panel => {
            const button = [...panel.querySelectorAll('button')].find(b => b.innerText == 'Stop');
            const started = performance.now();
            button.click();
            while (panel.querySelector('.what-if-status').dataset.state != 'stopped') {
                await new Promise(requestAnimationFrame);
            }
            return performance.now() - started;
        }"""
    )
    print(f"Stop acted after {elapsed:.0f} ms")
    assert elapsed < STOP_MS
    assert panel.says().startswith("Stopped.")
    reached = panel.status("epoch")
    panel.page.wait_for_timeout(1000)
    assert (panel.status("state"), panel.status("epoch")) == ("stopped", reached)


def test_a_new_value_cancels_the_run_before_it(panel: Panel) -> None:
    panel.press("batch size", "Home")
    panel.press("epochs", "End")
    panel.wait_for("running")
    panel.press("epochs", "Home")  # 1 epoch
    panel.wait_for("completed")
    assert panel.status("epoch") == "1"


def test_a_kept_run_stays_for_comparison(panel: Panel) -> None:
    panel.click("Keep")
    panel.press("learning rate", "ArrowRight", times=3)
    panel.wait(lambda: panel.names() == ["now: learning rate 0.1", "kept: learning rate 0.05"])
    assert panel.status("kept") == "1"
    panel.wait_for("completed")
    panel.click("Clear kept")
    panel.wait(lambda: panel.names() == ["now: learning rate 0.1"])


def test_divergence_is_shown_as_such(panel: Panel) -> None:
    panel.press("learning rate", "End")  # 1000
    panel.wait_for("diverged")
    assert "Diverged at update" in panel.says()
    panel.wait(lambda: "diverged at update" in panel.names()[0])
