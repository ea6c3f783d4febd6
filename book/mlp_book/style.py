"""The look of every figure: readable on light and dark grounds, in print and on a phone."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from mlp_book.alt import describe, name
from mlp_book.end_labels import EndLabels
from mlp_book.read_out import describe_panels, find_panels
from mlp_book.svg import FONT, FONTS, INK, to_inline, with_title
from mlp_book.text import format_number

# Middle luminance, so that each colour has a contrast of at least 3.5 to white and to the dark
# ground of the book. The order keeps neighbours apart for colour-blind readers.
COLOURS = ("#2a7fc4", "#c8600f", "#0d8f6b", "#c0609a", "#a97f1e", "#7a68c8")
# From small to large, blue to ochre: the hue alone moves, the luminance hardly.
RAMP = ("#2a7fc4", "#7a68c8", "#bf4f8f", "#c8600f", "#a97f1e")
DASHES: tuple[Any, ...] = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1, 2)))
UNDECIDED = "#8a9097"  # of what is undecided, as in verdicts.css
MARKERS = ("o", "s", "D", "^", "v", "P")
# One colour per activation, in every chapter.
MEANINGS = dict(zip(("gelu", "relu", "sigmoid", "tanh"), COLOURS, strict=False))
HAIRLINE = {"visible": True, "alpha": 0.4, "linewidth": 0.6}  # the frame of an image

WIDTH = 4.8  # inches; small, so that 10-point text is still about 10 pixels high on a phone
APART = 0.6  # of their height: names of ticks that are nearer are hard to tell apart
NARROW = 6.0  # of a logarithmic axis: its highest value over its lowest
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

    Its text alternative is derived from its axes, titles and lines when it is rendered, unless
    `set_label` gave one.

    Attributes
    ----------
    end_labels : EndLabels
        Names at the ends of lines, placed when the figure is rendered.
    """

    def __init__(self, height: float, layout: Layout = "constrained") -> None:
        super().__init__(figsize=(WIDTH, height), layout=layout)
        FigureCanvasAgg(self)
        self.end_labels = EndLabels(self)

    def alt(self) -> str:
        """Return the text alternative: what the figure shows, in words."""
        return str(self.get_label()) or describe(self)

    def inline_svg(self) -> str:
        """Return an svg element for a page: scales, follows the page's colours, has a label."""
        panels = find_panels(self)
        return to_inline(self._svg(), name(self), self.alt(), describe_panels(panels))

    def picture_svg(self, size: tuple[float, float]) -> str:
        """Return an svg element that only decorates; the figure stays in that size (inches)."""
        self.set_size_inches(*size)
        with styled():
            self.draw_without_rendering()
            for axes in self.axes:  # what is too long for the smaller size moves to the left
                title = axes.set_title(axes.get_title("left"), loc="left")
                for text in (title, axes.xaxis.label):
                    over = text.get_window_extent().x1 - self.bbox.x1
                    text.set_x(text.get_position()[0] - max(over, 0) / axes.bbox.width)
                _thin_out(axes)
        return to_inline(self._svg(), "", "")

    def save(self, path: str | Path) -> None:
        """Write a file of its own; the suffix names the format."""
        path = Path(path)
        if path.suffix == ".svg":
            svg = self._svg().replace(f"'{FONT}'", FONTS)
            path.write_text(with_title(svg, name(self), self.alt()), encoding="utf-8")
        else:
            with styled():
                self.end_labels.place()
                self.savefig(path, dpi=200)

    def _svg(self) -> str:
        buffer = io.StringIO()
        for number, text in enumerate(_on_grids(self.axes)):
            text.set_gid(f"ground-{number}")
        with styled():  # not savefig: it draws everything twice
            self.end_labels.place()
            FigureCanvasSVG(self).print_svg(buffer, metadata={"Date": None, "Creator": None})
        text = buffer.getvalue()
        return text[text.index("<svg") :]

    def _repr_html_(self) -> str:
        return f'<div class="report-figure">{self.inline_svg()}</div>'


def new_figure(
    height: float,
    count: int = 1,
    columns: int = 1,
    layout: Layout = "constrained",
    **options: Any,
) -> tuple[ReportFigure, list[Any]]:
    """Return a figure and its axes, row by row; call it within `styled`.

    Parameters
    ----------
    height : float
        Of the whole figure, in inches.
    count, columns : int
        Number of axes, and how many side by side; places left over in the last row stay empty.
    layout : "constrained" or None
        Whether axes make room for their labels, or are placed by hand, which is quicker.
    **options
        For `Figure.subplots`.
    """
    figure = ReportFigure(height, layout)
    axes = list(figure.subplots(-(-count // columns), columns, squeeze=False, **options).flat)
    for empty in axes[count:]:
        empty.set_visible(False)
    return figure, axes[:count]


def _on_grids(panels: Sequence[Any]) -> Iterator[Any]:
    """Yield the words within axes that have gridlines: on a page they get a ground."""
    for axes in panels:
        grid = [*axes.get_xgridlines(), *axes.get_ygridlines()]
        if any(line.get_visible() for line in grid):
            legend = axes.get_legend()
            words = [*axes.texts, *(legend.get_texts() if legend else ())]
            yield from (one for one in words if one.get_text() and not one.get_gid())


def _thin_out(axes: Any) -> None:
    """Leave out names of ticks along x that would touch the one to the right."""
    low, high = axes.get_xlim()
    free = math.inf
    for place, name_of in reversed([*zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)]):
        if low <= place <= high:
            box = name_of.get_window_extent()
            name_of.set_visible(box.x1 + APART * box.height < free)
            free = box.x0 if name_of.get_visible() else free


def ramp(count: int) -> list[str]:
    """Return colours for so many ordered levels, from small to large.

    >>> ramp(2)
    ['#2a7fc4', '#a97f1e']
    """
    colours = mpl.colors.LinearSegmentedColormap.from_list("ramp", RAMP)
    return [mpl.colors.to_hex(colours(i / max(count - 1, 1))) for i in range(count)]


def band_look(colour: str, alpha: float = 0.2) -> dict[str, Any]:
    """Return how a band is drawn: pale, so that lines show on it, with an edge that is not."""
    return {"facecolor": (colour, alpha), "edgecolor": colour, "linewidth": 0.6}


def make_log(axes: Any, which: str) -> None:
    """Make the x or y axis logarithmic, with ticks at 1, 2, 5 where there is room for them.

    An axis without anything positive stays linear: with no runs to draw a figure is empty.
    """
    axis = getattr(axes, f"{which}axis")
    if not math.isfinite(axis.get_minpos()):
        return
    getattr(axes, f"set_{which}scale")("log")
    low, high = sorted(axis.get_view_interval())
    few = low <= 0 or high / low <= 10**2.6
    axis.set_major_locator(
        LogLocator(subs=(1.0, 2.0, 5.0), numticks=20) if few else LogLocator(numticks=7)
    )
    if few and low > 0 and sum(low <= tick <= high for tick in axis.get_majorticklocs()) < 2:
        axis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))  # one tick is no scale
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def make_log_with_ticks(axes: Any, which: str) -> None:
    """Make the x or y axis logarithmic; a narrow one has ticks beside those at 1, 2 and 5."""
    make_log(axes, which)
    axis = getattr(axes, f"{which}axis")
    low, high = sorted(axis.get_view_interval())
    if high < NARROW * low:
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
