"""What-if panels: controls as data, the training that they ask for, and their looks in Jupyter.

What is imported here needs NumPy alone, so that a page can train it in the browser.
"""

from mlp_core.report.what_if.panel import Panel
from mlp_core.report.what_if.panels import PANELS
from mlp_core.report.what_if.training import EPOCH_COLUMNS, Event, run_panel

__all__ = ["EPOCH_COLUMNS", "PANELS", "Event", "Panel", "run_panel"]
