"""Training in the page: the same package, in the reader's browser, with no other host."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import STOP_MS, configs_of, go_to_fragment, has_no_clipboard, opened, slowness
from page_panel import CHAPTER, SCRIPTS, Chapter, PagePanel, read_script
from playwright.sync_api import Browser, Page

from mlp_book.panels import PANELS
from mlp_core.data import load_dataset
from mlp_core.what_if import run_panel
from mlp_core.what_if.panel_code import as_code

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.usefixtures("own_python"),
]

COLD_START_S = 8
RESTART_S = 2
THIRTY_EPOCHS_S = 2.5
LONGEST_TASK_MS = 100
LOSS_OF_FIRST_EPOCH = 1e-4
POINTS = 0.003  # of test accuracy: one of the 364 test images
RUNS, GROWTH = 20, 1.2
LONG = "learning-rate.batch_size=1&learning-rate.epochs=1000"
FOLDER = Path(__file__).parent
UNUSABLE = """
from mlp_core.nn import products
before = products.product
with open("/broken.so", "wb") as file:
    file.write(b"\\0asm\\1\\0\\0\\0\\xff")
said = [use_products("/absent.so"), use_products("/broken.so")]
json.dumps([said, products.product is before])
"""
STORED = "book: MNIST, 60,000 images, 3 seeds"


# Every page with a panel


def test_the_page_trains_what_python_trains(any_panel: PagePanel, chapter: Chapter) -> None:
    here = run_panel(chapter.panel, {}, lambda event: None)
    any_panel.train(here.status)
    run = any_panel.download()
    assert run["status"] == here.status
    (history,) = run["histories"]
    if here.status == "completed":
        assert history[-1]["epoch"] == here.config.epochs
        accuracy = here.history["test_accuracy"][-1]
        assert history[-1]["test_accuracy"] == pytest.approx(accuracy, abs=POINTS)
    first = here.history["running_loss"][0]
    assert history[0]["running_loss"] == pytest.approx(first, abs=LOSS_OF_FIRST_EPOCH)
    size = here.config.train_size or load_dataset("digits").train_size
    assert any_panel.sources()[0].startswith(f"your browser: digits, {size:,} images, seed ")
    # Look inside, and stop in the midst of several seeds.
    any_panel.open_part("inside")
    any_panel.root.locator(".what-if-inside svg").first.wait_for(state="visible")
    any_panel.train_seeds(5)
    any_panel.wait_for_epoch(1)
    any_panel.click("Stop")
    any_panel.wait_for("stopped")
    any_panel.click("Pin")
    assert [name for name in any_panel.names() if "pinned" in name]


def test_the_copied_program_is_pythons_too(any_panel: PagePanel, chapter: Chapter) -> None:
    has_no_clipboard(any_panel.page)  # then the program is shown
    any_panel.click("Copy as code")
    shown = any_panel.root.locator(".mlp-code").inner_text()
    any_panel.wait(lambda: "is selected" in any_panel.says())
    seed = chapter.panel.config({}).seed
    assert configs_of(shown) == configs_of(as_code(chapter.panel, {}, [seed]))
    assert configs_of(shown) == [chapter.panel.config({})]


# The panel of the learning rate


@pytest.fixture(scope="module")
def warm(browser: Browser, address: str) -> Iterator[Page]:
    """Yield a page that has loaded Python; only the first test waits for it."""
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def panel(warm: Page) -> PagePanel:
    panel = PagePanel(warm)
    panel.click("Reset")
    return panel


def run_in_page(page: Page, program: str) -> Any:
    """Run a program by the page's Python; return its last value, of JSON."""
    (worker,) = page.workers
    return json.loads(worker.evaluate("program => pyodide.runPython(program)", program))


def test_cold_start_to_the_first_epoch(panel: PagePanel) -> None:
    started = time.monotonic()
    panel.click("Train here")
    panel.wait_for_epoch(1)
    elapsed = time.monotonic() - started
    print(f"cold start to the first epoch: {elapsed:.1f} s")
    panel.wait_for("completed")
    assert elapsed < COLD_START_S * slowness(panel.page)


def test_other_values_train_what_python_trains(panel: PagePanel) -> None:
    values = {"learning_rate": 0.5, "momentum": 0.0, "seed": 3}
    pairs = (f"learning-rate.{name}={value}" for name, value in values.items())
    go_to_fragment(panel.page, "&".join(pairs))
    panel.train()
    run = panel.download()
    here = run_panel(PANELS["learning-rate"], values, lambda event: None).history
    first, last = run["histories"][0][0], run["histories"][0][-1]
    assert last["epoch"] == 100
    assert first["running_loss"] == pytest.approx(here["running_loss"][0], abs=LOSS_OF_FIRST_EPOCH)
    assert last["test_accuracy"] == pytest.approx(here["test_accuracy"][-1], abs=POINTS)
    assert run["source"] == panel.sources()[0] == "your browser: digits, 1,433 images, seed 3"


def test_thirty_epochs_are_quick_and_the_page_stays_responsive(panel: PagePanel) -> None:
    # The panel has no stop at 30 epochs: the time of 30 of its 100.
    panel.page.evaluate(
        """() => {
            window.longest = 0;
            window.watch = new PerformanceObserver(list => {
                for (const task of list.getEntries()) longest = Math.max(longest, task.duration);
            });
            watch.observe({type: 'longtask'});
        }"""
    )
    panel.click("Train here")
    started = time.monotonic()
    panel.wait_for_epoch(30)
    elapsed = time.monotonic() - started
    panel.wait_for("completed")
    longest = panel.page.evaluate("() => longest")
    # That the page would have been seen to hang: a task of 150 ms is.
    panel.page.evaluate(
        """() => new Promise(resolve => setTimeout(() => {
            const end = performance.now() + 150;
            while (performance.now() < end);
            resolve();
        }, 0))"""
    )
    panel.page.wait_for_function("() => longest >= 150")
    panel.page.evaluate("() => watch.disconnect()")
    print(f"30 epochs: {elapsed:.2f} s; longest task of the page: {longest:.0f} ms")
    slower = slowness(panel.page)
    assert elapsed < THIRTY_EPOCHS_S * slower
    assert longest <= LONGEST_TASK_MS * slower


def test_the_page_says_what_it_multiplies_by(panel: PagePanel) -> None:
    go_to_fragment(panel.page, LONG)
    panel.click("Train here")
    panel.wait(lambda: panel.says() == "Training; matrix products by WebAssembly SIMD.")
    panel.click("Stop")
    panel.wait_for("stopped")
    assert panel.download()["versions"]["products"] == "WebAssembly SIMD"


def test_its_products_and_its_runs_equal_numpys_bit_for_bit(panel: PagePanel) -> None:
    panel.train()
    found = run_in_page(panel.page, (FOLDER / "compared_products.py").read_text("utf-8"))
    assert found == {"shapes": 200, "different": [], "runs": 2, "same_histories": True}


def test_a_library_that_cannot_be_used_leaves_numpys_products(panel: PagePanel) -> None:
    panel.train()
    said, kept = run_in_page(panel.page, UNUSABLE)
    assert said == ["NumPy"] * 2
    assert kept


def test_stop_acts_at_once_and_the_next_run_needs_no_loading(panel: PagePanel) -> None:
    go_to_fragment(panel.page, LONG)
    panel.click("Train here")
    panel.wait_for_epoch(1)
    elapsed = panel.time_stop()
    print(f"Stop acted after {elapsed:.0f} ms")
    assert elapsed < STOP_MS * slowness(panel.page)
    assert panel.stays_stopped()
    panel.click("Reset")
    started = time.monotonic()
    panel.click("Train here")
    panel.wait_for_epoch(1)
    assert time.monotonic() - started < RESTART_S * slowness(panel.page)
    panel.wait_for("completed")


def test_a_new_value_cancels_the_run_before_it(panel: PagePanel) -> None:
    go_to_fragment(panel.page, LONG)
    panel.click("Train here")
    panel.wait_for_epoch(1)
    panel.set("epochs", "1")  # ten
    assert panel.data("state") == "idle"
    panel.train()
    assert panel.data("epoch") == "10"


def test_divergence_is_a_result(panel: PagePanel) -> None:
    go_to_fragment(panel.page, "learning-rate.learning_rate=1000")
    panel.train("diverged")
    assert "Diverged at update" in panel.says()
    assert panel.shapes("cross") == 1


def test_several_seeds_are_a_band(panel: PagePanel) -> None:
    panel.set("learning rate", "42")
    panel.train_seeds(3)
    panel.wait_for("completed")
    assert panel.sources()[0] == "your browser: digits, 1,433 images, seeds 2022 to 2024"
    assert panel.data("epoch") == "300"
    assert panel.shapes("band") == 2


def test_the_page_names_the_version_and_the_commit_of_its_wheel(panel: PagePanel) -> None:
    build = read_script("build.js")
    assert f"mlp_core {build['version']}, commit {build['commit']}" in panel.where()


def test_two_panels_on_a_page_share_one_worker(browser: Browser, address: str) -> None:
    twice = """
        const first = document.querySelector('.what-if');
        if (first && !window.twice) { window.twice = true; first.after(first.cloneNode(true)); }
    """
    with opened(browser, "about:blank") as page:
        # Before the panels come to life, the page gets a second one.
        script = twice + (SCRIPTS / "build.js").read_text("utf-8")
        page.route(
            "**/build.js*",
            lambda route: route.fulfill(body=script, content_type="text/javascript"),
        )
        page.goto(f"{address}#learning-rate-2.epochs=10")
        one, two = PagePanel(page, 0), PagePanel(page, 1)
        two.train()
        assert two.data("epoch") == "10"
        started = time.monotonic()
        one.train()
        assert time.monotonic() - started < COLD_START_S * slowness(page)
        assert one.data("epoch") == "100"
        assert len(page.workers) == 1
        one.click("Train here")
        two.click("Train here")  # one run at a time on a page
        one.wait_for("stopped")
        two.wait_for("completed")


def test_without_python_a_sentence_and_another_try(browser: Browser, address: str) -> None:
    with opened(browser, address, is_cut_off=True) as page:
        panel = PagePanel(page)
        for file in ("pyodide.asm.wasm", "numpy*.whl"):
            page.context.route(f"**/{file}", lambda route: route.abort())
        panel.train("idle")
        assert "Python could not be loaded" in panel.problem()
        page.context.unroute_all()
        panel.train()


def test_without_a_network_the_stored_runs_and_a_sentence(browser: Browser, address: str) -> None:
    with opened(browser, address, is_cut_off=True) as page:
        panel = PagePanel(page)
        page.context.set_offline(True)
        panel.click("0.5")
        assert panel.sources() == [STORED]
        panel.train("idle")
        assert "Train here tries again." in panel.problem()
        panel.click("0.1")
        assert panel.sources() == [STORED]
        page.context.set_offline(False)
        panel.train()


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory from /proc")
def test_memory_after_twenty_runs(browser: Browser, host: str) -> None:
    with opened(browser, f"{host}/{CHAPTER}#learning-rate.epochs=50") as page:
        panel = PagePanel(page)
        panel.open_part("sketch")
        collector = page.context.new_cdp_session(page)
        sizes = []
        for _ in range(1 + RUNS):
            panel.train()
            assert panel.data("epoch") == "50"
            panel.click("Next test image")
            collector.send("HeapProfiler.collectGarbage")
            page.wait_for_timeout(100)
            sizes.append(renderers_bytes(browser))
        print(f"memory of the page after each run, MB: {[round(size / 1e6) for size in sizes]}")
        assert sizes[-1] < GROWTH * sizes[0]


def renderers_bytes(browser: Browser) -> int:
    """Return the memory that all pages of the browser occupy, their workers included."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    ids = [process["id"] for process in processes if process["type"] == "renderer"]
    pages = (int(Path(f"/proc/{number}/statm").read_text().split()[1]) for number in ids)
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")
