"""The cells of report A's tables: which activation, loss and depth a run has, and their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlp_core.report.measures import group_by
from mlp_core.training import Run, RunConfig

# The order in which figures and tables show them.
ACTIVATIONS = ("gelu", "relu", "sigmoid", "tanh")
LOSSES = ("cross_entropy", "hinge", "mse")
DEPTHS = {"single": (128,), "double": (256, 128)}
WORDS = {
    "gelu": "GELU",
    "relu": "ReLU",
    "cross_entropy": "cross\u2011entropy",  # a hyphen at which a narrow table does not break
    "mse": "squared\u00a0error",
}


def in_words(name: str) -> str:
    """Return what figures and tables call an activation, a loss or a depth."""
    return WORDS.get(name, name)


class Cell(NamedTuple):
    """What tells the cells of report A's tables apart, in the order of the tables."""

    depth: str
    loss: str
    activation: str

    @classmethod
    def of(cls, config: RunConfig) -> Cell:
        """Return the cell of a run's config."""
        return cls(depth_name(config.hidden_sizes), config.loss, config.activation)

    @property
    def text(self) -> str:
        """The cell in words.

        >>> Cell("single", "hinge", "relu").text
        'single, hinge, ReLU'
        """
        return ", ".join(in_words(part) for part in self)

    @property
    def row_name(self) -> str:
        """The cell as a table's row: on a narrow page it breaks once, before the loss."""
        depth, loss, activation = (in_words(part).replace(" ", "\u00a0") for part in self)
        return f"{depth},\u00a0{activation}, {loss}"

    @property
    def place(self) -> tuple[int, ...]:
        """Where it stands among the cells; what report A does not have comes last."""
        orders: tuple[Sequence[str], ...] = (tuple(DEPTHS), LOSSES, ACTIVATIONS)
        return tuple(
            order.index(part) if part in order else len(order)
            for part, order in zip(self, orders, strict=True)
        )


def depth_name(hidden_sizes: Sequence[int]) -> str:
    """Return "single" or "double" for report A's networks, the sizes themselves for others.

    >>> depth_name((256, 128)), depth_name((32, 16)), depth_name(())
    ('double', '32, 16', 'none')
    """
    for name, sizes in DEPTHS.items():
        if tuple(hidden_sizes) == sizes:
            return name
    return ", ".join(str(size) for size in hidden_sizes) or "none"


def group_cells(runs: Sequence[Run]) -> dict[Cell, list[Run]]:
    """Return the runs by their cell, in the order of the tables, seeds from first to last.

    Raises
    ------
    ValueError
        If there are no runs.
    """
    ordered = sorted(runs, key=lambda run: run.config.seed)
    groups = group_by(ordered, lambda run: Cell.of(run.config))
    return dict(sorted(groups.items(), key=lambda item: item[0].place))
