"""Live pictures to take in hand, on pages and in Jupyter; a figure where no script runs."""

from __future__ import annotations

from html import escape
from typing import Any, Protocol

import anywidget
import traitlets

from mlp_book.scripts import as_json, widget_module, widget_styles


class Drawn(Protocol):
    """What shows itself as HTML: a figure, a table."""

    def _repr_html_(self) -> str: ...


class Interactive(anywidget.AnyWidget):
    """A live picture; show it as the last line of a cell.

    Parameters
    ----------
    picture : {"logits", "parabola", "power", "prediction", "stepper", "valley"}
        Its module in `book/js/interactive`.
    still : object with `_repr_html_`
        What stands there without a script, and on paper.
    **data
        What the module needs, as plain JSON values.
    """

    _esm = widget_module("interactive")
    _css = widget_styles("interactive")
    picture = traitlets.Unicode().tag(sync=True)
    data = traitlets.Dict().tag(sync=True)

    def __init__(self, picture: str, still: Drawn, **data: Any) -> None:
        super().__init__(picture=picture, data=data)
        self.still = still

    def html(self) -> str:
        """Return the picture's place on a page, with what stands there until a script runs."""
        return (
            f'<div class="interactive" data-picture="{escape(self.picture)}">'
            f'<script type="application/json" class="interactive-data">{as_json(self.data)}'
            f'</script><div class="live-static">{self.still._repr_html_()}</div></div>'
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        plain, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        words = f"Interactive({self.picture!r})"
        return {**plain, "text/plain": words, "text/html": self.html()}, metadata
