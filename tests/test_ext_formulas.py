"""Formulas become MathML when the book is built, and a font has their signs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import mlp_formulas
import pytest
from docutils import nodes
from fontTools.ttLib import TTFont
from sphinx.errors import ExtensionError


def test_aligned_lines_are_rows_of_a_table() -> None:
    tex = r"\begin{aligned} a &= b, \\ c &\leftarrow \frac{d}{2}. \end{aligned}"
    formula = mlp_formulas.convert(nodes.math_block("", tex), is_block=True)
    assert formula.startswith("<math ")
    assert 'display="block"' in formula
    assert formula.count("<mtr>") == 2
    assert formula.count("<mtd>") == 4


@pytest.mark.parametrize(
    ("tex", "spaced"),
    [
        (r"\log 10", '<mspace width="0.17em"/>'),
        (r"\max(0, u)", '<mo lspace="0.17em" rspace="0">max'),
        (r"\alpha |w|", '<mo stretchy="false" lspace="0" rspace="0">|'),
        (r"p =", '<mo rspace="0">=</mo>'),
        (r"\sqrt{u}", '<msqrt><mspace height="0.72em"/>'),
    ],
)
def test_spaces_are_as_in_tex(tex: str, spaced: str) -> None:
    assert spaced in mlp_formulas.convert(nodes.math("", tex), is_block=False)


@pytest.mark.parametrize("tex", [r"\tanh(q)", r"p = 1"])
def test_no_space_where_a_bracket_or_a_number_follows(tex: str) -> None:
    formula = mlp_formulas.convert(nodes.math("", tex), is_block=False)
    assert "<mspace" not in formula
    assert "rspace" not in formula


@pytest.mark.parametrize("tex", [r"\nosuch{x}", r"\frac{1}", r"x^"])
def test_a_formula_that_cannot_be_set_is_named(tex: str) -> None:
    with pytest.raises(ExtensionError, match="cannot be set") as refused:
        mlp_formulas.convert(nodes.math("", tex), is_block=False)
    assert repr(tex) in str(refused.value)


def test_the_font_has_what_formulas_use_and_little_else(tmp_path: Path) -> None:
    (tmp_path / "_static").mkdir()
    formula = mlp_formulas.convert(nodes.math("", r"\sum_k \left( h \right) \to \infty"), False)
    (tmp_path / "page.html").write_text(f"<p>Ж {formula}</p>", encoding="utf-8")
    app = SimpleNamespace(outdir=tmp_path, builder=SimpleNamespace(format="html"))
    mlp_formulas.write_font(app, None)
    with TTFont(tmp_path / "_static" / "formulas.woff") as font:
        signs = font.getBestCmap()
        assert {ord("∑"), ord("∞"), ord("("), 0x210E, 0x1D465, ord("√")} <= set(signs)
        assert ord("Ж") not in signs
        assert "MATH" in font
    assert (tmp_path / "_static" / "formulas.woff").stat().st_size < 60_000
