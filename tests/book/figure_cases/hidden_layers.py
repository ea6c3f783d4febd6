"""The figures of the chapter on hidden layers."""

from __future__ import annotations

import numpy as np
from made import fake_run

from mlp_book.chapters import hidden_layers as chapter
from mlp_core import RunConfig
from mlp_core.nn import MLP, SGD, initialize

POINTS, LABELS = chapter.make_xor(40, 0.2, np.random.default_rng(0))
SIZES = [
    fake_run(
        RunConfig(hidden_sizes=sizes, seed=seed, epochs=2), accuracy + seed,
        train_accuracy=min(accuracy + 3 + seed, 100.0),
    )
    for sizes, accuracy in (((32,), 97.5), ((), 90.0), ((16,), 95.0))
    for seed in (0, 1)
]  # fmt: skip
DOUBLED = [fake_run(RunConfig(hidden_sizes=(2**n,), epochs=2), 90.0 + n / 2) for n in range(4, 12)]


def network(*hidden_sizes: int) -> MLP:
    made = MLP(2, hidden_sizes, 2)
    initialize(made, "he", np.random.default_rng(1))
    chapter.fit(made, SGD(0.2, momentum=0.9), POINTS, LABELS, updates=150)
    return made


CASES = {
    "regions": lambda: chapter.plot_regions(
        {"none": network(), "8 units": network(8), "no weights yet": MLP(2, (3,), 2)},
        POINTS, LABELS,
    ),
    "sizes": lambda: chapter.plot_sizes(SIZES, examples=1000),
    "nine sizes, up to 2,048": lambda: chapter.plot_sizes([*SIZES[2:4], *DOUBLED]),
    "starts": lambda: chapter.plot_starts({"0.01": [1, 0.1], "He": [1, 1]},
                                          {"0.01": [1e-3, 1e-4, 1e-5], "He": [0.5, 0.4, 0.3]}),
}  # fmt: skip
