"""What a page needs to read values off a figure: its scales, and which lines have names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LINES = 12  # of one panel: more cannot be read off at once


def mark_lines(figure: Figure) -> list[tuple[Any, list[tuple[str, str]]]]:
    """Give each line with a label an id in the file.

    Returns
    -------
    list
        Each visible axes with such lines, and of these id and name.
    """
    found, number = [], 0
    for axes in figure.axes:
        lines = [one for one in axes.get_lines() if not str(one.get_label()).startswith("_")]
        if not axes.get_visible() or not axes.axison or not 0 < len(lines) <= MOST_LINES:
            continue
        named = []
        for line in lines:
            line.set_gid(f"line-{number}")
            named.append((str(number), " ".join(str(line.get_label()).split())))
            number += 1
        found.append((axes, named))
    return found


def describe_scales(panels: list[tuple[Any, list[tuple[str, str]]]]) -> str:
    """Return where axes lie in the file and what they mean, as JSON; call it after drawing."""
    return json.dumps([_scale(*panel) for panel in panels], separators=(",", ":"))


def _scale(axes: Any, lines: list[tuple[str, str]]) -> dict[str, Any]:
    figure = axes.figure
    points = 72 / figure.dpi
    height = figure.bbox.height * points
    box = axes.bbox
    along = {
        "px": [box.x0 * points, box.x1 * points],
        "range": list(axes.get_xlim()),
        "log": axes.get_xscale() == "log",
        "label": " ".join(_shared_label(axes).split()),
    }
    up = {
        "px": [height - box.y0 * points, height - box.y1 * points],
        "range": list(axes.get_ylim()),
        "log": axes.get_yscale() == "log",
        "label": axes.get_title(loc="left") or axes.get_ylabel(),
    }
    names = getattr(axes, "tick_names", {})
    rounded = {key: _short(value) for key, value in {"x": along, "y": up}.items()}
    ticks = {"ticks": {f"{place:g}": str(name) for place, name in names.items()}} if names else {}
    return {**rounded, **ticks, "lines": dict(lines)}


def _shared_label(axes: Any) -> str:
    """Return the x label; panels that share the axis have it below the last one alone."""
    others = axes.get_shared_x_axes().get_siblings(axes)
    return next((one.get_xlabel() for one in (axes, *others) if one.get_xlabel()), "")


def _short(scale: dict[str, Any]) -> dict[str, Any]:
    px = [round(value, 2) for value in scale["px"]]
    return {**scale, "px": px, "range": [float(f"{value:.6g}") for value in scale["range"]]}
