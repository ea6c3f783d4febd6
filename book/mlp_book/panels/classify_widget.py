"""In Jupyter: pick a test image, and the network just trained says what it sees."""

from __future__ import annotations

import math
import threading
from html import escape
from typing import Any

import ipywidgets

from mlp_book.panels.control_widgets import LABELLED
from mlp_book.style import COLOURS
from mlp_core.data import load_dataset
from mlp_core.training import ConfigError, Run
from mlp_core.what_if.classify import classify_test_image

UNTRAINED = "<div>No network yet: press Train first.</div>"
BUSY = "<div>The network is being trained.</div>"


class ClassifyWidget:
    """The number of a test image, the image, and the ten scores of a run's network.

    Attributes
    ----------
    number : widget
        Which test image, from 1.
    widget : widget
        All of it, folded away at first.
    """

    def __init__(self) -> None:
        self._run: Run | None = None
        self._busy = False
        self._looking = threading.Lock()  # a network has one workspace
        self.number = ipywidgets.BoundedIntText(
            description="test image", min=1, max=1, value=1, disabled=True, style=LABELLED,
            layout=ipywidgets.Layout(width="14em"),
        )  # fmt: skip
        self.answer = ipywidgets.HTML(UNTRAINED)
        self.widget = ipywidgets.Accordion(
            [ipywidgets.VBox([self.number, self.answer])],
            titles=("What does the network see?",),
            selected_index=None,
        )
        self.number.observe(lambda _: self.refresh(), names="value")

    def show(self, run: Run | None, busy: bool) -> None:
        """Look through the network of this run; while another is under way, wait."""
        if run is self._run and busy == self._busy:
            return
        self._run, self._busy = run, busy
        if run is not None and not busy:
            data = load_dataset(run.config.dataset, run.config.input_scaling)
            self.number.max = data.test_size
        self.number.disabled = run is None or busy
        self.refresh()

    def refresh(self) -> None:
        """Ask the network anew."""
        if self._run is None or self._busy:
            self.answer.value = BUSY if self._busy else UNTRAINED
            return
        try:
            with self._looking:
                seen = classify_test_image(self._run, self.number.value)
        except ConfigError as error:
            self.answer.value = f"<div>{escape(str(error))}</div>"
            return
        self.answer.value = classified_html(seen)


def classified_html(seen: dict[str, Any]) -> str:
    """Return the image, the sentence and the ten scores as HTML."""
    rows = "".join(_row(digit, score, seen) for digit, score in enumerate(seen["scores"]))
    if seen["digit"] is None:
        words = "The network sees nothing: its scores are no numbers."
    else:
        shown = say_score(seen["scores"][seen["digit"]], seen["kind"])
        words = f"The network sees a <strong>{seen['digit']}</strong> ({shown})."
    return (
        f'<div class="what-if-classified" data-digit="{seen["digit"]}" style="line-height:1.5">'
        f"{image_svg(seen['pixels'])}<div>{words} The true digit is {seen['label']}.</div>"
        f"<table>{rows}</table></div>"
    )


def say_score(score: float | None, kind: str) -> str:
    """Return a score as text.

    >>> say_score(0.973, "probability"), say_score(-1.5, "score"), say_score(None, "score")
    ('97.3 %', '-1.50', 'no number')
    """
    if score is None:
        return "no number"
    return f"{score:.2f}" if kind == "score" else f"{100 * score:.1f} %"


def _row(digit: int, score: float | None, seen: dict[str, Any]) -> str:
    known = [value for value in seen["scores"] if value is not None]
    low = min([0.0, *known])
    high = 1.0 if seen["kind"] == "probability" else max([*known, low + 1e-9])
    share = 0.0 if score is None else (score - low) / (high - low)
    colour = COLOURS[0] if digit == seen["digit"] else "#7b838c"
    return (
        f'<tr><td>{digit}</td><td style="width:9em"><div style="height:0.7em;'
        f'width:{100 * share:.1f}%;background:{colour}"></div></td>'
        f'<td style="text-align:right">{say_score(score, seen["kind"])}</td></tr>'
    )


def image_svg(pixels: list[int]) -> str:
    """Return a square image as an svg element, dark on the page's ground."""
    side = math.isqrt(len(pixels))
    top = max([*pixels, 1])
    squares = "".join(
        f'<rect x="{i % side}" y="{i // side}" width="1" height="1" opacity="{value / top:.2f}"/>'
        for i, value in enumerate(pixels)
        if value
    )
    return (
        f'<svg viewBox="0 0 {side} {side}" width="84" height="84" role="img" aria-label="test '
        f'image" fill="currentColor" style="outline:1px solid" shape-rendering="crispEdges">'
        f"{squares}</svg>"
    )
