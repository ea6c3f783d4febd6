"""Report B's grid: all its cells from fewer runs, under the names that a reader sees."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mlp_core.report.chapters.full_factorial import (
    DEFAULT,
    STUDY,
    describe_part,
    load_full_factorial,
    load_seconds,
    missing_batches,
    table_of_levels,
)
from mlp_core.studies import STUDIES
from mlp_core.studies.grid import Grid
from mlp_core.studies.store import RunStore
from mlp_core.training import History, Run, RunConfig


def accuracy(config: RunConfig) -> float:
    """Return what is made up for a setting: sizes, batches and losses differ, and add up."""
    return (
        0.9
        + 0.01 * len(config.hidden_sizes)
        + 0.0001 * config.batch_size
        - 0.005 * (config.loss == "log_softmax_mse")
        - 0.002 * (config.dropout > 0)
    )


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("results")
    store = RunStore(STUDY, root)
    for config in STUDIES[STUDY].configs():
        history = History()
        for epoch in range(1, 26):  # climbs evenly
            history.append(epoch=epoch, updates=epoch, test_accuracy=accuracy(config) * epoch / 25)
        store.save(Run(config, history, "completed", duration_s=float(config.batch_size)))
    return root


@pytest.fixture(scope="module")
def grid(results: Path) -> Grid:
    return load_full_factorial(results)


def test_all_cells_are_there(grid: Grid) -> None:
    assert grid.table.shape == (3,) * 7
    assert list(grid.levels) == list(DEFAULT)
    assert grid.levels["hidden layers"] == ("1", "3", "5")
    assert grid.index(DEFAULT.values())  # every level of the default is one of the grid


def test_a_cell_is_read_from_the_right_run(grid: Grid) -> None:
    cell = {**DEFAULT, "batch size": "16", "hidden layers": "3", "regularization": "dropout 0.2"}
    whole = 0.9 + 0.03 + 0.0016 - 0.002
    for epochs in (5, 14, 25):
        value = grid.value(list({**cell, "epochs": str(epochs)}.values()))
        assert value == pytest.approx(whole * epochs / 25, rel=1e-4)
    mse = grid.value(list({**cell, "epochs": "25", "loss": "mse"}.values()))
    assert mse == pytest.approx(whole - 0.005, rel=1e-4)


def test_two_names_of_one_loss_are_answered_by_one_run(grid: Grid) -> None:
    np.testing.assert_array_equal(grid.table[:, :, :, 0], grid.table[:, :, :, 1])


def test_what_a_cell_took_is_its_part_of_the_run(results: Path, grid: Grid) -> None:
    seconds = load_seconds(results)
    assert seconds.levels == grid.levels
    cell = {**DEFAULT, "batch size": "256", "epochs": "5"}
    assert seconds.value(list(cell.values())) == pytest.approx(256 * 5 / 25)


def test_the_whole_grid_needs_no_word_of_what_is_missing(grid: Grid) -> None:
    assert missing_batches(grid) == []
    assert describe_part(grid) == "All of them are stored."
    table = table_of_levels(grid)
    assert table.loc["batch size"].tolist() == ["256", "64", "16", "64"]
    assert table["default"].to_dict() == DEFAULT


def without(folder: Path, *batches: int, of: Path, but: int = 0) -> Path:
    """Return a folder of results without the runs of some batch sizes, or with few of them."""
    store = RunStore(STUDY, folder)
    store.folder.mkdir()
    dropped = [config for config in STUDIES[STUDY].configs() if config.batch_size in batches][but:]
    names = {f"{config.run_id}.json" for config in dropped}
    for path in (of / STUDY).iterdir():
        if path.name not in names:
            (store.folder / path.name).symlink_to(path)
    return folder


@pytest.mark.parametrize("made", [0, 161])
def test_batches_whose_runs_are_not_all_there_are_left_out(
    made: int, results: Path, grid: Grid, tmp_path: Path
) -> None:
    folder = without(tmp_path, 16, of=results, but=made)
    part = load_full_factorial(folder)
    assert part.levels == {**grid.levels, "batch size": ("256", "64")}
    np.testing.assert_array_equal(part.table, grid.table[:2])
    assert load_seconds(folder).levels == part.levels
    assert missing_batches(part) == ["16"]
    assert (
        "the 1,458 cells with batches of 256 and 64, and takes in those with 16 (in brackets above)"
        in (describe_part(part))
    )
    row = table_of_levels(part).loc["batch size"]
    assert row.tolist() == ["256", "64", "(16)", "64"]


def test_one_batch_size_is_not_enough(results: Path, tmp_path: Path) -> None:
    folder = without(tmp_path, 16, 64, of=results, but=161)
    with pytest.raises(FileNotFoundError, match="163 of 486 runs of the grid of 'full-factorial'"):
        load_full_factorial(folder)
