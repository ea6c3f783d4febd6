"""What report A printed: its tables of accuracies, losses and times, as data to compare with.

"HW1 MNIST Digit Classification with MLP" (2022), on an AMD EPYC 7742 with NumPy 1.22.
Each figure is a mean of 5 seeds after 100 epochs; its spread was not printed.
"""

from __future__ import annotations

from mlp_core.report.cells import Cell

SEEDS = 5
UPDATES = 60_000  # a run: 100 epochs of 600 batches
ROUNDING = 0.005  # half of the last digit printed, in the units below

_COLUMNS = ("gelu", "relu", "sigmoid")
_Rows = dict[tuple[str, str], tuple[float, float, float]]

# In percent.
_TRAIN_ACCURACY: _Rows = {
    ("single", "cross_entropy"): (100.00, 100.00, 99.98),
    ("single", "hinge"): (99.93, 98.71, 98.71),
    ("single", "mse"): (99.07, 98.88, 97.98),
    ("double", "cross_entropy"): (100.00, 100.00, 99.99),
    ("double", "hinge"): (99.97, 99.96, 99.26),
    ("double", "mse"): (99.84, 99.94, 98.50),
}
_TEST_ACCURACY: _Rows = {
    ("single", "cross_entropy"): (98.20, 98.07, 98.09),
    ("single", "hinge"): (97.87, 96.33, 96.57),
    ("single", "mse"): (97.68, 97.30, 96.94),
    ("double", "cross_entropy"): (98.44, 98.51, 98.12),
    ("double", "hinge"): (98.01, 98.12, 97.50),
    ("double", "mse"): (98.29, 98.38, 97.50),
}
# 100 times the mean loss an example.
_TRAIN_LOSS: _Rows = {
    ("single", "cross_entropy"): (0.07, 0.07, 0.66),
    ("single", "hinge"): (0.01, 0.42, 0.39),
    ("single", "mse"): (2.73, 2.59, 3.38),
    ("double", "cross_entropy"): (0.01, 0.01, 0.26),
    ("double", "hinge"): (0.01, 0.01, 0.23),
    ("double", "mse"): (0.38, 0.10, 1.89),
}
_TEST_LOSS: _Rows = {
    ("single", "cross_entropy"): (7.54, 7.99, 6.08),
    ("single", "hinge"): (1.22, 3.20, 1.74),
    ("single", "mse"): (3.94, 4.08, 4.10),
    ("double", "cross_entropy"): (7.57, 7.00, 6.79),
    ("double", "hinge"): (0.93, 0.86, 1.20),
    ("double", "mse"): (1.68, 1.55, 2.54),
}
# Milliseconds an update.
_MS_PER_UPDATE: _Rows = {
    ("single", "cross_entropy"): (3.06, 2.41, 2.65),
    ("single", "hinge"): (3.25, 2.34, 2.65),
    ("single", "mse"): (3.50, 2.46, 2.54),
    ("double", "cross_entropy"): (6.90, 4.64, 5.12),
    ("double", "hinge"): (6.80, 4.66, 5.05),
    ("double", "mse"): (6.70, 4.94, 5.01),
}


def _by_cell(rows: _Rows) -> dict[Cell, float]:
    return {
        Cell(depth, loss, activation): value
        for (depth, loss), values in rows.items()
        for activation, value in zip(_COLUMNS, values, strict=True)
    }


REPORT_A: dict[str, dict[Cell, float]] = {
    "train_accuracy": _by_cell(_TRAIN_ACCURACY),
    "test_accuracy": _by_cell(_TEST_ACCURACY),
    "train_loss": _by_cell(_TRAIN_LOSS),
    "test_loss": _by_cell(_TEST_LOSS),
    "ms_per_update": _by_cell(_MS_PER_UPDATE),
}
"""By measure and cell, in the units that the report printed: percent, 100 times the loss, ms."""
