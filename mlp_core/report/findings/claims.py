"""Claims and evidence: what was published, what the stored runs say of it, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from mlp_core.report.findings.chapter_links import chapter_link
from mlp_core.report.spread import outside_seed_noise, seed_spread, welch_p

VERDICTS = ("holds", "holds in part", "does not hold", "cannot be told")


@dataclass(frozen=True)
class Claim:
    """A published finding and what became of it.

    Attributes
    ----------
    finding : str
        In a few words.
    evidence : tuple of str
        One sentence each, such as from `describe_difference`.
    verdict : str
        One of `VERDICTS`.
    chapter : str
        The notebook that shows the evidence, without its suffix; may be empty.
    pending : bool
        Whether it waits for runs that are not stored yet.
    """

    finding: str
    evidence: tuple[str, ...]
    verdict: str
    chapter: str = ""
    pending: bool = False

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict={self.verdict!r} is not legal: must be one of {VERDICTS}")


class ClaimTable:
    """Claims as a table whose cells hold sentences, for a notebook and for a page.

    Parameters
    ----------
    claims : sequence of Claim
    source : str
        What the findings are: published, or something else.
    """

    def __init__(self, claims: Sequence[Claim], source: str = "published") -> None:
        self.claims, self.source = tuple(claims), source

    def __repr__(self) -> str:
        return "\n\n".join(
            f"{claim.finding}: {claim.verdict}\n  " + "\n  ".join(claim.evidence)
            for claim in self.claims
        )

    def _repr_html_(self) -> str:
        heads = (f"{self.source}, verdict", "evidence here")
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
        rows = "".join(_row(claim) for claim in self.claims)
        return f'<table class="words"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _row(claim: Claim) -> str:
    link = chapter_link(claim.chapter) if claim.chapter else ""
    where = f"<p>Shown in: {link}</p>" if link else ""
    return (
        f'<tr><th scope="row">{escape(claim.finding)}<br><strong>{claim.verdict}</strong></th>'
        f"<td>{''.join(f'<p>{escape(words)}</p>' for words in claim.evidence)}{where}</td></tr>"
    )


def describe_difference(
    first: str, first_values: Sequence[float], second: str, second_values: Sequence[float]
) -> str:
    """Return two settings' means with their spread, and whether seeds explain the difference.

    >>> describe_difference("a", [97.0, 97.1, 97.2], "b", [98.0, 98.1, 98.2]).replace("\u00a0", " ")
    'a 97.10 ± 0.10, b 98.10 ± 0.10: outside seed noise (p < 0.001)'
    """
    both = (
        f"{first} {seed_spread(first_values).text()}, {second} {seed_spread(second_values).text()}"
    )
    where = "outside" if outside_seed_noise(first_values, second_values) else "inside"
    return f"{both}: {where} seed noise ({chance_in_words(first_values, second_values)})"


def chance_in_words(first_values: Sequence[float], second_values: Sequence[float]) -> str:
    """Return Welch's p of two settings, such as "p = 0.03".

    >>> chance_in_words([97.0, 97.1, 97.2], [98.0, 98.1, 98.2]).replace("\u00a0", " ")
    'p < 0.001'
    """
    return p_in_words(welch_p(first_values, second_values))


def p_in_words(p: float) -> str:
    """Return a chance, such as "p = 0.03"."""
    return "p\u00a0<\u00a00.001" if p < 0.001 else f"p\u00a0=\u00a0{p:.2g}"


def weigh(outcomes: Sequence[tuple[str, str]]) -> str:
    """Return the verdict on a finding that says several things.

    Parameters
    ----------
    outcomes : sequence of (expected, seen)
        Expected is "better", "worse" or "enough", seen what `treatments.judge` returns.

    Examples
    --------
    >>> weigh([("better", "better"), ("better", "seed noise")])
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
