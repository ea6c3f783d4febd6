"""The built pages stand alone: what they load lies beside them, and every link leads somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from built_book import pages
from figure_labels import alternative_faults, label_faults, tick_faults
from mlp_reading import DRAWN, words_of

CHAPTERS = [page for page in pages() if page.startswith("notebooks/")]
MOST_WORDS, MOST_WORDS_IN_ALL = 2_400, 28_000  # of the main line: 10 minutes, and 2 hours
LINKS_THAT_LOAD = {"stylesheet", "preload", "prefetch", "modulepreload", "icon", "manifest"}


class Page(HTMLParser):
    """Collects what a page loads, where its links lead, and the places that others can lead to."""

    def __init__(self, text: str, path: Path = Path("page.html")) -> None:
        super().__init__()
        self.text, self.path = text, path
        self.links, self.places = list[str](), set[str]()
        self.loads = loaded_by_css("".join(re.findall(r"(?s)<style[^>]*>(.*?)</style>", text)))
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.places |= {values[name] for name in ("id", "name") if name in values}
        self.loads += re.findall(r"url\(\s*['\"]?([^'\")]+)", values.get("style", ""))
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "link" and not LINKS_THAT_LOAD & set(values.get("rel", "").split()):
            return
        elif tag in {"link", "use", "image"}:
            self.loads += [values["href"]] if "href" in values else []
        else:
            names = ("src", "srcset", "data", "poster")
            self.loads += [values[name] for name in names if name in values]

    def leads_nowhere(self, link: str, others: dict[Path, Page]) -> bool:
        """Say whether a link leads to a file or a place that is not there."""
        address = urlsplit(link)
        if address.scheme or address.netloc:
            return False
        path, place = unquote(address.path), unquote(address.fragment)
        target = (self.path.parent / path).resolve() if path else self.path
        # A panel's values stand in the fragment too: name=value.
        if not target.exists() or not place or "=" in place or target not in others:
            return not target.exists()
        return place not in others[target].places


def loaded_by_css(css: str) -> list[str]:
    css = re.sub(r"(?s)/\*.*?\*/", "", css)
    return re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")\s]+)", css)


def elsewhere(addresses: list[str]) -> list[str]:
    """Return the addresses that lie on another host."""
    return [a for a in addresses if re.match(r"(?:https?:)?//", a.strip(), re.IGNORECASE)]


@pytest.fixture(scope="module")
def built(html: Path) -> dict[Path, Page]:
    files = [path.resolve() for path in html.rglob("*.html") if "_static" not in path.parts]
    return {file: Page(file.read_text("utf-8"), file) for file in files}


DRAWING = re.compile(r'<div class="report-figure[^"]*">(<svg.*?</svg>)', re.DOTALL)


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_have_words_and_their_labels_stand_at_the_lines(html: Path, name: str) -> None:
    drawn = DRAWING.findall((html / name).read_text("utf-8"))
    assert drawn
    for svg in drawn:
        assert label_faults(svg) == []
        assert tick_faults(svg) == []
        assert alternative_faults(svg) == []


def test_all_pages_are_built(html: Path, built: dict[Path, Page]) -> None:
    names = {path.relative_to(html.resolve()).as_posix() for path in built}
    assert names >= {"index.html", "search.html", "genindex.html", *pages()}


def test_nothing_is_loaded_from_another_host(html: Path, built: dict[Path, Page]) -> None:
    loads = {path.name: page.loads for path, page in built.items()}
    loads |= {p.name: loaded_by_css(p.read_text("utf-8")) for p in html.rglob("*.css")}
    assert {name: elsewhere(found) for name, found in loads.items() if elsewhere(found)} == {}


@pytest.mark.parametrize(
    ("markup", "count"),
    [
        ('<script src="https://cdn.example/x.js"></script>', 1),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', 1),
        ('<img src="http://cdn.example/x.png">', 1),
        ('<p style="background: url(https://cdn.example/x.png)">', 1),
        ('<style>@import "https://cdn.example/x.css";</style>', 1),
        ('<a href="https://example.org">x</a><link rel="canonical" href="https://x.org">', 0),
    ],
)
def test_loading_from_another_host_is_caught_and_a_link_is_none(markup: str, count: int) -> None:
    assert len(elsewhere(Page(markup).loads)) == count


def test_no_page_has_a_widget_without_a_kernel(html: Path) -> None:
    for page in pages():
        text = (html / page).read_text("utf-8")
        assert "application/vnd.jupyter.widget" not in text, page
        assert "fontawesome.js" not in text, page


def test_every_link_leads_somewhere_also_from_a_memory_stick(built: dict[Path, Page]) -> None:
    for path, page in built.items():
        assert [link for link in page.links if page.leads_nowhere(link, built)] == [], path.name
        assert [link for link in page.links if link.startswith(("/", "file:"))] == [], path.name


@pytest.mark.parametrize("link", ["missing.html", "#nowhere", "../notebooks/engine.html#nowhere"])
def test_a_broken_link_is_caught(html: Path, built: dict[Path, Page], link: str) -> None:
    page = built[(html / "book" / "index.html").resolve()]
    assert page.leads_nowhere(link, built)


def test_every_chapter_offers_its_notebook_its_runs_and_its_figures(
    built: dict[Path, Page],
) -> None:
    for path, page in built.items():
        if path.parent.name != "notebooks":
            continue
        assert f"../_sources/notebooks/{path.stem}.ipynb" in page.links
        for suffix in (".csv", ".json") if re.search(r"<th>study</th>\s*<td", page.text) else ():
            assert any("../downloads/" in link and link.endswith(suffix) for link in page.links)
        if 'class="report-figure"' in page.text:
            assert any(link.endswith(".svg") for link in page.links)


def article(html: Path, page: str) -> str:
    text = DRAWN.sub("", (html / page).read_text("utf-8"))
    found = BeautifulSoup(text, "html.parser").select_one("article")
    assert found is not None
    return str(found)


def test_chapters_are_short(html: Path) -> None:
    words = {page: words_of(article(html, page)) for page in CHAPTERS}
    assert {page: count for page, count in words.items() if count > MOST_WORDS} == {}
    assert sum(words.values()) <= MOST_WORDS_IN_ALL, words


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_says_how_long_it_takes_and_what_a_link_to_it_shows(
    html: Path, page: str
) -> None:
    text = (html / page).read_text("utf-8")
    assert re.search(r'<p class="reading-time">\d+ minutes? to read</p>', text)
    (card,) = re.findall(r'<meta property="og:image" content="([^"]*)"', text)
    assert ((html / page).parent / card).is_file()


def test_the_front_page_has_a_card_for_each_chapter(html: Path) -> None:
    text = (html / "book" / "index.html").read_text("utf-8")
    cards = BeautifulSoup(text, "html.parser").select(".chapter-card")
    links = [card.select_one("a") for card in cards]
    assert [link["href"] for link in links if link] == [f"../{page}" for page in CHAPTERS]
    for card in cards:
        (picture,) = card.select(".report-figure[aria-hidden] > svg")
        assert picture.select("path")
