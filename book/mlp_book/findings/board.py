"""Findings as a board: a row per claim, and the numbers from which a page judges them anew."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment

from mlp_book.facts import is_strict
from mlp_book.findings.claims import VERDICTS, Comparison, Finding
from mlp_book.scripts import as_json
from mlp_book.stats import LEVEL, MARGIN, Effect
from mlp_book.tables import table_of_rows
from mlp_book.text import NONE

# Colour, symbol and word: no verdict is shown by one of them alone.
SYMBOLS = dict(zip(VERDICTS, f"✓◐✗?{NONE}", strict=True))
ROWS = """\
<div class="verdicts">
<script type="application/json" class="verdicts-data">{{ data | safe }}</script>
<table class="words verdicts-table"><thead><tr>
{%- for head in ("verdict", "claim and source", "evidence") -%}
<th scope="col">{{ head }}</th>{% endfor %}</tr></thead>
{% for part, own in parts -%}
<tbody><tr><th scope="rowgroup" colspan="3">{{ part }}</th></tr>
{% for place, one in own -%}
<tr data-row="{{ place }}" data-verdict="{{ one.verdict }}">
<td class="verdict" data-verdict="{{ one.verdict }}"><span aria-hidden="true">
{{- symbols[one.verdict] }}</span>&nbsp;<strong>{{ one.verdict }}</strong>
{% if one.standing != NONE %}<br><small>{{ one.standing }}</small>{% endif %}</td>
<th scope="row">{{ one.sentence }}<br><small>{{ one.claim.source }}
{%- if links[place] %}; shown in {{ links[place] | safe }}{% endif %}</small></th>
<td>{% if one.measured %}<small>{{ one.measured }}</small>{% endif %}
{%- for line in one.evidence[:one.deciding] %}<p>{{ line }}</p>{% endfor %}
{%- if one.evidence[one.deciding:] %}<details>
<summary>{{ one.evidence[one.deciding:] | length }} more</summary>
{%- for line in one.evidence[one.deciding:] %}<p>{{ line }}</p>{% endfor %}</details>
{%- endif %}</td></tr>
{% endfor %}</tbody>
{% endfor %}</table></div>"""


class Board:
    """Findings as a table whose cells hold sentences, with what judges them anew in a page."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)

    def __repr__(self) -> str:
        return "\n\n".join(
            "\n  ".join(
                [
                    f"{one.sentence} {one.verdict}, {one.standing}",
                    *filter(None, [one.measured]),
                    *one.evidence,
                ]
            )
            for one in self.findings
        )

    def _repr_html_(self) -> str:
        environment = Environment(autoescape=True)
        placed = list(enumerate(self.findings))
        parts = dict.fromkeys(one.claim.part for one in self.findings)
        return environment.from_string(ROWS).render(
            parts=[(p, [each for each in placed if each[1].claim.part == p]) for p in parts],
            symbols=SYMBOLS,
            NONE=NONE,
            links=self._links(),
            data=as_json(board_data(self.findings)),
        )

    def _links(self) -> list[str]:
        """Return where each row is shown; a board of one chapter stands in it, and has no links."""
        chapters = [one.claim.chapter for one in self.findings]
        return [chapter_link(one) if len(set(chapters)) > 1 else "" for one in chapters]


class Rule:
    """The place, far above a board, where a reader changes the rule by which it is judged."""

    def __repr__(self) -> str:
        return "Rule()"

    def _repr_html_(self) -> str:
        return '<div class="verdicts-rule"></div>'


def board_data(findings: Sequence[Finding], *, with_runs: bool = False) -> dict[str, Any]:
    """Return the numbers behind a board, in plain values.

    Parameters
    ----------
    findings : sequence of Finding
    with_runs : bool
        Whether the run ids are among them, so that all can be computed again from the runs.
    """
    rows = [_row(one, with_runs) for one in findings]
    return {"level": LEVEL, "margin": MARGIN, "symbols": SYMBOLS, "rows": rows}


def _row(finding: Finding, with_runs: bool) -> dict[str, Any]:
    family = finding.family
    row: dict[str, Any] = {"sentence": finding.sentence, "verdict": finding.verdict}
    if family is None:
        return row
    kept = {id(one) for one in family.comparisons}
    picks = [n for n, one in enumerate(family.whole) if id(one) in kept]
    whole = [_numbers(one, with_runs) for one in family.whole]
    row |= {"picks": picks, "family": whole}
    if with_runs:
        row |= {
            "measure": family.measure,
            "settings": [list(own["run_id"]) for own in family.settings],
        }
    return row


def _numbers(one: Comparison, with_runs: bool) -> dict[str, Any]:
    apart, twins = (one.other, one.effect) if one.effect.paired else (one.effect, one.other)
    found = {
        "words": f"{one.first}, {one.second}",
        "said": one.said,
        "paired": one.effect.paired,
        "margin": one.effect.margin,
        "apart": _plain(apart),
        "twins": _plain(twins),
        "broke": one.effect.p if one.effect.broken and math.isfinite(one.effect.p) else None,
        "breaks": one.effect.sign if one.effect.broken else 0,
        "outcome": one.effect.outcome,
    }
    if with_runs:
        found |= {
            "runs": [list(rows["run_id"]) for rows in one.rows],
            "epochs": [int(rows["epochs"].max()) if len(rows) else None for rows in one.rows],
            "published": one.published,
            "low": one.effect.low,
            "high": one.effect.high,
            "adjusted": one.effect.adjusted,
        }
    return found


def _plain(effect: Effect | None) -> list[float] | None:
    """Return difference, standard error and degrees of freedom; None if one is not known."""
    if effect is None or not math.isfinite(effect.error):
        return None
    return [effect.difference, effect.error, effect.df]


def counts(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return how many claims of each part have which verdict."""
    rows = {}
    for part in dict.fromkeys(one.claim.part for one in findings):
        seen = Counter(one.verdict for one in findings if one.claim.part == part)
        rows[part] = {f"{SYMBOLS[name]} {name}": seen[name] for name in VERDICTS}
    table = table_of_rows(rows, "claims")
    table.loc["all"] = table.sum()
    return table


def chapter_link(chapter: str) -> str:
    """Return an HTML link to a page of the book, in Jupyter to a notebook; "" if it is not here."""
    path = Path(f"{chapter}.ipynb")
    if not chapter or not path.is_file():
        return ""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    heading = re.search(r"^# (.+)", "\n".join("".join(cell["source"]) for cell in cells), re.M)
    page = path.with_suffix(".html") if is_strict() else path
    words = heading[1] if heading else chapter
    return f'<a href="{page}">{escape(words)}</a>'
