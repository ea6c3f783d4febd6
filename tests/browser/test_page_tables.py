"""Tables of numbers: sorted by their heads, scrolled inside their box, tables without a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import PHONE, is_cut_off, opened
from chapters import CHAPTER
from mlp_pages import SCRIPTS
from playwright.sync_api import Browser, Locator, Page

from mlp_book.scripts import classic_script

pytestmark = pytest.mark.browser

SCRIPT = classic_script(SCRIPTS["tables.js"])
TABLE = """
<article class="bd-article"><table class="dataframe"><thead><tr>
  <th>level</th><th>accuracy</th><th>power</th><th>seeds</th></tr></thead><tbody>
<tr><th>0.1</th><td>98.2\u00a0±\u00a00.1</td><td>10⁻⁵</td><td>3</td></tr>
<tr><th>10</th><td>-</td><td>2·10⁻⁶</td><td>3, 1 diverged</td></tr>
<tr><th>2</th><td>★\u00a098.1\u00a0±\u00a00.1</td><td>0.5</td><td>12</td></tr>
<tr><th>1,000</th><td>\u22123</td><td>10⁶</td><td>3</td></tr>
</tbody></table></article>
"""
SMALL = TABLE[: TABLE.index("<tr><th>2<")] + "</tbody></table></article>"


@pytest.fixture(scope="module")
def chapter(html: Path) -> Path:
    return html / CHAPTER


@pytest.fixture
def made(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a page with a table, and the script."""
    page = browser.new_page()
    page.set_content(getattr(request, "param", TABLE))
    page.add_script_tag(content=SCRIPT)
    yield page
    page.close()


def levels(table: Locator) -> list[str]:
    return table.locator("tbody tr > :first-child").all_inner_texts()


@pytest.mark.parametrize(
    ("head", "rising", "falling"),
    [
        ("level", "0.1 2 10 1,000", "1,000 10 2 0.1"),
        ("accuracy", "1,000 2 0.1 10", "0.1 2 1,000 10"),  # a dash is no number, and comes last
        ("power", "10 0.1 2 1,000", "1,000 2 0.1 10"),
        ("seeds", "0.1 10 1,000 2", "2 0.1 10 1,000"),  # equal ones keep their order
    ],
)
def test_a_click_sorts_another_turns_a_third_undoes(
    made: Page, head: str, rising: str, falling: str
) -> None:
    before = " ".join(levels(made.locator("table")))
    button = made.get_by_role("button", name=head)
    for state, order in (("ascending", rising), ("descending", falling), ("none", before)):
        button.click()
        assert made.locator("th", has=button).get_attribute("aria-sort") == state
        assert levels(made.locator("table")) == order.split()


def test_the_keyboard_sorts_and_only_one_head_says_so(made: Page) -> None:
    made.get_by_role("button", name="level").focus()
    made.keyboard.press("Enter")
    made.keyboard.press("Tab")
    made.keyboard.press("Space")
    states = made.locator("thead th").evaluate_all("all => all.map(e => e.ariaSort)")
    assert states == ["none", "ascending", "none", "none"]
    assert levels(made.locator("table"))[0] == "1,000"


@pytest.mark.parametrize("made", [SMALL], indirect=True, ids=["two rows"])
def test_a_table_read_at_a_glance_has_no_buttons(made: Page) -> None:
    assert made.get_by_role("button").count() == 0


def test_a_chapters_table_sorts_from_disk(browser: Browser, chapter: Path) -> None:
    with opened(browser, chapter.as_uri()) as page:
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        table = page.locator("table.dataframe", has=page.locator(".sort-button")).first
        before = levels(table)
        table.locator(".sort-button").first.click()
        table.locator(".sort-button").first.click()
        assert levels(table) == sorted(before, key=lambda text: before.index(text), reverse=True)


def test_without_a_script_a_table_is_a_table(browser: Browser, chapter: Path) -> None:
    with opened(browser, chapter.as_uri(), java_script_enabled=False) as page:
        assert page.locator("table.dataframe").count() >= 2
        assert page.locator(".sort-button").count() == 0


def test_a_table_that_is_cut_fades_until_its_end_is_seen(browser: Browser) -> None:
    page = browser.new_page()
    table = '<table style="width: 500px"><tr><td>1</td></tr></table><p class="table-note">Note.</p>'
    boxes = [
        f'<div class="text_html" style="overflow: auto; width: {width}px">{table}</div>'
        for width in (200, 600)
    ]
    page.set_content(f'<article class="bd-article">{"".join(boxes)}</article>')
    page.add_script_tag(content=classic_script(SCRIPTS["edges.js"]))
    page.wait_for_selector("table.is-cut")
    seen = (
        "all => all.map(e => [e.classList.contains('is-cut'), e.style.cssText.split(': ').at(-1)])"
    )
    tables = page.locator("table")
    assert tables.evaluate_all(seen) == [[True, "200px;"], [False, "600px;"]]
    page.locator(".text_html").first.evaluate("e => e.scrollTo(300, 0)")
    page.wait_for_selector("table.is-cut", state="detached")
    assert tables.evaluate_all(seen) == [[False, "500px;"], [False, "600px;"]]
    page.close()


def test_code_that_is_cut_fades_too(browser: Browser) -> None:
    page = browser.new_page()
    code = "<pre style='overflow: auto; width: 200px'>{}</pre>"
    texts = code.format("long " * 40) + code.format("short")
    page.set_content(f'<article class="bd-article">{texts}</article>')
    page.add_script_tag(content=classic_script(SCRIPTS["edges.js"]))
    page.wait_for_selector("pre.is-cut")
    assert page.locator("pre").evaluate_all("all => all.map(e => e.className)") == ["is-cut", ""]
    page.close()


def test_a_wide_table_scrolls_in_its_box_on_a_phone(browser: Browser, chapter: Path) -> None:
    with opened(browser, chapter.as_uri(), viewport=PHONE) as page:
        table = page.locator("table.dataframe", has=page.locator(".sort-button")).first
        assert table.evaluate("e => e.getBoundingClientRect().width") > PHONE["width"]
        scrolls = """e => {
            let box = e.parentElement;
            while (box && getComputedStyle(box).overflowX !== 'auto') box = box.parentElement;
            return box !== null && box.scrollWidth > box.clientWidth;
        }"""
        assert table.evaluate(scrolls)
        assert not is_cut_off(page)
