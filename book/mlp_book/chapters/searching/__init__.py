"""The chapter on searching: all combinations of seven choices, and how soon a search finds one."""

from mlp_book.chapters.searching.facts import (
    exercises,
    importance,
    learned,
    one_at_a_time,
    ranking,
    searches,
    seed_noise,
    small,
)
from mlp_book.chapters.searching.figures import (
    plot_map,
    plot_pairs,
    plot_parallel,
    plot_ranking,
    plot_searches,
    plot_shares,
    table_of_changes,
    table_of_effort,
    table_of_importance,
    table_of_levels,
)
from mlp_book.chapters.searching.grid import (
    DEFAULT,
    cells_of,
    count_efforts,
    load_full_grid,
    pooled_noise,
    smallest_gap,
)

__all__ = [
    "DEFAULT",
    "cells_of",
    "count_efforts",
    "exercises",
    "importance",
    "learned",
    "load_full_grid",
    "one_at_a_time",
    "plot_map",
    "plot_pairs",
    "plot_parallel",
    "plot_ranking",
    "plot_searches",
    "plot_shares",
    "pooled_noise",
    "ranking",
    "searches",
    "seed_noise",
    "small",
    "smallest_gap",
    "table_of_changes",
    "table_of_effort",
    "table_of_importance",
    "table_of_levels",
]
