"""A book in public: what a link to a page shows, and the list of all pages; no build is needed."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import mlp_sharing
import pytest
from built_book import ROOT
from PIL import Image
from yaml import safe_load

BASE = "https://host.example/book/"
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def app_at(out: Path, monkeypatch: pytest.MonkeyPatch, base: str | None) -> Any:
    """Return what the build's events get, with the address that the environment names."""
    monkeypatch.delenv(mlp_sharing.BASE_URL, raising=False)
    if base is not None:
        monkeypatch.setenv(mlp_sharing.BASE_URL, base)
    config = SimpleNamespace(html_baseurl=None, project="A book")
    mlp_sharing.take_address(SimpleNamespace(), config)
    builder = SimpleNamespace(format="html", get_target_uri=lambda page: f"{page}.html")
    env = SimpleNamespace(found_docs={"notebooks/rate", "book/index", "book/a&b"})
    return SimpleNamespace(outdir=str(out), config=config, builder=builder, env=env)


def tags_of(app: Any) -> dict[str, str]:
    """Return what is said of a chapter that has a picture."""
    folder = mlp_sharing.cards_folder(app)
    folder.mkdir(parents=True)
    Image.new("RGBA", (64, 40)).save(folder / "rate.png")
    context = {"body": "<p>x</p>", "title": "Rate", "pathto": lambda name, _: f"../{name}"}
    mlp_sharing.describe(app, "notebooks/rate", "page.html", context, None)
    return dict(re.findall(r'property="([^"]+)" content="([^"]*)"', str(context["metatags"])))


@pytest.mark.parametrize("base", [BASE, BASE.rstrip("/")])
def test_with_an_address_links_and_the_list_of_pages_are_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    app = app_at(tmp_path, monkeypatch, base)
    tags = tags_of(app)
    assert tags["og:url"] == f"{BASE}notebooks/rate.html"
    assert tags["og:image"] == f"{BASE}_static/cards/rate-card.png"
    with Image.open(tmp_path / "_static" / "cards" / "rate-card.png") as card:
        assert card.size == (int(tags["og:image:width"]), int(tags["og:image:height"]))
    mlp_sharing.write_sitemap(app, None)
    found = ElementTree.parse(tmp_path / "sitemap.xml").iter(LOC)
    pages = ("book/a&b", "book/index", "notebooks/rate")
    assert [place.text for place in found] == [f"{BASE}{page}.html" for page in pages]


@pytest.mark.parametrize("base", [None, ""])
def test_without_an_address_pictures_are_relative_and_there_is_no_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str | None
) -> None:
    app = app_at(tmp_path, monkeypatch, base)
    tags = tags_of(app)
    assert tags["og:image"] == "../_static/cards/rate-card.png"
    assert "og:url" not in tags
    (tmp_path / "sitemap.xml").write_text("of a build before, with an address")
    mlp_sharing.write_sitemap(app, None)
    assert not (tmp_path / "sitemap.xml").exists()


def test_an_address_without_its_scheme_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="begin with https"):
        app_at(tmp_path, monkeypatch, "host.example/book")


def test_the_workflow_names_the_address() -> None:
    workflow = safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text("utf-8"))
    steps = workflow["jobs"]["build"]["steps"]
    (asked,) = [step for step in steps if "configure-pages" in step.get("uses", "")]
    (built,) = [step for step in steps if "run" in step]
    address = f"${{{{ steps.{asked['id']}.outputs.base_url }}}}"
    assert built["env"][mlp_sharing.BASE_URL] == address
