"""What a chapter opens with: its picture, small, also as files, for links to it and its card."""

from __future__ import annotations

import os
from pathlib import Path

from mlp_book.style import ReportFigure

FOLDER = "MLP_BOOK_CARDS"  # environment: where the build wants the pictures as files
CARD = (3.9, 2.4)  # inches; so small that on a card its words are more than 10 pixels high


class Opening:
    """A figure beside a chapter's first sentences.

    Parameters
    ----------
    chapter : str
        As in the names of the glued values, such as "learning-rate".
    figure : ReportFigure
        With few marks: it is shown at half of its width.
    """

    def __init__(self, chapter: str, figure: ReportFigure) -> None:
        self.chapter, self.figure = chapter, figure

    def _repr_html_(self) -> str:
        svg = self.figure.inline_svg()
        if folder := os.environ.get(FOLDER):
            path = Path(folder) / self.chapter
            path.parent.mkdir(parents=True, exist_ok=True)
            self.figure.save(path.with_suffix(".png"))
            path.with_suffix(".svg").write_text(self.figure.picture_svg(CARD), encoding="utf-8")
        return f'<div class="report-figure opening">{svg}</div>'
