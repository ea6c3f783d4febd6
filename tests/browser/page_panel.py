"""A panel on a built page, by the names that a reader sees."""

from __future__ import annotations

import functools
import http.server
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from built_book import ROOT, toc_files

from mlp_core.report.what_if import PANELS, Panel

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHAPTER = "notebooks/learning_rate.html"
PATIENCE_S = 60


@dataclass(frozen=True)
class Chapter:
    """A page with a panel."""

    notebook: str
    panel: Panel

    @property
    def page(self) -> str:
        return str(Path(self.notebook).with_suffix(".html"))


def find_chapters() -> list[Chapter]:
    """Return every page of the table of contents that shows a panel, with the first it shows."""
    found = []
    for name in (name for name in toc_files() if name.endswith(".ipynb")):
        cells = nbformat.read(ROOT / name, as_version=4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        shown = re.search(r"show_panel\(\s*[\"']([\w-]+)", code)
        if shown:
            found.append(Chapter(name, PANELS[shown[1]]))
    return found


CHAPTERS = find_chapters()
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda c: Path(c.notebook).stem)


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

    def wait_for(self, state: str, patience_s: float = PATIENCE_S) -> None:
        end = time.monotonic() + patience_s
        while self.data("state") != state:
            says = f"{self.text('status')} {self.text('problem')}"
            assert time.monotonic() < end, f"state {self.data('state')}, not {state}: {says}"
            self.page.wait_for_timeout(20)

    def wait_for_epoch(self, epoch: int) -> None:
        end = time.monotonic() + PATIENCE_S
        while int(self.data("epoch")) < epoch:
            assert time.monotonic() < end, self.text("status") + self.text("problem")
            self.page.wait_for_timeout(10)


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """Open a page; at the end nothing may have failed, and no other host been asked."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 1000}, **options})
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
