"""Treatments against doing nothing: better, worse, or inside seed noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from mlp_core.report.axes import signed
from mlp_core.report.spread import outside_seed_noise, seed_spread
from mlp_core.report.tables import table_of_rows

Values = Sequence[float]


def judge(values: Values, reference: Values) -> str:
    """Say whether values, larger being better, are better than a reference's.

    >>> judge([98.0, 98.1, 98.2], [97.0, 97.1, 97.2])
    'better'
    >>> judge([98.0, 98.1, 98.2], [98.1, 98.2, 98.3])
    'seed noise'
    """
    if not outside_seed_noise(values, reference):
        return "seed noise"
    return "better" if seed_spread(values).mean > seed_spread(reference).mean else "worse"


def table_of_treatments(
    columns: Mapping[str, Mapping[str, Values]], reference: str, title: str
) -> pd.DataFrame:
    """Return mean, spread, and the difference to a reference, for each level.

    Parameters
    ----------
    columns : mapping of str to mapping
        From what a group of columns is to its levels: from a level to one value a seed, larger
        being better. A level that a group lacks is left blank.
    reference : str
        The level that the others are set against.
    title : str
        What the levels are.

    Returns
    -------
    DataFrame
        A row a level; for each group of columns the values, and how they differ from the
        reference's: by how much, and whether that is outside seed noise.
    """
    parts = {}
    for name, levels in columns.items():
        base = levels[reference]
        parts[name] = {level: seed_spread(values).text() for level, values in levels.items()}
        # The group's name keeps the columns of two groups apart.
        parts[f"{name}: against {reference}"] = {
            level: "" if level == reference else _difference(values, base)
            for level, values in levels.items()
        }
    table = pd.DataFrame(parts).fillna("")
    table.columns.name = title
    return table


def _difference(values: Values, reference: Values) -> str:
    difference = signed(seed_spread(values).mean - seed_spread(reference).mean)
    return _unbroken(f"{difference}, {judge(values, reference)}")


def _cell(values: Values, reference: Values | None) -> str:
    text = seed_spread(values).text()
    return text if reference is None else f"{text}, {_unbroken(judge(values, reference))}"


def _unbroken(words: str) -> str:
    """Return words that a narrow table does not break."""
    return words.replace(" ", "\u00a0")


def grid_of_verdicts(
    grid: Mapping[str, Mapping[str, Values]], reference: str, title: str
) -> pd.DataFrame:
    """Return a cell for each row and column; each is set against its row's reference column.

    Parameters
    ----------
    grid : mapping of str to mapping
        From rows to columns to one value a seed, larger being better.
    reference : str
        A column.
    title : str
        What the rows are.
    """
    rows = {
        name: {
            column: _cell(values, None if column == reference else cells[reference])
            for column, values in cells.items()
        }
        for name, cells in grid.items()
    }
    return table_of_rows(rows, title)
