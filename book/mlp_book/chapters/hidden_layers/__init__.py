"""The chapter on hidden layers: four corners, what units look for, how many and how deep."""

from mlp_book.chapters.hidden_layers.depths import (
    by_depth,
    deeper,
    plot_starts,
    starts,
    table_of_depths,
)
from mlp_book.chapters.hidden_layers.regions import (
    fit,
    make_xor,
    plot_regions,
    share_of_starts,
    xor,
)
from mlp_book.chapters.hidden_layers.sizes import digits, mnist, plot_sizes, table_of_networks
from mlp_book.chapters.hidden_layers.units import exercises, in_and_out, weights

__all__ = [
    "by_depth",
    "deeper",
    "digits",
    "exercises",
    "fit",
    "in_and_out",
    "make_xor",
    "mnist",
    "plot_regions",
    "plot_sizes",
    "plot_starts",
    "share_of_starts",
    "starts",
    "table_of_depths",
    "table_of_networks",
    "weights",
    "xor",
]
