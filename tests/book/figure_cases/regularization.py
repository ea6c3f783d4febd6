"""Figures of the chapter on regularization."""

from __future__ import annotations

from made import fake_study

from mlp_book import frame
from mlp_book.chapters import regularization as chapter
from mlp_book.findings.regularization import FEW, by_treatment

TREATED = by_treatment(
    frame(fake_study("regularization", lambda c: 97 + 4 * c.dropout - 8 * bool(c.train_size)))
)

CASES = {
    "what the best doses gain": lambda: chapter.plot_best(TREATED),
    "few images by dose": lambda: chapter.plot_doses(
        TREATED[TREATED["images"] == FEW], "test_error"
    ),
    "all and few images by dose": lambda: chapter.plot_doses(
        TREATED.assign(gap=TREATED["train_accuracy"] - TREATED["test_accuracy"]), "gap", "points"
    ),
}
