"""A panel as a reader meets it, in JupyterLab and on a page alike."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page
from waiting import wait_for

# Leads a control through all of its stops, or through a dozen values of its range, and back; tells
# of each the value, what stands in the headline, how many lines are drawn, a drawing's text, and
# the ms from the event to the next frame.
WALK = """async ([input, places]) => {
    const panel = input.closest('.what-if');
    const first = input.value;
    const [low, high, step] = [input.min, input.max, input.step].map(Number);
    const isStops = input.type === 'range' && step === 1;
    const count = isStops ? high - low + 1 : places;
    const values = input.tagName === 'SELECT'
        ? [...input.options].map(option => option.value)
        : Array.from({length: count}, (_, i) => String(isStops ? low + i
            : Number((low + Math.round((high - low) * i / (count - 1) / step) * step).toFixed(8))));
    const charts = panel.querySelector('.what-if-charts');
    const said = () => input.parentElement.querySelector('output')?.textContent || input.value;
    const seen = [];
    for (const value of [...values.filter(one => one !== first), first]) {
        await new Promise(requestAnimationFrame);
        const started = performance.now();
        input.value = value;
        input.dispatchEvent(new Event('input', {bubbles: true}));
        input.dispatchEvent(new Event('change', {bubbles: true}));
        const headline = panel.querySelector('.what-if-headline').textContent;
        const lines = charts.firstChild.querySelectorAll('path.mlp-line, path.mlp-cross').length;
        const drawing = charts.innerHTML.replace(/clip-\\d+/g, '');
        await new Promise(requestAnimationFrame);
        const ms = performance.now() - started;
        seen.push({value: said(), headline, lines, drawing, ms});
    }
    return seen;
}"""


class Panel:
    """One panel of a page or of a notebook."""

    def __init__(self, page: Page, number: int = 0) -> None:
        self.page = page
        self.root = page.locator(".what-if.mlp-enhanced").nth(number)

    def data(self, name: str) -> str:
        return str(self.root.get_attribute(f"data-{name}"))

    def control(self, name: str) -> Locator:
        """Return a control's element by the name of its setting."""
        return self.root.locator(f'[id$="-{name}"]:is(input, select)')

    def text(self, selector: str) -> str:
        return self.root.locator(selector).inner_text()

    def headline(self) -> str:
        return self.text(".what-if-headline")

    def says(self) -> str:
        return self.text(".what-if-says > .mlp-status")

    def problem(self) -> str:
        return self.text(".what-if-says > .mlp-problem")

    def names(self) -> list[str]:
        return self.root.locator(".mlp-name").all_inner_texts()

    def legend(self) -> list[str]:
        return self.root.locator(".mlp-legend li").all_inner_texts()

    def sources(self) -> list[str]:
        return self.root.locator(".mlp-source").all_inner_texts()

    def shapes(self, kind: str, chart: int = 0) -> int:
        """Return how many lines, bands or crosses a chart has."""
        return self.root.locator(f".mlp-chart >> nth={chart} >> path.mlp-{kind}").count()

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def click(self, name: str) -> None:
        self.button(name).click()

    def unfold(self, part: str) -> None:
        """Show "More", "Draw a digit" or "More pictures"."""
        if self.fold(part).get_attribute("aria-expanded") == "false":
            self.fold(part).click()

    def fold(self, part: str) -> Locator:
        """Return the button that unfolds a part and folds it."""
        return self.root.locator(".what-if-fold").filter(has_text=re.compile(f"^{part}$"))

    def set(self, name: str, value: str) -> None:
        """Set a control's element and tell the panel, as a moved control does."""
        self.control(name).evaluate(
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input', {bubbles: true}));"
            " e.dispatchEvent(new Event('change', {bubbles: true})); }",
            value,
        )

    def set_to(self, name: str, value: Any, stops: Sequence[Any]) -> None:
        """Set a slider of stops to a value."""
        self.set(name, str(list(stops).index(value)))

    def walk(self, name: str, places: int = 12) -> list[dict[str, Any]]:
        return list(
            self.control(name).evaluate(f"(input, places) => ({WALK})([input, places])", places)
        )

    def wait(self, condition: Callable[[], object]) -> None:
        wait_for(condition, rest=lambda: self.page.wait_for_timeout(5), told=self.says)

    def wait_for(self, *states: str) -> None:
        self.wait(lambda: self.data("state") in states)

    def wait_for_epoch(self, epoch: int) -> None:
        self.wait(lambda: int(self.data("epoch")) >= epoch)

    def train(self, *ends: str) -> None:
        """Press Play, and wait for an end of the run: "completed" if none is named."""
        self.click("Play")
        self.wait_for(*(ends or ("completed",)))

    def reset(self) -> None:
        self.click("Reset")
        self.control("speed").select_option("fast")
        self.wait(lambda: self.data("state") == "idle")

    def download(self) -> Any:
        """Return the file that "Download" gives."""
        self.unfold("More")
        with self.page.expect_download() as waiting:
            self.click("Download")
        return json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))

    def time_until(self, action: str, condition: str) -> float:
        """Return the ms, taken in the page, from an action on the panel until something holds."""
        return float(
            self.root.evaluate(
                f"""async panel => {{
                    const press = name => [...panel.querySelectorAll('button')]
                        .find(b => b.textContent === name).click();
                    const holds = () => {condition};
                    const started = performance.now();
                    {action};
                    // Looking again and again would take time from what is timed.
                    if (!holds()) await new Promise(resolve => {{
                        const look = (_, observer) => holds() && resolve(observer.disconnect());
                        const all = {{attributes: true, childList: true, subtree: true}};
                        new MutationObserver(look).observe(panel, all);
                    }});
                    return performance.now() - started;
                }}"""
            )
        )
