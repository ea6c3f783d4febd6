"""The pages' English: a style checker's few rules, and turns of phrase that were mended once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built_book import pages
from proselint.checks import __register__
from proselint.registry import CheckRegistry
from proselint.tools import LintFile

NOT_READ = (
    "pre, table, svg, script, .math, .headerlink, nav, #sources, #bibliography, .cell_input, "
    ".cell_output, .admonition-title, .what-if"
)
RULES = (
    "cliches",
    "hedging",
    "lexical_illusions",
    "malapropisms",
    "mondegreens",
    "needless_variants",
    "nonwords",
    "redundancy",
    "uncomparables",
)
# Each was in a page once; what should stand there is behind it.
MENDED = {
    r"\b[Ww]ho (?:changes|trains|wants|looks)\b[^.?]*,? \w+s\b[^.?]*\bonly\b": "If you ...",
    r"\bLeast matters\b": "... matters least",
    r"\b(?:a|one) (?:panel|line|row|dot|point) an? (?:loss|cell|level|seed|run|layer)\b": "per",
    r"\bask(?:s)? for\?": "require",
    r"Nesterov.s way": "Nesterov momentum: on or off",
    r"\b0 (?:cells|settings|runs|seeds) (?:have|has|do|are|break)\b": "No setting ...",
    r"(?<![.\d])\b1 (?:cells|settings|runs|seeds|epochs|layers|units|points)\b": "one setting",
    r"come out again": "can be reproduced",
    r"\bafter the sign\b": "± is one standard deviation",
    r"\bNone waits\b": "nothing",
    r"at least 100\.0": "all",
    r"points?, seed noise|, seed noise": "an outcome with its interval",
    r"\bmore gain nothing\b": "an outcome with its interval",
    r"\bto be told from\b": "to be distinguished from",
    r"\bupdates a swing\b": "updates per oscillation",
}


def prose(html: str) -> list[str]:
    """Return the paragraphs of a page's main line and its folded parts, without code."""
    page = BeautifulSoup(html, "html.parser").select_one("article")
    assert page is not None
    for part in page.select(NOT_READ):
        part.decompose()
    for word in page.select("code"):
        word.replace_with("`code`")
    return [" ".join(one.get_text(" ").split()) for one in page.select("p, li, figcaption, h2, h3")]


def faults(paragraphs: list[str]) -> list[str]:
    """Return what the rules find, each with the words around it."""
    text = "\n§ ".join(paragraphs)  # a mark that no rule knows
    config = {"max_errors": 1000, "checks": dict.fromkeys(RULES, True)}
    found = [
        result.check_result for result in LintFile(source="", content=text or "§").lint(config)
    ]
    places = [(result.check_path, result.span[0]) for result in found]
    places += [(mended, m.start()) for mended in MENDED for m in re.finditer(mended, text)]
    return [f"{rule}: ... {text[max(0, at - 40) : at + 60]}" for rule, at in places]


@pytest.fixture(scope="module", autouse=True)
def rules() -> None:
    CheckRegistry().register_many(__register__)


@pytest.mark.parametrize("page", pages())
def test_a_page_reads_like_english(html: Path, page: str) -> None:
    assert faults(prose((html / page).read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Least matters the regularization.",
        "Here is a panel a loss.",
        "What does depth ask for?",
        "0 cells have a lower error.",
        "It is is so.",
        "It comes for free.",
    ],
)
def test_a_fault_would_be_found(sentence: str) -> None:
    assert faults([sentence])
