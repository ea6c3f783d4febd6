"""The book's own package: it turns stored runs into pictures and sentences."""

from mlp_book.charts import bars, dots, error_map, heat_map, images, lines, sweep, tidy
from mlp_book.facts import glue
from mlp_book.frames import epochs, frame, records
from mlp_book.opening import Opening
from mlp_book.prediction import prediction
from mlp_book.stats import spread
from mlp_book.tables import by_level, compare_with, reproduction_card

__all__ = [
    "Opening",
    "bars",
    "by_level",
    "compare_with",
    "dots",
    "epochs",
    "error_map",
    "frame",
    "glue",
    "heat_map",
    "images",
    "lines",
    "prediction",
    "records",
    "reproduction_card",
    "spread",
    "sweep",
    "tidy",
]
