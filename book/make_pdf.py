"""Print the built book as one PDF: all pages in one document, through Chromium.

Run it by `make pdf`, which builds the pages first if need be. What is printed is what a reader sees
without a script: panels as their static figure; answers open, code that a page folds away left out.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from chromium import NO_BROWSER, find_chromium

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
PDF = ROOT / "_build" / "pdf" / "what-training-choices-do.pdf"
ARTICLE = re.compile(r'<article class="bd-article"[^>]*>(.*?)</article>', re.DOTALL)
STYLES = re.compile(r'<link[^>]*rel="(?:preload )?stylesheet"[^>]*>')
SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
ID = re.compile(r'(<[a-z][^<>]*?\s)id="([^"]+)"')
HREF = re.compile(r'\bhref="([^"]*)"')
PAINT = re.compile(r"url\(#")
SRC = re.compile(r'\bsrc="(?![a-z]+:)([^"]*)"')
PRINT_CSS = """
@page { size: A4; margin: 18mm 17mm 20mm; }
html { font-size: 14px; }
body { background: white; }
main.book { max-width: none; margin: 0; }
article.bd-article { padding: 0; break-before: page; font-size: 1rem; line-height: 1.5; }
.cover { break-after: page; padding-top: 45mm; }
.cover h1 { font-size: 3rem; }
.cover ol { list-style: none; padding: 0; margin-top: 12mm; }
.cover li { margin: 1.2mm 0; }
.cover .part { color: #54606b; margin-top: 5mm; }
a { text-decoration: none; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
article.bd-article pre { font-size: 10.2px; }
article.bd-article table { font-size: 0.85rem; }
.sphinx-bs, .sd-container-fluid { break-inside: avoid; }
"""
FOOTER = (
    '<div style="width:100%;font:8px sans-serif;color:#54606b;text-align:center">'
    '<span class="pageNumber"></span></div>'
)
FONTS_ARE_THERE = "() => document.fonts.ready.then(() => true)"


def parts() -> list[tuple[str, list[str]]]:
    """Return the book's parts in order: a caption each, and its pages without suffix."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    listed = [(p["caption"], [c["file"] for c in p["chapters"]]) for p in toc["parts"]]
    return [
        (caption, [str(Path(name).with_suffix("")) for name in names])
        for caption, names in [("", [toc["root"]]), *listed]
    ]


def anchor(page: str, fragment: str = "") -> str:
    """Return the id that a place of a page has in the one document.

    >>> anchor("book/notation", "losses")
    'book-notation--losses'
    """
    name = page.replace("/", "-")
    return f"{name}--{fragment}" if fragment else name


def link_within(href: str, page: str, pages: set[str]) -> str:
    """Return where a link of a page leads in the one document.

    >>> link_within("../book/notation.html#losses", "notebooks/engine", {"book/notation"})
    '#book-notation--losses'
    >>> link_within("https://example.org", "notebooks/engine", set())
    'https://example.org'
    """
    if re.match(r"[a-z]+:", href):
        return href
    path, _, fragment = href.partition("#")
    target = os.path.normpath(Path(page).parent / path).removesuffix(".html") if path else page
    if target in pages:
        return "#" + anchor(target, fragment)
    return own_file(path, page)


def own_file(address: str, page: str) -> str:
    """Return the whole address of a file that a page names relative to itself."""
    path, mark, query = address.partition("?")
    return (HTML / Path(page).parent / path).resolve().as_uri() + mark + query


def article_of(page: str, pages: set[str]) -> str:
    """Return a page's text as an article of the one document."""
    text = (HTML / f"{page}.html").read_text("utf-8")
    found = ARTICLE.search(text)
    if found is None:
        raise SystemExit(f"{page}.html has no article: build the book anew (make clean book)")
    body = SCRIPT.sub("", found[1])
    body = ID.sub(lambda m: f'{m[1]}id="{anchor(page, m[2])}"', body)
    body = HREF.sub(lambda m: f'href="{html.escape(link_within(m[1], page, pages))}"', body)
    # Parts of drawings refer to one another by ids, too.
    body = PAINT.sub(f"url(#{anchor(page, 'x')[:-1]}", body)
    body = SRC.sub(lambda m: f'src="{own_file(m[1], page)}"', body)
    body = body.replace(' loading="lazy"', "")  # nobody scrolls to a picture on paper
    # Answers are open on paper; what only folds code away is not printed at all.
    body = re.sub(r"<details(?=>)", "<details open", body)
    return f'<article class="bd-article" id="{anchor(page)}">{body}</article>'


def title_of(page: str) -> str:
    """Return a page's first heading."""
    article = ARTICLE.search((HTML / f"{page}.html").read_text("utf-8"))
    found = re.search(r"<h1>(.*?)<a ", article[1], re.DOTALL) if article else None
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else page


def cover() -> str:
    """Return the first page: the title, and all pages by part."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    rows = []
    for caption, names in parts():
        if caption:
            rows.append(f'<li class="part">{html.escape(caption)}</li>')
            rows += [f'<li><a href="#{anchor(name)}">{title_of(name)}</a></li>' for name in names]
    return (
        f'<div class="cover"><h1>{html.escape(config["title"])}</h1>'
        f"<p>{html.escape(config['author'])}</p><ol>{''.join(rows)}</ol></div>"
    )


def head_of(pages: list[str]) -> str:
    """Return the style sheets that the pages have, each once."""
    found: dict[str, None] = {}
    for page in pages:
        text = (HTML / f"{page}.html").read_text("utf-8")
        for style in STYLES.findall(text):
            address = HREF.search(style)
            if address:
                link = f'<link rel="stylesheet" href="{own_file(address[1], page)}">'
                found[link] = None
    return "".join(found)


def compose() -> str:
    """Return the whole book as one page of HTML that loads from the built folder."""
    names = [name for _, part in parts() for name in part]
    articles = "".join(article_of(name, set(names)) for name in names)
    return (
        '<!doctype html><html lang="en" data-theme="light" data-mode="light"><head>'
        f'<meta charset="utf-8"><title>What training choices do</title>{head_of(names)}'
        f"<style>{PRINT_CSS}</style></head>"
        f'<body><main class="book">{cover()}{articles}</main></body></html>'
    )


def print_pdf(page: Path, target: Path, chromium: str) -> None:
    """Print a page of HTML as PDF, with the headings as its outline."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # --no-sandbox: Chromium does not start as root, as in a container, otherwise.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab: Any = browser.new_page(color_scheme="light")
        tab.set_default_timeout(300_000)
        tab.goto(page.as_uri(), wait_until="load")
        tab.wait_for_function(FONTS_ARE_THERE)
        tab.pdf(
            path=target, prefer_css_page_size=True, print_background=True, outline=True,
            tagged=True, display_header_footer=True, header_template="<span></span>",
            footer_template=FOOTER,
        )  # fmt: skip
        browser.close()


def main() -> int:
    """Print the book, and say where the file is."""
    parser = argparse.ArgumentParser(description="Print the built book as one PDF.")
    parser.add_argument("target", nargs="?", type=Path, default=PDF)
    target: Path = parser.parse_args().target
    chromium = find_chromium()
    if chromium is None:
        print(f"make pdf: {NO_BROWSER}", file=sys.stderr)
        return 1
    if not (HTML / "index.html").is_file():
        print("make pdf: the book is not built: run `make book` first", file=sys.stderr)
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    page = target.with_suffix(".html")
    page.write_text(compose(), encoding="utf-8")
    print_pdf(page, target, chromium)
    page.unlink()
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
