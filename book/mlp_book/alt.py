"""The text alternative of a figure, derived from its axes, titles and lines: short and whole."""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST = 150  # characters of the short one: what a screen reader says before anyone can stop it
LISTED = 12  # points: a line of more is described by its ends and its extremes


def name(figure: Figure) -> str:
    """Return what a figure is, in one short phrase: what its panels show, by what.

    A figure whose text alternative was written by hand is named by its first sentence.
    """
    own = str(figure.get_label()).partition(". ")[0].rstrip(".")
    heads = dict.fromkeys(map(_head, _shown(figure)))
    said = own or f"Chart: {'; '.join(filter(None, heads))}"
    return shorten(said.strip(": "), LONGEST, placeholder=" …")


def describe(figure: Figure) -> str:
    """Return what a figure shows, in words: one sentence per panel and line.

    A line is spoken of if it has a label. Axes that a chart described itself, by an attribute
    ``alt``, keep those words.
    """
    panels = [_describe_axes(axes) for axes in _shown(figure)]
    head = f"Chart with {len(panels)} panels. " if len(panels) > 1 else "Chart: "
    return (head + " ".join(panels)).replace("\u2011", "-").replace("\u00a0", " ")


def _shown(figure: Figure) -> list[Any]:
    return [axes for axes in figure.axes if axes.get_visible()]


def _head(axes: Any) -> str:
    title = " ".join(str(axes.get_title(loc="left") or axes.get_ylabel()).split())
    along = " ".join(axes.get_xlabel().split())
    return f"{title}, by {along}" if title and along else title or along


def _describe_axes(axes: Any) -> str:
    head = _head(axes)
    own = getattr(axes, "alt", None)
    if own is not None:
        return f"{head}. {own}".strip(". ") + "."
    lines = [text for line in axes.get_lines() if (text := _describe_line(line, axes))]
    return f"{head}. {'; '.join(lines)}.".replace(". .", ".")


def _describe_line(line: Any, axes: Any) -> str:
    name = " ".join(str(line.get_label()).split())
    x, y = (np.asarray(values, np.float64) for values in line.get_data())
    known = np.isfinite(y)
    if name.startswith("_") or not known.any():
        return ""
    x, y = x[known], y[known]
    said = [f"{value:.3g}" for value in y]  # to so many digits lines are level, and extremes ends
    if name and len(y) > 1 and len(set(said)) == 1:
        return f"{name}: {said[0]} throughout"
    if len(x) <= LISTED:
        named = _tick_names(axes)
        values = ", ".join(f"{named.get(a, f'{a:g}')}: {b}" for a, b in zip(x, said, strict=True))
        return f"{name}: {values}" if name else values
    parts = [f"from {said[0]} to {said[-1]}"]
    for word, place in (("lowest", int(y.argmin())), ("highest", int(y.argmax()))):
        if said[place] not in (said[0], said[-1]):
            parts.append(f"{word} {said[place]} at {x[place]:g}")
    return f"{name} {', '.join(parts)}".strip()


def _tick_names(axes: Any) -> dict[float, str]:
    """Return the words at the ticks of an axis whose places are levels, not numbers."""
    named = getattr(axes, "tick_names", {})
    return {float(place): str(name) for place, name in named.items()}
