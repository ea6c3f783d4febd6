"""Every verdict before and after the protocol: print a CSV with interval, outcome, n, and reason.

Run with ``python tests/reference/compare_verdicts.py > verdicts.csv`` from the project's folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from mlp_book.chapters.what_holds import CLAIMS
from mlp_book.findings.claims import Finding, judge_claims, load_stored

BEFORE = Path(__file__).with_name("verdicts_before.csv")


def rows_of(finding: Finding) -> list[dict[str, object]]:
    """Return one row per comparison of a finding, or one that says what stands instead."""
    head = {"part": finding.claim.part, "source": finding.claim.source,
            "claim": finding.sentence, "after": finding.verdict,
            "standing": finding.standing}  # fmt: skip
    if not finding.comparisons:
        return [{**head, "comparison": " ".join(finding.evidence)}]
    return [
        {
            **head,
            "comparison": f"{one.first}, {one.second}",
            "said": one.said,
            "difference": one.effect.difference,
            "low": one.effect.low,
            "high": one.effect.high,
            "adjusted_p": one.effect.adjusted,
            "outcome": one.effect.outcome,
            "paired": one.effect.paired,
            "n": " and ".join(map(str, one.effect.n)),
        }
        for one in finding.comparisons
    ]


def compare_verdicts() -> pd.DataFrame:
    """Return every verdict before and after, one row per comparison; removed claims come last."""
    before = pd.read_csv(BEFORE, keep_default_na=False)
    before["claim"] = before["now"].str.split("; ")
    before = before.explode("claim")[["claim", "sentence", "verdict", "reason"]]
    before.columns = ["claim", "before_sentence", "before", "reason"]
    findings = judge_claims(CLAIMS, load_stored(CLAIMS))
    after = pd.DataFrame([row for one in findings for row in rows_of(one)])
    merged = after.merge(before[before["claim"] != ""], on="claim", how="left")
    merged["before"] = merged["before"].fillna("(no row)")
    merged["reason"] = merged["reason"].fillna("a claim that had no row")
    removed = before[before["claim"] == ""].assign(after="(removed)")
    return pd.concat([merged, removed], ignore_index=True)


if __name__ == "__main__":
    compare_verdicts().to_csv(sys.stdout, index=False)
