"""Sphinx extension for a page's beginning: how long it takes to read, and its card for links."""

from __future__ import annotations

import os
import re
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from docutils import nodes
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from mlp_book.opening import FOLDER
from mlp_book.text import keep_quantities

if TYPE_CHECKING:
    from sphinx.application import Sphinx

WORDS_PER_MINUTE = 230
# What a reader of the main line passes over: code, tables, what is folded, navigation.
ASIDE = (
    "pre, table, details, nav, svg, script, style, .cell_input, .math, .headerlink, .topic, "
    ".what-if, .reading-time, .downloads"
)
# Headings of sections to look things up in; numbers stand before them.
LAST = re.compile(r"[\d. ]*(?:Sources|Reproduction cards?)")
# What stays as it was written.
EXACT = (nodes.FixedTextElement, nodes.literal, nodes.math, nodes.raw)
HEADING = re.compile(r"</h1>")
CARD = (1200, 630)  # pixels, as programs want them that show a link
MARGIN = 60
GROUND, INK = "#fdfdfb", "#23282d"


def words_of(body: str) -> int:
    """Count the words of a page's main line.

    >>> words_of("<p>Three plain words.</p><details><p>Folded.</p></details>")
    3
    """
    page = BeautifulSoup(body, "html.parser")
    for aside in page.select(ASIDE):
        aside.decompose()
    for heading in page.find_all("h2"):
        section = heading.find_parent("section")
        if section and LAST.match(heading.get_text(strip=True)):
            section.decompose()
    return len(re.findall(r"\w[\w'\u2019.,-]*", page.get_text(" ")))


def reading_time(body: str) -> str:
    """Return how long the main line takes.

    >>> reading_time("<p>" + 2000 * "word " + "</p>")
    '9 minutes to read'
    """
    minutes = max(1, round(words_of(body) / WORDS_PER_MINUTE))
    return f"{minutes} minute{'s' if minutes > 1 else ''} to read"


def keep_together(app: Sphinx, document: nodes.document, name: str) -> None:
    """Keep a number and its unit on one line, and what else belongs together."""
    for text in list(document.findall(nodes.Text)):
        kept = keep_quantities(text)
        if kept != text and not isinstance(text.parent, EXACT):
            text.parent.replace(text, nodes.Text(kept))


def cards_folder(app: Sphinx) -> Path:
    """Return the folder of the chapters' pictures."""
    return Path(app.outdir) / "_static" / "cards"


def ask_for_cards(app: Sphinx) -> None:
    """Tell the notebooks that the build runs where to write their pictures."""
    os.environ[FOLDER] = str(cards_folder(app))


def draw_card(picture: Path, title: str, target: Path) -> None:
    """Write a picture under a title, in the size that programs want that show a link."""
    card = Image.new("RGB", CARD, GROUND)
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 52)
    ImageDraw.Draw(card).text((MARGIN, 34), title, fill=INK, font=font)
    with Image.open(picture) as drawn:
        room = (CARD[0] - 2 * MARGIN, CARD[1] - 130)
        scale = min(room[0] / drawn.width, room[1] / drawn.height)
        small = drawn.convert("RGBA").resize((int(drawn.width * scale), int(drawn.height * scale)))
    card.paste(small, ((CARD[0] - small.width) // 2, 110), small)
    card.quantize(64).save(target, optimize=True)


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Give a chapter its reading time, and every page what a link to it shows."""
    body = context.get("body") or ""
    if app.builder.format != "html" or not body:
        return
    picture = cards_folder(app) / f"{Path(page).name.replace('_', '-')}.png"
    title = BeautifulSoup(context["title"], "html.parser").get_text()
    tags = {"og:title": title, "og:type": "article", "og:site_name": app.config.project}
    if page.startswith("notebooks/"):
        time = f'<p class="reading-time">{reading_time(body)}</p>'
        context["body"] = HEADING.sub(f"</h1>\n{time}", body, count=1)
    if page.startswith("notebooks/") and picture.is_file():
        card = picture.with_name(f"{picture.stem}-card.png")
        draw_card(picture, title, card)
        place = f"{context['pathto']('_static/cards', 1)}/{card.name}"
        base = app.config.html_baseurl
        tags["og:image"] = f"{base.rstrip('/')}/_static/cards/{card.name}" if base else place
        tags |= {"og:image:width": str(CARD[0]), "og:image:height": str(CARD[1])}
        tags["twitter:card"] = "summary_large_image"
    lines = (f'<meta property="{n}" content="{escape(text)}"/>' for n, text in tags.items())
    context["metatags"] = "\n".join([context.get("metatags") or "", *lines])


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("builder-inited", ask_for_cards)
    app.connect("doctree-resolved", keep_together)
    app.connect("html-page-context", describe, priority=600)  # after the pages' own scripts
    return {"parallel_read_safe": True, "parallel_write_safe": True}
