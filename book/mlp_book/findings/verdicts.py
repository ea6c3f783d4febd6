"""Published findings beside the evidence of stored runs, and the verdict on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mlp_book.stats import Values, different, judge, spread, welch_p
from mlp_book.text import MINUS

VERDICTS = ("holds", "holds in part", "does not hold", "cannot be told")


@dataclass(frozen=True)
class Finding:
    """A published finding and what became of it.

    Attributes
    ----------
    words : str
        The finding in brief.
    evidence : tuple of str
        One sentence each, such as from `describe_difference`.
    verdict : str
        One of `VERDICTS`.
    """

    words: str
    evidence: tuple[str, ...]
    verdict: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict={self.verdict!r} is not legal: must be one of {VERDICTS}")


class FindingTable:
    """Findings as a table whose cells hold sentences, for a notebook and for a page.

    Parameters
    ----------
    findings : sequence of Finding
    source : str
        What the findings are: published, or something else.
    """

    def __init__(self, findings: Sequence[Finding], source: str = "published") -> None:
        self.findings, self.source = tuple(findings), source

    def __repr__(self) -> str:
        return "\n\n".join(
            "\n  ".join([f"{finding.words}: {finding.verdict}", *finding.evidence])
            for finding in self.findings
        )

    def _repr_html_(self) -> str:
        heads = (f"{self.source}, verdict", "evidence here")
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
        rows = "".join(_row(finding) for finding in self.findings)
        return f'<table class="words"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(finding: Finding) -> str:
    evidence = "".join(f"<p>{escape(sentence)}</p>" for sentence in finding.evidence)
    return (
        f'<tr><th scope="row">{escape(finding.words)}<br><strong>{finding.verdict}</strong></th>'
        f"<td>{evidence}</td></tr>"
    )


def describe_difference(
    first: str, first_values: Values, second: str, second_values: Values
) -> str:
    """Return two settings' means with their spread, and whether seeds explain the difference.

    >>> describe_difference("a", [97.0, 97.1, 97.2], "b", [98.0, 98.1, 98.2]).replace("\u00a0", " ")
    'a 97.10 ± 0.10, b 98.10 ± 0.10: outside seed noise (p < 0.001)'
    """
    both = f"{first} {spread(first_values).text()}, {second} {spread(second_values).text()}"
    where = "outside" if different(first_values, second_values) else "inside"
    return f"{both}: {where} seed noise ({describe_p(welch_p(first_values, second_values))})"


def judge_against(values: Values, constant: float = 0.0) -> str:
    """Say whether values, one per seed, are "better" (larger) or "worse" than a constant."""
    own = list(values)
    return judge(own, [constant] * len(own))


def describe_against(values: Values, constant: float = 0.0, digits: int = 2) -> str:
    r"""Return values, one per seed, with their spread, and whether seeds tell them from a constant.

    >>> describe_against([0.1, 0.12, 0.11]).replace("\u00a0", " ")
    '+0.11 ± 0.01, outside seed noise (p = 0.0027)'
    """
    own = spread(values)
    text = f"{'+' if own.mean >= 0 else ''}{own.text(digits)}".replace("-", MINUS)
    if own.n < 2:
        return f"{text}, one seed"
    base = [constant] * own.n
    where = "outside" if different(values, base) else "inside"
    return f"{text}, {where} seed noise ({describe_p(welch_p(values, base))})"


def describe_p(p: float) -> str:
    """Return a p value in words.

    >>> describe_p(0.031).replace("\u00a0", " ")
    'p = 0.031'
    """
    return "p\u00a0<\u00a00.001" if p < 0.001 else f"p\u00a0=\u00a0{p:.2g}"


def overall_verdict(outcomes: Sequence[tuple[str, str]]) -> str:
    """Return the verdict on a finding that says several things.

    Parameters
    ----------
    outcomes : sequence of (expected, seen)
        Expected is "better", "worse" or "enough" (not worse than); seen is what
        `mlp_book.stats.judge` returns.

    >>> overall_verdict([("better", "better"), ("better", "seed noise")])
    'holds in part'
    """
    met = [
        seen != "better" if expected == "enough" else seen == expected
        for expected, seen in outcomes
    ]
    if all(met):
        return "holds"
    if any(met):
        return "holds in part"
    contradicted = any(seen != "seed noise" for _, seen in outcomes)
    return "does not hold" if contradicted else "cannot be told"
