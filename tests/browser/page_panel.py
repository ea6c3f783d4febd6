"""A panel on a built page, and the pages that have one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from browsing import AT_ONCE_MS, count_work, slowness
from built_book import HTML, ROOT, toc_files
from panel_base import Panel as PanelBase
from playwright.sync_api import Locator

from mlp_book.panels import PANELS
from mlp_core.what_if import Panel

CHAPTER = "notebooks/learning_rate.html"
SCRIPTS = HTML / "_static" / "mlp"
# From each event to the next frame, which shows the new drawing. A control goes through all of its
# stops, or through a dozen values of its range, and back to where it stood.
MOVE_A_CONTROL = """async input => {
    const charts = input.closest('.what-if').querySelector('.what-if-charts');
    const first = input.value;
    const [low, high, step] = [input.min, input.max, input.step].map(Number);
    const places = input.type === 'range' && step === 1 ? high - low + 1 : 12;
    const values = input.tagName === 'SELECT'
        ? [...input.options].map(option => option.value)
        : Array.from({length: places}, (_, i) =>
            String(low + Math.round((high - low) * i / (places - 1) / step) * step));
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


def read_script(name: str) -> Any:
    """Return the data that a script of the built book sets."""
    text = (SCRIPTS / name).read_text("utf-8")
    return json.loads(text[text.index(" = ") + 3 : text.rindex(";")])


class PagePanel(PanelBase):
    """One panel on a page."""

    ROOT = ".what-if"

    def control(self, name: str) -> Locator:
        """Return a control's element by the name of its setting."""
        return self.root.locator(f'[id="{self.data("panel")}-{name}"]')

    def values(self, names: Iterable[str]) -> list[str]:
        return [self.control(name).input_value() for name in names]

    def open_part(self, name: str) -> None:
        """Unfold a part of the panel: "sketch" or "inside"."""
        part = self.root.locator(f".what-if-{name}")
        if part.get_attribute("open") is None:
            part.locator("summary").click()

    def says(self) -> str:
        return self.root.locator(".mlp-live > .mlp-status").inner_text()

    def problem(self) -> str:
        return self.root.locator(".mlp-problem").inner_text()

    def where(self) -> str:
        """Return the sentence on where the panel trains."""
        return self.root.locator(".mlp-live .what-if-where").inner_text()

    def names(self) -> list[str]:
        return self.root.locator(".mlp-name").all_inner_texts()

    def sources(self) -> list[str]:
        return self.root.locator(".mlp-source").all_inner_texts()

    def shapes(self, kind: str) -> int:
        """Return how many lines, bands or crosses are drawn in the two charts."""
        return self.root.locator(f".what-if-charts >> nth=0 >> path.mlp-{kind}").count()

    def set(self, label: str, value: str) -> None:
        """Set a control's element and tell the page, as a moved control does."""
        self.root.get_by_label(label, exact=True).evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true}));"
            " e.dispatchEvent(new Event('change', {bubbles: true})); }",
            value,
        )

    def move(self, name: str) -> None:
        """Set a control to another of its values, as a reader does without a mouse."""
        element = self.control(name)
        if element.evaluate("e => e.tagName") == "SELECT":
            other = element.evaluate("e => [...e.options].find(o => !o.selected).value")
            element.select_option(other)
            return
        element.focus()
        before = element.input_value()
        self.page.keyboard.press("ArrowUp")
        if element.input_value() == before:  # it stands at its upper end
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Tab")

    def train(self, *ends: str) -> None:
        """Press Train here, and wait for an end of the run: "completed" if none is named."""
        self.click("Train here")
        self.wait_for(*(ends or ("completed",)))

    def train_seeds(self, count: int) -> None:
        self.root.get_by_label("seeds to train", exact=True).select_option(str(count))
        self.click("Train here")

    def download(self) -> Any:
        """Return the file that "Download this run" gives."""
        with self.page.expect_download() as waiting:
            self.click("Download this run")
        return json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))

    def answers_at_once(self, names: Iterable[str]) -> dict[str, int]:
        """Move controls through their values, each at once; return how many drawings each showed.

        On a slow machine, an answer may take as much longer as the machine is slower.
        """
        work_ms, times, drawings = count_work(self.page), list[float](), dict[str, int]()
        before = work_ms()
        for name in names:
            taken, drawings[name] = self.control(name).evaluate(MOVE_A_CONTROL)
            times += taken
        work = (work_ms() - before) / len(times) / slowness(self.page, work_ms)
        print(f"answers: {work:.0f} ms of work, seen after {sorted(times)[len(times) // 2]:.0f} ms")
        assert work < AT_ONCE_MS
        return drawings
