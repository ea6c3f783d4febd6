"""Formulas as MathML, which browsers set themselves: no script, and none of its 750 KB per page.

A font goes with them, cut down to the signs that formulas use: few phones have one for mathematics.
"""

from __future__ import annotations

import re
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

from docutils.nodes import SkipNode
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from fontTools.ttLib import TTFont
from mlp_fonts import write_subset
from sphinx.errors import ExtensionError
from sphinx.util.math import get_node_equation_number

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

FONT = "ziamath/fonts/STIXTwoMath-Regular.ttf"  # STIX Two, under the SIL Open Font License
FORMULA = re.compile(r"<math\b.*?</math>", re.DOTALL)
# Spaces as TeX has them: thin ones after a function without brackets and before one that is set
# as an operator, none about the bars of a size or after a relation that ends the formula.
SPACES = (
    (r"<mo>&ApplyFunction;</mo>(?!\s*<mo[^>]*>[(\[])", r'\g<0><mspace width="0.17em"/>'),
    (r"<mo>(?=(?:max|min)<)", '<mo lspace="0.17em" rspace="0">'),
    (r'<mo stretchy="false">(?=\|<)', '<mo stretchy="false" lspace="0" rspace="0">'),
    (r"<mo>([=≈])</mo>(?=\s*</math>)", r'<mo rspace="0">\1</mo>'),
    # As high as a capital: over low letters the sign, which is higher, would hang below the line.
    (r"<msqrt>", r'\g<0><mspace height="0.72em"/>'),
)
ROOT = ord("√")
# What a browser puts for a variable's plain letter, Latin or Greek, and for a root.
UNWRITTEN = {*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C), 0x210E, ROOT}


def convert(node: nodes.math | nodes.math_block, is_block: bool) -> str:
    """Return the MathML of a formula; an error names the formula that cannot be converted."""
    tex = node.astext().strip()
    try:
        formula = str(tex2mathml(tex, as_block=is_block))
    except (MathError, SyntaxError) as error:
        raise ExtensionError(f"the formula {tex!r} cannot be set: {error}") from error
    for pattern, spaced in SPACES:
        formula = re.sub(pattern, spaced, formula)
    return formula


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a sentence."""
    self.body.append(f'<span class="math notranslate">{convert(node, is_block=False)}</span>')
    raise SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula of its own line, with its number if it has a name."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate"))
    self.body.append(convert(node, is_block=True))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>")
    raise SkipNode


def write_font(app: Sphinx, error: Exception | None) -> None:
    """Write the font with the signs of all formulas."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    texts = (page.read_text(encoding="utf-8") for page in out.rglob("*.html"))
    signs = {ord(sign) for text in texts for formula in FORMULA.findall(text) for sign in formula}
    with TTFont(Path(str(distribution("ziamath").locate_file(FONT)))) as font:
        keep_one_root(font)
        write_subset(font, signs.union(UNWRITTEN), out / "_static" / "formulas.woff")


def keep_one_root(font: TTFont) -> None:
    """Leave out larger roots: behind every root, Chromium leaves room for the widest of a font."""
    variants = font["MATH"].table.MathVariants
    place = variants.VertGlyphCoverage.glyphs.index(font.getBestCmap()[ROOT])
    forms = variants.VertGlyphConstruction[place]
    forms.MathGlyphVariantRecord = forms.MathGlyphVariantRecord[:1]
    forms.VariantCount, forms.GlyphAssembly = 1, None


def setup(app: Sphinx) -> dict[str, bool]:
    """Make this the way in which pages show formulas."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
