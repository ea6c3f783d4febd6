"""What-if panels as data, and the training that they ask for; NumPy alone, for pages too."""

from mlp_core.what_if.control import Control
from mlp_core.what_if.live import LiveRuns
from mlp_core.what_if.panel import Panel
from mlp_core.what_if.train_panel import EPOCH_COLUMNS, Event, Player, run_panel

__all__ = ["EPOCH_COLUMNS", "Control", "Event", "LiveRuns", "Panel", "Player", "run_panel"]
