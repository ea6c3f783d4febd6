"""The look of every figure: readable on light and dark grounds, in print and on a phone."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

# Axes and text. On a page this becomes the page's own text colour; in a file it stays: a grey
# that reads on white and on near-black (contrast about 4 to both).
INK = "#7b838c"

# Middle luminance, so that each colour has a contrast of at least 3.5 to white and to the dark
# ground of the book. The order keeps neighbours apart for colour-blind readers.
COLOURS = ("#2a7fc4", "#c8600f", "#0d8f6b", "#c0609a", "#a97f1e", "#7a68c8")
# From small to large, blue to ochre: the hue alone moves, the luminance hardly.
RAMP = ("#2a7fc4", "#7a68c8", "#bf4f8f", "#c8600f", "#a97f1e")

WIDTH = 4.8  # inches; small, so that 10-point text is still about 10 pixels high on a phone
FONT = "DejaVu Sans"  # comes with matplotlib: the same layout everywhere
FONTS = f"'{FONT}', system-ui, sans-serif"  # in a file of its own
Layout = Literal["constrained"] | None
STYLE: dict[str, Any] = {
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.transparent": True,
    "figure.constrained_layout.h_pad": 0.07,  # inches
    "font.family": [FONT],
    "font.size": 10.0,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.labelsize": 10.0,
    "xtick.labelsize": 9.5,
    "ytick.labelsize": 9.5,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": INK,
    "grid.alpha": 0.22,
    "grid.linewidth": 0.7,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 4.5,
    "svg.fonttype": "none",  # text stays text: searchable, selectable, in the page's font
    "svg.hashsalt": "mlp_core",  # the same figure gives the same file
}

_LOCK = threading.RLock()
_PLACES = re.compile(r' (?:d|x|y)="[^"]*"')  # not the text, which has decimals too
_MARKS = re.compile(r'<g( clip-path="[^"]*")?>((?:<use [^>]* style="[^"]*"/>){2,})</g>')
_LOOK = re.compile(r' style="[^"]*"')
_FINE = re.compile(r"(?<=\.\d\d)\d+")
_GAPS = re.compile(r"\s*([MLCQz])\s*")  # about the letters of a path


@contextmanager
def styled() -> Iterator[None]:
    """Apply the style while figures are made or written, then put everything back.

    Unlike `matplotlib.rc_context` it touches its own keys alone, and it lets one thread in at a
    time: panels draw beside the main thread, whose settings are not theirs to restore.
    """
    settings: Any = mpl.rcParams
    with _LOCK:
        before = {key: settings[key] for key in STYLE}
        settings.update(STYLE)
        try:
            yield
        finally:
            settings.update(before)


class ReportFigure(Figure):
    """A matplotlib figure that shows itself as SVG in the colours of its page.

    Its label (`set_label`) is its text alternative: what the figure shows, in words.
    """

    def __init__(self, height: float, layout: Layout = "constrained") -> None:
        super().__init__(figsize=(WIDTH, height), layout=layout)
        FigureCanvasAgg(self)

    def inline_svg(self) -> str:
        """Return an svg element for a page: scales, follows the page's colours, has a label."""
        return to_inline(self._svg(), str(self.get_label()))

    def save(self, path: str | Path) -> None:
        """Write a file of its own; the suffix names the format."""
        path = Path(path)
        if path.suffix == ".svg":
            svg = self._svg().replace(f"'{FONT}'", FONTS)
            path.write_text(_with_title(svg, str(self.get_label())), encoding="utf-8")
        else:
            with styled():
                self.savefig(path, dpi=200)

    def _svg(self) -> str:
        buffer = io.StringIO()
        with styled():  # not savefig: it draws everything twice
            FigureCanvasSVG(self).print_svg(buffer, metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()
        return text[text.index("<svg") :]

    def _repr_html_(self) -> str:
        return f'<div class="report-figure">{self.inline_svg()}</div>'


def new_figure(
    height: float, rows: int = 1, layout: Layout = "constrained", **options: Any
) -> tuple[ReportFigure, list[Any]]:
    """Return a figure and its axes, one under the other; call it within `styled`.

    Parameters
    ----------
    height : float
        Of the whole figure, in inches.
    rows : int
    layout : "constrained" or None
        Whether axes make room for their labels, or are placed by hand, which is quicker.
    **options
        For `Figure.subplots`.
    """
    figure = ReportFigure(height, layout)
    axes = figure.subplots(rows, 1, squeeze=False, **options)
    return figure, [row[0] for row in axes]


def new_grid(
    height: float, count: int, columns: int, **options: Any
) -> tuple[ReportFigure, list[Any]]:
    """Return a figure and so many axes, row by row; call it within `styled`.

    Parameters
    ----------
    height : float
        Of the whole figure, in inches.
    count : int
        Places that the last row has beyond them stay empty.
    columns : int
        Axes side by side.
    **options
        For `Figure.subplots`.
    """
    figure = ReportFigure(height)
    axes = list(figure.subplots(-(-count // columns), columns, squeeze=False, **options).flat)
    for empty in axes[count:]:
        empty.set_visible(False)
    return figure, axes[:count]


def ramp(count: int) -> list[str]:
    """Return colours for so many ordered levels, from small to large.

    >>> ramp(2)
    ['#2a7fc4', '#a97f1e']
    """
    colours = mpl.colors.LinearSegmentedColormap.from_list("ramp", RAMP)
    return [mpl.colors.to_hex(colours(i / max(count - 1, 1))) for i in range(count)]


# What matplotlib writes and nobody sees: turns by nothing, and groups about a single element.
_TURNED = re.compile(r' transform="rotate\(-?0 [^"]*\)"')
_ALONE = re.compile(r"<g>(<(?:path|use)\b[^>]*/>|<text\b[^>]*>[^<]*</text>)</g>")


def to_inline(svg: str, label: str) -> str:
    """Turn a whole SVG file of matplotlib into an element that fits into any page.

    - no fixed size, but a largest width;
    - `INK` becomes the page's text colour, coloured text is mixed with it for contrast;
    - no style rule and no id that could meet another figure's;
    - places to a hundredth of a point and no needless gaps: a third of the bytes less.
    """
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    (view_box,) = re.findall(r'viewBox="([^"]*)"', svg)[:1]
    pixels = round(float(view_box.split()[2]) * 1.4)
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{view_box}" role="img" '
        f'aria-label="{escape(label)}" style="display:block;width:100%;height:auto;'
        f'max-width:{pixels}px;margin:0 auto;stroke-linejoin:round;overflow:visible">'
    )
    svg = re.sub(r"<svg[^>]*>", lambda _: root, svg, count=1, flags=re.DOTALL)
    svg = _PLACES.sub(lambda found: _GAPS.sub(r"\1", _FINE.sub("", found[0])), svg)
    svg = _isolate_ids(svg)
    svg = svg.replace(f"'{FONT}'", "system-ui, sans-serif").replace(INK, "currentColor")
    svg = re.sub(
        r"(<(?:text|tspan)[^>]*?)fill: (#[0-9a-f]{6})",
        r"\1fill: \2; fill: color-mix(in srgb, \2 72%, currentColor)",
        svg,
    )
    svg = _TURNED.sub("", re.sub(r">\s+<", "><", svg).strip())
    for _ in range(2):  # ticks stand in two groups
        svg = _ALONE.sub(r"\1", svg)
    return _MARKS.sub(_share_style, svg)


def _share_style(marks: re.Match[str]) -> str:
    """Say once, for a group of marks, what each of them says of its look."""
    styles = set(_LOOK.findall(marks[2]))
    if len(styles) > 1:
        return marks[0]
    return f"<g{marks[1] or ''}{styles.pop()}>{_LOOK.sub('', marks[2])}</g>"


def to_file(inline: str) -> str:
    """Turn a page's svg element back into a file that stands alone, also on a slide.

    Parameters
    ----------
    inline : str
        What `to_inline` returned: it is the opposite of that.
    """
    svg = inline.replace("currentColor", INK).replace("system-ui, sans-serif", FONTS)
    # Programs that draw slides know no color-mix: the plain colour before it stays.
    svg = re.sub(r"; fill: color-mix\([^)]*\)", "", svg)
    (label,) = re.findall(r'aria-label="([^"]*)"', svg)[:1] or [""]
    (width, height) = re.findall(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)[0]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width}pt" height="{height}pt" viewBox="0 0 {width} {height}" role="img" '
        f'style="stroke-linejoin:round">\n<title>{label}</title>'
    )
    body = re.sub(r"<svg[^>]*>", lambda _: head, svg, count=1)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def _isolate_ids(svg: str) -> str:
    """Drop ids that nothing refers to and make the others this figure's own."""
    used = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
    own = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{own}{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r"url\(#", f"url(#{own}", svg)
    return re.sub(r'href="#', f'href="#{own}', svg)


def _with_title(svg: str, label: str) -> str:
    """Give an SVG file its text alternative."""
    end = svg.index(">") + 1
    head = svg[: end - 1] + ' role="img">'
    return f"{head}\n <title>{escape(label)}</title>{svg[end:]}"
