"""Margins and target scales: units in which outputs are measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import f_oneway

from mlp_book.chapters.activations_losses.first_steps import NAME
from mlp_book.facts import Levels, claim, facts
from mlp_book.frames import epochs, frame
from mlp_book.stats import compare, judge_family, noise_of, pooled_std, spread
from mlp_book.text import count_of
from mlp_core import Run

LOSS = "training loss over target²"


def in_units(runs: Sequence[Run]) -> pd.DataFrame:
    """Return the training loss epoch by epoch, in the unit of each network's targets.

    Returns
    -------
    DataFrame
        As from `epochs`, with ``network`` (target and rate in words) and `LOSS`.
    """
    data = epochs(runs)
    pairs = zip(data["target_scale"], data["learning_rate"], strict=True)
    names = [f"target {target:g}, rate {rate:g}" for target, rate in pairs]
    return data.assign(**{"network": names, LOSS: data["running_loss"] / data["target_scale"] ** 2})


@facts(NAME)
def units(runs: Sequence[Run], alike: Run) -> Iterator[Any]:
    """Say how alike networks learn that differ in the unit of their targets alone.

    Parameters
    ----------
    runs : sequence of Run
        Targets of 1, 4 and a quarter, with rates in their unit and with a rate of 0.05.
    alike : Run
        A target of 1 at a rate of 0.2.
    """
    data = in_units([*runs, alike]).query("epoch >= 10")
    curves = data.pivot_table(LOSS, "epoch", ["target_scale", "learning_rate"])
    one, kept = curves[1, 0.05], curves[4, 0.05]
    apart = max(abs(np.log(curves[pair] / one)).max() for pair in ((4, 0.0125), (0.25, 0.2)))
    fast_apart = abs(np.log(kept / curves[1, 0.2])).max()
    yield {
        "units-apart": f"{100 * np.expm1(apart):.0f}",
        "units-fast-apart": f"{100 * np.expm1(fast_apart):.0f}",
    }
    yield claim(
        "networks that differ in their unit alone are close to one another",
        max(apart, fast_apart) < 0.2,
    )
    yield claim(
        "those that kept the rate of 0.05 are not",
        (kept < 0.8 * one).all() and (curves[0.25, 0.05] > 1.25 * one).all(),
    )


@facts(NAME)
def margin(runs: Sequence[Run]) -> Iterator[Any]:
    """Say whether margin or target scale and first weights are one setting; ``margin-init``."""
    data = frame(runs)
    yield {"margin-runs": len(runs), "margin-seeds": data["seed"].nunique()}
    yield claim("no run diverges", (data["status"] == "completed").all())
    yield from _hinge(data[data["loss"] == "hinge"])
    yield from _square(data[data["loss"] == "mse"])


def _hinge(data: pd.DataFrame) -> Iterator[Any]:
    by_margin = Levels(data, "hinge_margin")
    small, *_, large = by_margin.levels
    cells = data.groupby(["hinge_margin", "init_std"])["test_error"]
    means, noise = cells.mean(), pooled_std(own for _, own in cells)
    settings = [
        spread(own) for _, own in data.groupby(["hinge_margin", "init_std"])["test_accuracy"]
    ]
    noise_shared = noise_of(settings)
    pairs = judge_family([compare(a, b, noise_shared) for a, b in combinations(settings, 2)])
    different = sum(one.direction != 0 for one in pairs)
    p = float(f_oneway(*(own for _, own in cells)).pvalue)
    yield {
        "margins": len(by_margin.levels),
        "margin-factor": f"{large / small:.0f}",
        "margin-least": f"{means.min():.1f}",
        "margin-most": f"{means.max():.1f}",
        "margin-scatter": f"{noise:.1f}",
        "margin-apart": count_of(different, len(pairs)),
        "margin-p": f"{p:.2f}",
    }
    yield claim(
        "no pair is shown to differ, and the analysis of variance shows no effect of either",
        different == 0 and p > 0.05 and means.max() - means.min() < 4 * noise,
    )


def _square(data: pd.DataFrame) -> Iterator[Any]:
    stds = sorted(data["init_std"].unique())
    error = {
        cell: spread(own["test_error"]) for cell, own in data.groupby(["target_scale", "init_std"])
    }
    yield {"targets": data["target_scale"].nunique(), "stds": len(stds)}
    ends = [error[4, std].mean / error[1, std].mean for std in stds]
    yield {"target-ends-least": f"{min(ends):.1f}", "target-ends-most": f"{max(ends):.1f}"}
    yield claim("targets of 4 at the same rate have more than twice the error", min(ends) > 2)
    *others, wide = (error[0.125, std] for std in stds)
    yield {"target-small-wide": wide, "target-small": error[0.125, 0.01]}
    yield claim(
        "where targets are small, the largest first weights make it worse",
        all(compare(wide, own).direction and wide.mean > own.mean for own in others),
    )
