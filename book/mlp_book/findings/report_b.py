"""What report B found, judged by stored runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from mlp_book.benchmarks import ENGINE, contestants
from mlp_book.findings.claims import Claim, Family, Finding, ask, measure, split
from mlp_book.findings.published import published
from mlp_book.frames import vary_one
from mlp_book.text import format_level
from mlp_core.studies import STUDIES
from mlp_core.training import Run, RunConfig

PART = "report B claims"
STUDY = "one-at-a-time"
BASE = RunConfig.from_dict(dict(STUDIES[STUDY].base))
Comparisons = Sequence[tuple[Any, str, Any]]
# Each finding: its words, the parameter, and what it says of two levels.
FINDINGS: tuple[tuple[str, str, Comparisons], ...] = (
    ("One hidden layer is already enough.", "hidden_sizes",
     [((128, 64, 64), "not larger", (128,)), ((256, 128, 128, 64, 64), "not larger", (128,))]),
    ("ReLU is slightly ahead of sigmoid and tanh.", "activation",
     [("sigmoid", "smaller", "relu"), ("tanh", "smaller", "relu")]),
    ("nll and cross-entropy are alike, mse is worst.", "loss",
     [("log_softmax_mse", "smaller", "nll")]),
    ("Batches of 64 and of 256 are ahead of batches of 16.", "batch_size",
     [(16, "smaller", 64), (256, "larger", 16)]),
    ("About 14 epochs suffice.", "epochs", [(25, "not larger", 14)]),
    ("A learning rate of 1 is best, 10 is worst.", "learning_rate",
     [(0.1, "smaller", 1.0), (10.0, "smaller", 1.0), (10.0, "smaller", 0.1)]),
)  # fmt: skip
REMARKS = {"loss": "The losses nll and cross-entropy are one function here, in one set of runs."}
NAMES = {"log_softmax_mse": "mse"}  # as the report writes it
IMAGES = 60_000  # of an epoch


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


def judge_finding(asked: Comparisons, parameter: str, data: pd.DataFrame) -> Family:
    """Ask what is said of the levels of a parameter, in the family of all levels.

    Every level of every parameter is compared with the default; what else a finding says of two
    levels comes besides. Of 14 and 25 epochs, the shorter run is the beginning of the longer.
    """
    rows = by_parameter(data)
    settings = split(rows.assign(key=list(zip(rows["parameter"], rows["level"], strict=True))),
                     "key")  # fmt: skip
    said = [((parameter, a), word, (parameter, b)) for a, word, b in asked]
    wanted = {(a, b) for a, _, b in said}
    rest = [
        (key, "alike", (key[0], getattr(BASE, key[0])))
        for key in settings
        if key[1] != getattr(BASE, key[0])
    ]
    others = [one for one in rest if (one[0], one[2]) not in wanted]
    names = {(name_key(a), name_key(b)) for a, b in wanted}
    family = ask(settings, [*said, *others], name=name_key, paired=lambda key: key[0] == "epochs")
    return family.only(lambda one: (one.first, one.second) in names)


def name_key(key: tuple[str, Any]) -> str:
    """Return a parameter and its level in words."""
    return f"{format_level(key[0])} {name_level(key[1])}"


def judge_findings(runs: Sequence[Run]) -> list[Finding]:
    """Return each finding from the runs of the study alone."""
    stored = {STUDY: measure(runs)}
    return [
        one.judge_by(stored | dict.fromkeys(one.fresh, ()))
        for one in CLAIMS
        if STUDY in one.studies
    ]


def batch_times(content: Mapping[str, Any]) -> Sequence[str]:
    """Describe what batches cost, from ``load_benchmark()``: times are not judged."""
    seconds = published().query("report == 'B' and measure == 'duration_s'").set_index("batch_size")
    theirs = {int(batch): float(mean) for batch, mean in seconds["mean"].items()}
    ms = contestants(content)["ms_per_update"]
    ours = {
        batch: ms[f"784-128-10, batch {batch}", ENGINE] * -(-IMAGES // batch) / 1000
        for batch in (16, 100, 1000)
    }
    return (
        f"Published: {', '.join(f'{s:.0f} s with {b}' for b, s in theirs.items())}, on a graphics "
        f"processor. From 16 to 64 that is a factor of {theirs[16] / theirs[64]:.2f}.",
        "Here, an epoch of SGD on an idle core: "
        f"{', '.join(f'{s:.2f} s with {b:,}' for b, s in ours.items())}. From 16 to 100 that is a "
        f"factor of {ours[16] / ours[100]:.1f}. The order can be compared. The factors belong to "
        "the machines.",
    )


CLAIMS = (
    *(
        Claim(PART, f"results: {parameter.replace('_', ' ')}", words,
              partial(judge_finding, said, parameter), (STUDY,), (f"{STUDY}-fresh",),
              "optimizers_epochs", REMARKS.get(parameter, ""))
        for words, parameter, said in FINDINGS
    ),
    Claim(PART, "results: batch size", "The smaller the batch, the longer a run takes.",
          batch_times, ("benchmark",), (), "speed"),
)  # fmt: skip
