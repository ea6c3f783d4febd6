"""What is collected from all chapters: the cards of answers, and the bibliography."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import SimpleNamespace

import mlp_answers
import mlp_bibliography
import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHAPTERS = ROOT / "book" / "mlp_book" / "chapters"
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def prose_of(notebook: Path) -> str:
    cells = nbformat.read(notebook, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


# Answers


@pytest.mark.parametrize("text", ["98.1\u00a0± 0.1 %", 'It\'s "plain", 10⁻³', "\\eta"])
def test_an_answer_is_what_the_notebook_glued(tmp_path: Path, text: str) -> None:
    values = {"learning-rate-answer": text, "x-answer": "no"}
    glued = {name: {"data": {"text/plain": repr(value)}} for name, value in values.items()}
    (tmp_path / "learning_rate.glue.json").write_text(json.dumps(glued), encoding="utf-8")
    assert mlp_answers.answer_of("learning_rate", tmp_path) == text


def test_a_chapter_without_an_answer_has_none(tmp_path: Path) -> None:
    (tmp_path / "engine.glue.json").write_text('{"engine-ex1-answer": {}}')
    assert mlp_answers.answer_of("engine", tmp_path) is None
    assert mlp_answers.answer_of("unread", tmp_path) is None


def test_the_question_is_the_first_quoted_paragraph() -> None:
    document = new_document("chapter")
    for text in ("How large\nmay it be?", "another"):
        document += nodes.block_quote("", nodes.paragraph("", text))
    assert mlp_answers.question_of("chapter", document) == "How large may it be?"
    with pytest.raises(Exception, match="notebooks/engine: no question"):
        mlp_answers.question_of("notebooks/engine", new_document("chapter"))


def test_a_card_is_a_picture_a_link_and_two_sentences() -> None:
    link = nodes.reference("", "Learning rate", refuri="learning_rate.html")
    card = mlp_answers.make_card(link, "<svg></svg>", "How large?", "0.05.")
    assert card.astext().split("\n\n")[-3:] == ["Learning rate", "How large?", "0.05."]
    assert "<svg></svg>" in next(iter(card.findall(nodes.raw))).astext()


@each_notebook
def test_every_chapter_asks_and_answers(path: Path) -> None:
    chapter, module = path.stem.replace("_", "-"), CHAPTERS / path.stem
    files = sorted(module.glob("*.py")) or [module.with_suffix(".py")]
    code = "\n".join(file.read_text("utf-8") for file in files)
    assert f'"{chapter}"' in code, f"no facts under {chapter!r}"
    assert code.count('"answer":') == 1, 'no single value "answer": see CONTRIBUTING.md'
    assert re.search(r"(?m)^> \*\*.+\?\*\*", prose_of(path)), "no question: > **...?**"


# Sources


def entry(*parts: nodes.Node | str) -> nodes.paragraph:
    texts = [nodes.Text(part) if isinstance(part, str) else part for part in parts]
    return nodes.paragraph("", "", *texts)


def link(text: str, uri: str) -> nodes.reference:
    return nodes.reference("", text, refuri=uri)


TITLE = nodes.emphasis("", "Title")
DOI = link("doi:10.1000/1", "https://doi.org/10.1000/1")
PAGE = link("example.org/page", "https://example.org/page")
CITED = {
    "cut at its year, with its DOI": (
        entry("A. Author, ", TITLE, ", Press (1999), ", DOI, ". What it is good for."),
        "A. Author, Title, Press (1999), doi:10.1000/1.",
    ),
    "a number in its title is no year": (
        entry("A. Author, \u201cA seed(3407) is all\u201d (2021), ", DOI, ". Why."),
        "A. Author, \u201cA seed(3407) is all\u201d (2021), doi:10.1000/1.",
    ),
    "a link to one chapter is none to the work": (
        entry("A. Author, Title (1999), ", link("chapter 8", "https://example.org/8"), "."),
        "A. Author, Title (1999).",
    ),
    "without a year, cut at its first link": (
        entry(TITLE, ", ", PAGE, ", folder x."),
        "Title, example.org/page.",
    ),
    "other links to the whole work are kept": (
        entry("A. Author, Title (1999), ", link("at JMLR", "https://jmlr.org/1"), ". Why."),
        "A. Author, Title (1999), at JMLR.",
    ),
}


@pytest.mark.parametrize(("paragraph", "expected"), CITED.values(), ids=CITED)
def test_a_work_is_cited_in_short(paragraph: nodes.paragraph, expected: str) -> None:
    assert "".join(node.astext() for node in mlp_bibliography.cite(paragraph)) == expected


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        (("A. Author, \u201cOn Steps\u201d, ", nodes.emphasis("", "Journal")), "on steps"),
        (("A. Author and B. Other, \u201cOn steps\u201d (1991)",), "on steps"),
        (("A. Author, \u201cOn\nSteps\u201d, ", nodes.emphasis("", "Journal")), "on steps"),
        (("A. Author, ", nodes.emphasis("", "On Steps, and On"), " (1999)"), "on steps and on"),
    ],
)
def test_works_are_told_apart_by_their_titles(parts: tuple[nodes.Node | str], title: str) -> None:
    assert mlp_bibliography.title_of(entry(*parts).children) == title


def test_entries_are_those_of_the_section_of_sources() -> None:
    document = new_document("chapter")
    for title in ("Limits", "Sources"):
        items = [nodes.list_item("", entry(f"{title} {n}")) for n in (1, 2)]
        section = nodes.section("", nodes.title("", title), nodes.bullet_list("", *items))
        document += section
    found = mlp_bibliography.entries_of(document)
    assert [paragraph.astext() for paragraph in found] == ["Sources 1", "Sources 2"]


def test_a_work_is_listed_once_with_links_to_its_chapters() -> None:
    documents = {}
    for name in ("notebooks/a", "notebooks/b"):
        section = nodes.section("", nodes.title("", "Sources"))
        section += nodes.bullet_list("", nodes.list_item("", entry("A. Author, Title (1999).")))
        documents[name] = new_document(name)
        documents[name] += section
    env = SimpleNamespace(
        config=SimpleNamespace(root_doc="index"),
        toctree_includes={"index": ["about", *documents]},
        doc2path=lambda name: name + (".ipynb" if name in documents else ".md"),
        get_doctree=lambda name: documents.get(name, new_document(name)),
        titles={name: nodes.title("", f"Chapter {name[-1]}") for name in documents},
    )
    builder = SimpleNamespace(get_relative_uri=lambda page, chapter: f"{chapter}.html")
    works = mlp_bibliography.list_of_works(SimpleNamespace(env=env, builder=builder), "sources")
    assert works.astext() == "A. Author, Title (1999). In Chapter a, Chapter b."
    links = [link["refuri"] for link in works.findall(nodes.reference)]
    assert links == ["notebooks/a.html#sources", "notebooks/b.html#sources"]


@each_notebook
def test_every_source_of_a_chapter_has_a_year_or_a_link(path: Path) -> None:
    sources = prose_of(path).partition("## Sources\n")[2].partition("\n## ")[0]
    for item in (" ".join(text.split()) for text in f"\n{sources}".split("\n- ")[1:]):
        assert mlp_bibliography.YEAR.search(item) or "](http" in item, item
