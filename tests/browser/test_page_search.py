"""What a search shows of a page: its sentences, without code, figures' words and buttons."""

from __future__ import annotations

import pytest
from mlp_pages import SCRIPTS
from playwright.sync_api import Browser

from mlp_book.scripts import classic_script

pytestmark = pytest.mark.browser

SOUGHT = """
<main role="main"><div class="bd-header-article"><button>.pdf</button>Contents</div>
<article class="bd-article"><h1>Momentum<a class="headerlink">#</a></h1>
<p>A ball
  that rolls.</p><div class="cell_input"><pre>train()</pre></div>
<svg><text>1</text><text>25</text></svg><table class="dataframe"><tr><td>98.2</td></tr></table>
<section id="far"><h2>Far</h2>
<p>It stops at <i>last</i>.</p><table><tr><td>left</td><td>right</td></tr></table></section>
</article></main>
"""
# What Sphinx's search cuts out of a page's text: so many characters, wherever they begin.
SPHINX = """const Search = { makeSearchSummary: (html, words) => {
    const summary = document.createElement("p");
    const from = Math.max(html.indexOf(words[0]) - 10, 0);
    const tail = from + 20 < html.length ? "..." : "";
    summary.textContent = (from ? "..." : "") + html.substr(from, 20).trim() + tail;
    return html ? summary : null;
} };"""


@pytest.mark.parametrize(
    ("anchor", "text"),
    [
        ("", "A ball that rolls. Far It stops at last. left right"),
        ("#far", "Far It stops at last. left right"),
        ("#none-such", "A ball that rolls. Far It stops at last. left right"),
    ],
)
def test_an_excerpt_is_cut_from_sentences(browser: Browser, anchor: str, text: str) -> None:
    page = browser.new_page()
    page.set_content(f"<script>{SPHINX}</script>")
    page.add_script_tag(content=classic_script(SCRIPTS["search.js"]))
    assert (
        page.evaluate("([html, anchor]) => Search.htmlToText(html, anchor)", [SOUGHT, anchor])
        == text
    )
    assert page.evaluate("Search.htmlToText('', '')") == ""
    page.close()


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        ("momentum keeps a part of the last step for ever", "… keeps a part of …"),
        ("part one", "part one"),
        ("a word or two, then a part", "… then a part"),
        ("", None),
    ],
)
def test_an_excerpt_has_whole_words(browser: Browser, text: str, excerpt: str | None) -> None:
    page = browser.new_page()
    page.set_content(f"<script>{SPHINX}</script>")
    page.add_script_tag(content=classic_script(SCRIPTS["search.js"]))
    found = page.evaluate("t => Search.makeSearchSummary(t, ['part'])?.textContent ?? null", text)
    assert found == excerpt
    page.close()
