"""Directives whose content is known only when all pages have been read; for other extensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

Make = Callable[["Sphinx", str], nodes.Node]


class Place(nodes.General, nodes.Element):
    """Stands where the content of a directive will be."""


class PlaceDirective(SphinxDirective):
    """Leaves a place that bears the directive's name."""

    def run(self) -> list[nodes.Node]:
        """Return the place."""
        return [Place(directive=self.name)]


def add_late_directive(app: Sphinx, name: str, page: str, make: Make) -> None:
    """Add a directive that puts onto its page what a function makes of all the others.

    Parameters
    ----------
    app : Sphinx
    name : str
        Of the directive.
    page : str
        Where it stands: written again at every build, whatever else has changed.
    make : callable
        From the application and the page's name to the content.
    """

    def write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
        return [page] if page in env.found_docs else []

    def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
        for place in list(doctree.findall(Place)):
            if place["directive"] == name:
                place.replace_self(make(app, docname))

    app.add_node(Place, override=True)  # several extensions have such directives
    app.add_directive(name, PlaceDirective)
    app.connect("env-updated", write_again)
    app.connect("doctree-resolved", fill)
