"""What report B says of time, and what it named and left undone, as questions to the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from mlp_core.report.axes import format_number
from mlp_core.report.chapters.regularized import group_treatments
from mlp_core.report.chapters.speed import ENGINE, find_case
from mlp_core.report.findings.claims import Claim, describe_difference, weigh
from mlp_core.report.findings.questions import Judged, Question
from mlp_core.report.findings.report_b import FINDINGS, group_by_parameter, judge_findings
from mlp_core.report.measures import values_of
from mlp_core.report.spread import seed_spread
from mlp_core.report.treatments import judge
from mlp_core.training import Run

# Seconds a run on a graphics processor, by batch size.
PUBLISHED_SECONDS = {16: 164.6, 64: 133.9, 256: 125.0}
PUBLISHED_HOURS, CELLS = 82, 3**7  # of the full grid
IMAGES = 60_000


def judge_finding(place: int, runs: Sequence[Run]) -> Judged:
    """Judge one of report B's findings."""
    claim = judge_findings(group_by_parameter(runs))[place]
    return claim.evidence, claim.verdict


def judge_regularization(images: str, runs: Sequence[Run]) -> Judged:
    """Say whether the best strength of each treatment is better than no treatment."""
    evidence, outcomes = [], []
    for kind, doses in group_treatments(runs)[images].items():
        values = {dose: values_of(group, "test_accuracy") for dose, group in doses.items()}
        best = max((seed_spread(v).mean, dose) for dose, v in values.items() if dose and v)[1]
        evidence.append(
            describe_difference(
                f"{kind}, best at {format_number(best)}:", values[best], "none:", values[0.0]
            )
            + "."
        )
        outcomes.append(("better", judge(values[best], values[0.0])))
    return evidence, weigh(outcomes)


def judge_grid_cost(runs: Sequence[Run]) -> Judged:
    """Say whether the full grid costs what was estimated: at least half of it."""
    hours = sum(run.duration_s for run in runs) / 3600
    evidence = (
        f"{len(runs)} runs answer all {CELLS:,} cells: nll and cross-entropy are one function "
        "here, and fewer epochs are read off the same history.",
        f"They took {hours:.1f} core-hours on an ordinary processor, beside other work; "
        f"{PUBLISHED_HOURS} hours on a graphics processor were estimated.",
    )
    return evidence, "holds" if hours >= PUBLISHED_HOURS / 2 else "does not hold"


def judge_batch_times(content: Mapping[str, Any]) -> Claim:
    """Return what becomes of the finding that small batches take longer.

    Parameters
    ----------
    content : mapping
        From ``load_benchmark()``, measured on an idle core.
    """
    epochs = {batch: _seconds_an_epoch(content, batch) for batch in (16, 100, 1000)}
    ordered = sorted(epochs, key=lambda batch: epochs[batch], reverse=True) == sorted(epochs)
    published = list(PUBLISHED_SECONDS.values())
    evidence = (
        f"Published: {', '.join(f'{s:g} s with {b}' for b, s in PUBLISHED_SECONDS.items())}, on "
        f"a graphics processor; so from 16 to 64 a factor of {published[0] / published[1]:.2f}.",
        f"Here, SGD on an idle core: {', '.join(f'{s:.2f} s with {b}' for b, s in epochs.items())} "
        f"an epoch; so from 16 to 100 a factor of {epochs[16] / epochs[100]:.1f}. The order can "
        "be compared, the factors belong to the machines.",
    )
    words = "The smaller the batch, the longer a run takes."
    return Claim(words, evidence, "holds" if ordered else "does not hold", "speed")


def _seconds_an_epoch(content: Mapping[str, Any], batch: int) -> float:
    case = find_case(content, f"784-128-10, batch {batch}")
    return float(case["contestants"][ENGINE]["ms_per_update"]) * -(-IMAGES // batch) / 1000


PUBLISHED = tuple(
    Question(words, "optimizers_epochs", ("one-at-a-time",), partial(judge_finding, place))
    for place, (words, _, _) in enumerate(FINDINGS)
)

UNDONE = (
    *(
        Question(
            f"L1, L2 and dropout help, with {images}.",
            "regularization",
            ("regularization",),
            partial(judge_regularization, images),
        )
        for images in ("60,000 images", "1,000 images")
    ),
    Question(
        f"The full grid of {CELLS:,} cells takes {PUBLISHED_HOURS} hours.",
        "searching",
        ("full-factorial",),
        judge_grid_cost,
    ),
)
