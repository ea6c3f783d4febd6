"""Figures of the chapter on the learning rate."""

from __future__ import annotations

from mlp_book.parabola import plot_descent

PATHS = {rate: [(1 - rate * 4) ** t for t in range(20)] for rate in (0.1, 0.49, 0.51)}

CASES = {"descent": lambda: plot_descent(PATHS, 4.0)}
