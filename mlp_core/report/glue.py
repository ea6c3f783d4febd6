"""Values for prose: computed in a notebook, shown in its text by the book."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from mlp_core.report.axes import format_number
from mlp_core.report.spread import Spread

BUILDING = "MLP_CORE_BUILDING_BOOK"  # set in the environment while the book is built


class GluedTable(pd.DataFrame):
    """The values by name; in Jupyter it also puts them into the text of the chapter."""

    def _repr_html_(self) -> str:
        table: str = super()._repr_html_()  # type: ignore[misc]
        if os.environ.get(BUILDING):
            return table
        # What closes the script must not stand in a value.
        values = json.dumps(self["text"].to_dict()).replace("</", "<\\/")
        return f"{table}<script>{_script().replace('__VALUES__', values)}</script>"


@cache
def _script() -> str:
    return files("mlp_core.report").joinpath("jupyter_prose.js").read_text(encoding="utf-8")


def glue_values(chapter: str, values: Mapping[str, Any]) -> pd.DataFrame:
    r"""Make values available to the chapter's text, and return them as a table.

    The text shows them by ``{glue:text}`chapter-name` ``: in the book by myst-nb, in Jupyter by a
    script that comes with the table.

    Parameters
    ----------
    chapter : str
        What all names begin with, so that chapters cannot meet.
    values : mapping
        From names to text, numbers or a `Spread`. Numbers are written short; give text where the
        digits matter.

    Returns
    -------
    DataFrame
        One row a value: its full name and its text.
    """
    texts = {f"{chapter}-{name}": format_glued(value) for name, value in values.items()}
    try:
        from myst_nb import glue  # type: ignore[import-untyped]
    except ImportError:
        pass
    else:
        for name, text in texts.items():
            glue(name, text, display=False)
    return GluedTable({"text": texts.values()}, index=list(texts))


def format_glued(value: Any) -> str:
    """Return a value as it stands in prose.

    >>> format_glued([1, 2, 0.5]), format_glued("as it is")
    ('1, 2 and 0.5', 'as it is')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Spread):
        return value.text()
    if isinstance(value, list | tuple):
        *most, last = [format_glued(item) for item in value]
        return f"{', '.join(most)} and {last}" if most else last
    if isinstance(value, int | float) and not isinstance(value, bool):
        return format_number(value)
    raise TypeError(f"{value!r} has no text: give a str, a number, a Spread or a list of these")
