"""What a chapter opens with: its picture, small, also written as a file for links to it."""

from __future__ import annotations

import os
from pathlib import Path

from mlp_book.style import ReportFigure

FOLDER = "MLP_BOOK_CARDS"  # environment: where the build wants the pictures as files


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
        if folder := os.environ.get(FOLDER):
            path = Path(folder) / f"{self.chapter}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            self.figure.save(path)
        return f'<div class="report-figure opening">{self.figure.inline_svg()}</div>'
