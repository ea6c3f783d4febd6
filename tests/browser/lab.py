"""A notebook in JupyterLab: opened, run, and what its cells wrote."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from urllib.error import HTTPError

from playwright.sync_api import Page
from waiting import PATIENCE_S, wait_for


def open_notebook(page: Page, address: str, path: str) -> None:
    """Open a notebook, which then has a kernel."""
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(f"{address}/lab/tree/{path}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # Run before the kernel is there, JupyterLab would ask which kernel to use.
    wait_until(page, lambda: has_idle_kernel(address, path))


def run_notebook(page: Page, address: str, path: str, until: str = "") -> None:
    """Open a notebook and run it to its end, to what is looked for, or to a cell that fails."""
    open_notebook(page, address, path)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    is_there = page.locator(until).count if until else lambda: prompts(page)[-1].isdigit()
    wait_until(page, lambda: is_there() or tracebacks(page))


def has_idle_kernel(address: str, path: str) -> bool:
    """Return whether a notebook's kernel waits; while one begins, the server may not list it."""
    try:
        with urllib.request.urlopen(f"{address}/api/sessions", timeout=PATIENCE_S) as answer:
            kernels = [one["kernel"] for one in json.load(answer) if one["path"] == path]
    except HTTPError:
        return False
    return any(k["connections"] and k["execution_state"] == "idle" for k in kernels)


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
