"""What report A's times say, against an engine on another machine: shares, not milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlp_core.report.cells import Cell
from mlp_core.report.findings.claims import Claim, weigh
from mlp_core.report.findings.published import REPORT_A, SEEDS, UPDATES
from mlp_core.report.findings.timing import times_of, total_hours
from mlp_core.studies import StoredStudy

CHAPTER = "activations_losses"
# Two machines agree on what a choice adds to an update if it is the same to this factor.
FACTOR = 2.0

Times = Mapping[Cell, float]


def judge_times(content: Mapping[str, Any]) -> list[Claim]:
    """Return what becomes of the published times.

    Parameters
    ----------
    content : mapping
        From ``load_benchmark("benchmark-activations")``.
    """
    published = REPORT_A["ms_per_update"]
    measured = {cell: row for cell, row in times_of(content).items() if cell in published}
    ours = {cell: float(row["ms_per_update"]) for cell, row in measured.items()}
    added = (
        ("GELU adds a quarter or more to the time of an update with ReLU.", _relu_of),
        ("A second hidden layer about doubles the time of an update.", _single_of),
    )
    return [
        _judge_order(measured),
        *(_judge_added(words, reference, published, ours) for words, reference in added),
    ]


def _judge_order(measured: Mapping[Cell, Mapping[str, Any]]) -> Claim:
    """Judge the order of the activations: GELU slowest, ReLU fastest."""
    outcomes = []
    for slow, fast in (("gelu", "relu"), ("sigmoid", "relu"), ("gelu", "sigmoid")):
        for cell, row in measured.items():
            if cell.activation == slow:
                outcomes.append(_slower(row, measured[cell._replace(activation=fast)]))
    longer, shorter = outcomes.count("better"), outcomes.count("worse")
    evidence = (
        f"Of {len(outcomes)} pairs of cells, {longer} are in the published order, {shorter} the "
        f"other way round, and {len(outcomes) - longer - shorter} cannot be told apart: there "
        "the middle halves of the measurements overlap.",
    )
    words = "An update takes longest with GELU, then sigmoid, then ReLU."
    return Claim(words, evidence, weigh([("better", seen) for seen in outcomes]), CHAPTER)


def _slower(row: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    (low, high), (other_low, other_high) = row["quartiles"], other["quartiles"]
    return "better" if low > other_high else "worse" if high < other_low else "seed noise"


def _relu_of(cell: Cell) -> Cell | None:
    return cell._replace(activation="relu") if cell.activation == "gelu" else None


def _single_of(cell: Cell) -> Cell | None:
    return cell._replace(depth="single") if cell.depth == "double" else None


def _judge_added(
    words: str, reference: Callable[[Cell], Cell | None], published: Times, ours: Times
) -> Claim:
    """Judge what a choice adds to the time of an update, as a share of the time without it."""
    shares = [
        (published[cell] / published[other] - 1, ours[cell] / ours[other] - 1)
        for cell in ours
        if (other := reference(cell)) is not None
    ]
    near = sum(1 / FACTOR <= own / theirs <= FACTOR for theirs, own in shares)
    theirs, own = zip(*shares, strict=True)
    evidence = (
        f"It adds {_range(theirs)} % in the published table and {_range(own)} % here, on another "
        "machine.",
        f"In {near} of {len(shares)} cells the two agree within a factor of {FACTOR:g}.",
    )
    verdict = "holds in part" if near else "does not hold"
    return Claim(words, evidence, "holds" if near == len(shares) else verdict, CHAPTER)


def _range(shares: Sequence[float]) -> str:
    return f"{100 * min(shares):.0f} to {100 * max(shares):.0f}"


def describe_compute(study: StoredStudy, content: Mapping[str, Any]) -> str:
    """Return in words what the published tables cost, then and now.

    Parameters
    ----------
    study : StoredStudy
        ``activations-losses-depth``.
    content : mapping
        From ``load_benchmark("benchmark-activations")``.
    """
    published = REPORT_A["ms_per_update"]
    ours = {c: row["ms_per_update"] for c, row in times_of(content).items() if c in published}
    hours = sum(run.duration_s for run in study.runs) / 3600
    first = (
        f"{len(published)} cells, {SEEDS} seeds and {UPDATES:,} updates take "
        f"{total_hours(published, UPDATES, SEEDS):.1f} hours at the published times. At our times "
        f"an update, measured on an idle core, they take {total_hours(ours, UPDATES, SEEDS):.1f} "
        "hours."
    )
    if study.stored < study.planned:
        return f"{first} {study.stored} of our {study.planned} runs are stored so far."
    return (
        f"{first} Our {study.stored} runs took {hours:.1f} core-hours, beside other work and "
        "with the evaluation after every epoch."
    )
