"""A claim, the comparisons that it needs, and the verdict that follows from their outcomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mlp_book.benchmarks import load_benchmark
from mlp_book.frames import broke, frame, margin_of, settled
from mlp_book.stats import (
    EXACT,
    RESOLUTION,
    Effect,
    compare,
    compare_paired,
    judge_family,
    noise_of,
)
from mlp_book.text import NONE
from mlp_core.studies import STUDIES, Study, load_runs
from mlp_core.training import Run, planned_run_id

VERDICTS = ("holds", "holds in part", "does not hold", "undecided", "not judged")
# What a claim may say of the first of two settings; of "some larger", one is enough. A "figure" is
# that of a published table, which is reproduced if the interval lies within its tolerance.
SAID = (
    "larger", "smaller", "some larger", "not larger", "not smaller", "alike", "figure",
)  # fmt: skip
# Percent of test accuracy: the epochs until then are the speed of convergence.
TO_LEARN, TO_LEARN_ON = 95.0, {"fashion-mnist": 85.0}
IN_EPOCHS = "epochs_to_learn"  # a measure in epochs: all others are in points or in percent
# No spread of a measure is taken to be smaller: one test image; a third of an epoch, as one is
# the finest reading; nothing limits the others.
RESOLUTIONS = {
    **dict.fromkeys(("test_accuracy", "train_accuracy", "gap", "swing"), RESOLUTION),
    IN_EPOCHS: 0.3,
    "active": EXACT.resolution,
}
# What the numbers of a row are, where they are not test accuracies in percent.
MEASURED = {
    "train_accuracy": "Training accuracy, %.",
    "gap": "Training minus test accuracy, points.",
    "swing": "Change of the test accuracy from epoch to epoch, points.",
    IN_EPOCHS: f"Epochs until the test accuracy is {TO_LEARN:.0f} %.",
    "active": "Hidden units at work in a pass, %.",
}
Settings = Mapping[Any, pd.DataFrame]
Asked = tuple[Any, str, Any]  # first setting, one of `SAID`, second setting
Stored = Mapping[str, Any]  # from names of studies to frames, of benchmarks to their content


@dataclass(frozen=True)
class Comparison:
    """Two settings, what is said of them, and what the runs show."""

    first: str
    said: str
    second: str
    effect: Effect
    means: tuple[str, str]  # of both sides, as text
    rows: tuple[pd.DataFrame, pd.DataFrame]  # of both sides; the second is empty for a figure
    published: float | None = None
    digits: int = 2  # decimals of its numbers
    other: Effect | None = None  # paired if the effect is not, and the other way round

    @property
    def met(self) -> bool:
        """Whether the runs show what is said."""
        effect, way = self.effect, self.effect.direction
        return {
            "larger": way > 0,
            "some larger": way > 0,
            "smaller": way < 0,
            "not larger": way < 0 or effect.outcome == "equivalent",
            "not smaller": way > 0 or effect.outcome == "equivalent",
            "alike": effect.outcome == "equivalent",
            "figure": effect.within,
        }[self.said]

    @property
    def contrary(self) -> bool:
        """Whether the runs show the opposite."""
        way = self.effect.direction
        return {
            "larger": way < 0,
            "some larger": way < 0 or self.effect.outcome == "equivalent",
            "smaller": way > 0,
            "not larger": way > 0,
            "not smaller": way < 0,
            "alike": way != 0,
            "figure": way != 0 and not self.effect.within,
        }[self.said]

    @property
    def text(self) -> str:
        """Both means, the difference with its interval, and the outcome.

        How many seeds broke is said once, as the outcome.
        """
        first, second = (re.sub(r", \d+ of \d+ broke", "", mean) for mean in self.means)
        against = f"{self.second}: {second}" if self.published is None else f"a published {second}"
        return f"{self.first}: {first} against {against}; {self.effect.text(self.digits)}"


@dataclass(frozen=True)
class Family:
    """Comparisons that are asked side by side, on settings that share their noise."""

    comparisons: tuple[Comparison, ...]  # what a claim needs
    whole: tuple[Comparison, ...]  # what its p values are corrected for
    settings: tuple[pd.DataFrame, ...]  # that tell the noise, each once
    measure: str = "test_accuracy"

    def only(self, wanted: Callable[[Comparison], bool]) -> Family:
        """Return the comparisons that a claim needs; their p values stay those of the family."""
        kept = tuple(one for one in self.comparisons if wanted(one))
        return replace(self, comparisons=kept)


def ask(
    settings: Settings,
    asked: Iterable[Asked],
    measure: str = "test_accuracy",
    *,
    margin: float | None = None,
    paired: Callable[[Any], bool] | bool = False,
    name: Callable[[Any], str] = str,
) -> Family:
    """Return comparisons of settings as one family.

    Parameters
    ----------
    settings : mapping to DataFrame
        The runs of each setting; all of them tell what a setting's variance is.
    asked : iterable of (first, said, second)
    measure : str
        A column. Accuracies and gaps are in points, whose resolution is one test image.
    margin : float, optional
        By default that of `margin_of`.
    paired : bool or callable
        Whether seeds are compared one by one, or of which first setting.
    name : callable
        From a setting to its words.
    """
    spreads = {key: settled(rows, measure) for key, rows in settings.items()}
    # A setting that has several names is one.
    once = {tuple(rows["run_id"]): key for key, rows in settings.items()}
    noise = noise_of([spreads[key] for key in once.values()], RESOLUTIONS[measure])
    kept = [one for one in asked if one[0] in settings and one[2] in settings]
    used = {key: settings[key] for first, _, second in kept for key in (first, second)}
    margins = {key: margin_of(rows) if margin is None else margin for key, rows in used.items()}
    values = {key: _by_seed(rows, measure) for key, rows in used.items()}
    digits = 1 if measure == IN_EPOCHS else 2
    texts = {key: text_of(rows, measure, digits) for key, rows in used.items()}
    found, others = [], []
    for first, _, second in kept:
        own = max(margins[first], margins[second])
        apart = compare(spreads[first], spreads[second], noise, own)
        shared = values[first].index.intersection(values[second].index)
        a, b = (values[key][shared].to_numpy() for key in (first, second))
        twins = compare_paired(a, b, own, noise.resolution)
        is_paired = paired(first) if callable(paired) else paired
        found.append(twins if is_paired else apart)
        others.append(apart if is_paired else twins)
    comparisons = tuple(
        Comparison(
            name(first), said, name(second), effect,
            (texts[first], texts[second]),
            (settings[first], settings[second]), digits=digits, other=other,
        )
        for (first, said, second), effect, other in zip(
            kept, judge_family(found), others, strict=True
        )
    )  # fmt: skip
    rows = tuple(settings[key] for key in once.values())
    return Family(comparisons, comparisons, rows, measure)


def _by_seed(rows: pd.DataFrame, measure: str) -> pd.Series[Any]:
    """Return the value of each seed; nan where a run broke."""
    return pd.Series(rows[measure].where(~broke(rows)).to_numpy(), index=rows["seed"])


def text_of(rows: pd.DataFrame, measure: str, digits: int = 2) -> str:
    """Return mean, standard deviation and seeds, and how many broke or were late."""
    own, text = settled(rows, measure), ""
    late = int((rows["late"] & ~broke(rows)).sum()) if "late" in rows else 0
    if own.broken:
        text += f", {own.broken} of {own.broken + own.n} broke"
    if late:
        text += f", {late} late"
    return f"{own.text(digits)}\u00a0({own.n}){text}"


def split(data: pd.DataFrame, *columns: str) -> dict[Any, pd.DataFrame]:
    """Return the rows of each setting, by the values of one column or of several."""
    return dict(iter(data.groupby(columns[0] if len(columns) == 1 else list(columns), sort=False)))


def verdict_of(comparisons: Sequence[Comparison]) -> str:
    """Return the verdict on a claim, by the rule of `book/protocol.md`."""
    met = [one.met for one in comparisons]
    if not met:
        return "undecided"
    if comparisons[0].said == "some larger":
        against = all(one.contrary for one in comparisons)
        return "holds" if any(met) else "does not hold" if against else "undecided"
    if all(met):
        return "holds"
    if all(one.said == "figure" for one in comparisons) and any(met):
        return "holds in part"
    if any(one.contrary for one in comparisons):
        return "does not hold"
    # What is enough is so against every alternative, or undecided.
    in_part = any(met) and not all(one.said.startswith("not ") for one in comparisons)
    return "holds in part" if in_part else "undecided"


@dataclass(frozen=True)
class Claim:
    """A sentence and what decides whether it holds.

    Attributes
    ----------
    part, source : str
        Whose sentence it is, and where it stands.
    sentence : str
        In our words.
    judge : callable
        From a frame of the runs to a `Family`; where nothing is judged, to sentences.
    studies, fresh : tuple of str
        Whose runs suggested it, and whose confirm it; or the name of a benchmark.
    chapter : str
        The notebook that shows the evidence, without its suffix.
    """

    part: str
    source: str
    sentence: str
    judge: Callable[[Any], Family | Sequence[str]]
    studies: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()
    chapter: str = ""
    remark: str = ""

    def judge_by(self, stored: Stored, studies: Mapping[str, Study] = STUDIES) -> Finding:
        """Return what the stored runs say: the fresh ones as soon as they are complete."""
        fresh = bool(self.fresh) and not _missing(self.fresh, stored, studies)
        names = self.fresh if fresh else self.studies
        confirmed = names == self.fresh and bool(self.fresh)
        if missing := _missing(names, stored, studies):
            return Finding(self, "not judged", lines=tuple(missing), pending=True)
        found = self.judge(_together([stored[name] for name in names]))
        if isinstance(found, Family):
            verdict = verdict_of(found.comparisons)
            return Finding(self, verdict, found, confirmed=confirmed)
        return Finding(self, "not judged", lines=tuple(found))


@dataclass(frozen=True)
class Finding:
    """A claim and what became of it."""

    claim: Claim
    verdict: str
    family: Family | None = None
    lines: tuple[str, ...] = ()  # evidence in sentences, where there is no family
    confirmed: bool = False  # by fresh runs and a rule that is older than they are
    pending: bool = False  # whether it waits for runs that are not stored yet

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict={self.verdict!r} is not legal: must be one of {VERDICTS}")

    @property
    def sentence(self) -> str:
        """The claim in words."""
        return self.claim.sentence

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All comparisons that the verdict rests on."""
        return self.family.comparisons if self.family else ()

    @property
    def measured(self) -> str:
        """What the numbers are, where they are not test accuracies in percent."""
        return MEASURED.get(self.family.measure, "") if self.family else ""

    @property
    def bearing(self) -> tuple[Comparison, ...]:
        """All comparisons, those that decide first."""
        bearing = sorted(self.comparisons, key=lambda one: not self._bears(one))
        if self.verdict == "holds in part":  # what keeps it from holding comes second
            left = min((one for one in bearing if not one.met), key=lambda one: not one.contrary)
            bearing.insert(1, bearing.pop(bearing.index(left)))
        return tuple(bearing)

    @property
    def evidence(self) -> tuple[str, ...]:
        """One sentence per comparison, those that decide first; or what is said instead."""
        remark = (self.claim.remark,) if self.claim.remark else ()
        texts = (*(one.text for one in self.bearing), *self.lines, *remark)
        return tuple(text[:1].upper() + text[1:] for text in texts)

    @property
    def deciding(self) -> int:
        """How many sentences of the evidence show why the verdict is what it is."""
        return 2 if self.verdict == "holds in part" else 1

    def _bears(self, one: Comparison) -> bool:
        if self.verdict == "does not hold":
            return one.contrary
        return not (one.met or one.contrary) if self.verdict == "undecided" else one.met

    @property
    def standing(self) -> str:
        """Whether the verdict is confirmatory, or of runs that suggested the question."""
        if self.pending or self.verdict == "not judged":
            return NONE
        return "confirmatory" if self.confirmed else "exploratory"


def _missing(
    names: Iterable[str], stored: Stored, studies: Mapping[str, Study] = STUDIES
) -> list[str]:
    return [
        f"{len(stored[name])} of {planned} runs of the study {name} are stored so far."
        for name in names
        if len(stored[name]) < (planned := count_planned(name, studies))
    ]


def _together(parts: Sequence[Any]) -> Any:
    """Return the runs of several studies as one frame, each run once; a benchmark as it is."""
    if not parts or not all(isinstance(part, pd.DataFrame) for part in parts):
        return parts[0] if parts else None
    whole = pd.concat(parts, ignore_index=True)
    return whole.drop_duplicates("run_id", ignore_index=True) if "run_id" in whole else whole


def count_planned(study: str, studies: Mapping[str, Study] = STUDIES) -> int:
    """Return how many runs the catalogue plans; none of what it does not know."""
    return len(studies[study].configs()) if study in studies else 0


def load_stored(claims: Iterable[Claim]) -> dict[str, Any]:
    """Return what claims rest on: a frame of each study's planned runs, benchmarks as they are."""
    names = dict.fromkeys(name for one in claims for name in (*one.studies, *one.fresh))
    return {
        name: load_planned(STUDIES[name]) if name in STUDIES else load_benchmark(name)
        for name in names
    }


def load_planned(study: Study, root: str | Path | None = None) -> pd.DataFrame:
    """Return one row per stored run of a study, without others in the same folder."""
    planned = {planned_run_id(config) for config in study.configs()}
    try:
        runs = [run for run in load_runs(study.name, root) if run.run_id in planned]
    except FileNotFoundError:
        runs = []
    return measure(runs) if runs else pd.DataFrame({"core_s": [], "run_id": []})


def measure(runs: Sequence[Run]) -> pd.DataFrame:
    """Return the frame of some runs with what single claims ask for besides.

    Returns
    -------
    DataFrame
        With ``gap`` (training minus test accuracy, points), ``epochs_to_learn`` (until the test
        accuracy is `TO_LEARN`, or what `TO_LEARN_ON` has for the data), ``swing`` (mean change of
        the test accuracy from epoch to epoch, last 20 epochs, points), ``active`` (share of hidden
        units at work in one pass, after the last epoch, percent; nan where it was not recorded)
        and ``after_14`` (test accuracy after 14 epochs).
    """
    data = frame(runs)
    tests = [100 * np.array(run.history["test_accuracy"], float) for run in runs]
    learned = [TO_LEARN_ON.get(name, TO_LEARN) for name in data["dataset"]]
    return data.assign(
        gap=data["train_accuracy"] - data["test_accuracy"],
        epochs_to_learn=[_first(own >= to) for own, to in zip(tests, learned, strict=True)],
        swing=[float(np.abs(np.diff(own[-21:])).mean()) if len(own) > 1 else np.nan
               for own in tests],
        active=[
            100 * float(np.mean(run.records["active_per_pass"][-1]))
            if "active_per_pass" in run.records
            else np.nan
            for run in runs
        ],
        after_14=[own[13] if len(own) > 13 else np.nan for own in tests],
    )  # fmt: skip


def _first(reached: np.ndarray) -> float:
    return float(reached.argmax() + 1) if reached.any() else float("nan")


def judge_claims(claims: Iterable[Claim], stored: Stored) -> list[Finding]:
    """Return a finding for each claim, in their order."""
    return [one.judge_by(stored) for one in claims]
