"""Directives for what is collected from all chapters, which is known when all pages are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

Make = Callable[["Sphinx", str], nodes.Node]
COLLECTS = "collects-from-chapters"  # in the metadata of a page with such a directive


def listed_pages(env: BuildEnvironment) -> list[str]:
    """Return all pages in the order of the table of contents."""
    return list(env.toctree_includes.get(env.config.root_doc, []))


def chapters(env: BuildEnvironment) -> list[str]:
    """Return the notebooks in the order of the table of contents."""
    return [name for name in listed_pages(env) if str(env.doc2path(name)).endswith(".ipynb")]


def link_to(app: Sphinx, docname: str, chapter: str, place: str = "") -> nodes.reference:
    """Return a link from a page to a chapter, in the words of its title."""
    uri = app.builder.get_relative_uri(docname, chapter) + place
    return nodes.reference("", app.env.titles[chapter].astext(), internal=True, refuri=uri)


class Collection(nodes.General, nodes.Element):
    """Stands where the content of a directive will be."""


class CollectionDirective(SphinxDirective):
    """Leaves a place that bears the directive's name."""

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        self.env.metadata[self.env.docname][COLLECTS] = self.name
        return [Collection(directive=self.name)]


def write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages to write at every build, whatever else has changed."""
    return [page for page, metadata in env.metadata.items() if COLLECTS in metadata]


def add_collection(app: Sphinx, name: str, make: Make) -> None:
    """Add a directive whose content a function makes of all chapters, for the page of a name."""

    def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
        for place in list(doctree.findall(Collection)):
            if place["directive"] == name:
                place.replace_self(make(app, docname))

    app.setup_extension("mlp_chapters")
    app.add_directive(name, CollectionDirective)
    app.connect("doctree-resolved", fill)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the node, and write again the pages that have one."""
    app.add_node(Collection)
    app.connect("env-updated", write_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
