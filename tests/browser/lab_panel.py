"""A panel in JupyterLab, and the notebook around it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

from panel_base import Panel
from playwright.sync_api import Locator, Page
from waiting import PATIENCE_S, wait_for


class LabPanel(Panel):
    """A panel's controls and what it shows."""

    ROOT = ".what-if-panel"
    STATE = ".what-if-status"

    def says(self) -> str:
        return self.stateful.inner_text()

    def figure(self) -> str:
        return self.root.locator("svg:has(text)").first.inner_html()

    def names(self) -> list[str]:
        """Return the names of the curves, as they stand above the figure."""
        texts = self.root.locator("svg text").all_text_contents()
        return [text for text in texts if text.startswith(("now:", "kept:"))]

    def wait_for_names(self, *names: str) -> None:
        self.wait(lambda: self.names() == list(names))

    def slider(self, label: str) -> Locator:
        row = self.root.locator(".widget-hslider").filter(has_text=label)
        return row.locator(".noUi-handle")

    def choose(self, label: str, option: str) -> None:
        rows = self.root.locator(".widget-dropdown")
        row = rows.filter(has=self.page.locator("label").get_by_text(label, exact=True))
        row.locator("select").select_option(label=option)

    def readouts(self) -> list[str]:
        return self.root.locator(".widget-readout").all_inner_texts()

    def press(self, label: str, key: str, times: int = 1) -> None:
        self.slider(label).focus()
        for _ in range(times):
            self.page.keyboard.press(key)

    def train(self) -> None:
        """Press Train and wait for the end of the run that begins by it.

        The state alone does not tell: it says what became of the run before, until the kernel has
        heard of the click.
        """
        states = self.root.evaluate_handle(
            """panel => {
                const seen = [];
                const look = () => seen.push(panel.querySelector('.what-if-status')?.dataset.state);
                const changes = {subtree: true, childList: true, attributes: true};
                new MutationObserver(look).observe(panel, changes);
                return seen;
            }"""
        )
        self.click("Train")
        self.wait(lambda: states.evaluate("seen => seen.some(s => /waiting|running/.test(s))"))
        self.wait_for_end()

    def wait_for_epoch(self, epoch: int) -> None:
        """Wait for an epoch of the run under way: the kernel may not have heard of it yet."""
        self.wait_for("running")
        super().wait_for_epoch(epoch)

    def wait_for_end(self) -> None:
        self.wait_for("completed", "diverged")


def open_notebook(page: Page, address: str, path: str) -> None:
    """Open a notebook, which then has a kernel."""
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(f"{address}/lab/tree/{path}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # Run before the kernel is there, JupyterLab would ask which kernel to use.
    wait_until(page, lambda: any(k["execution_state"] == "idle" for k in kernels(address)))


def run_notebook(page: Page, address: str, path: str) -> None:
    """Open a notebook and run it from top to bottom, or to the first cell that fails."""
    open_notebook(page, address, path)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    wait_until(page, lambda: prompts(page)[-1].isdigit() or tracebacks(page))


def kernels(address: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{address}/api/kernels", timeout=PATIENCE_S) as answer:
        return [kernel for kernel in json.load(answer) if kernel["connections"]]


def wait_until(page: Page, condition: Callable[[], object]) -> None:
    wait_for(condition, rest=lambda: page.wait_for_timeout(100), told=lambda: f"{tracebacks(page)}")


def prompts(page: Page) -> list[str]:
    """Return the numbers of the cells that have run; "*" of one that runs, "" of a folded one."""
    texts = page.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    return [text.strip("[]: ") for text in texts]


def tracebacks(page: Page) -> list[str]:
    """Return what the notebook's cells wrote as errors or to stderr."""
    kinds = ("error", "stderr")
    selector = ",".join(f'[data-mime-type="application/vnd.jupyter.{kind}"]' for kind in kinds)
    return page.locator(selector).all_inner_texts()
