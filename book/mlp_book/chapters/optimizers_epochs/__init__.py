"""The chapter on optimizers: steps and their units, report B's findings, epochs and schedules."""

from mlp_book.chapters.optimizers_epochs.duration import (
    learning_curves,
    schedules,
    stopping,
    table_of_patience,
    table_of_schedules,
)
from mlp_book.chapters.optimizers_epochs.one_at_a_time import digits, findings, odd_loss
from mlp_book.chapters.optimizers_epochs.steps import exercises, growth, plot_paths, valley

__all__ = [
    "digits",
    "exercises",
    "findings",
    "growth",
    "learning_curves",
    "odd_loss",
    "plot_paths",
    "schedules",
    "stopping",
    "table_of_patience",
    "table_of_schedules",
    "valley",
]
