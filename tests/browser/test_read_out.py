"""Pointer, finger and keys read the runs' values off a chapter's figure, and lead to the runs."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, current_address, opened
from playwright.sync_api import Browser, Locator, Page

from mlp_book.frames import frame
from mlp_book.stats import spread
from mlp_core.studies import load_runs

pytestmark = pytest.mark.browser

FIGURE = ".report-figure.opening > svg"
STUDY = "learning-rate"


@pytest.fixture
def page(html: Path, browser: Browser) -> Iterator[Page]:
    with opened(browser, (html / "notebooks/learning_rate.html").as_uri()) as page:
        yield page


def place_of(svg: Locator, rate: float) -> tuple[float, float]:
    """Return where a learning rate is on the screen, half-way up."""
    (panel,) = json.loads(str(svg.get_attribute("data-scales")))
    box, width = svg.bounding_box(), float(str(svg.get_attribute("viewBox")).split()[2])
    assert box is not None
    (low, high), (first, last) = panel["x"]["range"], panel["x"]["px"]
    share = math.log(rate / low) / math.log(high / low)
    x = box["x"] + (first + share * (last - first)) * box["width"] / width
    return x, box["y"] + box["height"] / 2


def says_what_the_runs_reached(shown: Locator, rate: float) -> None:
    data = frame(load_runs(STUDY))
    values = data.loc[data["learning_rate"] == rate, "test_error"]
    place, value = (shown.locator(part).first.inner_text() for part in ("p", "li"))
    numbers = [float(number) for number in re.findall(r"[\d.]+", value)]
    low, high = spread(values).interval
    assert float(place.split()[-1]) == pytest.approx(rate, rel=0.01)
    assert numbers == pytest.approx([values.mean(), low, high], rel=0.01)
    assert f"Mean of {len(values)} seeds (95" in shown.locator(".read-out-seeds").inner_text()


def test_the_pointer_reads_means_seeds_and_intervals(page: Page) -> None:
    svg, shown = page.locator(FIGURE), page.locator(".read-out").first
    for rate in (0.001, 0.01, 0.1):
        page.mouse.move(*place_of(svg, rate))
        says_what_the_runs_reached(shown, rate)
    page.mouse.move(2, 2)
    assert shown.is_hidden()


def test_a_click_holds_the_values_and_leads_to_the_runs(page: Page) -> None:
    shown = page.locator(".read-out").first
    page.mouse.click(*place_of(page.locator(FIGURE), 0.01))
    page.mouse.move(2, 2)
    says_what_the_runs_reached(shown, 0.01)
    shown.get_by_role("link").click()
    page.wait_for_selector(f'.explorer[data-study="{STUDY}"] .explorer-table')
    ids = {run.run_id for run in load_runs(STUDY) if run.config.learning_rate == 0.01}
    assert set(current_address(page).partition("runs=")[2].split(".")) == ids


def test_a_tap_holds_the_values_until_another(html: Path, browser: Browser) -> None:
    address = (html / "notebooks/learning_rate.html").as_uri()
    with opened(browser, address, viewport=PHONE, has_touch=True) as page:
        shown = page.locator(".read-out").first
        page.touchscreen.tap(*place_of(page.locator(FIGURE), 0.001))
        says_what_the_runs_reached(shown, 0.001)
        page.touchscreen.tap(PHONE["width"] / 2, PHONE["height"] - 4)
        assert shown.is_hidden()


def test_arrow_keys_go_from_point_to_point_and_tab_to_the_runs(page: Page) -> None:
    rates = sorted({run.config.learning_rate for run in load_runs(STUDY)})
    svg, shown = page.locator(FIGURE), page.locator(".read-out").first
    svg.focus()
    for key, rate in (("ArrowRight", rates[0]), ("ArrowRight", rates[1]), ("Home", rates[0])):
        page.keyboard.press(key)
        says_what_the_runs_reached(shown, rate)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    assert shown.get_by_role("link").evaluate("e => e === document.activeElement")
    page.keyboard.press("Escape")
    assert shown.is_hidden()


def middles_of(svg: Locator) -> list[tuple[float, float]]:
    """Return where the marks of a figure are on the screen."""
    (panel,) = json.loads(str(svg.get_attribute("data-scales")))
    svg.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
    box, width = svg.bounding_box(), float(str(svg.get_attribute("viewBox")).split()[2])
    assert box is not None
    zoom = box["width"] / width
    return [
        (box["x"] + (left + right) / 2 * zoom, box["y"] + (top + bottom) / 2 * zoom)
        for left, top, right, bottom in panel["marks"]["box"]
    ]


def says_mark(svg: Locator, number: int) -> None:
    """Its name, mean, interval and seeds stand beside a mark, whole on the screen."""
    marks = json.loads(str(svg.get_attribute("data-scales")))[0]["marks"]
    shown = svg.locator("xpath=..").locator(".read-out")
    assert shown.locator("p").first.inner_text() == marks["name"][number]
    numbers = [float(one) for one in re.findall(r"[\d.]+", shown.locator("li").inner_text())]
    expected = [marks[key][number] for key in ("value", "low", "high")]
    assert numbers == pytest.approx(expected, rel=0.01)
    assert f"Mean of {marks['n']} seeds (95" in shown.locator(".read-out-seeds").inner_text()
    assert shown.get_by_role("link").count() == 1
    assert shown.evaluate("""e => { const box = e.getBoundingClientRect();
        return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight
            && e.contains(document.elementFromPoint(box.left + 5, box.bottom - 5)); }""")


@pytest.mark.parametrize(
    ("key", "steps"), [("ArrowRight", [0, 1, 2, 2]), ("ArrowDown", [0, 3, 6, 6])]
)
def test_keys_and_taps_read_the_cells_of_a_map(
    html: Path, browser: Browser, key: str, steps: list[int]
) -> None:
    address = (html / "notebooks/activations_losses.html").as_uri()
    with opened(browser, address, viewport=PHONE, has_touch=True) as page:
        svg = page.locator(FIGURE)
        for number in (steps[1], steps[2]):
            page.touchscreen.tap(*middles_of(svg)[number])
            says_mark(svg, number)
        page.keyboard.press("Escape")
        svg.focus()
        for number in steps:
            page.keyboard.press(key)
            says_mark(svg, number)


def test_pointer_keys_and_tap_read_the_rows_of_a_chart(html: Path, browser: Browser) -> None:
    address = (html / "notebooks/optimizers_epochs.html").as_uri()
    for options in ({}, {"viewport": PHONE, "has_touch": True}):
        with opened(browser, address, **options) as page:
            svg = page.locator("#fig-optimizers-levels svg[data-scales]")
            places = middles_of(svg)
            if options:
                page.touchscreen.tap(*places[-1])
            else:
                page.mouse.click(*places[-1])
            says_mark(svg, len(places) - 1)
            svg.focus()
            for key, number in (("Home", 0), ("ArrowDown", 1), ("ArrowRight", 1), ("ArrowUp", 0)):
                page.keyboard.press(key)
                says_mark(svg, number)
