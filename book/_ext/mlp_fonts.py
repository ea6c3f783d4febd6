"""Fonts with the few signs that the pages show: whole ones are heavier than the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fontTools.subset import Options, Subsetter

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fontTools.ttLib import TTFont


def write_subset(font: TTFont, signs: Iterable[int], target: Path) -> None:
    """Write a font with some signs, by code point, and what their larger forms are made of."""
    subsetter = Subsetter(Options(layout_features=[], hinting=False))
    subsetter.populate(unicodes=signs)
    subsetter.subset(font)
    font.flavor = "woff" if target.suffix == ".woff" else None
    font.save(target)
