"""The chapter on the engine: one update number by number, checked gradients, small numbers."""

from mlp_book.chapters.engine.facts import (
    arithmetic,
    backward,
    check,
    denormals,
    drift,
    exercises,
    measure_drift,
    one_update,
    step_sizes,
    two_updates,
    views,
)
from mlp_book.chapters.engine.operations import (
    count_operations,
    plot_operations,
    table_of_operations,
)
from mlp_book.chapters.engine.stepper import play_update, step_through

__all__ = [
    "arithmetic",
    "backward",
    "check",
    "count_operations",
    "denormals",
    "drift",
    "exercises",
    "measure_drift",
    "one_update",
    "play_update",
    "plot_operations",
    "step_sizes",
    "step_through",
    "table_of_operations",
    "two_updates",
    "views",
]
