"""Sphinx extension for a book in public: what a link to a page shows, and the list of all pages.

Both need the book's address, which `MLP_CORE_BASE_URL` names. Without it, links' pictures have
relative addresses, and there is no list.
"""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from bs4 import BeautifulSoup
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from mlp_book.opening import FOLDER

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

BASE_URL = "MLP_CORE_BASE_URL"
CARD = (1200, 630)  # pixels, as programs want them that show a link
MARGIN = 60
GROUND, INK = "#fdfdfb", "#23282d"
SITEMAP = """\
<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{}
</urlset>
"""


def take_address(app: Sphinx, config: Config) -> None:
    """Take the book's address from the environment; Sphinx names it on every page."""
    base = os.environ.get(BASE_URL, "").strip()
    if base and not base.startswith(("https://", "http://")):
        raise ValueError(f"{BASE_URL} is {base!r}: it has to begin with https:// or http://")
    config.html_baseurl = base and base.rstrip("/") + "/"


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
    """Say on every page what a link to it shows."""
    if app.builder.format != "html" or not context.get("body"):
        return
    picture = cards_folder(app) / f"{Path(page).name.replace('_', '-')}.png"
    title = BeautifulSoup(context["title"], "html.parser").get_text()
    tags = {"og:title": title, "og:type": "article", "og:site_name": app.config.project}
    base = app.config.html_baseurl
    if base:
        tags["og:url"] = urljoin(base, app.builder.get_target_uri(page))
    if page.startswith("notebooks/") and picture.is_file():
        card = picture.with_name(f"{picture.stem}-card.png")
        draw_card(picture, title, card)
        folder = urljoin(base, "_static/cards") if base else context["pathto"]("_static/cards", 1)
        tags["og:image"] = f"{folder}/{card.name}"
        tags |= {"og:image:width": str(CARD[0]), "og:image:height": str(CARD[1])}
        tags["twitter:card"] = "summary_large_image"
    lines = (f'<meta property="{n}" content="{escape(text)}"/>' for n, text in tags.items())
    context["metatags"] = "\n".join([context.get("metatags") or "", *lines])


def write_sitemap(app: Sphinx, error: Exception | None) -> None:
    """List the addresses of all pages for those that search the web."""
    base, path = app.config.html_baseurl, Path(app.outdir) / "sitemap.xml"
    if error is not None or app.builder.format != "html":
        return
    path.unlink(missing_ok=True)
    if base:
        pages = [urljoin(base, app.builder.get_target_uri(d)) for d in sorted(app.env.found_docs)]
        lines = "\n".join(f"<url><loc>{escape(page)}</loc></url>" for page in pages)
        path.write_text(SITEMAP.format(lines), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the functions above to the build's events."""
    app.connect("builder-inited", ask_for_cards)
    app.connect("config-inited", take_address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_sitemap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
