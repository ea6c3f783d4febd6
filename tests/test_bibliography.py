"""The bibliography: every work that a chapter names, once, up to its year."""

from __future__ import annotations

from pathlib import Path

import mlp_sources as sources
import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document

ROOT = Path(__file__).parents[1]
DOI = "https://doi.org/10.1000/1"


def entry(*parts: nodes.Node | str) -> nodes.paragraph:
    texts = [nodes.Text(part) if isinstance(part, str) else part for part in parts]
    return nodes.paragraph("", "", *texts)


def link(text: str, uri: str) -> nodes.reference:
    return nodes.reference("", text, refuri=uri)


def text_of(found: list[nodes.Node]) -> str:
    return "".join(node.astext() for node in found)


def test_a_work_is_cut_at_its_year_and_keeps_its_doi() -> None:
    paragraph = entry("A. Author, ", nodes.emphasis("", "Title"), ", Press (1999), ",
                      link("doi:10.1000/1", DOI), ". What it is good for.")  # fmt: skip
    assert text_of(sources.cite(paragraph)) == "A. Author, Title, Press (1999), doi:10.1000/1."


def test_a_link_to_one_chapter_is_not_one_to_the_work() -> None:
    paragraph = entry("A. Author, Title (1999), ", link("chapter 8", "https://example.org/8"), ".")
    assert text_of(sources.cite(paragraph)) == "A. Author, Title (1999)."


def test_without_a_year_a_work_is_cut_at_its_first_link() -> None:
    title = nodes.emphasis("", "A page")
    paragraph = entry(
        title, ", ", link("example.org/page", "https://example.org/page"), ", folder x."
    )
    assert text_of(sources.cite(paragraph)) == "A page, example.org/page."


def test_other_links_to_the_whole_work_are_kept() -> None:
    paragraph = entry("A. Author, Title (1999), ", link("at JMLR", "https://jmlr.org/1"), ". Why.")
    assert text_of(sources.cite(paragraph)) == "A. Author, Title (1999), at JMLR."


def test_works_are_told_apart_by_their_titles() -> None:
    first = [nodes.Text("A. Author, \u201cOn Steps\u201d, "), nodes.emphasis("", "Journal")]
    again = [nodes.Text("A. Author and B. Other, \u201cOn steps\u201d (1991)")]
    book = [
        nodes.Text("A. Author, "),
        nodes.emphasis("", "On Steps, and On"),
        nodes.Text(" (1999)"),
    ]
    assert sources.title_of(first) == sources.title_of(again) == "on steps"
    assert sources.title_of(book) == "on steps and on"


def test_entries_are_those_of_the_section_of_sources() -> None:
    document = new_document("chapter")
    for title in ("Limits", "Sources"):
        section = nodes.section("", nodes.title("", title))
        items = [nodes.list_item("", entry(f"{title} {n}")) for n in (1, 2)]
        section += nodes.bullet_list("", *items)
        document += section
    assert [p.astext() for p in sources.entries_of(document)] == ["Sources 1", "Sources 2"]


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_every_source_of_a_chapter_has_a_year_or_a_link(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    cells = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
    for cell in (cell for cell in cells if cell.startswith("## Sources")):
        for item in (" ".join(text.split()) for text in cell.split("\n- ")[1:]):
            assert sources.YEAR.search(item) or "](http" in item, item
