"""Claims and evidence: what was published, what the stored runs say of it, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

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
    """

    finding: str
    evidence: tuple[str, ...]
    verdict: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict={self.verdict!r} is not legal: must be one of {VERDICTS}")


class ClaimTable:
    """Claims as a table whose cells hold sentences, for a notebook and for a page."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = tuple(claims)

    def __repr__(self) -> str:
        return "\n\n".join(
            f"{claim.finding}: {claim.verdict}\n  " + "\n  ".join(claim.evidence)
            for claim in self.claims
        )

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{t}</th>' for t in ("published, verdict", "evidence here"))
        rows = "".join(
            f'<tr><th scope="row">{escape(claim.finding)}<br><strong>{claim.verdict}</strong></th>'
            f"<td>{''.join(f'<p>{escape(words)}</p>' for words in claim.evidence)}</td></tr>"
            for claim in self.claims
        )
        return f'<table class="words"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


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
    p = welch_p(first_values, second_values)
    chance = "p\u00a0<\u00a00.001" if p < 0.001 else f"p\u00a0=\u00a0{p:.2g}"
    return f"{both}: {where} seed noise ({chance})"
