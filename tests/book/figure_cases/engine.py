"""The figure of the chapter on the engine."""

from __future__ import annotations

from mlp_book.chapters import engine as chapter

COUNTS = chapter.count_operations(784, (128,), 10, batch_size=100)

CASES = {"operations": lambda: chapter.plot_operations(COUNTS)}
