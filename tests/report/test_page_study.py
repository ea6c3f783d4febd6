"""A study for the page: cells without seeds, bands over seeds, few digits, never too large."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from mlp_core import Run, RunConfig, train
from mlp_core.report.stored import page_study
from mlp_core.report.stored.page_study import pack_study, study_dict, study_json
from mlp_core.studies import STUDIES
from mlp_core.studies.store import RunStore


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    base = RunConfig(hidden_sizes=(8,), train_size=100, epochs=4)
    return [
        train(base.replace(learning_rate=rate, seed=seed)) for rate in (0.1, 0.2) for seed in (1, 2)
    ]


def test_cells_hold_what_differs_and_the_study_what_they_share(runs: list[Run]) -> None:
    study = study_dict(runs)
    assert [cell["values"] for cell in study["cells"]] == [
        {"learning_rate": 0.1},
        {"learning_rate": 0.2},
    ]
    assert study["config"]["epochs"] == 4
    assert not {"seed", "learning_rate"} & set(study["config"])
    assert study["dataset"] == {"name": "digits", "train_size": 100}


def test_a_band_is_mean_lowest_and_highest_of_the_seeds(runs: list[Run]) -> None:
    cell = study_dict(runs)["cells"][0]
    band = cell["columns"]["test_loss"]
    first, second = (run.history["test_loss"] for run in runs[:2])
    assert cell["seeds"] == [1, 2]
    assert band["mean"] == pytest.approx(
        [(a + b) / 2 for a, b in zip(first, second, strict=True)], rel=1e-3
    )
    assert band["low"] == pytest.approx(list(map(min, first, second)), rel=1e-3)
    assert band["high"] == pytest.approx(list(map(max, first, second)), rel=1e-3)


def test_a_large_study_keeps_fewer_epochs_and_always_the_last(
    runs: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = RunStore("tiny", tmp_path)
    for run in runs:
        store.save(run)
    whole = study_json("tiny", tmp_path)
    assert whole is not None
    monkeypatch.setattr(page_study, "MAX_CHARACTERS", len(whole) - 1)
    thinned = study_json("tiny", tmp_path)
    assert thinned is not None
    assert json.loads(thinned)["cells"][0]["epochs"] == [1, 2, 4]
    monkeypatch.setattr(page_study, "MAX_CHARACTERS", 10)
    with pytest.raises(ValueError, match="too large for a page"):
        study_json("tiny", tmp_path)


def test_divergence_has_its_place_among_the_epochs() -> None:
    run = train(RunConfig(learning_rate=1000.0))
    cell = study_dict([run])["cells"][0]
    assert run.status == "diverged"
    assert len(cell["diverged"]) == 1
    assert "low" not in cell["columns"]["test_loss"]


def test_no_runs_are_no_study(tmp_path: Path) -> None:
    assert study_json("nothing", tmp_path) is None


def unpacked(packed: dict) -> list[dict]:
    """Do what the page's script does."""
    cells = []
    for row in packed["rows"]:
        fields = len(packed["levels"])
        seeds, epochs, diverged, *bands = row[fields:]
        values = {
            name: levels[place]
            for place, (name, levels) in zip(row, packed["levels"].items(), strict=False)
        }
        columns = {
            name: dict(zip(("mean", "low", "high"), band, strict=False))
            for name, band in zip(page_study.BANDS, bands, strict=True)
        }
        lists = packed["lists"]
        cell = {"values": values, "seeds": lists[seeds], "epochs": lists[epochs]}
        cells.append({**cell, "diverged": diverged, "columns": columns})
    return cells


def test_a_packed_study_holds_the_same_but_for_the_training_curves(runs: list[Run]) -> None:
    study = study_dict(runs)
    for cell in study["cells"]:
        for name in page_study.LINES:
            del cell["columns"][name]
    packed = json.loads(json.dumps(pack_study(study)))
    assert unpacked(packed) == study["cells"]
    assert packed["config"] == study["config"]


def test_the_full_factorial_fits_onto_a_page(runs: list[Run], tmp_path: Path) -> None:
    store = RunStore("full-factorial", tmp_path)
    configs = STUDIES["full-factorial"].configs()
    for config in configs:
        store.save(dataclasses.replace(runs[0], config=config))
    text = study_json("full-factorial", tmp_path)
    assert text is not None
    cells = unpacked(json.loads(text))
    assert len(cells) == len(configs)
    assert all(cell["epochs"][-1] == len(runs[0].history) for cell in cells)
