"""The built pages stand alone: nothing they load lies on another host, and nothing fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from built_book import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MAX_PAGE_BYTES = 2_500_000  # with everything that the page loads
FORMULAS_ARE_SET = (
    "() => !document.querySelector('span.math, div.math')"
    " || document.querySelector('mjx-container')"
)


class Loads(HTMLParser):
    """Collects the addresses of all that a page loads; where its links lead is another matter."""

    LINKS_THAT_LOAD = frozenset(
        {"stylesheet", "preload", "prefetch", "modulepreload", "icon", "manifest"}
    )

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and not self.LINKS_THAT_LOAD & set(values.get("rel", "").split()):
            return
        names = ["href"] if tag in {"link", "use", "image"} else ["src", "srcset", "data", "poster"]
        self.addresses += [values[name] for name in names if name in values]
        self.addresses += re.findall(r"url\(\s*['\"]?([^'\")]+)", values.get("style", ""))


def loaded_by(html: str) -> list[str]:
    parser = Loads()
    parser.feed(html)
    styles = "".join(re.findall(r"(?s)<style[^>]*>(.*?)</style>", html))
    return parser.addresses + loaded_by_css(styles)


def loaded_by_css(css: str) -> list[str]:
    css = re.sub(r"(?s)/\*.*?\*/", "", css)
    return re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")\s]+)", css)


def is_elsewhere(address: str) -> bool:
    return bool(re.match(r"(?:https?:)?//", address.strip(), re.IGNORECASE))


def test_no_page_names_another_host_to_load_from(html: Path) -> None:
    built = sorted(html.rglob("*.html"))
    assert {p.relative_to(html).as_posix() for p in built} >= {
        "index.html",
        "search.html",
        *pages(),
    }
    elsewhere = {
        page.relative_to(html).as_posix(): found
        for page in built
        if (found := [a for a in loaded_by(page.read_text("utf-8")) if is_elsewhere(a)])
    }
    assert elsewhere == {}


def test_no_style_sheet_names_another_host_to_load_from(html: Path) -> None:
    for sheet in html.rglob("*.css"):
        assert [a for a in loaded_by_css(sheet.read_text("utf-8")) if is_elsewhere(a)] == [], sheet


def test_no_page_has_a_widget_without_a_kernel(html: Path) -> None:
    for page in pages():
        text = (html / page).read_text("utf-8")
        assert "application/vnd.jupyter.widget" not in text, page
        assert "fontawesome.js" not in text, page


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/x.css">',
        '<img src="http://cdn.example/x.png">',
        '<p style="background: url(https://cdn.example/x.png)">',
        '<style>@import "https://cdn.example/x.css";</style>',
    ],
)
def test_loading_from_another_host_is_caught(markup: str) -> None:
    assert any(is_elsewhere(address) for address in loaded_by(markup))


def test_a_link_to_another_host_is_not_loading() -> None:
    markup = '<a href="https://example.org">x</a><link rel="canonical" href="https://example.org">'
    assert not any(is_elsewhere(address) for address in loaded_by(markup))


@pytest.mark.browser
@pytest.mark.parametrize("page", [*pages(), "search.html", "genindex.html"])
def test_page_in_a_browser(html: Path, browser: Browser, page: str) -> None:
    """Open a page as by double-click: all that it loads lies beside it, and nothing fails."""
    for width, scheme in ((1280, "light"), (390, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        problems, requests = list[str](), set[str]()
        tab = context.new_page()
        tab.on("request", lambda request, seen=requests: seen.add(request.url))
        tab.on("requestfailed", lambda request, seen=problems: seen.append(request.url))
        tab.on("pageerror", lambda error, seen=problems: seen.append(str(error)))
        tab.on(
            "console",
            lambda message, seen=problems: (
                seen.append(message.text) if message.type == "error" else None
            ),
        )
        tab.goto((html / page).as_uri(), wait_until="load")
        # MathJax sets its formulas after the page has loaded.
        tab.wait_for_function(FORMULAS_ARE_SET)
        assert problems == []
        assert {u for u in requests if urlsplit(u).scheme not in {"file", "data", "blob"}} == set()
        assert sum(sizes(requests)) <= MAX_PAGE_BYTES
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        context.close()


def sizes(requests: set[str]) -> Iterator[int]:
    for address in requests:
        if address.startswith("file:"):
            yield Path(unquote(urlsplit(address).path)).stat().st_size
