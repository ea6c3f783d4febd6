"""The figure of the page on data."""

from __future__ import annotations

from mlp_book.chapters import data as chapter
from mlp_core.data import load_dataset

CASES = {"examples": lambda: chapter.plot_examples(load_dataset("digits"), rows=2)}
