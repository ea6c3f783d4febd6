"""Questions to the stored runs: judged as soon as their studies are complete, and not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from mlp_core.report.findings.claims import VERDICTS, Claim
from mlp_core.report.tables import table_of_rows
from mlp_core.studies import StoredStudy, find_results, load_study
from mlp_core.training import Run

# The evidence, one sentence each, and the verdict.
Judged = tuple[Sequence[str], str]


@dataclass(frozen=True)
class Question:
    """A published finding or a conjecture, and how the runs of some studies decide it.

    Attributes
    ----------
    words : str
        What is claimed, in a sentence.
    chapter : str
        The notebook that shows the evidence, without its suffix.
    studies : tuple of str
        Which studies must be complete.
    judge : callable
        From the runs of each study, in this order, to the evidence and the verdict.
    """

    words: str
    chapter: str
    studies: tuple[str, ...]
    judge: Callable[..., Judged]

    def claim(self, *runs: Sequence[Run]) -> Claim:
        """Return what the runs of complete studies say."""
        evidence, verdict = self.judge(*runs)
        return Claim(self.words, tuple(evidence), verdict, self.chapter)

    def settle(self, stored: Mapping[str, StoredStudy]) -> Claim:
        """Return what the stored runs say; they say nothing while some are missing."""
        studies = [stored[name] for name in self.studies]
        missing = [study for study in studies if study.stored < study.planned]
        if missing:
            evidence = tuple(
                f"{study.stored} of {study.planned} runs of the study {study.name} are stored "
                "so far."
                for study in missing
            )
            return Claim(self.words, evidence, "cannot be told", self.chapter, pending=True)
        return self.claim(*(study.planned_runs for study in studies))


def settle(questions: Sequence[Question], results: Path | None = None) -> list[Claim]:
    """Return a claim for each question, those that can be judged first.

    Parameters
    ----------
    questions : sequence of Question
    results : Path, optional
        The folder of stored runs; by default the book's.
    """
    folder = results or find_results()
    names = dict.fromkeys(name for question in questions for name in question.studies)
    stored = {name: load_study(name, folder) for name in names}
    claims = [question.settle(stored) for question in questions]
    return sorted(claims, key=lambda claim: claim.pending)


def table_of_verdicts(groups: Mapping[str, Sequence[Claim]]) -> pd.DataFrame:
    """Return how many claims of each group have which verdict.

    Claims that wait for runs have a column of their own.
    """
    rows = {
        name: {
            **{v: sum(c.verdict == v and not c.pending for c in claims) for v in VERDICTS},
            "runs missing": sum(claim.pending for claim in claims),
        }
        for name, claims in groups.items()
    }
    table = table_of_rows(rows, "claims")
    table.loc["all"] = table.sum()
    return table


def table_of_studies(questions: Sequence[Question], results: Path | None = None) -> pd.DataFrame:
    """Return how many runs of each study are stored on which questions rest, and what they took."""
    folder = results or find_results()
    names = dict.fromkeys(name for question in questions for name in question.studies)
    rows = {}
    for name in names:
        study = load_study(name, folder)
        hours = sum(run.duration_s for run in study.runs) / 3600
        rows[name] = {
            "runs": f"{study.stored} of {study.planned}",
            "core-hours": f"{hours:.1f}",
        }
    return table_of_rows(rows, "stored")
