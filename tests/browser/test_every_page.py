"""Every built page in a browser: nothing fails, nothing is fetched, and axe-core finds no fault."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from browsing import LISTEN, PHONE, is_cut_off, opened
from built_book import pages
from chapters import PAGES
from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

EVERY_PAGE = [*pages(), "search.html", "genindex.html"]
MAX_PAGE_BYTES = 2_000_000  # with everything that the page loads
SEVERE = {"serious", "critical"}
# What a theme can change; all else is the same in both.
BY_COLOUR = ["color-contrast", "link-in-text-block"]
FONTS_ARE_THERE = "() => document.fonts.ready.then(() => true)"
# Contrast is slow to measure, and a page has thousands of pieces of code: of all that have one
# class in one kind of block, the first stands for the others.
THIN_OUT = """() => {
    const seen = new Set();
    for (const token of document.querySelectorAll('.highlight pre span')) {
        if (!token.isConnected) continue;
        const block = token.closest('.highlight').parentElement;
        const around = [token, token.parentElement, block, block.parentElement];
        const kind = around.map(element => element.className).join(' in ');
        if (seen.has(kind)) token.remove();
        seen.add(kind);
    }
}"""
# Colours that fade into one another would be measured half-way.
STILL = "*, ::before, ::after { animation: none !important; transition: none !important; }"
RUN = """async options => {
    const found = await axe.run({...options, resultTypes: ['violations']});
    return found.violations.map(v => ({
        id: v.id, impact: v.impact, help: v.help,
        nodes: v.nodes.slice(0, 5).map(n => n.target.join(' ') + '  ' + n.html.slice(0, 160)
            + '  ' + n.any.map(a => a.message).join(' ').slice(0, 200)),
    }));
}"""


WIDE_SCREEN = {"width": 1280, "height": 900}
CHAPTERS = [name for name in EVERY_PAGE if name.startswith("notebooks/")]
FRONT = "book/index.html"
WITH_PANEL = [chapter.page for chapter in PAGES]
PICTURE = ".bd-article :is(.report-figure svg, .what-if, .hero, .interactive, .verdicts)"
LIVE = ".bd-article :is(.what-if, .hero, .interactive, .verdicts-rule)"
MOST_TABS = 8
TALLEST = 560  # of a panel as it is first seen
# Code and tables that are wider than the page shows them.
WIDE = ".bd-article :is(pre, .pst-scrollable-table-container, .cell_output, .output)"
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
CUT = """where => [...document.querySelectorAll(where)]
    .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1)
    .map(e => `${e.scrollWidth - e.clientWidth} px: ${e.innerText.slice(0, 80)}`)"""

SMALLEST_WORDS = 10  # pixels, of figures on a phone
# Also of those that are folded, which this opens for a moment.
SMALL_WORDS = """least => {
    const folded = [...document.querySelectorAll('details:not([open])')];
    folded.forEach(e => { e.open = true; });
    const small = [...document.querySelectorAll('.report-figure > svg')].flatMap(svg => {
        const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
        return [...svg.querySelectorAll('text, tspan')]
            .map(e => [scale * parseFloat(getComputedStyle(e).fontSize), e.textContent])
            .filter(([size]) => scale && size < least)
            .map(([size, words]) => `${words}: ${size.toFixed(1)} px`);
    });
    if (document.documentElement.scrollWidth > innerWidth) small.push('a figure is cut off');
    folded.forEach(e => { e.open = false; });
    return small;
}"""


@pytest.mark.parametrize("name", EVERY_PAGE)
@pytest.mark.parametrize("size", [WIDE_SCREEN, PHONE], ids=["wide", "phone"])
def test_a_page_from_disk(html: Path, browser: Browser, name: str, size: dict[str, int]) -> None:
    """Open a page as by double-click, look at it, and go through it by keys."""
    scheme = "dark" if size is PHONE else "light"
    with opened(browser, "about:blank", viewport=size, color_scheme=scheme) as page:
        page.add_init_script(LISTEN)
        requests, failed = set[str](), list[str]()
        page.on("request", lambda request: requests.add(request.url))
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.goto((html / name).as_uri(), wait_until="load")
        page.wait_for_function(FONTS_ARE_THERE)
        assert failed == []
        loads_little(requests)
        assert not is_cut_off(page)
        if size is PHONE:
            assert page.evaluate(SMALL_WORDS, SMALLEST_WORDS) == []
        assert page.evaluate(CUT, ".bd-article :is(div.math, .cell_output:has(table.words))") == []
        if name in CHAPTERS or name == FRONT:
            begins_with_a_picture(page, size)
        if name == FRONT:
            cards_begin_on_the_first_screen(page, size)
        if name in WITH_PANEL:
            slider_and_charts_are_on_one_screen(page, size)
        if name in CHAPTERS and page.locator(LIVE).count():
            keys_lead_to_the_first_control(page)
        if size is not PHONE:
            page.evaluate(UNFOLD)
            assert page.evaluate(CUT, WIDE) == []
            breaks_no_policy(page)


def loads_little(requests: set[str]) -> None:
    """All that a page loads lies beside it."""
    assert {u for u in requests if urlsplit(u).scheme not in {"file", "data", "blob"}} == set()
    loaded = [Path(unquote(urlsplit(u).path)) for u in requests if u.startswith("file:")]
    assert sum(path.stat().st_size for path in loaded) <= MAX_PAGE_BYTES


def begins_with_a_picture(page: Page, size: dict[str, int]) -> None:
    box = page.locator(PICTURE).first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= size["height"]


def cards_begin_on_the_first_screen(page: Page, size: dict[str, int]) -> None:
    """A fifth of the screen shows the first row of chapters, below the whole live picture."""
    hero, *cards = (box.bounding_box() for box in page.locator(".hero, .chapter-card").all()[:3])
    tops = [card["y"] for card in cards if card]
    assert hero is not None
    assert hero["y"] + hero["height"] <= min(tops)
    assert (max(tops) if size is WIDE_SCREEN else min(tops)) <= 0.8 * size["height"]


def slider_and_charts_are_on_one_screen(page: Page, size: dict[str, int]) -> None:
    root = page.locator(".what-if").first
    boxes = root.locator(".what-if-charts, .what-if-main").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().top, e.getBoundingClientRect().bottom])"
    )
    assert max(b for _, b in boxes) - min(t for t, _ in boxes) < PHONE["height"] - 60
    if size is PHONE:
        return
    whole, picture = root.bounding_box(), root.locator(".what-if-network").bounding_box()
    charts = root.locator(".what-if-charts").bounding_box()
    assert whole is not None
    assert picture is not None
    assert charts is not None
    assert whole["height"] <= TALLEST
    assert picture["x"] >= charts["x"] + charts["width"]
    assert charts["y"] - 10 <= picture["y"] < charts["y"] + 60


def keys_lead_to_the_first_control(page: Page) -> None:
    """The skip link, then whatever stands before the first slider, field or button to play with."""
    live = page.locator(LIVE).first
    page.keyboard.press("Tab")
    assert "Skip to main content" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    for _ in range(MOST_TABS - 1):
        page.keyboard.press("Tab")
        if live.evaluate("e => e.contains(document.activeElement)"):
            return
    pytest.fail(f"not reached by {MOST_TABS} tabs")


def breaks_no_policy(page: Page) -> None:
    """The page has one, and keeps to it while its sliders move."""
    assert page.locator('meta[http-equiv="Content-Security-Policy"]').count() == 1
    for slider in page.locator("input[type=range]").all()[:3]:
        slider.press("ArrowRight")
    assert page.evaluate("broken") == []


@pytest.fixture(scope="module", params=[1280, PHONE["width"]])
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    size = {"width": request.param, "height": 900}
    with browser.new_context(viewport=size) as context:
        yield context


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def severe(found: list[dict[str, Any]]) -> str:
    """Return the severe violations as text, one after the other."""
    bad = [v for v in found if v["impact"] in SEVERE]
    return "\n".join(f"{v['id']}: {v['help']}\n  " + "\n  ".join(v["nodes"]) for v in bad)


def look_at_all_but_colours(page: Page) -> str:
    return severe(page.evaluate(RUN, {"rules": {rule: {"enabled": False} for rule in BY_COLOUR}}))


def look_at_colours(page: Page, theme: str) -> str:
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.wait_for_timeout(50)
    return severe(page.evaluate(RUN, {"runOnly": {"type": "rule", "values": BY_COLOUR}}))


@pytest.mark.slow
@pytest.mark.parametrize("name", EVERY_PAGE)
def test_no_severe_violation(html: Path, context: BrowserContext, axe: str, name: str) -> None:
    page = context.new_page()
    page.goto((html / name).as_uri(), wait_until="load")
    page.wait_for_function(FONTS_ARE_THERE)
    page.add_style_tag(content=STILL)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.evaluate(axe)
    found = [look_at_all_but_colours(page)]
    page.evaluate(THIN_OUT)
    found += [look_at_colours(page, theme) for theme in ("light", "dark")]
    page.close()
    assert not any(found), "\n".join(found)


PALE = '<p style="color:#bbb;background:#fff">pale</p><button></button>'
BLOCK = '<div class="{}"><div class="highlight"><pre>{}</pre></div></div>'
TOKENS = '<span class="k">for</span> <span class="k">in</span>'
# Pale in one kind of block only, and below many tokens of the same class.
PALE_CODE = "<style>.pale .k { color: #bbb }</style>" + "".join(
    BLOCK.format(kind, TOKENS) for kind in ("plain", "pale")
)


@pytest.mark.slow
@pytest.mark.parametrize("content", [PALE, PALE_CODE], ids=["words", "code"])
def test_a_violation_would_be_found(context: BrowserContext, axe: str, content: str) -> None:
    page = context.new_page()
    page.set_content(f'<html lang="en"><title>x</title><main><h1>x</h1>{content}</main></html>')
    page.evaluate(axe)
    assert ("button-name" in look_at_all_but_colours(page)) == ("<button" in content)
    page.evaluate(THIN_OUT)
    assert "color-contrast" in look_at_colours(page, "light")
    assert page.locator("span").count() == (2 if "<span" in content else 0)
    page.close()
