"""Figures of the chapter on numerical stability."""

from __future__ import annotations

from made import fake_run

from mlp_book import frame
from mlp_book.chapters import numerical_stability as chapter
from mlp_core import RunConfig

RUNS = [
    fake_run(RunConfig(loss=loss, init_std=std, seed=seed, epochs=2), accuracy)
    for loss, std, accuracies in (
        ("cross_entropy", 0.1, (97.0, 98.0)),
        ("cross_entropy", 1.0, (90.0, None)),
        ("naive_cross_entropy", 1.0, (None, None)),
    )
    for seed, accuracy in enumerate(accuracies)
]

CASES = {
    "outcomes": lambda: chapter.plot_outcomes(frame(RUNS), ("loss", "dtype"), "init_std"),
}
