"""No page says that a difference is absent without its interval."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

BANNED = re.compile(
    r"(?:inside|outside|within|beyond|more than|less than) (?:its |their )?seed noise"
    r"|Welch's t-test tells",
    re.IGNORECASE,
)
# These say that something is absent: an interval, or the name of a glued effect, stands beside.
ABSENT = re.compile(
    r"no difference|as good as|\bno better\b|makes no difference"
    r"|\b(?:is|are) (?:already |quite )?\*?enough\b|\bsuffic",
    re.IGNORECASE,
)
SHOWN = re.compile(r"effect|interval|\[[^\d]?\d")
# Sentences that say nothing of runs.
OTHERS = (
    "no difference between networks",  # the title of a source's finding
    "Is the result at least as good as",  # questions to the reader
    "what share is as good as the best",
    "as good as $\\sigma(-20)$",  # a formula
    "not quite as good as it looks",
    'nothing, not "no difference"',
    '*undecided*, not "no difference"',
    "is enough, is no better, or keeps the accuracy, it needs",
    "it makes no difference to a result where",  # bits, not means
    "which uses no differences",
    "about as good as batches of 20",  # a claim's own sentence
    "less is enough, one does not hold, and one is undecided",  # claims that are judged there
    "that less is enough: {glue:text}`what-holds-b-less`",
    "that something is *enough*, or that two things are *alike*, needs *equivalent*",  # the rule
    "*X is enough*, *no other value does better*: holds if",
    "all are said to be larger, the largest where none is, or where one larger one is enough",
    "is enough for the",  # a panel, for an exercise
    "are enough for this",  # the small digits, to try the package
    "How many hidden units are enough",  # a question
    "two lines in the right places are enough here",  # geometry and theorems
    "is enough to come close to any continuous function",
    "seven lines through any cell are enough",
    "one update is enough: all",  # to spoil every parameter
)
PAGES = sorted([*Path("notebooks").glob("*.ipynb"), *Path("book").glob("*.md")])
CODE = sorted(Path("book/mlp_book").rglob("*.py"))


def sentences(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    parts = [text]
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        parts = ["".join(cell["source"]) for cell in cells]
        parts += [json.dumps(cell["metadata"], ensure_ascii=False) for cell in cells]
    for part in parts:
        yield from re.split(r"(?<=[.?!])\s+(?=[A-Z*-])", re.sub(r"\s+", " ", part))


@pytest.mark.parametrize("path", [*PAGES, *CODE], ids=str)
def test_nothing_is_called_noise(path: Path) -> None:
    assert not [one for one in sentences(path) if BANNED.search(one)]


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_an_absence_has_its_interval(path: Path) -> None:
    found = [
        one
        for one in sentences(path)
        if ABSENT.search(one) and not SHOWN.search(one) and not any(x in one for x in OTHERS)
    ]
    assert not found


def test_the_scan_would_have_seen_the_old_sentences() -> None:
    assert BANNED.search("11 more epochs gain nothing outside seed noise")
    assert ABSENT.search("a schedule from 0.1 is as good as the best constant rate")
    assert ABSENT.search("one hidden layer is enough, and 14 epochs suffice")
