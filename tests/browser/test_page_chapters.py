"""Every chapter's panel on its built page: controls, links, and pages that lack something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from built_book import HTML
from hostile import hostile_fragments
from page_panel import (
    AT_ONCE_MS,
    CHAPTERS,
    PAGES,
    Chapter,
    PagePanel,
    current_address,
    each_chapter,
    measure_answers,
    opened,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

HOSTILE_CASES = 60  # a chapter
SMALLEST_TARGET = 44
MOST_BUTTONS, LONGEST_LIST = 12, 60


def test_pages_with_a_panel_are_found() -> None:
    assert {"learning-rate", "engine"} <= {chapter.panel.name for chapter in CHAPTERS}
    assert [page.source for page in PAGES if page not in CHAPTERS] == ["book/index.md"]


@each_chapter
def test_every_control_answers_at_once(browser: Browser, host: str, chapter: Chapter) -> None:
    with opened(browser, f"{host}/{chapter.page}") as page:
        panel = PagePanel(page)
        work, drawings = measure_answers(panel, [c.name for c in chapter.panel.controls])
        assert work < AT_ONCE_MS
        assert panel.text("problem") == ""
        study = HTML / "_static" / "what-if" / f"study-{chapter.panel.study}.js"
        if study.is_file():
            assert max(drawings.values()) > 1, "no control leads to other stored runs"


@each_chapter
def test_a_link_reproduces_every_control(browser: Browser, host: str, chapter: Chapter) -> None:
    name = chapter.panel.name
    with opened(browser, f"{host}/{chapter.page}") as page:
        panel = PagePanel(page)
        for control in chapter.panel.controls:
            element = panel.control(control.name)
            if element.evaluate("e => e.tagName") == "SELECT":
                other = element.evaluate("e => [...e.options].find(o => !o.selected).value")
                element.select_option(other)
            else:
                element.focus()
                before = element.input_value()
                page.keyboard.press("ArrowUp")
                if element.input_value() == before:  # it stands at its upper end
                    page.keyboard.press("ArrowDown")
                page.keyboard.press("Tab")
            assert f"{name}.{control.name}=" in current_address(page), control.name
        values = [panel.control(c.name).input_value() for c in chapter.panel.controls]
        page.reload()
        assert [panel.control(c.name).input_value() for c in chapter.panel.controls] == values
        panel.click("Reset")
        assert page.evaluate("location.hash") == ""


@each_chapter
def test_hostile_links_change_nothing(browser: Browser, host: str, chapter: Chapter) -> None:
    with opened(browser, f"{host}/{chapter.page}") as page:
        bad = page.evaluate(
            """async fragments => {
                window.alert = () => { throw new Error('script from a link'); };
                const panel = document.querySelector('.what-if');
                const look = () => [
                    [...panel.querySelectorAll('*')].map(e => e.tagName).sort().join(),
                    [...panel.querySelectorAll('input, select')].map(e => e.value).join('|'),
                ].join(' ');
                const before = look(), bad = [];
                for (const fragment of fragments) {
                    const address = location.href;
                    const heard = new Promise(resolve => addEventListener('hashchange', resolve));
                    location.hash = fragment;
                    if (location.href !== address) await heard;
                    const said = panel.querySelector('.what-if-problem').textContent;
                    if (look() !== before || !said) bad.push(fragment);
                }
                return bad;
            }""",
            hostile_fragments([*chapter.panel.defaults], HOSTILE_CASES, f"{chapter.panel.name}."),
        )
        assert bad == []


@each_chapter
def test_without_a_script_and_on_paper(
    browser: Browser, html: Path, host: str, chapter: Chapter
) -> None:
    for address in (f"{host}/{chapter.page}", (html / chapter.page).as_uri()):
        with opened(browser, address, java_script_enabled=False) as page:
            panel = PagePanel(page)
            assert panel.root.locator(".report-figure svg").is_visible()
            assert "need JavaScript" in panel.root.inner_text()
            assert panel.root.locator("button, input, select, canvas").count() == 0
    with opened(browser, f"{host}/{chapter.page}") as page:
        page.emulate_media(media="print")
        panel = PagePanel(page)
        assert panel.root.locator(".report-figure svg").is_visible()
        assert "Controls: " in panel.root.inner_text()
        assert panel.root.get_by_role("button").count() == 0


@each_chapter
def test_from_disk_no_control_is_dead(browser: Browser, html: Path, chapter: Chapter) -> None:
    with opened(browser, (html / chapter.page).as_uri()) as page:
        panel = PagePanel(page)
        for name in ("Train here", "Stop", "Download this run", "Next test image"):
            assert panel.root.get_by_role("button", name=name).count() == 0, name
        assert panel.root.locator("canvas").count() == 0
        assert "make serve" in panel.root.locator(".what-if-live .what-if-where").inner_text()
        assert panel.lines()


@each_chapter
def test_targets_are_large_and_named(browser: Browser, host: str, chapter: Chapter) -> None:
    size = {"width": 390, "height": 844}
    with opened(browser, f"{host}/{chapter.page}", viewport=size) as page:
        panel = PagePanel(page)
        panel.open_part("sketch")
        boxes = panel.root.locator("button, input, select, summary").evaluate_all(
            "all => all.map(e => [e.textContent || e.id, e.getBoundingClientRect()])"
            "       .map(([name, box]) => [name, box.height, box.width])"
        )
        shown = [box for box in boxes if box[1] or box[2]]
        assert [box for box in shown if min(box[1], box[2]) < SMALLEST_TARGET] == []
        unnamed = "all => all.filter(e => !e.labels.length).length"
        assert panel.root.locator("input, select").evaluate_all(unnamed) == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@each_chapter
def test_stored_runs_are_a_choice_away(browser: Browser, host: str, chapter: Chapter) -> None:
    with opened(browser, f"{host}/{chapter.page}") as page:
        panel = PagePanel(page)
        buttons = panel.root.locator(".what-if-stored button")
        choices = panel.control("stored")
        if buttons.count():
            assert buttons.count() <= MOST_BUTTONS
            buttons.last.click()
        elif choices.count():
            assert 2 <= choices.locator("option").count() <= 1 + LONGEST_LIST
            choices.select_option(index=1)
        else:
            return  # at most one stored cell can be reached
        assert panel.sources()[0].startswith("book: ")
        assert "tored" in panel.text("status")
        assert "no stored run" not in panel.text("status")
