"""Claims beside the evidence of stored runs, and the verdict on each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from mlp_book.facts import is_strict
from mlp_book.stats import Spread, Values, different, judge, spread, welch_p
from mlp_book.text import MINUS

VERDICTS = ("holds", "holds in part", "does not hold", "cannot be told")
Judgement = tuple[Sequence[str], str]  # the evidence, one sentence each, and the verdict


@dataclass(frozen=True)
class Finding:
    """A claim and what became of it."""

    sentence: str
    evidence: tuple[str, ...]  # one sentence each
    verdict: str
    chapter: str = ""  # the notebook that shows the evidence, without its suffix
    pending: bool = False  # whether it waits for runs that are not stored yet

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict={self.verdict!r} is not legal: must be one of {VERDICTS}")


class FindingTable:
    """Findings as a table whose cells hold sentences; `source`: published, or something else."""

    def __init__(self, findings: Sequence[Finding], source: str = "published") -> None:
        self.findings, self.source = tuple(findings), source

    def __repr__(self) -> str:
        return "\n\n".join(
            "\n  ".join([f"{finding.sentence}: {finding.verdict}", *finding.evidence])
            for finding in self.findings
        )

    def _repr_html_(self) -> str:
        heads = (f"{self.source}, verdict", "evidence here")
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
        rows = "".join(_row(finding) for finding in self.findings)
        return f'<table class="words"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(finding: Finding) -> str:
    evidence = "".join(f"<p>{escape(sentence)}</p>" for sentence in finding.evidence)
    link = chapter_link(finding.chapter)
    where = f"<p>Shown in: {link}</p>" if link else ""
    return (
        f'<tr><th scope="row">{escape(finding.sentence)}<br><strong>{finding.verdict}</strong>'
        f"</th><td>{evidence}{where}</td></tr>"
    )


def chapter_link(chapter: str) -> str:
    """Return an HTML link to a page of the book, in Jupyter to a notebook; "" if it is not here."""
    path = Path(f"{chapter}.ipynb")
    if not path.is_file():
        return ""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    heading = re.search(r"^# (.+)", "\n".join("".join(cell["source"]) for cell in cells), re.M)
    page = path.with_suffix(".html") if is_strict() else path
    return f'<a href="{page}">{escape(heading[1] if heading else chapter)}</a>'


def describe_difference(
    first: str, own: Values | Spread, second: str, other: Values | Spread
) -> str:
    """Return two settings' means with their spread, and whether seeds explain the difference.

    >>> describe_difference("a", [97.0, 97.1, 97.2], "b", [98.0, 98.1, 98.2]).replace("\u00a0", " ")
    'a 97.10 ± 0.10, b 98.10 ± 0.10: outside seed noise (p < 0.001)'
    """
    a, b = spread(own), spread(other)
    return f"{first} {a.text()}, {second} {b.text()}: {_where(a, b)}"


def _where(a: Spread, b: Spread) -> str:
    return f"{'outside' if different(a, b) else 'inside'} seed noise ({describe_p(welch_p(a, b))})"


def describe_p(p: float) -> str:
    """Return a p value in words.

    >>> describe_p(0.031).replace("\u00a0", " ")
    'p = 0.031'
    """
    return "p\u00a0<\u00a00.001" if p < 0.001 else f"p\u00a0=\u00a0{p:.2g}"


def judge_against(values: Values, constant: float = 0.0) -> str:
    """Say whether values, one per seed, are "better" (larger) or "worse" than a constant."""
    own = spread(values)
    return judge(own, spread([constant] * own.n))


def describe_against(values: Values, constant: float = 0.0) -> str:
    r"""Return values, one per seed, with their spread, and whether seeds tell them from a constant.

    >>> describe_against([0.1, 0.12, 0.11]).replace("\u00a0", " ")
    '+0.11 ± 0.01, outside seed noise (p = 0.0027)'
    """
    own = spread(values)
    text = f"{'+' if own.mean >= 0 else ''}{own.text()}".replace("-", MINUS)
    known = own.n > 1
    return f"{text}, {_where(own, spread([constant] * own.n)) if known else 'one seed'}"


def overall_verdict(outcomes: Sequence[tuple[str, str]]) -> str:
    """Return the verdict on a claim that says several things.

    Parameters
    ----------
    outcomes : sequence of (said, seen)
        Said is "better", "worse" or "enough" (nothing is better); seen is what
        `mlp_book.stats.judge` returns.

    >>> overall_verdict([("better", "better"), ("better", "seed noise")])
    'holds in part'
    """
    met = [seen != "better" if said == "enough" else seen == said for said, seen in outcomes]
    if not any(met) and all(seen == "seed noise" for _, seen in outcomes):
        return "cannot be told"
    return verdict_of(met)


def verdict_of(met: Sequence[bool]) -> str:
    """Return the verdict on a claim of several parts, each of which is met or is not."""
    return "holds" if all(met) else "holds in part" if any(met) else "does not hold"
