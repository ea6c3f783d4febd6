"""The chapter on activations and losses: their shapes, the published tables, units that die."""

from mlp_book.chapters.activations_losses.first_steps import (
    measure_starts,
    slow,
    starts,
    table_of_epochs,
    table_of_starts,
)
from mlp_book.chapters.activations_losses.hidden_units import active, gradients, plot_layers
from mlp_book.chapters.activations_losses.margins import LOSS, in_units, margin, units
from mlp_book.chapters.activations_losses.shapes import (
    activations,
    losses,
    silence,
    trace_activation,
    trace_loss,
)
from mlp_book.chapters.activations_losses.tables import exercises, mnist, times

__all__ = [
    "LOSS",
    "activations",
    "active",
    "exercises",
    "gradients",
    "in_units",
    "losses",
    "margin",
    "measure_starts",
    "mnist",
    "plot_layers",
    "silence",
    "slow",
    "starts",
    "table_of_epochs",
    "table_of_starts",
    "times",
    "trace_activation",
    "trace_loss",
    "units",
]
