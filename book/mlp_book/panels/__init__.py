"""Which what-if panel belongs to which chapter, and how panels look in Jupyter and on a page."""

from mlp_book.panels.catalogue import PANELS
from mlp_book.panels.widget import WhatIf, choice, log, show_panel, slider, what_if

__all__ = ["PANELS", "WhatIf", "choice", "log", "show_panel", "slider", "what_if"]
