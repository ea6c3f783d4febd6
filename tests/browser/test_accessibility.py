"""Every built page, looked at by axe-core: no serious and no critical violation."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from built_book import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEVERE = {"serious", "critical"}
WIDTHS = (1280, 390)
# What a theme can change; all else is the same in both.
BY_COLOUR = ["color-contrast", "link-in-text-block"]
FORMULAS_ARE_SET = (
    "() => !document.querySelector('span.math, div.math')"
    " || window.MathJax?.startup?.promise?.then(() => true)"
)
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
    // Formulas are MathJax's own, many, in the text's colour, and have words for screen readers.
    const where = {include: [['html']], exclude: [['mjx-container']]};
    const found = await axe.run(where, {...options, resultTypes: ['violations']});
    return found.violations.map(v => ({
        id: v.id, impact: v.impact, help: v.help,
        nodes: v.nodes.slice(0, 5).map(n => n.target.join(' ') + '  ' + n.html.slice(0, 160)
            + '  ' + n.any.map(a => a.message).join(' ').slice(0, 200)),
    }));
}"""


@pytest.fixture(scope="module", params=WIDTHS)
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    size = {"width": request.param, "height": 900}
    with browser.new_context(viewport=size) as context:
        yield context


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


@pytest.fixture(scope="module")
def axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("name", [*pages(), "search.html", "genindex.html"])
def test_no_severe_violation(html: Path, context: BrowserContext, axe: str, name: str) -> None:
    page = context.new_page()
    page.goto((html / name).as_uri(), wait_until="load")
    page.wait_for_function(FORMULAS_ARE_SET)
    page.add_style_tag(content=STILL)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.evaluate(axe)
    found = [look_at_all_but_colours(page)]
    page.evaluate(THIN_OUT)
    found += [look_at_colours(page, theme) for theme in ("light", "dark")]
    page.close()
    assert not any(found), "\n".join(found)


def test_a_violation_would_be_found(context: BrowserContext, axe: str) -> None:
    page = context.new_page()
    page.set_content(
        '<html lang="en"><title>x</title><main><h1>x</h1>'
        '<p style="color:#bbb;background:#fff">pale</p><button></button></main></html>'
    )
    page.evaluate(axe)
    assert "button-name" in look_at_all_but_colours(page)
    assert "color-contrast" in look_at_colours(page, "light")
    page.close()


def test_pale_code_would_be_found(context: BrowserContext, axe: str) -> None:
    """In one kind of block only, and below many tokens of the same class."""
    page = context.new_page()
    block = '<div class="{}"><div class="highlight"><pre>{}</pre></div></div>'
    tokens = '<span class="k">for</span> <span class="k">in</span>'
    page.set_content(
        '<html lang="en"><title>x</title><style>.pale .k { color: #bbb }</style><main><h1>x</h1>'
        + block.format("plain", tokens)
        + block.format("pale", tokens)
        + "</main></html>"
    )
    page.evaluate(axe)
    page.evaluate(THIN_OUT)
    found = look_at_colours(page, "light")
    kept = page.locator("span").count()
    page.close()
    assert "color-contrast" in found
    assert kept == 2
