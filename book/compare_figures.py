"""Whether two drawings show the same: words, and series point by point up to the axes' limits.

Whatever its scale, an axis is linear on paper: other limits or margins move all data of a panel by
x' = a x + b and y' = c y + d. Panels agree if one such map, fitted to ticks and data, takes each
series of the one to a series of the other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
from scipy.optimize import linear_sum_assignment

from differences import Differences
from svg_series import Drawing, Panel, Series

TOLERANCE = 0.15  # points; coordinates on a page are cut to hundredths
# matplotlib thins out long lines, by up to 1/9 point, and cuts them off at the canvas. With other
# limits other points of the same line are left, so that it has to be compared as a curve.
CURVE_TOLERANCE = 0.25
LONG = 20  # points of a line that may have been thinned out
ABOUT = 4.0  # points; a label without a tick stands about where it belongs
OTHER_LOOK = 0.05  # where 1 is any distance: of partners at one place, the one that looks alike

Map = np.ndarray  # [[a, b], [c, d]]
Pair = tuple[Series, Series, float]  # with their distance in points


def compare_figures(name: str, before: Drawing, after: Drawing, found: Differences) -> None:
    """Compare two figures: words, what the panels show, and the text alternative."""
    found.check("alt", before.alt, after.alt, f"{name}: ")
    old, new = (Counter(word for word, _ in drawing.words) for drawing in (before, after))
    found.check_names("words", old, new, f"{name}: how often ")
    if old == new:
        old, new = (Counter(map(" in ".join, drawing.words)) for drawing in (before, after))
        found.check_names("look", old, new, f"{name}: how often ")
    found.check("series", len(before.panels), len(after.panels), f"{name}, number of panels: ")
    for place, panels in enumerate(zip(before.panels, after.panels, strict=False), 1):
        where = f"{name}, panel {place}: "
        compare_panels(where, *panels, found)
        images, others = ([fingerprint(image) for image in panel.images] for panel in panels)
        found.check_list("image", images, others, where)


def fingerprint(image: str) -> str:
    """Return what tells an image's content, which is part of its address."""
    return hashlib.sha256(image.encode()).hexdigest()[:12]


def compare_panels(where: str, before: Panel, after: Panel, found: Differences) -> None:
    """Find each series' partner; name those without one, and ticks that do not move along."""
    by_data = data_map(before, after)
    pairs, gone, new = partners(before, after, by_data)
    curves = curve_partners(gone, new, by_data, after.box)
    found.distances["point by point"] += [distance for *_, distance in pairs]
    found.distances["as curves"] += [distance for *_, distance in curves]
    found.compared["series"] += len(before.series)
    found.compared["look"] += len(pairs + curves)
    looks = Counter(f"{a.look} -> {b.look}" for a, b, _ in pairs + curves if a.look != b.look)
    found.lines += [("look", f"{where}{count} times {look}") for look, count in looks.items()]
    faults = series_faults(gone, new, by_data) + tick_faults(before, after, by_data)
    found.lines += [("series", where + fault) for fault in faults]


def partners(
    before: Panel, after: Panel, by_data: Map
) -> tuple[list[Pair], list[Series], list[Series]]:
    """Return pairs that are the same point by point, and the series of either panel in none."""
    pairs, gone, new = [], [], []
    for old, now in by_key(before, after):
        costs = distances(old, now, by_data, box_map(before, after), before.box)
        looks = np.reshape([a.look != b.look for a in old for b in now], costs.shape)
        chosen = linear_sum_assignment(costs / (1 + costs) + OTHER_LOOK * looks)
        good = [(i, j) for i, j in np.transpose(chosen) if costs[i, j] <= TOLERANCE]
        pairs += [(old[i], now[j], float(costs[i, j])) for i, j in good]
        gone += np.delete(np.array(old, object), [i for i, _ in good]).tolist()
        new += np.delete(np.array(now, object), [j for _, j in good]).tolist()
    return pairs, gone, new


def curve_partners(
    gone: list[Series], new: list[Series], by_data: Map, box: np.ndarray
) -> list[Pair]:
    """Move pairs that run the same way through other points out of the lists, and return them."""
    pairs = []
    for one in list(gone):
        gaps = [curve_distance(one, other, by_data, box) for other in new]
        if gaps and min(gaps) <= CURVE_TOLERANCE:
            pairs.append((one, new.pop(int(np.argmin(gaps))), min(gaps)))
            gone.remove(one)
    return pairs


def by_key(before: Panel, after: Panel) -> Iterator[tuple[list[Series], list[Series]]]:
    """Yield the series of both panels that have equally many points."""
    for key in sorted({series.key for series in before.series + after.series}):
        old, new = ([s for s in panel.series if s.key == key] for panel in (before, after))
        yield old, new


# --- the map ----------------------------------------------------------------------------------


def data_map(before: Panel, after: Panel) -> Map:
    """Return the map from one panel to the other on which labelled ticks and data agree best.

    No partners are needed for that: a map that keeps the order takes the sorted coordinates of
    equally many points to the sorted coordinates of the others. Ticks say what data mean, so that
    all of them weigh twice as much as all data.
    """
    groups = [pair for pair in by_key(before, after) if len(pair[0]) == len(pair[1])]
    lines = []
    for axis in (0, 1):
        shared = [key for key in before.ticks if key[0] == axis and key in after.ticks]
        x, y = (
            np.concatenate(
                [[panel.ticks[key] for key in shared]]
                + [np.sort(np.concatenate([s.points[:, axis] for s in g[side]])) for g in groups]
            )
            for side, panel in enumerate((before, after))
        )
        weights = np.ones(len(x))
        weights[: len(shared)] = 2 * max(len(x) - len(shared), 1) / max(len(shared), 1)
        lines.append(fit_line(x, y, weights))
    return np.array(lines)


def fit_line(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return slope and shift of y over x, by least squares that outliers hardly move.

    Each round divides a point's weight by its distance in the round before. Points at one place
    tell nothing of the slope: it is 1 then.

    >>> slope, shift = fit_line(np.arange(4.0) * 10, np.array([1.0, 29, 41, 61]), np.ones(4))
    >>> round(slope, 1), round(shift, 1)
    (2.0, 1.0)
    """
    if not len(x) or np.ptp(x) < 1:
        return 1.0, float(np.median(y - x)) if len(x) else 0.0
    now = weights
    for _ in range(50):
        middle = np.average(x, weights=now)
        slope = np.sum(now * (x - middle) * y) / np.sum(now * (x - middle) ** 2)
        shift = np.average(y - slope * x, weights=now)
        now = weights / np.maximum(np.abs(slope * x + shift - y), TOLERANCE / 10)
    return float(slope), float(shift)


def box_map(before: Panel, after: Panel) -> Map:
    """Return the map from the axes' box of one panel to that of the other."""
    slopes = np.ptp(after.box, axis=0) / np.ptp(before.box, axis=0)
    return np.column_stack([slopes, after.box[0] - slopes * before.box[0]])


def moved(points: np.ndarray, by: Map) -> np.ndarray:
    """Return where a map takes points of shape (n, 2)."""
    there: np.ndarray = points * by[:, 0] + by[:, 1]
    return there


# --- distances --------------------------------------------------------------------------------


def distances(
    before: list[Series], after: list[Series], by_data: Map, by_box: Map, box: np.ndarray
) -> np.ndarray:
    """Return how far each series is from each other one, along the axis where it is farthest.

    What reaches from edge to edge, or may lie outside the axes, can be placed by the box instead.
    """
    result = np.empty((len(before), len(after)))
    targets = np.array([series.points for series in after])
    for row, series in enumerate(before if after else []):
        off = np.abs(targets - moved(series.points, by_data)).max(axis=1)
        off_box = np.abs(targets - moved(series.points, by_box)).max(axis=1)
        to_edges = np.abs(series.points[:, None] - box).min(axis=1).max(axis=0)
        is_free = (to_edges < TOLERANCE) | (not series.is_clipped)
        result[row] = np.where(is_free, np.minimum(off, off_box), off).max(axis=1)
    return result


def curve_distance(before: Series, after: Series, by_data: Map, box: np.ndarray) -> float:
    """Return how far two lines of different points are apart where the axes show them."""
    if before.is_mark or after.is_mark:
        return np.inf
    old = Series(moved(before.points, by_data), before.starts, "", True, False)
    seen = [line.points[is_inside(line.points, box)] for line in (old, after)]
    is_cut = len(seen[0]) < len(old.points) or len(seen[1]) < len(after.points)
    is_thinned = before.key != after.key and max(before.key, after.key) >= (False, LONG)
    if not (is_cut or is_thinned or before.ends_twice() or after.ends_twice()):
        return np.inf
    return max(distance_to_line(seen[0], after), distance_to_line(seen[1], old))


def is_inside(points: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Say of each point whether a box with a margin contains it."""
    is_within: np.ndarray = ((points > box[0] - 0.5) & (points < box[1] + 0.5)).all(axis=1)
    return is_within


def distance_to_line(points: np.ndarray, line: Series) -> float:
    """Return the largest distance of points from the pieces of a line."""
    if not len(points):
        return 0.0
    ends = np.setdiff1d(np.arange(1, len(line.points)), line.starts)
    start, way = line.points[ends - 1], line.points[ends] - line.points[ends - 1]
    along = ((points[:, None] - start) * way).sum(axis=2)
    share = np.clip(along / np.maximum((way**2).sum(axis=1), 1e-9), 0, 1)
    gaps = np.linalg.norm(points[:, None] - start - share[..., None] * way, axis=2)
    return float(gaps.min(axis=1, initial=np.inf).max())


# --- words ------------------------------------------------------------------------------------


def series_faults(gone: list[Series], new: list[Series], by_data: Map) -> list[str]:
    """Say which series have no partner, and how near the nearest comes."""
    faults = []
    for one in gone:
        there = moved(one.points, by_data)
        gaps = [np.abs(other.points - there).max() for other in new if other.key == one.key]
        words = f"nearest {min(gaps):.2f} points off" if gaps else "none of as many points"
        faults.append(f"{one.words()} has no partner: {words}")
    if len(new) != len(gone):
        faults += [f"{one.words()} is new" for one in new]
    return faults


def tick_faults(before: Panel, after: Panel, by_data: Map) -> list[str]:
    """Say which ticks and labels do not move with the data, which means other values then."""
    faults = []
    exact, about = (before.ticks, after.ticks, TOLERANCE), (before.labels, after.labels, ABOUT)
    for old, new, limit in (exact, about):
        for axis, label in sorted(old.keys() & new.keys()):
            slope, shift = by_data[axis]
            off = new[axis, label] - (slope * old[axis, label] + shift)
            if abs(off) > limit:
                faults.append(f"{'xy'[axis]} tick {label!r} is {off:+.2f} points off the data")
    return faults
