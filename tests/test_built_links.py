"""Links between the built pages: every one leads to a file and to a place that are there."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest


class Page(HTMLParser):
    """Collects where a page's links lead, and the places that others can lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.links, self.places = path, list[str](), set[str]()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.places |= {values[name] or "" for name in ("id", "name") if name in values}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"] or "")


@pytest.fixture(scope="module")
def pages(html: Path) -> dict[Path, Page]:
    files = (p.resolve() for p in html.rglob("*.html") if "_static" not in p.parts)
    return {file: Page(file) for file in files}


def leads_nowhere(page: Page, link: str, pages: dict[Path, Page]) -> bool:
    address = urlsplit(link)
    if address.scheme or address.netloc:
        return False
    path = unquote(address.path)
    target = (page.path.parent / path).resolve() if path else page.path
    if not target.exists():
        return True
    place = unquote(address.fragment)
    # A panel's values stand in the fragment too: name=value.
    return bool(place) and "=" not in place and target in pages and (
        place not in pages[target].places
    )  # fmt: skip


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    broken = {
        path.name: found
        for path, page in pages.items()
        if (found := [link for link in page.links if leads_nowhere(page, link, pages)])
    }
    assert broken == {}


def test_every_link_works_from_a_memory_stick(pages: dict[Path, Page]) -> None:
    absolute = {
        path.name: found
        for path, page in pages.items()
        if (found := [link for link in page.links if link.startswith(("/", "file:"))])
    }
    assert absolute == {}


def test_every_chapter_offers_its_notebook_its_runs_and_its_figures(
    pages: dict[Path, Page],
) -> None:
    for path, page in pages.items():
        if path.parent.name != "notebooks":
            continue
        text = path.read_text(encoding="utf-8")
        assert f"../_sources/notebooks/{path.stem}.ipynb" in page.links
        for sort in (".csv", ".json") if "<th>study</th>" in text else ():
            assert any("../downloads/" in link and link.endswith(sort) for link in page.links)
        if 'class="report-figure"' in text:
            assert any(link.endswith(".svg") for link in page.links)


@pytest.mark.parametrize("link", ["missing.html", "#nowhere", "../notebooks/engine.html#nowhere"])
def test_a_broken_link_is_caught(html: Path, pages: dict[Path, Page], link: str) -> None:
    page = pages[(html / "book" / "index.html").resolve()]
    assert leads_nowhere(page, link, pages)
