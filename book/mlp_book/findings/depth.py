"""Does GELU gain on ReLU as networks get deeper? Judged over all depths at which both learn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlp_book.findings.verdicts import (
    Judgement,
    describe_against,
    judge_against,
    overall_verdict,
)
from mlp_book.frames import all_learned


def with_depth(data: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of runs with their number of hidden layers as ``depth``."""
    return data.assign(depth=data["hidden_sizes"].map(len))


def reach_of(data: pd.DataFrame) -> int:
    """Return the last ``depth`` up to which all networks learn, 0 if not even the first do."""
    reach = 0
    for depth, own in data.groupby("depth"):
        if not all_learned(own):
            break
        reach = int(depth)
    return reach


def judge_depth(data: pd.DataFrame) -> Judgement:
    """Say whether GELU gains on ReLU with every further hidden layer; ``depth-activation``.

    For each way to start: the slope, over the depths at which all seeds of both learn, of GELU
    minus ReLU within a seed; and which of the two still learns in deeper networks.
    """
    evidence, outcomes = [], []
    for init, started in with_depth(data).groupby("init", sort=False):
        gelu, relu = (started[started["activation"] == name] for name in ("gelu", "relu"))
        reach, relu_reach = reach_of(gelu), reach_of(relu)
        evidence.append(
            f"Initial weights '{init}': networks learn up to a depth of {reach} with GELU, and of "
            f"{relu_reach} with ReLU."
        )
        if reach != relu_reach:
            outcomes.append(("better", "better" if reach > relu_reach else "worse"))
        gaps = _by_seed(gelu) - _by_seed(relu)
        gaps = gaps.loc[:, gaps.columns <= min(reach, relu_reach)]
        if gaps.shape[1] >= 3:
            slopes, first, last = slopes_of(gaps), gaps.columns[0], gaps.columns[-1]
            evidence.append(
                f"GELU minus ReLU in points: {describe_against(gaps[first])}, at a depth of "
                f"{first}; {describe_against(gaps[last])}, at {last}. Growth a layer: "
                f"{describe_against(slopes)}."
            )
            outcomes.append(("better", judge_against(slopes)))
    return evidence, overall_verdict(outcomes) if outcomes else "cannot be told"


def _by_seed(data: pd.DataFrame) -> pd.DataFrame:
    return data.pivot_table("test_accuracy", "seed", "depth")


def slopes_of(gaps: pd.DataFrame) -> np.ndarray:
    """Return for each seed by how much its gap grows per layer: the slope of the best line.

    >>> slopes_of(pd.DataFrame({1: [0.0, 1.0], 2: [0.5, 2.0], 3: [1.0, 3.0]})).round(6).tolist()
    [0.5, 1.0]
    """
    return np.asarray(np.polyfit(gaps.columns, gaps.T.to_numpy(), 1)[0])
