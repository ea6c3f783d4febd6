"""What a page needs to read values off a figure: its scales, named lines, seeds and runs."""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from mlp_core.studies.store import find_results

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MOST_LINES = 12  # of one panel: more cannot be read off at once
Lines = dict[str, dict[str, Any]]  # what is said of each, by the number in its id


def remember_seeds(line: Any, table: pd.DataFrame, between: str) -> None:
    """Note what stands behind the points of a matplotlib line.

    Parameters
    ----------
    line : Line2D
    table : DataFrame
        One row per point, by its x: ``mean``, ``n`` (seeds), ``low`` and ``high``; and maybe
        ``runs``, the ids of the runs with a dot between them.
    between : str
        What ``low`` and ``high`` are.
    """
    line.seeds = table, between


def mark_lines(figure: Figure) -> list[tuple[Any, Lines]]:
    """Give each line with a label an id in the file; return them by the axes, if visible."""
    found, number = [], 0
    every = [run_id for axes in figure.axes for line in axes.get_lines() for run_id in _runs(line)]
    counts = Counter(study for run_id in every for study in _studies().get(run_id, ()))
    for axes in figure.axes:
        lines = [one for one in axes.get_lines() if not str(one.get_label()).startswith("_")]
        if not axes.get_visible() or not axes.axison or not 0 < len(lines) <= MOST_LINES:
            continue
        named: Lines = {}
        for line in lines:
            line.set_gid(f"line-{number}")
            named[str(number)] = {
                "name": " ".join(str(line.get_label()).split()),
                **_seeds(line, counts),
            }
            number += 1
        found.append((axes, named))
    return found


def _runs(line: Any) -> set[str]:
    """Return the ids of the runs behind a line."""
    table: Any = getattr(line, "seeds", [{}])[0]
    return set(".".join(table["runs"].dropna()).split(".")) - {""} if "runs" in table else set()


def _seeds(line: Any, counts: Counter[str]) -> dict[str, Any]:
    """Return what is known of a line's points: seeds, what they reach, and where the runs are."""
    if not hasattr(line, "seeds"):
        return {}
    table, between = line.seeds
    table = table[table["mean"].notna()]
    said: dict[str, Any] = {"x": [float(f"{x:.6g}") for x in table.index]}
    if (table["n"] > 1).any():
        ends = {end: [_rounded(value) for value in table[end]] for end in ("low", "high")}
        said |= {"n": table["n"].tolist(), "between": between, **ends}
    stored = [_studies().get(run_id, frozenset()) for run_id in _runs(line)]
    if stored and (studies := frozenset.intersection(*stored)):  # that of most lines, if several
        study = max(studies, key=lambda name: (counts[name], name))
        said |= {"study": study, "runs": table["runs"].tolist()}
    once = {key: _once(value) for key, value in said.items() if key in {"n", "runs"}}
    return {**said, **once} if len(said) > 1 else {}


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


def describe_scales(panels: list[tuple[Any, Lines]]) -> str:
    """Return where axes lie in the file and what they mean, as JSON; call it after drawing."""
    return json.dumps([_scale(*panel) for panel in panels], separators=(",", ":"))


def _scale(axes: Any, lines: Lines) -> dict[str, Any]:
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
    return {**rounded, **ticks, "lines": lines}


def _shared_label(axes: Any) -> str:
    """Return the x label; panels that share the axis have it below the last one alone."""
    others = axes.get_shared_x_axes().get_siblings(axes)
    return next((one.get_xlabel() for one in (axes, *others) if one.get_xlabel()), "")


def _short(scale: dict[str, Any]) -> dict[str, Any]:
    px = [round(value, 2) for value in scale["px"]]
    return {**scale, "px": px, "range": [float(f"{value:.6g}") for value in scale["range"]]}
