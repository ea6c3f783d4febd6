"""The figures of the chapter on momentum, and a line chart whose panels differ in their axes."""

from __future__ import annotations

import numpy as np

from mlp_book import lines, tidy
from mlp_book.chapters.momentum import plot_damping_map, plot_valley

PATH = np.array([[10.0, 1.0], [5.0, -0.5], [0.1, 0.0]])
PANELS = {"factor": {"flat": [0.9, 0.7, 0.9]}, "swing": {"flat": [np.nan, 100.0, 10.0]}}

CASES = {
    "valley": lambda: plot_valley({"momentum 0": PATH, "momentum 0.9": PATH / 2}, (1.0, 25.0)),
    "map": lambda: plot_damping_map({"flat": [(0.1, 0.0), (0.1, 0.9)], "steep": [(1.5, 0.5)]}),
    "panels with axes of their own": lambda: lines(
        tidy("momentum", [0, 0.5, 0.9], PANELS), "momentum", color="line", panel="panel",
        log={"swing": "y"}, ylim={"factor": (0.5, 1)},
    ),
}  # fmt: skip
