"""A sentence that stands where a figure would, if what it needs were here."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Note:
    """A sentence for the reader, shown in Jupyter and on a page.

    Attributes
    ----------
    text : str
        Plain text.
    """

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        # A figure's class: the page leaves its ground alone, light or dark.
        return f'<div class="report-figure"><p>{escape(self.text)}</p></div>'
