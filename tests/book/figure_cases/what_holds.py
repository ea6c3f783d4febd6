"""Figures of the chapter on what holds."""

from __future__ import annotations

from made import fake_study

from mlp_book.cells import Cell, name_depth
from mlp_book.chapters import what_holds as chapter
from mlp_book.findings.published import report_a
from mlp_core import RunConfig


def off(config: RunConfig) -> float:
    """Return the published test accuracy, one cell of which misses a point."""
    cell = Cell(name_depth(config.hidden_sizes), config.loss, config.activation)
    return report_a("test_accuracy")[cell] - (cell == Cell("single", "hinge", "relu"))


CASES = {
    "reproduced against published": lambda: chapter.plot_agreement(
        fake_study("activations-losses-depth", off)
    ),
    "of another study": lambda: chapter.plot_agreement(fake_study("one-at-a-time", most=3)),
}
