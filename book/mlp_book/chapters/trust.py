"""The page on trust: what `make verify` tried, what failed, and which mutants survived."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup, escape

from mlp_book.facts import facts
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE, enumerate_words, format_number
from mlp_core.studies import find_results

# What `make verify` wrote: its rows and its environment.
Content = Mapping[str, Any]
NOT_TRIED = "not tried yet"
NOTHING = "Nothing is verified yet: make verify has not been run, or what it wrote is not here."
PARTS = {
    "parity": "random networks train as they do in PyTorch",
    "numerics": "activations, losses and slopes against exact values",
    "kills": "training and studies are killed, and taken up again",
    "fuzz": "damaged files are read, or refused by name",
    "bombs": "files made to hurt are refused in little memory",
    "mirrors": "a bad mirror does not keep a good one from being asked",
    "mutants": "tests notice what was changed in the code",
    "determinism": "the same settings give the same results, or nearly so",
}
WITHIN = re.compile(r"accuracies within ([\d.]+)")  # shares, as they were written
SMALL = re.compile(r"[\d.]+e-\d+")
ROUNDED = re.compile(r"[\d.]+(?= eps)")  # to two digits, of which a last zero was not written
_TABLE = """\
<table class="words"><thead><tr><th scope="col">change</th><th scope="col">why no test fails</th>
</tr></thead><tbody>
{% for one in survivors -%}
<tr><th scope="row">{{ one.module }}<br><code>{{ broken(one.change) }}</code></th>
<td>{{ one.reason or "no reason is given" }}</td></tr>
{% endfor %}</tbody></table>"""


class Survivor(NamedTuple):
    """A change that no test notices: the module, its line with the change, and the reason."""

    module: str
    change: str
    reason: str


def load_verification() -> Content:
    """Return what `make verify` wrote, or no rows if it has not been run."""
    path = find_results() / "verify.json"
    if not path.is_file():
        return {"rows": [], "environment": {}, "quick": False}
    content: Content = json.loads(path.read_text("utf-8"))
    return content


def load_survivors(path: Path | None = None) -> list[Survivor]:
    """Return the mutants that survive, from the list beside the tests."""
    path = path or find_results().parent / "tests" / "verify" / "survivors.txt"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [_survivor(line) for line in lines if line]


def _survivor(line: str) -> Survivor:
    name, _, reason = line.partition("  # ")
    module, _, change = name.partition(": ")
    return Survivor(module, change, reason)


class Survivors:
    """The mutants that survive as a table of words: what was changed, and why nothing fails."""

    def __init__(self, survivors: Sequence[Survivor]) -> None:
        self.survivors = survivors

    def __repr__(self) -> str:
        lines = (f"{one.module}: {one.change}: {one.reason}" for one in self.survivors)
        return "\n".join(lines) or "none"

    def _repr_html_(self) -> str:
        if not self.survivors:
            return "<p>None is listed.</p>"
        template = Environment(autoescape=True).from_string(_TABLE)
        return template.render(survivors=self.survivors, broken=_breakable)


def _breakable(code: str) -> Markup:
    """Return code that a narrow table may break before a name, but not within an arrow."""
    whole = str(escape(code)).replace("-&gt;", "-\u2060&gt;")
    return Markup(re.sub(r"([._(\[])(?=[^\W\d])", r"\1<wbr>", whole))


def table_of_parts(content: Content) -> pd.DataFrame:
    """Return a row for each part: how much was tried, and how much of it failed."""
    rows = {}
    for name, words in PARTS.items():
        own = _rows(content, name)
        tried, failed = (sum(row[count] for row in own) for count in ("tried", "failed"))
        rows[words] = {
            "tried": f"{tried:,}" if tried else NONE,
            "failed": f"{failed:,}" if tried else NOT_TRIED,
        }
    return table_of_rows(rows, "part")


def table_of_cases(content: Content) -> pd.DataFrame:
    """Return all rows, with the worst figure of each."""
    return _table(content["rows"], "case")


def table_of_versions(content: Content) -> pd.DataFrame:
    """Return what was trained twice, and whether the figures are equal bit for bit."""
    return _table(_rows(content, "determinism"), "trained in two ways")


def _table(rows: Sequence[Mapping[str, Any]], title: str) -> pd.DataFrame:
    shown = {
        row["case"].replace("gelu", "GELU"): {
            "tried": f"{row['tried']:,}" if row["tried"] else NONE,
            "failed": f"{row['failed']:,}" if row["tried"] else NONE,
            "found": _found(row["worst"]),
        }
        for row in rows
    }
    nothing = {NOT_TRIED: {"tried": NONE, "failed": NONE, "found": NONE}}
    return table_of_rows(shown or nothing, title)


def _found(words: str) -> str:
    r"""Return what was found, its numbers as the book writes them.

    >>> _found("6.1e-05 of it"), _found("95.5% in 5.64s")
    ('6.1·10⁻⁵ of it', '95.5\xa0% in 5.64\xa0s')
    >>> _found("0.7 eps"), _found("16 eps")
    ('0.70 eps', '16 eps')
    >>> _found("0 equal bit for bit; accuracies within 0.0012")
    'none equal bit for bit; accuracies within 0.12 points'
    """
    if words == "-":
        return NONE
    words = WITHIN.sub(_in_points, re.sub(r"^0(?= equal)", "none", words))
    words = ROUNDED.sub(lambda number: f"{float(number[0]):#.2g}".rstrip("."), words)
    words = SMALL.sub(lambda number: format_number(float(number[0])), words)
    return re.sub(r"(?<=\d)(?=(?:%|s\b))", "\N{NO-BREAK SPACE}", words)


def _in_points(within: re.Match[str]) -> str:
    points = 100 * float(within[1])
    return f"accuracies within {points:.2f} points" if points else "equal accuracies"


def _rows(content: Content, part: str) -> list[Mapping[str, Any]]:
    return [row for row in content["rows"] if row["part"] == part]


@facts("trust")
def seen(content: Content, survivors: Sequence[Survivor]) -> Iterator[Any]:
    """Say how much was tried, what failed, what was left out, and where it ran.

    A case that failed is told and no claim, so that the page can always be built.
    """
    tried = sum(row["tried"] for row in content["rows"])
    yield {
        "answer": _answer(content, tried) if tried else NOTHING,
        "where": _where(content["environment"]) if tried else "",
        "left-out": _left_out(content),
        "system": content["environment"].get("system", "a system that is not noted"),
        "survivors": _surviving(content, survivors),
    }


def _answer(content: Content, tried: int) -> str:
    failed = sum(row["failed"] for row in content["rows"])
    parts = sum(any(row["tried"] for row in _rows(content, name)) for name in PARTS)
    number = f"all {parts}" if parts == len(PARTS) else f"{parts} of {len(PARTS)}"
    quick = " It was a quick run, with few cases of each part." if content["quick"] else ""
    failures = f"{failed:,} of them failed" if failed else "none of them failed"
    return f"{tried:,} cases in {number} parts were tried, and {failures}.{quick}"


def _where(environment: Mapping[str, Any]) -> str:
    day = datetime.fromisoformat(environment["date"])
    versions = f"Python {environment['python']} and NumPy {environment['numpy']}"
    return f"They ran on {day.day} {day:%B %Y}, with {versions}."


def _left_out(content: Content) -> str:
    """Say how many parts are missing, and which cases have a reason why they were not tried."""
    missing = sum(not _rows(content, name) for name in PARTS)
    rows = [row for row in content["rows"] if not row["tried"]]
    cases = [f"{row['case']} ({row['worst'].removeprefix('left out: ')})" for row in rows]
    told = [f"Parts that were not tried: {missing} of {len(PARTS)}."] if missing else []
    told += [f"Left out: {'; '.join(cases)}."] if cases else []
    return " ".join(told) or "Nothing was left out."


def _surviving(content: Content, survivors: Sequence[Survivor]) -> str:
    """Say how many mutants were tried, and how many are listed as survivors."""
    tried = sum(row["tried"] for row in _rows(content, "mutants"))
    unexplained = sum(not one.reason for one in survivors)
    told = f"{unexplained} without a reason" if unexplained else "each with its reason"
    modules = enumerate_words(sorted({one.module.partition("/")[0] for one in survivors}))
    first = f"{tried:,} mutants were tried." if tried else "No mutant was tried for this page."
    if not survivors:
        return f"{first} No survivor is listed."
    return f"{first} The list of survivors holds {len(survivors)}, in {modules}, {told}."
