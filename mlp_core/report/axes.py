"""Parts that figures and tables share: numbers as text, logarithmic axes, labels at lines' ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

MINUS = "\N{MINUS SIGN}"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_number(value: float) -> str:
    """Return a number as short plain text, very small and very large ones as powers of ten.

    Text of its own rather than matplotlib's formulas: those are many pieces, placed for one font.

    >>> format_number(0.05), format_number(10_000), format_number(2e-5), format_number(1e6)
    ('0.05', '10000', '2·10⁻⁵', '10⁶')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.{5 if abs(value) >= 1e4 else 4}g}"
    power = math.floor(math.log10(abs(value)) + 1e-9)
    factor = f"{value / 10**power:.3g}"
    ten = f"10{str(power).translate(_SUPERSCRIPTS)}"
    return ten if factor == "1" else f"{factor}·{ten}"


def format_level(level: Any) -> str:
    """Return a config field's value as short plain text.

    >>> format_level(2e-5), format_level("relu"), format_level((64, 32))
    ('2·10⁻⁵', 'relu', '(64, 32)')
    """
    return format_number(level) if isinstance(level, int | float) else str(level)


def signed(value: float, digits: int = 2) -> str:
    """Return a difference with its sign, such as "+0.05"; no sign where it rounds to zero.

    >>> signed(0.051), signed(0.001)
    ('+0.05', '0.00')
    """
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def make_log(axes: Any, which: str) -> None:
    """Make the x or y axis logarithmic, with ticks at 1, 2, 5 where there is room for them."""
    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    low, high = sorted(axis.get_view_interval())
    decades = math.log10(high / low) if low > 0 else 0.0
    if decades <= 2.6:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=20))
    else:
        axis.set_major_locator(LogLocator(numticks=7))
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def spread_out(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart until neighbours keep a gap, staying as near as they can.

    Parameters
    ----------
    positions : sequence of float
        In any order; the result has the same order.
    gap : float
    low, high : float
        What the result keeps within, if there is room for all.

    >>> [round(p, 2) for p in spread_out([0.5, 0.5, 0.9], 0.2, 0.0, 1.0)]
    [0.4, 0.6, 0.9]
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    # Clusters of labels that touch: [indices, centre]; a cluster's labels sit evenly about it.
    clusters: list[tuple[list[int], float]] = []
    for index in order:
        members, centre = [index], min(max(positions[index], low), high)
        while clusters and _top(clusters[-1], gap) + gap > centre - gap * (len(members) - 1) / 2:
            below, middle = clusters.pop()
            total = len(below) + len(members)
            centre = (middle * len(below) + centre * len(members)) / total
            members = below + members
            half = gap * (total - 1) / 2
            centre = min(max(centre, low + half), max(high - half, low + half))
        clusters.append((members, centre))
    result = [0.0] * len(positions)
    for members, centre in clusters:
        for place, index in enumerate(members):
            result[index] = centre + gap * (place - (len(members) - 1) / 2)
    return result


def _top(cluster: tuple[list[int], float], gap: float) -> float:
    members, centre = cluster
    return centre + gap * (len(members) - 1) / 2


def label_ends(axes: Any, ends: Sequence[tuple[float, str, str]], title: str = "") -> None:
    """Write each line's label at the right edge, at the height of its end.

    Call it when the limits are final.

    Parameters
    ----------
    axes : matplotlib Axes
    ends : sequence of (y, label, colour)
    title : str
        What the labels are values of; stands above them.
    """
    size = 9.5
    height = axes.get_position().height * axes.figure.get_figheight() * 72
    to_axes = (axes.transData + axes.transAxes.inverted()).transform
    x = axes.get_xlim()[1]
    wanted = [float(to_axes((x, y))[1]) for y, _, _ in ends]
    gap = 1.2 * size / height
    places = spread_out(wanted, gap, 0.0, 1.0)
    for place, (_, label, colour) in zip(places, ends, strict=True):
        axes.text(
            1.02, place, label, color=colour, size=size, va="center", transform=axes.transAxes
        )
    if title:
        top = max([*places, 0.0]) + gap
        axes.text(1.02, max(top, 1.0), title, size=size, va="bottom", transform=axes.transAxes)
