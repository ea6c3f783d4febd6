"""Cells of report A's tables: their order and their names."""

from __future__ import annotations

import pytest
from made import fake_run

from mlp_book.cells import Cell, by_cell, name_depth, with_cells
from mlp_book.facts import Levels
from mlp_book.frames import epochs, frame
from mlp_core import RunConfig

GELU = {"activation": "gelu", "epochs": 2}
RUNS = [
    fake_run(RunConfig(seed=seed, hidden_sizes=sizes, **GELU), accuracy + seed)
    for sizes, accuracy in (((256, 128), 90), ((128,), 80))
    for seed in (2, 0, 1)
]
OTHER = fake_run(RunConfig(activation="tanh", loss="hinge", hidden_sizes=(7,), epochs=2))
SINGLE, DOUBLE = Cell("single", "cross_entropy", "gelu"), Cell("double", "cross_entropy", "gelu")


def test_cells_come_in_the_order_of_the_tables_and_seeds_from_first_to_last() -> None:
    cells = by_cell(frame([OTHER, *RUNS]))
    assert list(cells) == [SINGLE, DOUBLE, Cell("7", "hinge", "tanh")]
    assert cells[SINGLE]["seed"].tolist() == [0, 1, 2]
    data = with_cells(epochs(RUNS))
    assert data["epoch"].tolist() == [1, 2] * 6
    assert Levels(data[data["epoch"] == 2], "cell")[SINGLE].mean == pytest.approx(81)


def test_names() -> None:
    assert name_depth(()) == "none"
    assert SINGLE.text == "single, cross\u2011entropy, GELU"
    assert Cell("single", "mse", "relu").row_name == "single,\u00a0ReLU, squared\u00a0error"
