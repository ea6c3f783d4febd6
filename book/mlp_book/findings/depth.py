"""Does GELU gain on ReLU as networks get deeper? Judged over all depths at which both learn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlp_book.findings.verdicts import describe_against, judge_against, overall_verdict
from mlp_book.frames import all_learned, levels_of


def with_depth(data: pd.DataFrame) -> pd.DataFrame:
    """Return a frame of runs with their number of hidden layers as ``depth``."""
    return data.assign(depth=data["hidden_sizes"].map(len))


def reach_of(data: pd.DataFrame) -> int:
    """Return the last depth up to which all networks learn, 0 if not even the first do.

    Parameters
    ----------
    data : DataFrame
        From `with_depth`.
    """
    reach = 0
    for depth, own in data.groupby("depth"):
        if not all_learned(own):
            break
        reach = int(depth)
    return reach


def judge_depth(data: pd.DataFrame) -> tuple[list[str], str]:
    """Say whether GELU gains on ReLU with every further hidden layer.

    For each way to start: the slope, over the depths at which all seeds of both learn, of GELU
    minus ReLU within a seed; and which of the two still learns in deeper networks.

    Parameters
    ----------
    data : DataFrame
        From `with_depth`, of the study ``depth-activation``.

    Returns
    -------
    evidence : list of str
    verdict : str
    """
    evidence, outcomes = [], []
    for init in levels_of(data["init"]):
        gelu, relu = (
            data[(data["init"] == init) & (data["activation"] == name)] for name in ("gelu", "relu")
        )
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
            slopes = slopes_of(gaps)
            evidence.append(_describe_gaps(gaps, slopes))
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


def _describe_gaps(gaps: pd.DataFrame, slopes: np.ndarray) -> str:
    first, last = gaps.columns[0], gaps.columns[-1]
    return (
        f"GELU minus ReLU in points: {describe_against(gaps[first])}, at a depth of {first}; "
        f"{describe_against(gaps[last])}, at {last}. Growth a layer: {describe_against(slopes)}."
    )
