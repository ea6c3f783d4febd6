"""Which what-if panel belongs to which chapter, and how panels look in Jupyter and on a page."""

from mlp_book.panels.catalogue import PANELS
from mlp_book.panels.widgets import show_panel

__all__ = ["PANELS", "show_panel"]
