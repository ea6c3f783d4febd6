"""Figures of the chapter on optimizers."""

from __future__ import annotations

from made import fake_run

from mlp_book import lines
from mlp_book.chapters import optimizers_epochs as chapter
from mlp_book.quadratic import descend, make_valley
from mlp_core import RunConfig
from mlp_core.nn import SGD, Adam

VALLEY = make_valley((1.0, 25.0))
PATHS = {
    "SGD": descend(SGD(0.05), VALLEY, (4.0, 1.0), 20),
    "Adam": descend(Adam(0.1), VALLEY, (4.0, 1.0), 20),
}
RUNS = [fake_run(RunConfig(epochs=3, seed=seed), 97 + seed / 10) for seed in (1, 2)]

CASES = {
    "paths in a valley": lambda: chapter.plot_paths(PATHS, VALLEY),
    "learning curves": lambda: lines(
        chapter.learning_curves(RUNS), "epoch", color="line", panel="panel", log="y"
    ),
}
