"""Every figure function is drawn once, and its text alternative is compared with a snapshot."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from mlp_book.style import ReportFigure

MODULES = sorted(path.stem for path in (Path(__file__).parent / "figure_cases").glob("[a-z]*.py"))
CASES = {
    f"{module}: {name}": draw
    for module in MODULES
    for name, draw in importlib.import_module(f"figure_cases.{module}").CASES.items()
}


@pytest.mark.parametrize("case", CASES)
def test_figure_is_drawn_and_says_what_it_shows(case: str, snapshot: SnapshotAssertion) -> None:
    figure = CASES[case]()
    assert isinstance(figure, ReportFigure)
    svg = figure.inline_svg()
    assert svg.startswith("<svg") and 'role="img"' in svg
    assert figure.alt() == snapshot
