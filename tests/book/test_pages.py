"""What pages carry: true figures, few bytes, a word on what is missing."""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from made import fake_run, fake_study

from mlp_book import packing, pages
from mlp_book.scripts import JS
from mlp_book.text import LISTED_NAMES, WORDS, level_text
from mlp_core.studies import STUDIES, RunStore, StoredStudy
from mlp_core.training import History, Run, RunConfig

CONFIG = RunConfig(hidden_sizes=(8,), train_size=100, epochs=4)
RATES = [
    fake_run(CONFIG.replace(learning_rate=rate, seed=seed), 90 + 10 * rate + seed, loss=rate / seed)
    for rate in (0.1, 0.2)
    for seed in (1, 2)
]


def stored(name: str, most: int | None = None) -> StoredStudy:
    return StoredStudy(name, fake_study(name, most=most), STUDIES[name])


def save(results: Path, name: str, runs: Sequence[Run]) -> None:
    for run in runs:
        RunStore(name, results).save(run)


# --- what varies --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(STUDIES))
def test_columns_are_the_factors_that_vary_and_the_study_fits_the_explorer(name: str) -> None:
    study, grids = stored(name), STUDIES[name].grids
    levels = {
        factor: {str(level) for grid in grids for level in grid.get(factor, ())}
        for factor in STUDIES[name].factors
    }
    # Where a grid leaves a factor alone, the level of the base is one more.
    count = {f: len(each) + any(f not in grid for grid in grids) for f, each in levels.items()}
    assert [c.name for c in pages.columns(study)] == [f for f, n in count.items() if n > 1]
    text = pages.explorer_json(study)
    assert len(text) <= pages.MAX_EXPLORER
    assert "<" not in text


def test_a_compound_factor_is_one_column_with_its_labels() -> None:
    study = stored("full-factorial")
    (column,) = (c for c in pages.columns(study) if c.name == "regularization")
    assert column.levels == ["none", "l2 1e-4", "dropout 0.2"]
    assert not column.is_field
    for row, run in enumerate(study.runs):
        assert (run.config.dropout > 0) == (column.level(row) == "dropout 0.2")


def test_the_best_cell_has_its_spread_and_its_equals() -> None:
    accuracies = {0.01: (90, 91, 92), 0.1: (98, 98.1, 98.2), 1.0: (97.9, 98.1, None), 10.0: [None]}
    runs = [
        fake_run(RunConfig(learning_rate=rate, seed=seed, epochs=5), accuracy)
        for rate, each in accuracies.items()
        for seed, accuracy in enumerate(each)
    ]
    assert pages.best_cell(StoredStudy("x", runs)) == (
        "learning rate 0.1: 98.10\u00a0±\u00a00.10\u00a0%, 3\u00a0seeds; "
        "not shown to differ from it: none of one other"
    )
    assert pages.best_cell(StoredStudy("x", runs[-1:])) is None  # it diverged
    assert pages.best_cell(StoredStudy("x", runs[:1])) == "90.00\u00a0%, one seed"
    assert pages.best_cell(StoredStudy("x", [])) is None


def test_levels_read_well() -> None:
    levels = ((256, 128), (), None, True, "naive_sigmoid", "l2 1e-4", 0.05, 60000, 100000)
    shown = [level_text(level) for level in levels]
    assert shown == [
        "256-128",
        "none",
        "all",
        "on",
        "naive sigmoid",
        "L2 10⁻⁴",
        "0.05",
        "60,000",
        "10⁵",
    ]


@pytest.mark.parametrize(("its", "ours"), [("NAMES", LISTED_NAMES), ("WORDS", WORDS)])
def test_the_explorer_names_settings_and_values_as_figures_do(
    its: str, ours: dict[str, str]
) -> None:
    source = (JS / "explorer" / "study.js").read_text(encoding="utf-8")
    block = source[source.index(f"const {its}") :].partition("};")[0]
    named = dict(re.findall(r'^  "?([\w-]+)"?: "(.+)",$', block, re.MULTILINE))
    breaks = str.maketrans("\u2011\u00a0", "- ")
    assert named == {name: words.translate(breaks) for name, words in ours.items()}


def test_the_runs_of_a_reader_are_listed_beside_those_of_the_catalogue(tmp_path: Path) -> None:
    own = STUDIES["learning-rate"].configs(dataset="digits", epochs=3)[:2]
    save(tmp_path, "learning-rate", [*fake_study("learning-rate", most=5), *map(fake_run, own)])
    save(tmp_path, "my-own", fake_study("momentum", most=1))
    save(tmp_path, "momentum-fresh", fake_study("momentum-fresh", most=1))
    studies = {study.name: study for study in pages.load_studies(tmp_path)}
    first = [name for name, study in STUDIES.items() if min(study.seeds) < 3001]
    assert list(studies) == [*first, "momentum-fresh", "my-own"]
    study = studies["learning-rate"]
    assert (len(study.planned_runs), len(study.planned_ids), len(study.runs)) == (5, 24, 7)
    names = [column.name for column in pages.columns(study)]
    assert names == ["learning_rate", "dataset", "epochs"]
    assert (len(studies["batch-rate"].planned_runs), studies["batch-rate"].runs) == (0, [])
    (tmp_path / "my-own" / "0123456789ab.json").write_text('{"schema": 1, "run_id"')
    with pytest.raises(ValueError, match=r"'my-own' are damaged: .*0123456789ab.json"):
        pages.load_studies(tmp_path)


def test_downloads_are_a_table_and_json_of_bounded_size(tmp_path: Path) -> None:
    files = pages.write_downloads(tmp_path, "x", RATES)
    assert [file.name for file in files] == ["x.csv", "x.json"]
    assert files[0].read_bytes().count(b"\n") == 5 and b"\r" not in files[0].read_bytes()
    assert "epoch_ms_per_update" not in json.loads(files[1].read_text())["runs"][0]


# --- a panel's study ----------------------------------------------------------------------------


def test_cells_hold_what_differs_and_the_study_what_they_share() -> None:
    study = pages.study_dict(RATES)
    rates = [{"learning_rate": 0.1}, {"learning_rate": 0.2}]
    assert [cell["values"] for cell in study["cells"]] == rates
    assert study["config"]["epochs"] == 4
    assert not {"seed", "learning_rate"} & set(study["config"])
    assert study["dataset"] == {"name": "digits", "train_size": 100}
    cell = study["cells"][0]
    assert cell["seeds"] == [1, 2]
    for name in pages.BANDS:  # mean, lowest and highest of the seeds
        seeds = list(zip(*(run.history[name] for run in RATES[:2]), strict=True))
        band = {"mean": [sum(s) / 2 for s in seeds], "low": [*map(min, seeds)]}
        for key, values in {**band, "high": [*map(max, seeds)]}.items():
            assert cell["columns"][name][key] == pytest.approx(values, rel=1e-3)
    assert list(cell["columns"]["running_loss"]) == ["mean"]


def test_a_large_study_keeps_fewer_epochs_and_always_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pages.study_json("tiny", tmp_path) is None
    save(tmp_path, "tiny", RATES)
    complete = pages.study_json("tiny", tmp_path) or ""
    monkeypatch.setattr(pages, "MAX_PANEL", len(complete) - 1)
    thinned = pages.study_json("tiny", tmp_path) or ""
    assert json.loads(thinned)["cells"][0]["epochs"] == [1, 2, 4]
    monkeypatch.setattr(pages, "MAX_PANEL", 10)
    with pytest.raises(ValueError, match=r"'tiny' is too large for a page: .* 10 are allowed"):
        pages.study_json("tiny", tmp_path)


def test_a_sweep_on_fashion_mnist_has_the_default_setting_from_the_study_that_holds_it(
    tmp_path: Path,
) -> None:
    sweep, default = (STUDIES[f"fashion-{name}"].configs() for name in ("momentum", "seed-noise"))
    save(tmp_path, "fashion-seed-noise", [fake_run(config) for config in default[:3]])
    assert pages.study_json("fashion-momentum", tmp_path) is None
    save(tmp_path, "fashion-momentum", [fake_run(config) for config in sweep])
    study = json.loads(pages.study_json("fashion-momentum", tmp_path) or "")
    seeds = {cell["values"]["momentum"]: cell["seeds"] for cell in study["cells"]}
    assert sorted(seeds) == sorted(STUDIES["momentum"].grids[0]["momentum"])
    assert seeds.pop(0.9) == [config.seed for config in default[:3]]
    assert all(len(own) == 5 for own in seeds.values())


def test_divergence_has_its_place_among_the_epochs() -> None:
    run = fake_run(CONFIG.replace(train_size=1000), None)  # in update 7 of the third epoch
    (cell,) = pages.study_dict([run])["cells"]
    assert cell["diverged"] == [2.7]
    assert "low" not in cell["columns"]["test_loss"]


def unpacked(packed: dict) -> list[dict]:
    """Do what the script of the page does."""
    cells = []
    for row in packed["rows"]:
        seeds, epochs, diverged, *bands = row[len(packed["levels"]) :]
        levels = zip(row, packed["levels"].items(), strict=False)
        columns = {
            name: dict(zip(("mean", "low", "high"), band, strict=False))
            for name, band in zip(pages.BANDS, bands, strict=True)
        }
        cell = {"values": {name: each[place] for place, (name, each) in levels}}
        cell |= {"seeds": packed["lists"][seeds], "epochs": packed["lists"][epochs]}
        cells.append({**cell, "diverged": diverged, "columns": columns})
    return cells


def test_a_packed_study_holds_the_same_but_for_the_training_curves() -> None:
    study = json.loads(json.dumps(pages.study_dict(RATES)))
    for cell in study["cells"]:
        for name in pages.LINES:
            del cell["columns"][name]
    packed = json.loads(json.dumps(pages.pack_study(study)))
    assert unpacked(packed) == study["cells"]
    assert (packed["config"], packed["dataset"]) == (study["config"], study["dataset"])


def test_the_full_factorial_fits_onto_a_page(tmp_path: Path) -> None:
    runs = [fake_run(config) for config in STUDIES["full-factorial"].configs()]
    save(tmp_path, "full-factorial", runs)
    cells = unpacked(json.loads(pages.study_json("full-factorial", tmp_path) or ""))
    assert len(cells) == len(runs)
    assert all(cell["epochs"][-1] == 25 for cell in cells)


# --- the explorer's runs ------------------------------------------------------------------------


def read_figures(text: str) -> list[float | None]:
    """Return what a page's script reads (`readFigures` in book/js/packed.js)."""
    codes = [
        functools.reduce(lambda code, c: 64 * code + packing.ALPHABET.index(c), text[i : i + 3], 0)
        for i in range(0, len(text), 3)
    ]
    words = {packing.NO_FIGURE: None, packing.ZERO: 0.0}
    return [
        words[code] if code in words else float(f"{1000 + code % 9000}e{code // 9000 - 14}")
        for code in codes
    ]


@pytest.mark.parametrize("value", [0.0, 1e-11, 1.234e-5, 0.09995, 0.5, 9.9996, 97.23, 6.022e17])
def test_a_packed_figure_has_four_digits(value: float) -> None:
    assert read_figures(packing.pack_figures([value, None])) == [float(f"{value:.3e}"), None]


@pytest.mark.parametrize(("value", "read"), [(9e-12, 0.0), (1e18, None), (math.inf, None)])
def test_what_no_chart_shows_is_packed_as_zero_or_as_a_gap(
    value: float, read: float | None
) -> None:
    assert read_figures(packing.pack_figures([value])) == [read]


@pytest.mark.parametrize("length", [0, 1, 7, 30, 31, 45, 100, 1000])
@pytest.mark.parametrize("points", [8, 30])
def test_kept_epochs_are_few_rising_and_end_with_the_last(length: int, points: int) -> None:
    kept = pages.kept_epochs(length, points)
    assert kept == sorted(set(kept))
    assert len(kept) == min(length, points)
    if length:
        assert (kept[0], kept[-1]) == (1, length)
    gaps = [b - a for a, b in itertools.pairwise(kept)]
    assert not gaps or max(gaps) <= 2 * length / points + 1


@pytest.mark.parametrize("name", ["full-factorial", "numerical-stability", "batch-rate"])
def test_every_figure_is_the_own_of_its_run(name: str) -> None:
    study = stored(name)
    values = json.loads(pages.explorer_json(study))
    curves, close = values["curves"], {"rel": 5.1 * 10**-pages.DIGITS}
    assert values["ids"] == [run.config.run_id for run in study.runs]
    fields = [c for c in values["columns"] if c["is_field"]] + values["fields"]
    for i, run in enumerate(study.runs):
        kept = values["kept"][str(values["epochs"][i])]
        assert values["final"]["test_accuracy"][i] == run.summary["test_accuracy"]
        errors = [100 * (1 - run.history["test_accuracy"][epoch - 1]) for epoch in kept]
        assert read_figures(curves["test_error"][i]) == pytest.approx(errors, **close)
        losses = [run.history["running_loss"][epoch - 1] for epoch in kept]
        assert read_figures(curves["running_loss"][i]) == pytest.approx(losses, **close)
        # The config, put together as the page does for its program.
        own = {field["name"]: field["levels"][field["at"][i]] for field in fields}
        own["seed"] = values["seeds"][i]
        assert RunConfig.from_dict({**values["shared"], **own}) == run.config


def test_a_study_that_stays_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_EXPLORER", 1000)
    with pytest.raises(ValueError, match="'learning-rate' is too large for the explorer page"):
        pages.explorer_json(stored("learning-rate"))


def test_a_run_that_diverged_at_once_has_no_curve_but_a_place() -> None:
    complete = fake_run(RunConfig(batch_size=50, epochs=4))
    first = Run(RunConfig(learning_rate=99, epochs=4), History(), "diverged", diverged_at_update=3)
    values = pages.explorer_dict(StoredStudy("x", [complete, first]))
    assert values["curves"]["test_error"][1] == ""
    assert values["diverged"] == [0, 3]
    assert values["updates"] == [1200, 600]
    assert values["final"]["test_accuracy"] == [complete.summary["test_accuracy"], None]


def test_figures_that_are_not_finite_are_null() -> None:
    run = fake_run(RunConfig(epochs=1))
    run.history.append(running_loss=float("inf"), test_loss=None, test_accuracy=0.5)
    curves = pages.explorer_dict(StoredStudy("x", [run]))["curves"]
    last = [read_figures(packed[0])[1] for packed in curves.values()]
    assert last == [50, None, None]
