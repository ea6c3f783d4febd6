"""The cells of report A's tables: networks that differ in depth, loss and activation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from mlp_book.text import format_level, unbroken

# The order in which figures and tables show them.
ACTIVATIONS = ("gelu", "relu", "sigmoid", "tanh")
LOSSES = ("cross_entropy", "hinge", "mse")
DEPTHS = {"single": (128,), "double": (256, 128)}
PLACES = {name: n for names in (DEPTHS, LOSSES, ACTIVATIONS) for n, name in enumerate(names)}


class Cell(NamedTuple):
    """What tells the cells of report A's tables apart, in the order of the tables."""

    depth: str
    loss: str
    activation: str

    @property
    def text(self) -> str:
        """The cell in words.

        >>> Cell("single", "hinge", "relu").text
        'single, hinge, ReLU'
        """
        return ", ".join(map(format_level, self))

    @property
    def row_name(self) -> str:
        """The cell as a table's row: on a narrow page it breaks once, before the loss."""
        depth, loss, activation = (unbroken(format_level(part)) for part in self)
        return f"{depth},\u00a0{activation}, {loss}"


def name_depth(hidden_sizes: Sequence[int]) -> str:
    """Return "single" or "double" for report A's networks, the sizes themselves for others.

    >>> name_depth((256, 128)), name_depth((32, 16)), name_depth(())
    ('double', '32-16', 'none')
    """
    names = {sizes: name for name, sizes in DEPTHS.items()}
    return names.get(tuple(hidden_sizes), format_level(tuple(hidden_sizes)))


def with_cells(data: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with ``depth`` and ``cell``, in the order of the tables.

    Parameters
    ----------
    data : DataFrame
        With ``loss``, ``activation``, and ``hidden_sizes`` or ``depth``: such as from `frame`.
    """
    if "depth" not in data:
        data = data.assign(depth=data["hidden_sizes"].map(name_depth))
    columns = [*Cell._fields, *{"seed"}.intersection(data)]
    # What report A does not have comes last.
    data = data.sort_values(
        columns, key=lambda own: own if own.name == "seed" else own.map(PLACES), kind="stable"
    )
    cells = [Cell(*levels) for levels in zip(*(data[name] for name in Cell._fields), strict=True)]
    return data.assign(cell=pd.Series(cells, index=data.index, dtype=object))


def by_cell(data: pd.DataFrame) -> dict[Cell, pd.DataFrame]:
    """Return the rows of each cell, in the order of the tables."""
    rows = with_cells(data).groupby(list(Cell._fields), sort=False)
    return {Cell(*levels): own for levels, own in rows}
