"""What several tests share: the browser, and a loud word when it is missing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from built_book import require_book

from chromium import NO_BROWSER, find_chromium

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

LONG = {"browser", "notebooks"}  # folders


# What a shell starts in the background ignores Ctrl-C, and so would every program that it starts.
# The tests of Ctrl-C need it: with a handler here, the programs begin with the usual one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# A claim of the book that does not hold is an error, as in the book's build.
os.environ["MLP_BOOK_STRICT"] = "1"
# The tests share the cores by their number of processes.
os.environ["OPENBLAS_NUM_THREADS"] = "1"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium, or skip the test."""
    path = find_chromium()
    if path is None:
        pytest.skip(NO_BROWSER)
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Yield one browser for a module's tests; each opens its own context in it.

    Not for the session: while Playwright is open, no other test could run an event loop.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # --no-sandbox: Chromium does not start as root, as in a container, otherwise.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def html() -> Path:
    """Return the folder of built pages, or skip the test."""
    return require_book()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file in one process; those of students' edits, by notebook.

    The longest begin, so that no process has one of them left at the end.
    """
    items.sort(key=lambda item: not LONG & set(item.path.parts))
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it at the end if the browser tests did not run."""
    skipped = [
        r for r in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(r.longrepr)
    ]
    if skipped:
        terminalreporter.section("BROWSER TESTS SKIPPED", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests did not run: {NO_BROWSER}")
