"""What a page needs to read values off a figure: its marks or lines, seeds and runs."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.studies.store import find_results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_LINES = 12  # of one panel: more cannot be read off at once
Panels = list[tuple[Any, dict[str, Any]]]  # axes, and what is said of their lines or marks


def remember(drawn: Any, table: pd.DataFrame, between: str = "") -> None:
    """Note what stands behind the points of a line, or behind the marks of axes.

    Parameters
    ----------
    drawn : Line2D or Axes
    table : DataFrame
        One row per point, by its x, or per mark: ``mean``; and maybe ``low``, ``high``, ``n``
        (seeds), ``lost`` (further seeds, which diverged) and ``runs``, the ids of the runs with a
        dot between them. A mark has a ``name`` and its place too, ``y`` and ``x``; without ``x``
        it is a row, as wide as the axes. To all sides it has a ``reach`` in units of the axes, or
        is a dot.
    between : str
        What ``low`` and ``high`` are.
    """
    if len(table):
        drawn.behind = table, between


def find_panels(figure: Figure) -> Panels:
    """Return the axes to read values off; each line with a label gets an id in the file."""
    found: Panels = []
    number = 0
    shown = [axes for axes in figure.axes if axes.get_visible()]
    every = [one for axes in shown for drawn in (axes, *axes.get_lines()) for one in _runs(drawn)]
    counts = Counter(study for run_id in every for study in _studies().get(run_id, ()))
    for axes in shown:
        if hasattr(axes, "behind"):
            found.append((axes, {"marks": _known(axes, counts)}))
            continue
        lines = [one for one in axes.get_lines() if not str(one.get_label()).startswith("_")]
        if not axes.axison or not 0 < len(lines) <= MOST_LINES:
            continue
        named = {}
        for line in lines:
            line.set_gid(f"line-{number}")
            named[str(number)] = {
                "name": " ".join(str(line.get_label()).split()),
                **_known(line, counts),
            }
            number += 1
        found.append((axes, {"lines": named}))
    return found


def _runs(drawn: Any) -> set[str]:
    """Return the ids of the runs behind a line, or behind marks."""
    table: Any = getattr(drawn, "behind", [{}])[0]
    return set(".".join(table["runs"].dropna()).split(".")) - {""} if "runs" in table else set()


def _known(drawn: Any, counts: Counter[str]) -> dict[str, Any]:
    """Return what is known of points or marks: seeds, what they reach, and where the runs are."""
    if not hasattr(drawn, "behind"):
        return {}
    table, between = drawn.behind
    said: dict[str, Any]
    if "name" in table:
        said = {"name": table["name"].tolist(), "value": list(map(_rounded, table["mean"]))}
    else:
        table = table[table["mean"].notna()]
        said = {"x": [float(f"{x:.6g}") for x in table.index]}
    if "n" not in table or (table["n"] != 1).any():
        counted = [key for key in ("n", "lost") if key in table and table[key].any()]
        said |= {key: table[key].tolist() for key in counted}
        ends = {end: list(map(_rounded, table[end])) for end in ("low", "high") if end in table}
        said |= {"between": between, **ends} if ends else {}
    studies = [_study(runs, counts) for runs in table.get("runs", ())]
    if any(studies):
        said |= {"study": studies, "runs": table["runs"].tolist()}
    said |= {key: _once(said[key]) for key in ("n", "lost", "study", "runs") if key in said}
    return said if len(said) > 1 else {}


def _study(runs: str, counts: Counter[str]) -> str:
    """Return the study in which some runs are, or nothing: that of most runs, if several."""
    stored = [_studies().get(run_id, frozenset()) for run_id in str(runs).split(".")]
    studies = frozenset.intersection(*stored)
    return max(studies, key=lambda name: (counts[name], name), default="")


def _rounded(value: float) -> float | None:
    return float(f"{value:.4g}") if math.isfinite(value) else None  # of one seed, no interval


def _once(values: list[Any]) -> Any:
    """Return the value of a list whose values are all the same, or the list."""
    return values[0] if len({*values}) == 1 else values


@cache
def _studies() -> dict[str, frozenset[str]]:
    """Return the studies in which each stored run is."""
    found: dict[str, frozenset[str]] = {}
    for file in find_results().glob("*/*.json"):
        found[file.stem] = found.get(file.stem, frozenset()) | {file.parent.name}
    return found


def describe_panels(panels: Panels) -> str:
    """Return where panels lie in the file and what they mean, as JSON; call it after drawing."""
    said = [_boxes(*panel) if "marks" in panel[1] else _scale(*panel) for panel in panels]
    return json.dumps(said, separators=(",", ":")) if said else ""


def _boxes(axes: Any, said: dict[str, Any]) -> dict[str, Any]:
    """Add left, top, right and bottom of each mark in the file."""
    table, _ = axes.behind
    points, box, reach = 72 / axes.figure.dpi, axes.bbox, table.get("reach", 0.0)
    x, y = table.get("x", np.full(len(table), axes.get_xlim()[0])), table["y"]
    ends = [axes.transData.transform(np.column_stack([x + r, y + r])) for r in (-reach, reach)]
    (left, low), (right, high) = points * np.sort(ends, axis=0).transpose(0, 2, 1)
    marks = said["marks"]
    if "x" not in table:
        left, right = (np.full(len(table), points * end) for end in (box.x0, box.x1))
        marks["name"] = [f"{axes.get_ylabel()} {name}".strip() for name in marks["name"]]
    height = points * axes.figure.bbox.height
    sides = np.column_stack([left, height - high, right, height - low]).round(1).tolist()
    return {"marks": {"box": sides, **marks}}


def _scale(axes: Any, said: dict[str, Any]) -> dict[str, Any]:
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
    return {**rounded, **ticks, **said}


def _shared_label(axes: Any) -> str:
    """Return the x label; panels that share the axis have it below the last one alone."""
    others = axes.get_shared_x_axes().get_siblings(axes)
    return next((one.get_xlabel() for one in (axes, *others) if one.get_xlabel()), "")


def _short(scale: dict[str, Any]) -> dict[str, Any]:
    px = [round(value, 2) for value in scale["px"]]
    return {**scale, "px": px, "range": [float(f"{value:.6g}") for value in scale["range"]]}
