"""A curve that the reader draws before the figure below shows it."""

from __future__ import annotations

import pandas as pd

from mlp_book.frames import MEASURES, label_of, levels_of
from mlp_book.interactive import Interactive
from mlp_book.text import format_level

MARGIN = 1.6  # of a logarithmic axis, beyond the lowest and the highest value
SHARE = 0.25  # of a linear one
UNTIL_THEN = "<p>Draw the next figure in your mind before you look at it.</p>"


class _Words:
    """What stands there without a script."""

    def _repr_html_(self) -> str:
        return UNTIL_THEN


def prediction(
    data: pd.DataFrame,
    x: str,
    y: str = "test_error",
    question: str = "",
    log: bool | None = None,
    label: str | None = None,
    x_label: str | None = None,
) -> Interactive:
    """Let the reader draw a measure against a setting, then show what the runs found.

    Parameters
    ----------
    data : DataFrame
        One row per run, such as from `frame`; levels at which all seeds broke are left out.
    x, y : str
        Columns: the setting and the measure.
    question : str
        One sentence.
    log : bool, optional
        Whether the measure's axis is logarithmic; usually as in all figures.
    label, x_label : str, optional
        Of the measure and of the setting, instead of the names of the columns.
    """
    known = data[data[y].notna()]
    by_level = known.groupby(x)[y].agg(["mean", "min", "max"])
    by_level = by_level.loc[[level for level in levels_of(known[x]) if level in by_level.index]]
    lowest, highest = float(by_level["min"].min()), float(by_level["max"].max())
    is_log = (y in MEASURES and MEASURES[y].log) if log is None else log
    room = SHARE * (highest - lowest)
    around = [lowest / MARGIN, highest * MARGIN] if is_log else [lowest - room, highest + room]
    return Interactive(
        "prediction",
        _Words(),
        question=question,
        levels=[format_level(level) for level in by_level.index],
        truth=by_level["mean"].tolist(),
        low=by_level["min"].tolist(),
        high=by_level["max"].tolist(),
        range=around,
        isLog=is_log,
        xLabel=x_label or label_of(x),
        yLabel=label or label_of(y),
    )
