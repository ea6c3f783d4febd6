"""The figures of a finished grid and of searches on it, drawn from a made-up one."""

from __future__ import annotations

import numpy as np

from mlp_book.chapters import searching as chapter
from mlp_core.studies.grid import Grid, variance_shares

# Test accuracies: "bad" ruins only what is deep, which is an interaction.
LEVELS = {"depth": ("flat", "deep"), "rate": ("low", "good", "bad"), "seed": ("x", "y")}
VALUES = [
    [[0.90, 0.91], [0.96, 0.97], [0.94, 0.95]],
    [[0.92, 0.93], [0.98, 0.99], [0.10, 0.12]],
]
GRID = Grid.from_values(LEVELS, VALUES)
CELLS = chapter.cells_of(GRID)
TWO = Grid.from_values({name: LEVELS[name] for name in ("depth", "rate")}, np.mean(VALUES, axis=2))
ERRORS = {
    "random": np.array([[9.0, 5.0, 3.0], [5.0, 5.0, 5.0]]),
    "TPE": np.array([[8.0, 2.0, 2.0], [6.0, 4.0, 2.0]]),
}

CASES = {
    "map": lambda: chapter.plot_map(
        TWO, {"start": ("flat", "low"), "best": ("deep", "good"), "also": ("deep", "good")}
    ),
    "ranking": lambda: chapter.plot_ranking(CELLS, "rate", {"best": ("deep", "good", "y")}),
    "parallel coordinates": lambda: chapter.plot_parallel(CELLS, CELLS[CELLS["test_error"] < 4.5]),
    "shares of the variance": lambda: chapter.plot_shares(
        {"of the accuracy": variance_shares(GRID), "again": variance_shares(GRID)}, pairs=1
    ),
    "pairs": lambda: chapter.plot_pairs(CELLS, [("depth", "rate"), ("seed", "depth")]),
    "searches": lambda: chapter.plot_searches(ERRORS, 1.5, 2.5),
}
