"""Figures of the chapter on the learning rate."""

from __future__ import annotations

from mlp_book.chapters import learning_rate as chapter

PATHS = {rate: [(1 - rate * 4) ** t for t in range(20)] for rate in (0.1, 0.49, 0.51)}

CASES = {"descent": lambda: chapter.plot_descent(PATHS, 4.0)}
