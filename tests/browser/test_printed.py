"""The book on paper: nothing runs beyond the right edge of the text, nothing is cut off there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browsing import opened
from playwright.sync_api import Browser, Page

import make_pdf

pytestmark = pytest.mark.browser

MM = 96 / 25.4  # pixels
A4_WIDTH = 210
CLIPPED = """() => {
    const edge = document.querySelector('main.book').getBoundingClientRect().right;
    const pieces = [...document.querySelectorAll('.bd-article *')].filter(e => e.checkVisibility());
    const isHidden = e => e.clientWidth && getComputedStyle(e).overflowX !== 'visible';
    return pieces.filter(e => e.closest('svg') === e || !e.closest('svg')).map(e => {
        const { right, width, height } = e.getBoundingClientRect();
        const cut = isHidden(e) ? e.scrollWidth - e.clientWidth : 0;
        return [width > 1 && height > 1 ? Math.max(right - edge, cut) : 0, e];
    }).filter(([over]) => over > 1)
        .map(([over, e]) => `${e.closest('article').id} ${e.tagName}: ${Math.round(over)} px, `
            + e.textContent.trim().slice(0, 60));
}"""


def text_width() -> int:
    """Return the width of the text on paper, in pixels."""
    found = re.search(r"margin: \S+ (\d+)mm", make_pdf.PRINT_CSS)
    assert found is not None
    return int((A4_WIDTH - 2 * int(found[1])) * MM)


def clipped(page: Page, document: Path) -> list[str]:
    page.emulate_media(media="print")
    page.goto(document.as_uri(), wait_until="load")
    page.evaluate(make_pdf.FONTS_ARE_THERE)
    return list(page.evaluate(CLIPPED))


@pytest.mark.slow
def test_nothing_is_clipped_on_paper(html: Path, browser: Browser, tmp_path: Path) -> None:
    whole = str(make_pdf.compose())
    line = f"<pre>{'a_name_without_end' * 30}</pre>"
    wide = '<table style="width: 900px"><tr><td>wide</td></tr></table>'
    hidden = f'<div style="overflow-x: auto"><p style="white-space: pre">{"long " * 80}</p></div>'
    faulty = whole.replace("</article>", f"{line}{wide}{hidden}</article>", 1)
    # The print style wraps the line of code; what it cannot wrap has to be noticed.
    with opened(browser, "about:blank", viewport={"width": text_width(), "height": 900}) as page:
        (tmp_path / "book.html").write_text(whole, "utf-8")
        assert clipped(page, tmp_path / "book.html") == []
        (tmp_path / "book.html").write_text(faulty, "utf-8")
        found = [re.sub(r":.*", "", fault) for fault in clipped(page, tmp_path / "book.html")]
        assert {fault.split()[1] for fault in found} >= {"TABLE", "DIV"}
        assert "book-index PRE" not in found
