"""Claims that stored runs judge, each as soon as the studies that it rests on are complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from mlp_book.benchmarks import load_benchmark
from mlp_book.findings.verdicts import Finding, Judgement
from mlp_book.frames import frame
from mlp_core.studies import STUDIES, load_runs

Judge = Callable[..., Judgement]
Stored = Mapping[str, Any]  # from names of studies to frames, of benchmarks to their content


@dataclass(frozen=True)
class Claim:
    """A sentence and what decides whether it holds."""

    source: str  # who says it and of what, such as "report A: orders"
    sentence: str
    judge: Judge  # from a frame of each study, or from the content of a benchmark
    studies: tuple[str, ...]  # or the name of a benchmark
    chapter: str  # the notebook that shows the evidence, without its suffix

    def judge_by(self, stored: Stored) -> Finding:
        """Return what the stored runs say; they say nothing while some are missing."""
        missing = [
            f"{len(stored[name])} of {planned} runs of the study {name} are stored so far."
            for name in self.studies
            if len(stored[name]) < (planned := count_planned(name))
        ]
        evidence, verdict = (
            (missing, "cannot be told")
            if missing
            else self.judge(*(stored[name] for name in self.studies))
        )
        return Finding(self.sentence, tuple(evidence), verdict, self.chapter, bool(missing))


def make_claims(
    source: str, study: str, chapter: str, judges: Mapping[str, Judge]
) -> tuple[Claim, ...]:
    """Return a claim for each sentence, all of one source that rest on the same study."""
    return tuple(
        Claim(source, sentence, judge, (study,), chapter) for sentence, judge in judges.items()
    )


def count_planned(study: str) -> int:
    """Return how many runs the catalogue plans; none of what it does not know."""
    return len(STUDIES[study].configs()) if study in STUDIES else 0


def load_stored(claims: Iterable[Claim]) -> dict[str, Any]:
    """Return what claims rest on: a frame of each study's planned runs, benchmarks as they are."""
    names = dict.fromkeys(name for claim in claims for name in claim.studies)
    return {name: load_planned(name) if name in STUDIES else load_benchmark(name) for name in names}


def load_planned(study: str) -> pd.DataFrame:
    """Return one row per stored run of a study, without others in the same folder."""
    planned = {config.run_id for config in STUDIES[study].configs()}
    try:
        runs = [run for run in load_runs(study) if run.config.run_id in planned]
    except FileNotFoundError:
        runs = []
    return frame(runs) if runs else pd.DataFrame({"duration_s": []})


def judge_claims(claims: Iterable[Claim], stored: Stored) -> dict[str, list[Finding]]:
    """Return a finding for each claim, by source; those that wait for runs come last."""
    findings: dict[str, list[Finding]] = {}
    for claim in claims:
        findings.setdefault(claim.source, []).append(claim.judge_by(stored))
    return {
        source: sorted(own, key=lambda finding: finding.pending) for source, own in findings.items()
    }
