"""Findings of the form "this is better than that", in many pairs: weighed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlp_core.report.findings.claims import chance_in_words, weigh
from mlp_core.report.spread import seed_spread
from mlp_core.report.treatments import judge

MOST = 6  # so many exceptions are named one by one


@dataclass(frozen=True)
class Pair:
    """Two settings, of which the first is said to be better.

    Attributes
    ----------
    name : str
        What the two have in common.
    first, second : str
        What tells them apart.
    first_values, second_values : sequence of float
        One a seed; larger is better.
    """

    name: str
    first: str
    first_values: Sequence[float]
    second: str
    second_values: Sequence[float]

    @property
    def seen(self) -> str:
        """What the runs say of the first: "better", "worse" or "seed noise"."""
        return judge(self.first_values, self.second_values)

    @property
    def text(self) -> str:
        """Both in words, with their spread."""
        a, b = (seed_spread(values).text() for values in (self.first_values, self.second_values))
        chance = chance_in_words(self.first_values, self.second_values)
        return f"{self.name}: {self.first} {a}, {self.second} {b} ({chance})"


def weigh_pairs(pairs: Sequence[Pair]) -> tuple[list[str], str]:
    """Return the evidence, exceptions by name, and the verdict.

    Parameters
    ----------
    pairs : sequence of Pair
        At least one.
    """
    seen = [pair.seen for pair in pairs]
    better, worse, noise = (seen.count(word) for word in ("better", "worse", "seed noise"))
    evidence = [
        f"Of {len(pairs)} pairs, {better} are as published outside seed noise, {worse} the other "
        f"way round outside seed noise, and {noise} inside seed noise."
    ]
    for words, head in (("worse", "The other way round"), ("seed noise", "Inside seed noise")):
        named = [pair.text for pair in pairs if pair.seen == words]
        more = f"; and {len(named) - MOST} more" if len(named) > MOST else ""
        if named:
            evidence.append(f"{head}: {'; '.join(named[:MOST])}{more}.")
    return evidence, weigh([("better", word) for word in seen])
