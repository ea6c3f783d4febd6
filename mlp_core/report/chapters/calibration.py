"""Calibration: whether of the predictions made with 80 % confidence, 80 in 100 are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlp_core.report.chapters.binomial import share_interval
from mlp_core.report.chapters.predictions import Predictions
from mlp_core.report.style import COLOURS, INK, ReportFigure, styled

BINS = 10


@dataclass(frozen=True)
class Bin:
    """The predictions whose confidence lies in one range.

    Attributes
    ----------
    confidence, accuracy : float
        Their means, as fractions.
    right, count : int
        How many of how many are right.
    """

    confidence: float
    right: int
    count: int

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return self.right / self.count

    @property
    def gap(self) -> float:
        """Confidence minus accuracy: above 0, the network is too sure of itself."""
        return self.confidence - self.accuracy


def bin_by_confidence(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> list[Bin]:
    """Return the predictions by confidence, in ranges of equal width; empty ranges are left out.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Probability of the predicted class, from 0 to 1.
    right : ndarray of shape (n,), bool
        Whether the prediction is right.
    bins : int
        How many ranges.
    """
    # 0.8 in ten ranges is 8.000000000000002 tenths on some paths, 7.999999999999999 on others.
    places = np.minimum(np.floor(confidence * bins + 1e-9), bins - 1).astype(int)
    return [
        Bin(float(confidence[here].mean()), int(right[here].sum()), int(here.sum()))
        for here in (places == place for place in range(bins))
        if here.any()
    ]


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> float:
    """Return the expected calibration error, as a fraction.

    The gap between confidence and accuracy, without its sign, in the mean over the predictions.

    Parameters
    ----------
    confidence, right : ndarray of shape (n,)
        As in `bin_by_confidence`.
    bins : int

    Notes
    -----
    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural
    Networks", ICML (2017).

    Examples
    --------
    >>> right = np.array([True, True, True, True, False])
    >>> round(calibration_error(np.full(5, 0.8), right), 12)
    0.0
    >>> round(calibration_error(np.full(5, 0.95), right), 12)
    0.15
    """
    filled = bin_by_confidence(confidence, right, bins)
    return sum(abs(group.gap) * group.count for group in filled) / len(confidence)


def chance_errors(
    members: Sequence[Predictions], draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Return calibration errors of networks that *are* calibrated, on as many images.

    Right and wrong are drawn anew from the networks' own confidences: what is left of the error is
    chance. The networks share their luck, as they share their test images: an image has one random
    number, and those of a confidence above it are right.

    Parameters
    ----------
    members : sequence of Predictions
        Of the same images.
    draws : int
        How many test sets to draw.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (draws,)
        For each draw, the mean over the networks.
    """
    luck = rng.random((draws, len(members[0].labels)))
    return np.array(
        [
            np.mean([calibration_error(m.confidence, numbers < m.confidence) for m in members])
            for numbers in luck
        ]
    )


def pool(members: Sequence[Predictions]) -> tuple[np.ndarray, np.ndarray]:
    """Return confidence and right or wrong of several networks' predictions, one after another."""
    return (
        np.concatenate([member.confidence for member in members]),
        np.concatenate([member.right for member in members]),
    )


def plot_reliability(
    diagrams: Mapping[str, tuple[np.ndarray, np.ndarray]],
    members: int = 1,
    bins: int = BINS,
) -> ReportFigure:
    """Draw reliability diagrams side by side: accuracy against confidence.

    The larger a dot, the more predictions. Its bar is the interval that the number of images
    leaves open (`mlp_core.report.chapters.binomial.share_interval`). Below the diagonal the
    network is too sure of itself, above it not sure enough.

    Parameters
    ----------
    diagrams : mapping of str to (confidence, right)
        From a title to arrays as in `bin_by_confidence`.
    members : int
        How many networks' predictions of the same images the arrays hold. The same image again is
        no new evidence, so an interval counts each only once.
    bins : int
    """
    with styled():
        figure = ReportFigure(2.9 if len(diagrams) > 1 else 3.4)
        panels = figure.subplots(1, len(diagrams), squeeze=False, sharey=True)[0]
        sentences = []
        for axes, (title, arrays) in zip(panels, diagrams.items(), strict=True):
            filled = bin_by_confidence(*arrays, bins)
            _draw(axes, filled, members)
            axes.set_title(title)
            error = 100 * calibration_error(*arrays, bins)
            sentences.append(_describe(title, filled, error))
        panels[0].set_ylabel("accuracy, %")
        figure.set_label("Reliability diagram, confidence and accuracy. " + " ".join(sentences))
    return figure


def _draw(axes: Any, filled: Sequence[Bin], members: int) -> None:
    total = sum(group.count for group in filled)
    axes.plot([0, 100], [0, 100], color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for group in filled:
        colour = COLOURS[1] if group.gap > 0 else COLOURS[0]
        low, high = share_interval(group.right / members, group.count / members)
        x = 100 * group.confidence
        axes.plot([x, x], [100 * low, 100 * high], color=colour, linewidth=1.6, alpha=0.6)
        size = 4 + 9 * (group.count / total) ** 0.5
        axes.plot(x, 100 * group.accuracy, "o", color=colour, markersize=size, clip_on=False)
    axes.set_xlim(0, 102)
    axes.set_ylim(0, 103)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.set_aspect("equal")
    axes.set_xlabel("confidence, %")


def _describe(title: str, filled: Sequence[Bin], error: float) -> str:
    dots = (
        f"{100 * g.confidence:.0f} and {100 * g.accuracy:.0f} ({g.count} predictions)"
        for g in filled
    )
    return f"{title}, in percent: {', '.join(dots)}; expected calibration error {error:.1f}."
