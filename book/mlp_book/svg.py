"""Turns matplotlib's SVG into an element for any page, and back into a file that stands alone."""

from __future__ import annotations

import hashlib
import re
from html import escape

# Axes and text. On a page this becomes the page's own text colour; in a file it stays: a grey
# that reads on white and on near-black (contrast about 4 to both).
INK = "#7b838c"
FONT = "DejaVu Sans"  # comes with matplotlib: the same layout everywhere
FONTS = f"'{FONT}', system-ui, sans-serif"  # in a file of its own

_PLACES = re.compile(r' (?:d|x|y)="[^"]*"')  # not the text, which has decimals too
_MARKS = re.compile(r'<g( clip-path="[^"]*")?>((?:<use [^>]* style="[^"]*"/>){2,})</g>')
_LOOK = re.compile(r' style="[^"]*"')
_FINE = re.compile(r"(?<=\.\d\d)\d+")
_GAPS = re.compile(r"\s*([MLCQz])\s*")  # about the letters of a path
# What matplotlib writes and nobody sees: turns by nothing, and groups about a single element.
_TURNED = re.compile(r' transform="rotate\(-?0 [^"]*\)"')
_ALONE = re.compile(r"<g>(<(?:path|use)\b[^>]*/>|<text\b[^>]*>[^<]*</text>)</g>")


def to_inline(svg: str, label: str, description: str, scales: str = "") -> str:
    """Turn a whole SVG file of matplotlib into an element that fits into any page.

    - no fixed size, but a largest width;
    - a short label, which a screen reader says, and a description, which it says when asked;
    - `INK` becomes the page's text colour, coloured text is mixed with it for contrast;
    - no style rule and no id that could meet another figure's, but for lines that can be read
      by the `scales` (JSON, see `mlp_book.read_out`);
    - places to a hundredth of a point and no needless gaps: a third of the bytes less.
    """
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    (view_box,) = re.findall(r'viewBox="([^"]*)"', svg)[:1]
    pixels = round(float(view_box.split()[2]) * 1.4)
    quoted = escape(scales, quote=False).replace("'", "&#x27;")
    read = f"data-scales='{quoted}' " if scales else ""
    root = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{view_box}" role="img" {read}'
        f'aria-label="{escape(label)}" aria-describedby="words" '
        f'style="display:block;width:100%;height:auto;max-width:{pixels}px;margin:0 auto;'
        'stroke-linejoin:round;overflow:visible">'
        f'<desc id="words">{escape(description)}</desc>'
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
    svg = re.sub(r' id="(line|end|leader|ground)-(\d+)"', r' data-\1="\2"', svg)
    used = set(re.findall(r'(?:url\(#|href="#|describedby=")([^)"]+)', svg))
    own = "f" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{own}{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(url\(#|href="#|describedby=")', rf"\1{own}", svg)


def with_title(svg: str, label: str, description: str) -> str:
    """Give an SVG file its text alternatives."""
    end = svg.index(">") + 1
    head = svg[: end - 1] + ' role="img">'
    words = f"<title>{escape(label)}</title>\n <desc>{escape(description)}</desc>"
    return f"{head}\n {words}{svg[end:]}"
