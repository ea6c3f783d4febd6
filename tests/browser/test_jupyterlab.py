"""Chapters in JupyterLab as a reader meets them, and all panels in one notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest
from browsing import opened
from built_book import ROOT
from chapters import CHAPTERS
from lab import open_notebook, prompts, run_notebook, tracebacks, wait_until
from panel import Panel
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHAPTER = "notebooks/learning_rate.ipynb"


@pytest.fixture(scope="module")
def page(browser: Browser, jupyterlab: str) -> Iterator[Page]:
    """Yield the chapter, opened and run from top to bottom."""
    with opened(browser, "about:blank", is_cut_off=True) as page:
        run_notebook(page, jupyterlab, CHAPTER)  # the first test looks at how far it came
        yield page


def test_the_chapter_runs_from_top_to_bottom(page: Page) -> None:
    assert tracebacks(page) == []
    numbers = prompts(page)
    # A folded cell shows no number.
    assert all(text in {"", str(place)} for place, text in enumerate(numbers, 1))
    assert numbers[-1] == str(len(numbers))
    assert page.locator(".report-figure svg").count() >= 4
    # The panel itself, not the page's sentence on where to find it.
    assert page.locator(".what-if.mlp-enhanced").count() == 1
    assert page.locator(".what-if-static").count() == 0


def test_the_text_shows_the_values_that_the_cells_computed(page: Page) -> None:
    texts = page.locator(".jp-RenderedMarkdown")
    wait_until(page, lambda: "{glue:text}" not in " ".join(texts.all_inner_texts()))
    shown = " ".join(" ".join(texts.all_inner_texts()).split())
    assert re.search(r"The highest mean test accuracy is 98\.\d\d ± 0\.\d\d %, at a rate", shown)
    assert not re.search(r"\{[a-z:]+\}", shown)
    links = texts.locator("a[href]:not(.jp-InternalAnchorLink)").all_text_contents()
    assert links
    assert all(link.strip() for link in links)


def test_a_link_has_words_also_before_a_cell_has_run(browser: Browser, jupyterlab: str) -> None:
    with opened(browser, "about:blank", is_cut_off=True) as page:
        open_notebook(page, jupyterlab, "notebooks/hidden_layers.ipynb")
        links = page.locator(".jp-RenderedMarkdown a[href]:not(.jp-InternalAnchorLink)")
        wait_until(page, links.count)
        texts = links.all_text_contents()
        assert all(text.strip() and "_xsrf" not in text for text in texts), texts


def test_mnist_that_is_not_here_is_a_message(page: Page) -> None:
    panel = Panel(page)
    panel.unfold("More")
    panel.control("data").select_option("mnist")
    panel.click("Play")
    panel.wait(panel.problem)
    assert "MNIST is not on this computer" in panel.problem()
    assert panel.shapes("line") > 0
    panel.reset()


@pytest.mark.parametrize("chapter", ["learning_rate", "momentum", "where_it_fails"])
def test_hidden_cells_are_folded(browser: Browser, jupyterlab: str, chapter: str) -> None:
    path = f"notebooks/{chapter}.ipynb"
    cells = nbformat.read(ROOT / path, as_version=4).cells
    tags = [c.metadata.get("tags", []) for c in cells if c.cell_type == "code"]
    hidden = ["hide-input" in names or "hide-cell" in names for names in tags]
    with opened(browser, "about:blank", is_cut_off=True) as page:
        open_notebook(page, jupyterlab, path)
        # What is folded is three dots in place of its code, until they are clicked.
        dots = page.locator(".jp-CodeCell .jp-InputPlaceholder, .jp-CodeCell .jp-Placeholder")
        wait_until(page, lambda: dots.count() == sum(hidden))
        inputs = page.locator(".jp-CodeCell .jp-Cell-inputWrapper")
        shown = [inputs.nth(i).locator(".cm-content").is_visible() for i in range(len(hidden))]
        assert shown == [not is_hidden for is_hidden in hidden]
        assert sum(hidden) >= 3
        dots.first.click()
        first = inputs.nth(hidden.index(True)).locator(".cm-content")
        wait_until(page, first.is_visible)


def test_a_live_picture_answers(browser: Browser, jupyterlab: str) -> None:
    with opened(browser, "about:blank", is_cut_off=True) as page:
        run_notebook(page, jupyterlab, "notebooks/engine.ipynb", until=".stepper-fields input")
        stepper = page.locator(".interactive").first
        stepper.get_by_label("Step", exact=True).fill("7")
        lines = stepper.locator(".stepper-lines")
        before = lines.inner_text()
        stepper.get_by_label("w11", exact=True).fill("0.9")
        assert lines.inner_text() != before
        assert tracebacks(page) == []


# All chapters' panels, in one notebook


@pytest.fixture(scope="module")
def panels(browser: Browser, jupyterlab: str) -> Iterator[Page]:
    """Yield a notebook that shows all panels."""
    with opened(browser, "about:blank", is_cut_off=True) as page:
        run_notebook(page, jupyterlab, "panels.ipynb")
        assert tracebacks(page) == []
        yield page


@pytest.mark.parametrize("number", range(len(CHAPTERS)), ids=lambda i: CHAPTERS[i].panel.name)
def test_every_panel_is_played_moved_pinned_and_paused(panels: Page, number: int) -> None:
    panel = Panel(panels, number)
    panel.root.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
    panel.train("completed", "diverged")
    panel.click("Pin")
    assert any("pinned" in name for name in panel.names())
    before = panel.headline()
    main = panel.root.locator(".what-if-main input")
    main.focus()
    panels.keyboard.press("Home" if main.input_value() != "0" else "End")
    assert panel.headline() != before
    panel.unfold("More")
    panel.control("speed").select_option("slow")  # long enough to be paused
    panel.control("seeds").select_option("5")
    panel.wait_for("running")
    panel.click("Pause")
    panel.wait_for("paused")
    panel.reset()
    assert tracebacks(panels) == []


def test_two_hundred_moves_and_twenty_runs_leave_the_page_as_large(panels: Page) -> None:
    panel = Panel(panels)
    session = panels.context.new_cdp_session(panels)

    def heap() -> float:
        session.send("HeapProfiler.collectGarbage")
        return float(session.send("Runtime.getHeapUsage")["usedSize"])

    panel.walk("learning_rate")
    panel.train()
    before = heap()
    for _ in range(3):
        panel.walk("learning_rate")
    for _ in range(20):
        panel.train()
    panel.reset()
    print(f"heap before {before / 1e6:.0f} MB, after {heap() / 1e6:.0f} MB")
    assert heap() < 1.2 * before


def test_no_thread_is_left(panels: Page) -> None:
    before = prompts(panels)
    panels.locator(".jp-CodeCell").last.locator(".cm-content").click()
    panels.keyboard.press("Shift+Enter")
    place = len(CHAPTERS) + 2
    wait_until(panels, lambda: prompts(panels)[place] not in {before[place], "*"})
    outputs = panels.locator(".jp-CodeCell").nth(place).locator(".jp-OutputArea-output")
    assert outputs.last.inner_text().strip() == "[]"
