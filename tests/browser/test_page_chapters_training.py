"""Every chapter's panel trains in the page what Python trains; memory, and no network."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_panel import CHAPTER, Chapter, PagePanel, each_chapter, opened

from mlp_core.data import load_dataset
from mlp_core.training import RunConfig
from mlp_core.what_if import run_panel
from mlp_core.what_if.panel_code import as_code

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("own_python"),
]

LOSS_OF_FIRST_EPOCH = 1e-4
POINTS = 0.003  # of test accuracy: one of the 364 test images
RUNS = 20
GROWTH = 1.2


def download(panel: PagePanel) -> dict[str, Any]:
    with panel.page.expect_download() as waiting:
        panel.click("Download this run")
    return json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))


@each_chapter
def test_the_page_trains_what_python_trains(browser: Browser, host: str, chapter: Chapter) -> None:
    here = run_panel(chapter.panel, {}, lambda event: None)
    with opened(browser, f"{host}/{chapter.page}") as page:
        panel = PagePanel(page)
        panel.click("Train here")
        panel.wait_for(here.status)
        run = download(panel)
        assert run["status"] == here.status
        (history,) = run["histories"]
        if here.status == "completed":
            assert history[-1]["epoch"] == here.config.epochs
            accuracy = here.history["test_accuracy"][-1]
            assert history[-1]["test_accuracy"] == pytest.approx(accuracy, abs=POINTS)
        first = here.history["running_loss"][0]
        assert history[0]["running_loss"] == pytest.approx(first, abs=LOSS_OF_FIRST_EPOCH)
        size = here.config.train_size or load_dataset("digits").train_size
        assert panel.sources()[0].startswith(f"your browser: digits, {size:,} images, seed ")
        # Look inside, and stop in the midst of several seeds.
        panel.open_part("inside")
        panel.root.locator(".what-if-inside svg").first.wait_for(state="visible")
        panel.root.get_by_label("seeds to train", exact=True).select_option("5")
        panel.click("Train here")
        panel.wait_for_epoch(1)
        panel.click("Stop")
        panel.wait_for("stopped")
        panel.click("Pin")
        assert panel.root.locator(".what-if-name").filter(has_text="pinned").count() == 1


@each_chapter
def test_the_copied_program_is_pythons_too(browser: Browser, host: str, chapter: Chapter) -> None:
    with opened(browser, f"{host}/{chapter.page}") as page:
        # Without a clipboard the program is shown.
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        panel = PagePanel(page)
        panel.click("Copy as code")
        shown = panel.root.locator(".what-if-code").inner_text()
    seed = chapter.panel.config({}).seed
    ours = configs_of(as_code(chapter.panel, {}, [seed]))
    assert configs_of(shown) == ours == [chapter.panel.config({})]


def configs_of(code: str) -> list[RunConfig]:
    """Run a copied program up to its training."""
    begin, _, _ = code.partition("    run = train(config)")
    found: list[RunConfig] = []
    exec(f"{begin}    found.append(config)\n", {"found": found})
    return found


def renderers_bytes(browser: Browser) -> int:
    """Return the memory that all pages of the browser occupy, their workers included."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    total = 0
    for process in processes:
        if process["type"] == "renderer":
            pages = Path(f"/proc/{process['id']}/statm").read_text().split()[1]
            total += int(pages) * os.sysconf("SC_PAGE_SIZE")
    return total


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory from /proc")
def test_memory_after_twenty_runs(browser: Browser, host: str) -> None:
    with opened(browser, f"{host}/{CHAPTER}#learning-rate.epochs=50") as page:
        panel = PagePanel(page)
        panel.open_part("sketch")
        collector = page.context.new_cdp_session(page)
        sizes = []
        for _ in range(1 + RUNS):
            panel.click("Train here")
            panel.wait_for("completed")
            panel.root.get_by_role("button", name="Next test image").click()
            collector.send("HeapProfiler.collectGarbage")
            page.wait_for_timeout(100)
            sizes.append(renderers_bytes(browser))
        megabytes = [round(size / 1e6) for size in sizes]
        print(f"memory of the page after each run, MB: {megabytes}")
        assert sizes[-1] < GROWTH * sizes[0]


def test_without_a_network_the_stored_runs_and_a_sentence(browser: Browser, host: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{host}/{CHAPTER}")
    panel = PagePanel(page)
    context.set_offline(True)
    panel.click("0.5")
    assert panel.sources() == ["book: MNIST, 60,000 images, 3 seeds"]
    panel.click("Train here")
    panel.wait_for("idle")
    assert "Train here tries again." in panel.text("problem")
    panel.click("0.1")
    assert panel.sources() == ["book: MNIST, 60,000 images, 3 seeds"]
    context.set_offline(False)
    panel.click("Train here")
    panel.wait_for("completed")
    assert faults == []
    context.close()
