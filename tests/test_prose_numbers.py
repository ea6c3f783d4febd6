"""No measured number is typed into the prose: each is computed and glued.

A number counts as measured if it carries a unit that only measuring gives (percent, a time, so many
times faster) or stands right beside a word such as accuracy or loss. Settings, such as a learning
rate or a number of epochs, may be typed. Captions are prose, too. This catches slips, not intent: a
figure without unit, far from such a word, passes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CHOICES = {"protocol.md"}  # a rule older than the runs that it judges: margins, levels, seeds
PAGES = [
    page
    for page in sorted([*(ROOT / "book").glob("*.md"), *(ROOT / "notebooks").glob("*.ipynb")])
    if page.name not in CHOICES
]

# What may stand although it looks measured: (page, the words as they stand there, why).
# An entry that is no longer needed fails a test, so that the list stays short.
ALLOWED: list[tuple[str, str, str]] = [
    ("notebooks/activations_losses.ipynb", "more than 20 %", "what counts as active: a choice"),
    ("notebooks/activations_losses.ipynb", "within 0.25 points", "a tolerance: a choice"),
    ("notebooks/activations_losses.ipynb", "0.8 points with the hinge", "a tolerance: a choice"),
    ("notebooks/activations_losses.ipynb", "hinge loss is 0.1", "the margin: a setting"),
    ("notebooks/activations_losses.ipynb", "ten times as long", "9 against 0.9: arithmetic"),
    ("notebooks/batch_size.ipynb", "ImageNet in 1 Hour", "part of a title"),
    ("notebooks/network.ipynb", "in ten minutes", "part of a title"),
    ("notebooks/engine.ipynb", "A network in ten minutes", "part of a title"),
    ("book/glossary.md", "a 95 % confidence interval", "what an interval covers: a choice"),
    ("book/notation.md", "95 % interval", "what an interval covers: a choice"),
    ("notebooks/activations_losses.ipynb", "95 % interval", "what an interval covers: a choice"),
    ("notebooks/carry_over.ipynb", "95 % interval", "what an interval covers: a choice"),
    ("notebooks/comparing.ipynb", "95 % interval", "what an interval covers: a choice"),
    ("notebooks/optimizers_epochs.ipynb", "95 % interval", "what an interval covers: a choice"),
    ("notebooks/weight_decay.ipynb", "95 % interval", "what an interval covers: a choice"),
    ("notebooks/what_holds.ipynb", "95 % interval", "what an interval covers: a choice"),
    ("book/glossary.md", "here mostly 0.1 points", "the margin: a choice"),
    ("notebooks/optimizers_epochs.ipynb", "twenty times as long", "1 against 0.05: arithmetic"),
    ("notebooks/optimizers_epochs.ipynb", "thousand times as long", "a unit's factor: arithmetic"),
    ("notebooks/optimizers_epochs.ipynb", "ten times as long", "10 against 1: settings"),
    ("notebooks/searching.ipynb", "best 5 % of all cells", "what a question asks: a choice"),
    ("notebooks/optimizers_epochs.ipynb", "error of zero is drawn at 0.001", "a drawing: a choice"),
    ("notebooks/where_it_fails.ipynb", "at 95 %", "what an interval covers: a choice"),
    ("notebooks/where_it_fails.ipynb", "95 % intervals", "what an interval covers: a choice"),
    ("notebooks/where_it_fails.ipynb", "steps of 0.04 points", "how dots are stacked: a choice"),
]

# What is not prose, in the order in which it is taken out.
NOT_PROSE = (
    r"(?s)\A---\n.*?\n---\n",  # front matter
    r"(?s)<!--.*?-->",
    r"(?ms)^(`{3,})(?:\{code[^\n]*|[a-z]*)\n.*?^\1`*$",  # code; other directives hold prose
    r"(?m)^:[a-z-]+:.*$",  # options of a directive
    r"\{[a-z:]+\}`[^`]*`",  # roles: glue, ref, math ...
    r"(?<!`)`[^`\n]+`",
    r"\]\([^)]*\)",  # where a link leads
    r"https?://\S+",
)
MATH = re.compile(r"(?s)\$\$(?P<display>.*?)\$\$|\$(?P<inline>[^$\n]+)\$")

WORDS = (
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty "
    "fifty sixty seventy eighty ninety hundred thousand"
)
NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|\.\d+|\b(?:{'|'.join(WORDS.split())})\b)"
UNITS = (
    r"%|per ?cent\b|percentage points?\b|[mµμn]s\b|us\b|s\b|sec(?:ond)?s?\b|milliseconds?\b"
    r"|microseconds?\b|min(?:ute)?s?\b|hours?\b|h\b"
)
COMPARED = r"(?:times|x|\u00d7)\s+(?:as\s+)?(?:\w+er|fast|slow|long|accurate|good|bad|many|much)\b"
QUANTITY = r"(?:accurac(?:y|ies)|loss(?:es)?|error(?:s| rate)?)"
DECIMAL = r"\d*\.\d+"

WITH_UNIT = re.compile(rf"{NUMBER}[\s\-\u2013]*(?:{UNITS}|{COMPARED})", re.IGNORECASE)
# "The loss at a rate of 0.1" names a setting, "the loss of about 0.1" a measurement.
GAP = r"(?:(?!\b(?:rate|momentum|decay|margin|dropout|penalty|scale)\b)[^.,;:()\n|]){0,30}?"
BESIDE_QUANTITY = re.compile(
    rf"\b{QUANTITY}\b{GAP}\s{DECIMAL}|{DECIMAL}\s+(?:(?:\w+\s+)?{QUANTITY}|points)\b",
    re.IGNORECASE,
)


def markdown_of(page: Path) -> str:
    text = page.read_text("utf-8")
    if page.suffix != ".ipynb":
        return text + "\n\n" + "\n\n".join(re.findall(r"(?m)^ +caption: (.*)$", text))
    cells = json.loads(text)["cells"]
    prose = ["".join(c["source"]) for c in cells if c["cell_type"] == "markdown"]
    return "\n\n".join([*prose, *map(caption_of, cells)])


def caption_of(cell: dict[str, Any]) -> str:
    """Return the caption of a cell's figure: prose as well, though it stands in the metadata."""
    return str(cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption", ""))


def prose_of(markdown: str) -> str:
    for pattern in NOT_PROSE:
        markdown = re.sub(pattern, " \u2026 ", markdown)  # so that what stood apart stays apart
    markdown = markdown.replace("**", "").replace("\\%", "%").replace("\\,", " ")
    return MATH.sub(plain_numbers, markdown)


def plain_numbers(formula: re.Match[str]) -> str:
    """Keep a formula that is a bare number; others define things, and do not measure."""
    content = formula["display"] or formula["inline"]
    return content if re.fullmatch(r"[\d.,%±\s]+|.*%.*", content) else "…"


def measured_numbers(markdown: str) -> list[str]:
    """Return everything in the prose that looks like a measured number."""
    prose = prose_of(markdown)
    return [m.group() for regex in (WITH_UNIT, BESIDE_QUANTITY) for m in regex.finditer(prose)]


def however_wrapped(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_measured_number_is_typed_by_hand(page: Path) -> None:
    markdown = markdown_of(page)
    for name, words, _ in ALLOWED:
        if name == name_of(page):
            markdown = re.sub(however_wrapped(words), " ", markdown)
    assert measured_numbers(markdown) == [], "compute it and glue it, or list it in ALLOWED"


def test_a_caption_is_prose() -> None:
    cell = {"metadata": {"mystnb": {"figure": {"caption": "It ends at 97.9 %.", "name": "fig-x"}}}}
    assert measured_numbers(caption_of(cell)) == ["97.9 %"]
    assert caption_of({"metadata": {}}) == ""


def test_every_entry_of_the_allow_list_is_needed() -> None:
    for name, words, why in ALLOWED:
        assert why
        if not (ROOT / name).is_file():
            continue  # a chapter that is still being written
        said = re.search(however_wrapped(words), markdown_of(ROOT / name))
        assert said, f"{name} no longer says {words!r}"
        assert measured_numbers(words), f"{words!r} would pass without its entry"


@pytest.mark.parametrize(
    "text",
    [
        "It reaches 97.9 % on the test set.",
        "It reaches $97.9\\,\\%$ of them.",
        "**98.1%** of the digits",
        "An update takes $0.8$ ms.",
        "about ninety percent",
        "a gap of 0.3 percentage points",
        "It ends 0.3 points lower.",
        "An update takes 0.8 ms here.",
        "The run took 40 seconds.",
        "trained in two minutes",
        "a five-minute run",
        "It is 3 times faster, or 2.5x slower.",
        "The test accuracy is 0.981 after that.",
        "an accuracy of about .97",
        "It ends at 0.03 test loss.",
        "```{note}\nThe loss falls to 0.12 here.\n```",
        "| rate | accuracy 0.97 |",
    ],
)
def test_a_measured_number_is_caught(text: str) -> None:
    assert measured_numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "A learning rate of 0.1, momentum 0.9, 100 epochs, batches of 64.",
        "The accuracy is {glue:text}`accuracy_best`, the time {glue:text}`time` ms.",
        "Cross-entropy: loss $-\\log 0.5$, with margin $m = 0.1$.",
        "```python\nloss = 0.12  # 97 %\n```",
        "`--loss-scale 0.5 s`",
        "needs ten times the learning rate",
        "images of 28 by 28 pixels, ten classes, and 3 hidden layers",
        "See [accuracy](figures.md#loss-0.12) and https://example.org/97%25",
        "with seeds 2022 to 2026 and Python 3.11 or newer",
        "an error of one kind; 1.5 is a rate",
        "At a rate of 10, {glue:text}`dead` % of the units are dead.",
        "the test error at a rate of 0.01 and the loss with momentum 0.9",
    ],
)
def test_a_setting_is_not(text: str) -> None:
    assert measured_numbers(text) == []
