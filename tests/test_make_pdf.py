"""The whole book in one document: every page once, every link inside it, nothing lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from waiting import PATIENCE_S

import make_pdf

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "book" / "make_pdf.py"


@pytest.fixture(scope="module")
def whole(html: Path) -> str:
    return str(make_pdf.compose())


@pytest.mark.parametrize(
    ("href", "leads_to"),
    [
        ("#update-rules", "#book-notation--update-rules"),
        ("reproducing.html", "#book-reproducing"),
        ("../notebooks/engine.html#limits", "#notebooks-engine--limits"),
        ("https://example.org/a#b", "https://example.org/a#b"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_links_stay_in_the_document(href: str, leads_to: str) -> None:
    pages = {"book/notation", "book/reproducing", "notebooks/engine"}
    assert make_pdf.link_within(href, "book/notation", pages) == leads_to


def test_a_file_keeps_its_version() -> None:
    address = make_pdf.own_file("../_static/book.css?v=1", "book/index")
    assert address == (make_pdf.HTML / "_static" / "book.css").as_uri() + "?v=1"


def test_every_page_is_in_the_document_once(whole: str) -> None:
    names = [name for _, part in make_pdf.parts() for name in part]
    found = re.findall(r'<article class="bd-article" id="([^"]+)"', whole)
    assert found == [make_pdf.anchor(name) for name in names]


def test_chapters_keep_their_numbers(whole: str) -> None:
    begin = r'<article class="bd-article" id="notebooks-[^"]+">(.*?)</h1>'
    heads = re.findall(begin, whole, re.DOTALL)
    numbers = [re.findall(r'"section-number">(\d+)\. ', head)[-1] for head in heads]
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)]
    listed = re.findall(r'<li><a href="#notebooks-[^"]*">(\d+)\. ', whole)
    assert listed == numbers != []


def test_no_two_places_share_a_name_and_every_link_leads_to_one(whole: str) -> None:
    names = Counter(re.findall(r'<[^<>]*?\sid="([^"]+)"', whole))
    assert [name for name, count in names.items() if count > 1] == []
    links = set(re.findall(r'href="#([^"]*)"', whole)) | set(re.findall(r"url\(#([^)]+)\)", whole))
    assert links - set(names) == set()


def test_answers_are_open_and_no_script_is_left(whole: str) -> None:
    assert "<details>" not in whole
    assert "<details open>" in whole
    assert "<script" not in whole


def test_no_picture_waits_for_a_reader_to_scroll(whole: str) -> None:
    assert "<img" in whole
    assert 'loading="lazy"' not in whole


def test_without_a_browser_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    # An own copy of the environment: no browser by name, none by variable.
    environment = {k: v for k, v in os.environ.items() if k != "MLP_CORE_CHROMIUM"}
    environment["PATH"] = str(tmp_path)
    result = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path / "book.pdf")],
        env=environment, capture_output=True, text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert result.returncode == 1
    assert "no Chromium found: install it" in result.stderr
    assert "MLP_CORE_CHROMIUM" in result.stderr
    assert not (tmp_path / "book.pdf").exists()
