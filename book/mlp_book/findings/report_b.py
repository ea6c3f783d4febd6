"""What report B found, and what it named and left undone, judged by stored runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from mlp_book.benchmarks import ENGINE, contestants
from mlp_book.facts import Levels
from mlp_book.findings import regularization
from mlp_book.findings.claims import make_claims
from mlp_book.findings.published import published
from mlp_book.findings.verdicts import (
    Finding,
    Judgement,
    describe_difference,
    overall_verdict,
)
from mlp_book.frames import vary_one
from mlp_book.stats import judge, spread
from mlp_book.text import format_level, format_number
from mlp_core.studies import STUDIES
from mlp_core.training import RunConfig

STUDY = "one-at-a-time"
BASE = RunConfig.from_dict(dict(STUDIES[STUDY].base))
Comparisons = Sequence[tuple[Any, str, Any]]
# Each finding: its words, the parameter, and what it says of two levels: the first is "better" or
# "worse" than the second, or "enough": the first is not better.
FINDINGS: tuple[tuple[str, str, Comparisons], ...] = (
    ("One hidden layer is already enough.", "hidden_sizes",
     [((128, 64, 64), "enough", (128,)), ((256, 128, 128, 64, 64), "enough", (128,))]),
    ("Relu is slightly ahead of sigmoid and tanh.", "activation",
     [("relu", "better", "sigmoid"), ("relu", "better", "tanh")]),
    ("nll and cross-entropy are alike, mse is worst.", "loss",
     [("log_softmax_mse", "worse", "nll")]),
    ("Batches of 64 and of 256 are ahead of batches of 16.", "batch_size",
     [(64, "better", 16), (256, "better", 16)]),
    ("About 14 epochs suffice.", "epochs", [(25, "enough", 14)]),
    ("A learning rate of 1 is best, 10 is worst.", "learning_rate",
     [(1.0, "better", 0.1), (1.0, "better", 10.0), (10.0, "worse", 0.1)]),
)  # fmt: skip
REMARKS = {"loss": ["nll and cross-entropy are one function here, so one set of runs is both."]}
NAMES = {"log_softmax_mse": "mse", "relu": "relu"}  # as the report writes them
HOURS = int(published().query("measure == 'estimated_gpu_hours'")["mean"].item())
CELLS, IMAGES = 3**7, 60_000  # of the full grid; of an epoch


def by_parameter(data: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of the study by parameter and level.

    Parameters
    ----------
    data : DataFrame
        From `mlp_book.frames.frame` or `epochs`, of the study ``one-at-a-time``.

    Returns
    -------
    DataFrame
        With ``parameter`` and ``level`` besides. The default is a level of each parameter, so its
        rows are there once per parameter.
    """
    rows = vary_one(data, BASE, [parameter for _, parameter, _ in FINDINGS])
    if rows.empty:
        raise ValueError(f"none of the {len(data)} rows is of the study {STUDY!r}: load its runs")
    return rows.rename(columns={"factor": "parameter"})


def name_level(level: Any) -> str:
    """Return a level as the report calls it.

    >>> name_level("log_softmax_mse"), name_level((128, 64, 64))
    ('mse', '128-64-64')
    """
    return NAMES.get(level) or format_level(level)


def judge_findings(data: pd.DataFrame) -> list[Finding]:
    """Return each finding with its evidence and its verdict, from `by_parameter`'s rows."""
    found = [(words, judge_finding(factor, said, data)) for words, factor, said in FINDINGS]
    return [Finding(words, tuple(evidence), verdict) for words, (evidence, verdict) in found]


def judge_finding(parameter: str, comparisons: Comparisons, data: pd.DataFrame) -> Judgement:
    """Judge what is said of the levels of a parameter, from `by_parameter`'s rows."""
    accuracy, evidence, outcomes = Levels(data[data["parameter"] == parameter], "level"), [], []
    for first, said, second in comparisons:
        a, b = accuracy[first], accuracy[second]
        evidence.append(
            describe_difference(f"{name_level(first)}:", a, f"{name_level(second)}:", b)
        )
        outcomes.append((said, judge(a, b)))
    return [*evidence, *REMARKS.get(parameter, [])], overall_verdict(outcomes)


def _judge_runs(parameter: str, comparisons: Comparisons, data: pd.DataFrame) -> Judgement:
    return judge_finding(parameter, comparisons, by_parameter(data))


def judge_batch_times(content: Mapping[str, Any]) -> Judgement:
    """Say whether small batches take longer, from ``load_benchmark()``."""
    seconds = published().query("report == 'B' and measure == 'duration_s'").set_index("batch_size")
    theirs = {int(batch): float(mean) for batch, mean in seconds["mean"].items()}
    ms = contestants(content)["ms_per_update"]
    ours = {
        batch: ms[f"784-128-10, batch {batch}", ENGINE] * -(-IMAGES // batch) / 1000
        for batch in (16, 100, 1000)
    }
    evidence = (
        f"Published: {', '.join(f'{s:g} s with {b}' for b, s in theirs.items())}, on a graphics "
        f"processor; so from 16 to 64 a factor of {theirs[16] / theirs[64]:.2f}.",
        f"Here, SGD on an idle core: {', '.join(f'{s:.2f} s with {b}' for b, s in ours.items())} "
        f"an epoch; so from 16 to 100 a factor of {ours[16] / ours[100]:.1f}. The order can be "
        "compared, the factors belong to the machines.",
    )
    return evidence, "holds" if ours[16] >= ours[100] >= ours[1000] else "does not hold"


def judge_regularization(images: str, data: pd.DataFrame) -> Judgement:
    """Say whether the best strength of each treatment is better than no treatment."""
    treated = regularization.by_treatment(data).query("images == @images")
    evidence, outcomes = [], []
    for kind, own in treated.groupby("kind", sort=False):
        accuracy = own.groupby("dose")["test_accuracy"].apply(spread)
        best = accuracy.drop(0.0).map(lambda found: found.mean).idxmax()
        name = f"{kind}, best at {format_number(best)}:"
        evidence.append(f"{describe_difference(name, accuracy[best], 'none:', accuracy[0.0])}.")
        outcomes.append(("better", judge(accuracy[best], accuracy[0.0])))
    return evidence, overall_verdict(outcomes)


def judge_grid_cost(data: pd.DataFrame) -> Judgement:
    """Say whether the full grid costs what was estimated: at least half of it."""
    hours = data["duration_s"].sum() / 3600
    evidence = (
        f"{len(data)} runs answer all {CELLS:,} cells: nll and cross-entropy are one function "
        "here, and fewer epochs are read off the same history.",
        f"They took {hours:.1f} core-hours on an ordinary processor, beside other work; {HOURS} "
        "hours on a graphics processor were estimated.",
    )
    return evidence, "holds" if hours >= HOURS / 2 else "does not hold"


FOUND, UNDONE = "report B: findings", "report B: left undone"
CLAIMS = (
    *make_claims(FOUND, STUDY, "optimizers_epochs", {
        words: partial(_judge_runs, parameter, said) for words, parameter, said in FINDINGS
    }),
    *make_claims(FOUND, "benchmark", "speed", {
        "The smaller the batch, the longer a run takes.": judge_batch_times,
    }),
    *make_claims(UNDONE, regularization.STUDY, "regularization", {
        f"L1, L2 and dropout help, with {images}.": partial(judge_regularization, images)
        for images in regularization.SIZES
    }),
    *make_claims(UNDONE, "full-factorial", "searching", {
        f"The full grid of {CELLS:,} cells takes {HOURS} hours.": judge_grid_cost,
    }),
)  # fmt: skip
