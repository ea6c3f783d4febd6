"""What the explorer page carries: true figures, few bytes, a word on what is missing."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from made_study import made_run, made_study

from mlp_core.report.stored.explorer import (
    DIGITS,
    MAX_CHARACTERS,
    explorer_dict,
    explorer_json,
    kept_epochs,
)
from mlp_core.report.stored.stored_study import StoredStudy, level_text, load_studies, load_study
from mlp_core.studies import STUDIES, RunStore
from mlp_core.training import History, Run, RunConfig


@pytest.mark.parametrize("length", [0, 1, 7, 30, 31, 45, 100, 1000])
@pytest.mark.parametrize("points", [8, 30])
def test_kept_epochs_are_few_rising_and_end_with_the_last(length: int, points: int) -> None:
    kept = kept_epochs(length, points)
    assert kept == sorted(set(kept))
    assert len(kept) == min(length, points)
    if length:
        assert (kept[0], kept[-1]) == (1, length)
    gaps = [b - a for a, b in itertools.pairwise(kept)]
    assert not gaps or max(gaps) <= 2 * length / points + 1


@pytest.mark.parametrize("name", ["full-factorial", "numerical-stability", "batch-rate"])
def test_every_figure_is_the_runs_own(name: str) -> None:
    study = made_study(name)
    values = json.loads(explorer_json(study))
    assert values["ids"] == [run.config.run_id for run in study.runs]
    for i, run in enumerate(study.runs):
        kept = values["kept"][str(values["epochs"][i])]
        assert values["seeds"][i] == run.config.seed
        assert values["final"]["test_accuracy"][i] == run.summary["test_accuracy"]
        errors = [100 * (1 - run.history["test_accuracy"][epoch - 1]) for epoch in kept]
        assert values["curves"]["test_error"][i] == pytest.approx(errors, rel=5.1 * 10**-DIGITS)
        losses = [run.history["running_loss"][epoch - 1] for epoch in kept]
        assert values["curves"]["running_loss"][i] == pytest.approx(losses, rel=5.1 * 10**-DIGITS)
        assert config_of(values, i) == run.config


def config_of(values: dict, i: int) -> RunConfig:
    """Put a run's config together as the page does for its program."""
    fields = [c for c in values["columns"] if c["is_field"]] + values["fields"]
    own = {field["name"]: field["levels"][field["at"][i]] for field in fields}
    return RunConfig.from_dict({**values["shared"], **own, "seed": values["seeds"][i]})


@pytest.mark.parametrize("name", list(STUDIES))
def test_every_study_of_the_catalogue_fits_a_page(name: str) -> None:
    study = made_study(name)
    text = explorer_json(study)
    assert len(text) <= MAX_CHARACTERS
    assert "<" not in text
    shown = [column.name for column in study.columns]
    assert shown == [factor for factor in STUDIES[name].factors if factor in shown]
    assert len(study.columns) == len([f for f in STUDIES[name].factors if levels_of(name, f) > 1])


def levels_of(study: str, factor: str) -> int:
    """Count a factor's levels, the base's among them where a grid leaves the factor alone."""
    grids = STUDIES[study].grids
    levels = {str(level) for grid in grids for level in grid.get(factor, ())}
    return len(levels) + any(factor not in grid for grid in grids)


def test_a_study_that_stays_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlp_core.report.stored.explorer.MAX_CHARACTERS", 1000)
    with pytest.raises(ValueError, match="'learning-rate' is too large for the explorer page"):
        explorer_json(made_study("learning-rate"))


def test_a_compound_factor_is_one_column_with_its_labels() -> None:
    study = made_study("full-factorial")
    (column,) = (c for c in study.columns if c.name == "regularization")
    assert column.levels == ["none", "l2 1e-4", "dropout 0.2"]
    assert not column.is_field
    for place, run in zip(column.at, study.runs, strict=True):
        assert (run.config.dropout > 0) == (column.levels[place] == "dropout 0.2")


def test_a_run_that_diverged_at_once_has_no_curve_but_a_place() -> None:
    whole = made_run(RunConfig(batch_size=50, epochs=4))
    first = Run(RunConfig(learning_rate=99, epochs=4), History(), "diverged", diverged_at_update=3)
    values = explorer_dict(StoredStudy("x", [whole, first]))
    assert values["curves"]["test_error"][1] == []
    assert values["diverged"] == [0, 3]
    assert values["updates"] == [1200, 600]
    assert values["final"]["test_accuracy"] == [whole.summary["test_accuracy"], None]


def test_figures_that_are_not_finite_are_null() -> None:
    run = made_run(RunConfig(epochs=1))
    run.history.append(running_loss=float("inf"), test_loss=None, test_accuracy=0.5)
    curves = explorer_dict(StoredStudy("x", [run]))["curves"]
    assert [values[0][1] for values in curves.values()] == [50, None, None]


def test_the_best_cell_has_its_spread_and_its_equals(runs: list[Run]) -> None:
    study = StoredStudy("x", runs)
    assert study.best_cell() == (
        "learning rate 0.1: 98.10\u00a0±\u00a00.10\u00a0%, 3 seeds; "
        "inside its seed noise: 0 of 1 others"
    )
    assert StoredStudy("x", runs[-3:]).best_cell() is None  # all of these diverged
    assert StoredStudy("x", runs[:1]).best_cell() == "90.00\u00a0%, one seed"


def test_levels_read_well() -> None:
    shown = [level_text(v) for v in ([256, 128], [], None, True, "naive_sigmoid", 0.05, 100000)]
    assert shown == ["256-128", "none", "all", "True", "naive sigmoid", "0.05", "10⁵"]


# --- the store ------------------------------------------------------------------------------


def store_some(results: Path, name: str, count: int) -> None:
    for run in made_study(name, count).runs:
        RunStore(name, results).save(run)


def test_studies_that_are_not_whole_say_so(tmp_path: Path) -> None:
    store_some(tmp_path, "learning-rate", 5)
    studies = {study.name: study for study in load_studies(tmp_path)}
    assert list(studies) == list(STUDIES)
    assert (studies["learning-rate"].stored, studies["learning-rate"].planned) == (5, 24)
    assert (studies["batch-rate"].stored, studies["batch-rate"].runs) == (0, [])
    assert studies["batch-rate"].best_cell() is None


def test_a_readers_own_runs_stand_beside_the_studys(tmp_path: Path) -> None:
    store_some(tmp_path, "learning-rate", 4)
    store = RunStore("learning-rate", tmp_path)
    for config in STUDIES["learning-rate"].configs(dataset="digits", epochs=3)[:2]:
        store.save(made_run(config))
    store_some(tmp_path, "momentum", 1)
    (tmp_path / "momentum").rename(tmp_path / "my-own")
    study = load_study("learning-rate", tmp_path)
    assert (study.stored, len(study.runs)) == (4, 6)
    assert [column.name for column in study.columns] == ["learning_rate", "dataset", "epochs"]
    own = load_studies(tmp_path)[-1]
    assert (own.name, own.planned, len(own.runs)) == ("my-own", 0, 1)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    store_some(tmp_path, "learning-rate", 2)
    damaged = tmp_path / "learning-rate" / "0123456789ab.json"
    damaged.write_text('{"schema": 1, "run_id"')
    with pytest.raises(ValueError, match=r"'learning-rate' are damaged: .*0123456789ab.json"):
        load_studies(tmp_path)
