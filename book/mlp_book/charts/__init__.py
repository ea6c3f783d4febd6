"""Charts of tidy frames: every function takes a frame and column names, and returns a figure."""

from mlp_book.charts.grids import error_map, heat_map, images
from mlp_book.charts.lines import lines
from mlp_book.charts.rows import bars, dots
from mlp_book.charts.shared import tidy
from mlp_book.charts.sweeps import sweep

__all__ = ["bars", "dots", "error_map", "heat_map", "images", "lines", "sweep", "tidy"]
