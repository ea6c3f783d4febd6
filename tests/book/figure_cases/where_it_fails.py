"""The figures of mistakes and confidence, drawn from predictions that are made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlp_book.chapters import where_it_fails as chapter
from mlp_book.chapters.where_it_fails.predictions import Predictions
from mlp_core.data import load_dataset

LABELS = np.array([0, 0, 1, 2])
CONFIDENCE = np.array([0.6] * 5 + [0.8] * 5 + [1.0] * 10)
RIGHT = np.array([1, 1, 1, 0, 0] + [1, 1, 1, 1, 1] + [1] * 7 + [0] * 3, bool)


def saying(*classes: int, confidence: float = 0.8) -> Predictions:
    """Return predictions of three classes that say these, all as sure."""
    probabilities = np.full((len(classes), 3), (1 - confidence) / 2)
    probabilities[np.arange(len(classes)), classes] = confidence
    return Predictions(probabilities, LABELS)


MEMBERS = [saying(0, 0, 1, 1), saying(0, 1, 1, 1), saying(0, 0, 1, 1)]
GROUPS = chapter.bin_by_confidence(CONFIDENCE, RIGHT)
SURE = Predictions(
    np.array([[0.2, 0.8, 0.0], [0.0, 0.001, 0.999], [0.0, 1.0, 0.0], [0.3, 0.4, 0.3]]), LABELS
)

CASES = {
    "one reliability diagram": lambda: chapter.plot_reliability({"twenty": GROUPS}),
    "two reliability diagrams": lambda: chapter.plot_reliability(
        {"early": GROUPS, "late": GROUPS.iloc[1:]}
    ),
    "confusion": lambda: chapter.plot_confusion(MEMBERS),
    "confusion of names": lambda: chapter.plot_counts(
        pd.DataFrame([[96.2, 3.8], [0.4, 99.6]], ["shirt", "coat"], ["shirt", "coat"]), 0, 45
    ),
    "no mistakes": lambda: chapter.plot_confusion([saying(0, 0, 1, 2)]),
    "the surest mistakes": lambda: chapter.plot_most_wrong(SURE, load_dataset("digits"), count=2),
    "classes": lambda: chapter.plot_by_class(MEMBERS[1]),
    "agreement": lambda: chapter.plot_agreement({"three": MEMBERS, "two": MEMBERS[1:]}),
    "seeds and images": lambda: chapter.plot_error_spread([1.9, 2.0, 2.1, 1.91], 10_000),
}
