"""Several networks on the same images: which mistakes they share, and what their average gains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mlp_core.report.chapters.predictions import Predictions, average, count_wrong
from mlp_core.report.spread import seed_spread
from mlp_core.report.style import COLOURS, ReportFigure, new_figure, styled
from mlp_core.report.tables import table_of_rows


def toss_std(members: Sequence[Predictions]) -> float:
    """Return the spread of the number of mistakes if each image were tossed for independently.

    Image i has its own probability to be wrong; a network that tosses for it, as for every other
    image, has a number of mistakes of variance ``sum p_i (1 - p_i)``. If networks spread more than
    that, some of them are better than others, and not only luckier.

    Parameters
    ----------
    members : sequence of Predictions
        Of at least two networks. The p_i are estimated from them, without bias.

    Notes
    -----
    Source: K. Jordan, "On the Variance of Neural Network Training with respect to Test Sets and
    Distributions", ICLR (2024).
    """
    count = len(members)
    if count < 2:
        raise ValueError(f"members: need the predictions of at least 2 networks, got {count}")
    wrong = count_wrong(members) / count
    return math.sqrt(float((wrong * (1 - wrong)).sum()) * count / (count - 1))


def table_of_agreement(groups: Mapping[str, Sequence[Predictions]]) -> pd.DataFrame:
    """Return a row for each group of networks: their mistakes, alone and together.

    Parameters
    ----------
    groups : mapping of str to sequence of Predictions
        From a group's name to what its networks say of the same images.
    """
    rows = {}
    for name, members in groups.items():
        wrong = count_wrong(members)
        rows[name] = {
            "of one": seed_spread([member.mistakes for member in members]).text(1),
            "of all": int((wrong == len(members)).sum()),
            "of some": int(((wrong > 0) & (wrong < len(members))).sum()),
            "ensemble": average(members).mistakes,
        }
    return table_of_rows(rows, "mistakes")


def describe_agreement(members: Sequence[Predictions]) -> str:
    """Return in words how many mistakes networks make, alone and together."""
    alone = ", ".join(str(member.mistakes) for member in members)
    shared = int((count_wrong(members) == len(members)).sum())
    size = len(members[0].labels)
    return (
        f"Mistakes on {size:,} images: {alone}.\n"
        f"The same in all {len(members)}: {shared}. Of their average: {average(members).mistakes}."
    )


def plot_agreement(groups: Mapping[str, Sequence[Predictions]]) -> ReportFigure:
    """Draw for each group how many images just one, just two ... of its networks get wrong.

    Parameters
    ----------
    groups : mapping of str to sequence of Predictions
    """
    with styled():
        figure, panels = new_figure(0.5 + 1.35 * len(groups), len(groups), sharex=True)
        sentences = []
        for axes, (name, members) in zip(panels, groups.items(), strict=True):
            counts = np.bincount(count_wrong(members), minlength=len(members) + 1)[1:]
            _draw(axes, counts)
            axes.set_title(name)
            parts = (f"{n}: {count}" for n, count in enumerate(counts, 1) if count)
            sentences.append(f"{name}: {', '.join(parts)}.")
        panels[-1].set_xlabel("networks that get the image wrong")
        figure.set_label(
            "Bar charts: how many test images are wrong in how many of the networks. "
            + " ".join(sentences)
        )
    return figure


def _draw(axes: Any, counts: np.ndarray) -> None:
    places = np.arange(1, len(counts) + 1)
    colours = [COLOURS[0]] * (len(counts) - 1) + [COLOURS[1]]  # wrong in all of them
    axes.bar(places, counts, width=0.75, color=colours)
    for place, count in zip(places, counts, strict=True):
        axes.annotate(
            str(count), (place, count), xytext=(0, 2), textcoords="offset points", ha="center",
            size=9,
        )  # fmt: skip
    axes.set_xticks(places)
    axes.set_ylim(0, 1.25 * max(*counts, 1))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
