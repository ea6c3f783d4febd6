"""The same questions on other data: which of their answers carry over, by `book/protocol.md`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

from mlp_book.facts import Facts
from mlp_book.findings import questions, report_a
from mlp_book.findings.claims import (
    IN_EPOCHS,
    Comparison,
    Finding,
    count_planned,
    load_planned,
    load_stored,
)
from mlp_book.frames import dataset_name
from mlp_book.text import enumerate_words
from mlp_core.studies import STUDIES, Study
from mlp_core.studies.catalogue import FASHION, twin

CARRIES, DOES_NOT, UNDECIDED, NOT_RUN = "carries over", "does not", "undecided", "not answered yet"
OUTCOMES = (CARRIES, DOES_NOT, UNDECIDED, NOT_RUN)
WORDS = {
    CARRIES: ("carries over", "carry over"),
    DOES_NOT: ("does not carry over", "do not carry over"),
    UNDECIDED: ("is undecided", "are undecided"),
    NOT_RUN: ("is not answered yet", "are not answered yet"),
}
VERB = {"undecided": "is undecided"}  # of a verdict that has none
HOLDS = ("holds", "holds in part")
STUDIES_ON_FASHION = {
    name.removeprefix(FASHION): study for name, study in STUDIES.items() if name.startswith(FASHION)
}
Pair = tuple[Comparison, Comparison]


@cache
def predictions() -> pd.DataFrame:
    """Return what was predicted before the runs, and why, by the words of the question."""
    with files("mlp_book.findings").joinpath("predictions.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, index_col="question")


@dataclass(frozen=True)
class Carried:
    """A question with its findings on MNIST and on other data."""

    here: Finding
    there: Finding

    @property
    def measure(self) -> str:
        """What the comparisons compare; nothing without runs."""
        return self.here.family.measure if self.here.family else ""

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`."""
        verdicts = (self.here.verdict, self.there.verdict)
        if self.here.pending or self.there.pending:
            return NOT_RUN
        if UNDECIDED in verdicts:
            return UNDECIDED
        return CARRIES if len({verdict in HOLDS for verdict in verdicts}) == 1 else DOES_NOT

    @property
    def pairs(self) -> list[Pair]:
        """The comparisons that both data have: what decides on MNIST first, then elsewhere."""
        here, there = ({_names(one): one for one in own.bearing} for own in (self.here, self.there))
        shared = [names for names in here if names in there]
        return [(here[names], there[names]) for names in sorted(shared, key=self._leads)]

    @property
    def deciding(self) -> int:
        """How many of the pairs decide, on MNIST or elsewhere."""
        return sum(self._leads(_names(one)) < 2 for one, _ in self.pairs)

    def _leads(self, names: tuple[str, str]) -> int:
        for place, own in enumerate((self.here, self.there)):
            if names in map(_names, own.bearing[: own.deciding]):
                return place
        return 2


def _names(one: Comparison) -> tuple[str, str]:
    return one.first, one.second


def studies_on(
    dataset: str = "fashion-mnist", names: Sequence[str] = (), seeds: Sequence[int] = ()
) -> list[Study]:
    """Return the studies on other data: all of them, or some by their names on MNIST.

    The runs of the default setting come with any of them: sweeps are compared with these.
    """
    wanted = ("seed-noise", *names) if names else STUDIES_ON_FASHION
    chosen = [STUDIES_ON_FASHION[name] for name in dict.fromkeys(wanted)]
    return [twin(study, dataset, seeds or study.seeds, study.name) for study in chosen]


@dataclass(frozen=True)
class CarryOver:
    """All questions that some studies can judge, and what is stored of these.

    Attributes
    ----------
    title : str
        What the other data are called.
    questions : tuple of Carried
    studies : dict of str to Study
    stored : dict of str to DataFrame
        One row per run, by the name of the study.
    """

    title: str
    questions: tuple[Carried, ...]
    studies: Mapping[str, Study]
    stored: Mapping[str, pd.DataFrame]

    @property
    def runs(self) -> str:
        """How many runs are stored, of how many."""
        planned = sum(count_planned(name, self.studies) for name in self.stored)
        stored = sum(map(len, self.stored.values()))
        return f"all {planned}" if stored == planned else f"{stored} of {planned}"


def carry_over(
    studies: Sequence[Study] = (), root: str | Path | None = None, chapter: str = ""
) -> CarryOver:
    """Return each question of the predictions that the studies can judge.

    Parameters
    ----------
    studies : sequence of Study
        From `studies_on`; if none are given, those on Fashion-MNIST.
    root : path, optional
        Where their runs are stored.
    chapter : str
        Of a notebook, without its suffix, to have its questions alone.
    """
    known = {study.name: study for study in studies or studies_on()}
    bases = {name: FASHION + name for name in STUDIES_ON_FASHION if FASHION + name in known}
    asked = []
    for one in (*report_a.CLAIMS, *questions.CLAIMS):
        names = tuple(bases.get(name.removesuffix("-fresh"), "") for name in one.fresh)
        if one.sentence in predictions().index and chapter in ("", one.chapter) and all(names):
            asked.append((one, replace(one, studies=names, fresh=names)))
    here = load_stored(one for one, _ in asked)
    needed = dict.fromkeys(name for _, one in asked for name in one.studies)
    there = {name: load_planned(known[name], root) for name in needed}
    found = tuple(Carried(a.judge_by(here), b.judge_by(there, known)) for a, b in asked)
    (dataset,) = {str(study.base["dataset"]) for study in known.values()}
    return CarryOver(dataset_name(dataset), found, known, there)


def differences(found: CarryOver, most: int = 3) -> list[tuple[Carried, Pair]]:
    """Return the comparisons in points whose effects lie farthest apart, one of each question.

    Those that are shown to go opposite ways come first, those that go the same way last.
    """
    known = [
        (agreement(pair), -_distance(pair), one, pair)
        for one in found.questions
        for pair in one.pairs
        if _distance(pair) > 0 and one.measure != IN_EPOCHS
    ]
    kept: list[tuple[Carried, Pair]] = []
    for _, _, one, pair in sorted(known, key=lambda found: found[:2]):
        if not any(one is a or runs_of(pair) == runs_of(b) for a, b in kept):
            kept.append((one, pair))
    return kept[:most]


def runs_of(pair: Pair) -> frozenset[tuple[str, ...]]:
    """Return which runs on MNIST are compared, whichever setting comes first."""
    return frozenset(tuple(rows["run_id"]) for rows in pair[0].rows)


def agreement(pair: Pair) -> int:
    """Return 1 if both data show a difference the same way, -1 if opposite ways, 0 otherwise."""
    a, b = (one.effect.direction for one in pair)
    return a * b


def _distance(pair: Pair) -> float:
    """Return how far two effects are apart, in standard errors; 0 where that is not known."""
    a, b = (one.effect for one in pair)
    error = math.hypot(a.error, b.error)
    return abs(a.difference - b.difference) / error if error > 0 else 0.0


def became(chapter: str) -> Facts:
    """Return the sentence of a chapter's limits: what became of its answers on Fashion-MNIST."""
    found = Facts(chapter.replace("_", "-"))
    found.add({"carried": in_a_sentence(carry_over(chapter=chapter))})
    return found


def in_a_sentence(found: CarryOver) -> str:
    """Say how many questions have which outcome."""
    count = Counter(one.outcome for one in found.questions)
    parts = [f"{count[name]} {WORDS[name][count[name] > 1]}" for name in OUTCOMES if count[name]]
    if count[NOT_RUN] == len(found.questions) > 1:
        asked = f"none of the {len(found.questions)} questions that are asked again"
        return f"On {found.title}, {asked} is answered yet."
    if len(parts) == 1 < len(found.questions):
        asked = f"all {len(found.questions)} questions that are asked again"
        return f"On {found.title}, {asked} {parts[0].partition(' ')[2]}."
    if count[UNDECIDED] == len(found.questions) == 1:
        (one,) = found.questions
        here, there = (VERB.get(own.verdict, own.verdict) for own in (one.here, one.there))
        told = there if here == there else f"{there} there, and {here} on MNIST"
        asked = f"one question is asked again: \u201c{one.here.sentence.rstrip('.')}\u201d"
        return f"On {found.title}, {asked} {told}, so whether it carries over is undecided."
    if len(found.questions) == 1:
        return f"On {found.title}, the one question that is asked again {parts[0][2:]}."
    return (
        f"On {found.title}, of {len(found.questions)} questions that are asked again, "
        f"{enumerate_words(parts)}."
    )
