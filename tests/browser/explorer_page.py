"""The explorer page as a reader meets it, over the book's own runs or over made-up ones."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from browsing import opened
from made_study import made_study
from mlp_explorer import all_studies
from mlp_pages import SCRIPTS
from playwright.sync_api import Browser, Locator, Page, Route

from mlp_book.pages import explorer_json
from mlp_book.scripts import classic_script
from mlp_book.text import study_title
from mlp_core.training import RunConfig

EXPLORER = "book/explorer.html"
MADE = ("learning-rate", "batch-rate", "activations-losses-depth", "full-factorial")
# From an action to the next frame with its effect, in the page, several times over.
TIMES = """async ([actions, times]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const taken = [];
    for (let i = 0; i < times; i++) {
        for (const [selector, kind, value] of actions) {
            const element = document.querySelector(selector);
            await frame();
            const started = performance.now();
            if (kind === 'click') element.click();
            else if (kind === 'key') {
                element.dispatchEvent(new KeyboardEvent('keydown', {key: value, bubbles: true}));
            } else {
                element.value = value;
                element.dispatchEvent(new Event('change', {bubbles: true}));
            }
            document.body.offsetHeight;
            await frame();
            taken.push(performance.now() - started);
        }
    }
    return taken;
}"""


class ExplorerPage:
    """The explorer, by the names that a reader sees."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator(".explorer")
        page.wait_for_selector(".explorer-table")

    def part(self, name: str) -> Locator:
        return self.root.locator(f".explorer-{name}")

    def rows(self) -> Locator:
        return self.root.locator(".explorer-table tbody tr")

    def column(self, name: str) -> list[str]:
        """Return the cells of a column, from top to bottom."""
        heads = self.root.locator(".explorer-table thead th").all_inner_texts()
        place = next(i for i, head in enumerate(heads) if head.startswith(name))
        return self.rows().locator(f"td:nth-child({place + 1})").all_inner_texts()

    def figures(self, name: str) -> list[float]:
        return [float(text) for text in self.column(name)]

    def names(self) -> list[str]:
        return self.root.locator(".mlp-name").all_inner_texts()

    def chart(self) -> str:
        return re.sub(r"mlp-clip-\d+", "", self.root.locator(".mlp-chart").inner_html())

    def shapes(self, kind: str) -> int:
        """Return how many lines, bands or crosses the chart has."""
        return self.root.locator(f".mlp-chart path.mlp-{kind}").count()

    def says(self) -> str:
        return self.root.locator(".mlp-live > .mlp-status").inner_text()

    def problem(self) -> str:
        return self.root.locator(".mlp-problem").inner_text()

    def program(self) -> str:
        return str(self.root.locator(".mlp-code").text_content())

    def count(self) -> str:
        return self.part("count").inner_text()

    def wait_for_count(self, words: str) -> None:
        """Wait until the line above the table begins with some words."""
        begins = "words => document.querySelector('.explorer-count').textContent.startsWith(words)"
        self.page.wait_for_function(begins, arg=words)

    def wait_for_frames(self) -> None:
        """Wait until the page has shown what it draws in the next frame."""
        frame = "await new Promise(requestAnimationFrame);"
        self.page.evaluate(f"async () => {{ {frame} {frame} }}")

    def choose(self, label: str, option: str) -> None:
        # The first: among all studies, "study" names a filter too.
        self.root.get_by_label(label, exact=True).first.select_option(label=option)

    def open_study(self, name: str) -> None:
        label = "All studies" if name == "all-studies" else study_title(name)
        # All studies have a filter of that name too.
        self.root.locator("#explorer-study").select_option(label=label)
        self.page.wait_for_selector(f'.explorer[data-study="{name}"] .explorer-table')

    def click(self, button: str) -> None:
        self.root.get_by_role("button", name=button, exact=True).click()

    def show_code(self) -> None:
        """Ask for the code of the first row."""
        self.rows().first.get_by_role("button", name="code").click()


def all_configs() -> dict[str, RunConfig]:
    """Return the config of each made-up run, by its id."""
    runs = [run for name in MADE for run in made_study(name).runs]
    return {run.config.run_id: run.config for run in runs}


@functools.cache
def made_scripts() -> dict[str, str]:
    """Return the scripts of a book with made-up runs, by file name."""
    scripts, entries = {"explorer.js": classic_script(SCRIPTS["explorer.js"])}, []
    studies = [made_study(name) for name in MADE]
    for name, study in zip(MADE, studies, strict=True):
        target = f"(window.mlpCoreExplored ??= {{}})[{json.dumps(name)}]"
        scripts[f"runs-{name}.js"] = f"{target} = {explorer_json(study)};"
        entry = {"name": name, "label": study_title(name), "question": study.question}
        entry |= {"stored": f"{len(study.runs)} runs", "data": "made up"}
        entry |= {"script": f"runs-{name}.js", "first": name == MADE[0]}
        entries.append({**entry, "files": {"CSV": f"{name}.csv", "JSON": f"{name}.json"}})
    entries.insert(0, all_studies(entries, studies))
    scripts["studies.js"] = f"window.mlpCoreExplorer = {json.dumps(entries)};"
    return scripts


@contextmanager
def explored(browser: Browser, address: str, **options: Any) -> Iterator[ExplorerPage]:
    """Open the explorer over made-up runs; at the end nothing may have failed."""

    def answer(route: Route) -> None:
        name = route.request.url.split("/")[-1].split("?")[0]
        body = made_scripts().get(name)
        route.fulfill(body=body, content_type="text/javascript") if body else route.continue_()

    with opened(browser, "about:blank", **options) as page:
        page.route("**/_static/mlp/*.js*", answer)
        page.goto(address)
        yield ExplorerPage(page)
