"""Compare two built books page by page: python book/compare_books.py BEFORE/html AFTER/html.

It shows that a change to the code has kept the book: values, words, tables, figures, links. Where
the axes of a figure end may change; what they show may not. A line of the report is "page: kind:
detail". What an expression in the file of --allow finds is declared: counted, but not printed.
The exit status is 1 if anything else differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Set
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from compare_figures import compare_figures
from differences import NOTHING, Differences, aligned
from svg_series import Drawing

ARTICLE = re.compile(r'<article class="bd-article"[^>]*>(.*?)</article>', re.DOTALL)
DRAWING = re.compile(r'(class="report-figure[^>]*>\s*)?(<svg\b.*?</svg>)', re.DOTALL)
UNSEEN = re.compile(r"<(script|style)\b.*?</\1>", re.DOTALL)
DATA = re.compile(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', re.DOTALL)
BLOCKS = "p, li, dt, dd, h1, h2, h3, h4, h5, h6, figcaption, summary, div, section, aside, figure"
BREAK = "\x1e"
SHOWN = 8  # lines per page and kind
Table = tuple[tuple[str, ...], ...]


class Page:
    """What a built page shows, by kind."""

    def __init__(self, html: Path, name: str) -> None:
        article = article_of(html, name) or ""
        self._svgs = DRAWING.findall(UNSEEN.sub("", article))
        # HTML's parser would be slow on drawings: marks stand for them.
        body = DRAWING.sub(r"\1<i class='drawing'></i>", UNSEEN.sub("", article))
        soup = BeautifulSoup(body, "html.parser")
        self.glue = glued_values(html, name)
        self.data = [json.dumps(json.loads(d), sort_keys=True) for d in DATA.findall(article)]
        self.links = Counter(fold(a["href"]) for a in soup.select("a[href]"))
        self.ids = Counter(fold(element["id"]) for element in soup.select("[id]"))
        self.images = {fold(image.get("src")): fold(image.get("alt")) for image in soup("img")}
        files = [*self.images, *(str(a["href"]) for a in soup.select("a[download]"))]
        self.files = {file: digest((html / name).parent / file) for file in files}
        self.figures = self._figures(soup)
        self.drawings = [svg for is_figure, svg in self._svgs if not is_figure]
        self.tables = [table_of(table.extract()) for table in soup("table")]
        for anchor in soup.select("a.headerlink"):
            anchor.extract()
        self.outputs = [fold(pre.extract().get_text()) for pre in soup.select(".cell_output pre")]
        self.code = [pre.extract().get_text().strip() for pre in soup("pre")]
        for block in soup.select(BLOCKS):
            block.insert_before(BREAK)
            block.insert_after(BREAK)
        self.prose = list(filter(None, map(fold, soup.get_text().split(BREAK))))

    def _figures(self, soup: BeautifulSoup) -> dict[str, Drawing]:
        """Return the figures by the names that their captions give them."""
        figures: dict[str, Drawing] = {}
        counts: Counter[str] = Counter()
        for mark, (is_figure, svg) in zip(soup.select("i.drawing"), self._svgs, strict=True):
            if is_figure:
                parent = mark.find_parent("figure", id=True)
                name = str(parent["id"]) if parent else "without a name"
                counts[name] += 1
                figures[name if counts[name] == 1 else f"{name} ({counts[name]})"] = Drawing(svg)
        return figures


def article_of(html: Path, name: str) -> str | None:
    """Return a page's text as HTML; None for pages without, such as that of the search."""
    file = html / f"{name}.html"
    found = ARTICLE.search(file.read_text("utf-8")) if file.is_file() else None
    return found[1] if found else None


def glued_values(html: Path, name: str) -> dict[str, str]:
    """Return what a page's notebook glued, by name."""
    file = html.parent / "jupyter_execute" / f"{name}.glue.json"
    values = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return {key: value["data"]["text/plain"] for key, value in values.items()}


def fold(text: Any) -> str:
    """Return a text with each run of white space as one space."""
    return " ".join(str(text).split())


def digest(file: Path) -> str:
    """Return what tells a file's content; drawings and notebooks are compared on the pages."""
    if not file.is_file() or file.suffix in {".svg", ".ipynb"}:
        return "a file" if file.is_file() else NOTHING
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def table_of(table: Any) -> Table:
    """Return the texts of a table's cells, row by row."""
    return tuple(
        tuple(fold(cell.get_text(" ")) for cell in row(["th", "td"])) for row in table("tr")
    )


# --- comparing --------------------------------------------------------------------------------


def compare_pages(before: Page, after: Page) -> Differences:
    """Compare what two pages show."""
    found = Differences()
    found.check_names("glue", before.glue, after.glue)
    found.check_list("prose", before.prose, after.prose)
    found.check_list("code", before.code, after.code)
    found.check_list("output", before.outputs, after.outputs)
    found.check_list("data", before.data, after.data)
    found.check_list("drawing", before.drawings, after.drawings)
    found.check_names("alt", before.images, after.images)
    found.check_names("link", before.links, after.links, "how often ")
    found.check_names("id", before.ids, after.ids, "how often ")
    found.check_names("file", before.files, after.files)
    for number, old, new in aligned(before.tables, after.tables):
        compare_tables(f"table {number + 1}", old, new, found)
    check_presence("figure", before.figures.keys(), after.figures.keys(), found)
    for name, figure in before.figures.items():
        if name in after.figures:
            compare_figures(name, figure, after.figures[name], found)
    return found


def check_presence(kind: str, before: Set[str], after: Set[str], found: Differences) -> None:
    """Compare which names there are."""
    there = [dict.fromkeys(names, "there") for names in (before, after)]
    found.check_names(kind, there[0], there[1])


def compare_tables(where: str, before: Table | str, after: Table | str, found: Differences) -> None:
    """Compare two tables cell by cell; a table more or less is one difference."""
    if NOTHING in (before, after):
        found.check("table", before, after, f"{where}: ")
        return
    for row, old, new in aligned(before, after):
        rows = [() if cells == NOTHING else cells for cells in (old, new)]
        for column, (one, other) in enumerate(zip_longest(*rows, fillvalue=NOTHING), 1):
            found.check("table", one, other, f"{where}, row {row + 1}, column {column}: ")


def page_names(html: Path) -> set[str]:
    """Return the names of all pages with an article."""
    files = (file.relative_to(html) for file in html.rglob("*.html"))
    names = {f.with_suffix("").as_posix() for f in files if not f.parts[0].startswith("_")}
    return {name for name in names if article_of(html, name) is not None}


def compare_books(before: Path, after: Path) -> dict[str, Differences]:
    """Compare all pages of two books, by name."""
    old, new = page_names(before), page_names(after)
    found = {"book": Differences()}
    check_presence("page", old, new, found["book"])
    for name in sorted(old & new):
        found[name] = compare_pages(Page(before, name), Page(after, name))
    return found


# --- the report -------------------------------------------------------------------------------


def report(found: dict[str, Differences], allowed: list[re.Pattern[str]]) -> bool:
    """Print what differs, page by page, and the counts; return whether all of it is declared."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    shown: dict[tuple[str, str], list[str]] = defaultdict(list)
    unused = set(allowed)
    for page, differences in found.items():
        counts["compared"].update(differences.compared)
        for kind, detail in differences.lines:
            line = f"{page}: {kind}: {detail}"
            matching = {expression for expression in allowed if expression.search(line)}
            unused -= matching
            counts["declared" if matching else "differing"][kind] += 1
            if not matching:
                shown[page, kind].append(line)
    for (page, kind), lines in shown.items():
        print(*lines[:SHOWN], sep="\n")
        if len(lines) > SHOWN:
            print(f"{page}: {kind}: and {len(lines) - SHOWN} more")
    print_counts(counts)
    print_distances(found.values())
    for expression in sorted(unused, key=allowed.index):
        print(f"Declared, but not found: {expression.pattern}")
    return not counts["differing"]


def print_counts(counts: dict[str, Counter[str]]) -> None:
    """Print a row for each kind."""
    heads = ("compared", "differing", "declared")
    print(f"{'kind':10}" + "".join(f"{head:>11}" for head in heads))
    for kind in sorted(counts["compared"]):
        print(f"{kind:10}" + "".join(f"{counts[head][kind]:11}" for head in heads))


def print_distances(found: Iterable[Differences]) -> None:
    """Print how far the series are apart that agree."""
    distances: dict[str, list[float]] = defaultdict(list)
    for differences in found:
        for manner, apart in differences.distances.items():
            distances[manner] += apart
    for manner, apart in distances.items():
        if apart:
            print(f"{len(apart)} series agree {manner}, the worst {max(apart):.2f} points off.")


def read_allowed(file: Path) -> list[re.Pattern[str]]:
    """Return a file's expressions, one per line; lines that begin with # are remarks."""
    lines = (line.strip() for line in file.read_text("utf-8").splitlines())
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def main(arguments: list[str] | None = None) -> int:
    """Compare two books, print the report, and return the exit status."""
    parser = argparse.ArgumentParser(description="Compare two built books page by page.")
    parser.add_argument("before", type=Path, help="such as BEFORE/_build/html")
    parser.add_argument("after", type=Path)
    parser.add_argument("--allow", type=Path, metavar="FILE", help="expressions of what may differ")
    options = parser.parse_args(arguments)
    for html in (options.before, options.after):
        if not page_names(html):
            parser.error(f"{html} holds no page of a book: name the html folder of a built book")
    allowed = read_allowed(options.allow) if options.allow else []
    return 0 if report(compare_books(options.before, options.after), allowed) else 1


if __name__ == "__main__":
    sys.exit(main())
