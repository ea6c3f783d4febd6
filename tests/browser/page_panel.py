"""A panel on a built page, by the names that a reader sees."""

from __future__ import annotations

import functools
import http.server
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from built_book import ROOT, toc_files
from waiting import PATIENCE_S, wait_for

from mlp_book.panels import PANELS
from mlp_core.what_if import Panel

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHAPTER = "notebooks/learning_rate.html"
AT_ONCE_MS = 100
LOOP_MS = 25  # what `LOOP` takes where the limits of this folder were set
LOOP = "() => { let x = 0; for (let i = 0; i < 2e7; i++) x = (x * 31 + i) | 0; return x; }"
# From each event to the next frame, which shows the new drawing. A control goes through all of its
# stops, or through a dozen values of its range, and back to where it stood.
MOVE_A_CONTROL = """async input => {
    const charts = input.closest('.what-if').querySelector('.what-if-charts');
    const first = input.value;
    const span = (low, high, step) => Array.from(
        {length: 12}, (_, i) => String(low + Math.round((high - low) * i / 11 / step) * step));
    const values = input.tagName === 'SELECT'
        ? [...input.options].map(option => option.value)
        : input.type === 'range' && Number(input.step) === 1
            ? Array.from({length: Number(input.max) - Number(input.min) + 1},
                         (_, i) => String(Number(input.min) + i))
            : span(Number(input.min), Number(input.max), Number(input.step));
    const times = [], drawings = new Set();
    for (const value of [...values, first]) {
        await new Promise(requestAnimationFrame);
        const started = performance.now();
        input.value = value;
        input.dispatchEvent(new Event('input', {bubbles: true}));
        input.dispatchEvent(new Event('change', {bubbles: true}));
        drawings.add(charts.innerHTML.replace(/clip-\\d+/g, ''));
        await new Promise(requestAnimationFrame);
        times.push(performance.now() - started);
    }
    return [times, drawings.size];
}"""


@dataclass(frozen=True)
class Chapter:
    """A page with a panel: a chapter's notebook, or a page of text."""

    source: str
    panel: Panel

    @property
    def page(self) -> str:
        return str(Path(self.source).with_suffix(".html"))


def find_pages() -> list[Chapter]:
    """Return every page of the table of contents that shows a panel, with the first it shows."""
    found = []
    for name in toc_files():
        shown = re.search(r"^show_panel\(\s*[\"']([\w-]+)", code_of(ROOT / name), re.MULTILINE)
        if shown:
            found.append(Chapter(name, PANELS[shown[1]]))
    return found


def code_of(source: Path) -> str:
    """Return the code of a notebook; of a page of text, all of it."""
    if source.suffix != ".ipynb":
        return source.read_text("utf-8")
    cells = nbformat.read(source, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


PAGES = find_pages()
CHAPTERS = [page for page in PAGES if page.source.endswith(".ipynb")]
each_chapter = pytest.mark.parametrize("chapter", PAGES, ids=lambda c: Path(c.source).stem)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class PagePanel:
    """One panel, and all that went wrong on its page."""

    def __init__(self, page: Page, number: int = 0) -> None:
        self.page = page
        self.root = page.locator(".what-if").nth(number)

    def control(self, name: str) -> Locator:
        """Return a control's element by the name of its setting."""
        return self.root.locator(f'[id="{self.data("panel")}-{name}"]')

    def open_part(self, name: str) -> None:
        """Unfold a part of the panel: "sketch" or "inside"."""
        part = self.root.locator(f".what-if-{name}")
        if part.get_attribute("open") is None:
            part.locator("summary").click()

    def text(self, part: str) -> str:
        return self.root.locator(f".what-if-{part}").inner_text()

    def data(self, name: str) -> str:
        return str(self.root.get_attribute(f"data-{name}"))

    def sources(self) -> list[str]:
        return self.root.locator(".what-if-source").all_inner_texts()

    def lines(self) -> list[str]:
        return self.root.locator("path.line").evaluate_all("all => all.map(p => p.outerHTML)")

    def click(self, button: str) -> None:
        self.root.get_by_role("button", name=button, exact=True).click()

    def set(self, label: str, value: str) -> None:
        """Set a control's element and tell the page, as a moved control does."""
        self.root.get_by_label(label, exact=True).evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true}));"
            " e.dispatchEvent(new Event('change', {bubbles: true})); }",
            value,
        )

    def wait_for(self, state: str) -> None:
        self.wait(lambda: self.data("state") == state)

    def wait_for_epoch(self, epoch: int) -> None:
        self.wait(lambda: int(self.data("epoch")) >= epoch)

    def wait(self, condition: Callable[[], bool]) -> None:
        def told() -> str:
            return f"{self.data('state')}: {self.text('status')} {self.text('problem')}"

        wait_for(condition, rest=lambda: self.page.wait_for_timeout(10), told=told)


def count_work(page: Page) -> Callable[[], float]:
    """Return a function that tells how many ms a page has worked so far.

    Work, not waiting: what else this machine does delays the frames of any page.
    """
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work_ms() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(1000 * m["value"] for m in metrics if m["name"] == "TaskDuration")

    return work_ms


def measure_answers(panel: PagePanel, names: Iterable[str]) -> tuple[float, dict[str, int]]:
    """Move controls through their values; return ms of work an answer, and drawings a control.

    On a slow machine, the ms are those that the work would take where the limits were set.
    """
    work_ms, times, drawings = count_work(panel.page), list[float](), dict[str, int]()
    before = work_ms()
    for name in names:
        taken, drawings[name] = panel.control(name).evaluate(MOVE_A_CONTROL)
        times += taken
    work = (work_ms() - before) / len(times) / slowness(panel.page, work_ms)
    print(f"answers: {work:.0f} ms of work, seen after {sorted(times)[len(times) // 2]:.0f} ms")
    return work, drawings


def slowness(page: Page, clock_ms: Callable[[], float] = lambda: 1000 * time.monotonic()) -> float:
    """Return how many times slower a page is than where the limits were set, by a clock; or 1."""
    taken = []
    for _ in range(5):
        before = clock_ms()
        page.evaluate(LOOP)
        taken.append(clock_ms() - before)
    return max(1.0, min(taken) / LOOP_MS)


def current_address(page: Page) -> str:
    """Return the address as the page knows it; `page.url` hears of a new fragment later."""
    return str(page.evaluate("location.href"))


def go_to_fragment(page: Page, fragment: str) -> None:
    """Change the fragment, and return when the page has heard of it."""
    page.evaluate(
        """async fragment => {
            const before = location.href;
            const heard = new Promise(resolve => addEventListener('hashchange', resolve));
            location.hash = fragment;
            if (location.href !== before) await heard;
        }""",
        fragment,
    )


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open a page; at the end nothing may have failed, and no other host been asked."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **options})
    context.set_default_timeout(1000 * PATIENCE_S)
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file:", "data:", "blob:", "http://127.0.0.1"))
            else problems.append(f"asked another host: {request.url}")
        ),
    )
    page.goto(address)
    yield page
    assert problems == [], problems
    context.close()
