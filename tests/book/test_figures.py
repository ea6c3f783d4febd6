"""Every figure function is drawn once, and its text alternative is compared with a snapshot."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from figure_labels import alternative_faults, label_faults, tick_faults
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import same_color, to_rgb
from syrupy.assertion import SnapshotAssertion

from mlp_book.style import INK, ReportFigure

MODULES = sorted(path.stem for path in (Path(__file__).parent / "figure_cases").glob("[a-z]*.py"))
CASES = {
    f"{module}: {name}": draw
    for module in MODULES
    for name, draw in importlib.import_module(f"figure_cases.{module}").CASES.items()
}
LEAST_CONTRAST = 3  # of lines and the edges of bands, as WCAG 2 asks of what carries meaning
GROUNDS = ("#fdfdfb", "#14191d")  # of the book's pages, light and dark


def luminance(colour: object) -> float:
    """Return the relative luminance of WCAG 2."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: object, other: object) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def drawn_colours(figure: ReportFigure) -> Iterator[object]:
    """Yield the colours of a figure's lines and of its bands' edges, but for that of the text."""
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_linestyle() != "None":
                yield line.get_color()
        for band in axes.collections:
            if isinstance(band, FillBetweenPolyCollection):
                (edge,) = band.get_edgecolor()
                assert edge[3] == 1
                assert band.get_linewidth() > 0
                yield edge


@pytest.mark.parametrize("case", CASES)
def test_lines_and_bands_stand_out_on_both_grounds(case: str) -> None:
    for colour in drawn_colours(CASES[case]()):
        if not same_color(colour, INK):  # which is the text's, in both themes
            assert min(contrast(colour, ground) for ground in GROUNDS) >= LEAST_CONTRAST, colour


def test_the_grounds_are_those_of_the_pages() -> None:
    styles = (Path(__file__).parents[2] / "book" / "_static" / "book.css").read_text("utf-8")
    assert all(f"--pst-color-background: {ground};" in styles for ground in GROUNDS)


@pytest.mark.parametrize("case", CASES)
def test_figure_is_drawn_and_says_what_it_shows(case: str, snapshot: SnapshotAssertion) -> None:
    figure = CASES[case]()
    assert isinstance(figure, ReportFigure)
    svg = figure.inline_svg()
    assert label_faults(svg) == []
    assert tick_faults(svg) == []
    assert alternative_faults(svg) == []
    assert svg.startswith("<svg") and 'role="img"' in svg
    assert figure.alt() == snapshot


def test_a_label_without_its_leader_or_on_another_would_be_found() -> None:
    svg = CASES["charts: curves by rate, one of which diverged"]().inline_svg()
    raised = re.sub(r' y="[^"]*">', ' y="9">', svg)  # all words at one height
    assert any("overlap" in fault for fault in label_faults(raised))
    leaderless = re.sub(r'<g data-leader="\d+">.*?</g>', "", raised)
    assert any("no leader" in fault for fault in label_faults(leaderless))
    larger = re.sub(r"\d+(\.\d+)?px", "30px", svg)
    assert tick_faults(svg) == [] and any("touch" in fault for fault in tick_faults(larger))
    assert alternative_faults(svg.replace("<desc id=", "<desc class="))
    assert alternative_faults(svg.replace('aria-label="', f'aria-label="{"long " * 40}'))
