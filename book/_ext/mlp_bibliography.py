"""Sphinx extension for the bibliography: the sources of all pages, collected from the pages.

A page's last sections hold one named "Sources", a list with one entry per work. What an entry
says about the work after its year and its links stays in the page. Works are distinguished by
their titles: the words in quotation marks, or else the first ones in italics.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from docutils import nodes
from mlp_chapters import add_collection, link_to, listed_pages

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SECTION = "Sources"
# Of four digits not all are one: "Torch.manual_seed(3407) is all you need".
YEAR = re.compile(r"\((?:1[6-9]|20)\d\d(?:, [^)]*)?\)|\(in press\)")
QUOTED = re.compile(r"[\u201c\"](.+?)[\u201d\"]", re.DOTALL)  # a long title has several lines
# A link to one chapter of a book is not one to the book.
PART = re.compile(r"chapter|section|page", re.IGNORECASE)


@dataclass
class Work:
    """One work, and the pages that name it."""

    content: list[nodes.Node]
    text: str
    pages: list[str] = field(default_factory=list)


def entries_of(doctree: nodes.document) -> list[nodes.paragraph]:
    """Return the first paragraph of each entry of a page's list of sources."""
    for section in doctree.findall(nodes.section):
        title = section.next_node(nodes.title)
        if title is not None and title.astext() == SECTION:
            items = section.findall(nodes.list_item)
            return [paragraph for item in items if (paragraph := item.next_node(nodes.paragraph))]
    return []


def cite(paragraph: nodes.paragraph) -> list[nodes.Node]:
    """Return an entry up to its year, then its links; without a year, up to its first link."""
    kept: list[nodes.Node] = []
    for child in paragraph.children:
        text = child.astext()
        found = YEAR.search(text) if isinstance(child, nodes.Text) else None
        if found:
            return [*kept, nodes.Text(text[: found.end()]), *_links(paragraph), nodes.Text(".")]
        kept.append(child.deepcopy())
        if isinstance(child, nodes.reference) and not YEAR.search(paragraph.astext()):
            break
    return [*kept, nodes.Text(".")]


def _links(paragraph: nodes.paragraph) -> list[nodes.Node]:
    """Return an entry's links to the whole work, each after a comma."""
    links = [link for link in paragraph.findall(nodes.reference) if "refuri" in link]
    whole = [link for link in links if not link.get("internal") and not PART.match(link.astext())]
    return [node for link in whole for node in (nodes.Text(", "), link.deepcopy())]


def sort_key(text: str) -> tuple[str, str]:
    """Return the family name of the first author, then all of the text.

    >>> sort_key("Y. LeCun, L. Bottou and others, Title (1998)")[0]
    'lecun'
    >>> sort_key("HW1 MNIST Digit Classification with MLP (2022)")[0]
    'hw1'
    """
    first = re.split(r",| and ", text)[0]
    names = re.sub(r"(?:\b[^\W\d_]\.[\s-]?)+", "", first).split()
    return (names[0] if names else text).lower(), text.lower()


def title_of(content: list[nodes.Node]) -> str:
    """Return a work's title, without case and marks."""
    text = "".join(node.astext() for node in content)
    quoted = QUOTED.search(text)
    italic = next((node for node in content if isinstance(node, nodes.emphasis)), None)
    title = quoted[1] if quoted else italic.astext() if italic is not None else text
    return re.sub(r"\W+", " ", title.lower()).strip()


def collect_works(app: Sphinx) -> list[Work]:
    """Return every work that a page names among its sources, once."""
    works: dict[str, Work] = {}
    for name in listed_pages(app.env):
        for paragraph in entries_of(app.env.get_doctree(name)):
            content = cite(paragraph)
            text = " ".join("".join(node.astext() for node in content).split())
            work = works.setdefault(title_of(content), Work(content, text))
            if name not in work.pages:
                work.pages.append(name)
    return sorted(works.values(), key=lambda work: sort_key(work.text))


def list_of_works(app: Sphinx, docname: str) -> nodes.bullet_list:
    """Return the list of all pages' sources, each with links to the pages that name it."""
    items = []
    for work in collect_works(app):
        paragraph = nodes.paragraph("", "", *[node.deepcopy() for node in work.content])
        for place, page in enumerate(work.pages):
            paragraph += nodes.Text(", " if place else " In ")
            paragraph += link_to(app, docname, page, "#sources")
        paragraph += nodes.Text("" if paragraph.astext().endswith("?") else ".")
        items.append(nodes.list_item("", paragraph))
    return nodes.bullet_list("", *items, classes=["bibliography"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive of the bibliography."""
    add_collection(app, "chapter-sources", list_of_works)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
