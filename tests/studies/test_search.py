"""Spaces and searches: the same trials by seed, in one go or in pieces, and no run made twice."""

import itertools

import pytest
from made_runs import Inline

from mlp_core.studies import STUDIES, RunStore, Study, load_runs, run_missing
from mlp_core.studies.search import (
    SAMPLERS,
    Search,
    Space,
    StoredObjective,
    cell_value,
    worst_value,
)
from mlp_core.training import ConfigError

pytest.importorskip("optuna")

LEVELS = {"rate": ["0.1", "1", "10"], "size": ["none", "one", "two"], "loss": ["nll", "mse"]}
CELLS = list(itertools.product(*LEVELS.values()))
SIZES = {"one": {"hidden_sizes": [8]}, "none": {"hidden_sizes": []}}
STUDY = Study(
    "small",
    "What?",
    [{"learning_rate": (0.05, 0.2, 1e6), "size": SIZES}],
    base={"epochs": 2},
    seeds=(1, 2),
)


def test_cells_and_configs_of_a_space():
    space = Space.of(STUDY, {"learning_rate": 0.7, "epochs": 3})  # no longer varies
    assert list(space.factors) == ["size"]
    assert space.cells() == [("one",), ("none",)]
    assert {(c.epochs, c.learning_rate) for c in space.configs(("one",))} == {(3, 0.7)}
    assert space.describe() != Space.of(STUDY, {"learning_rate": 0.7, "epochs": 4}).describe()
    space = Space.of(STUDY)
    assert space.cells()[:3] == [("0.05", "one"), ("0.05", "none"), ("0.2", "one")]
    first, second = space.configs(("0.2", "none"))
    assert (first.learning_rate, first.hidden_sizes) == (0.2, ())
    assert (first.seed, second.seed) == (1, 2)


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_the_space_of_a_study_holds_its_runs(study):
    if not study.factors:
        with pytest.raises(ConfigError, match=f"'{study.name}' varies nothing"):
            Space.of(study)
        return
    space = Space.of(study)
    spanned = {config.run_id for cell in space.cells() for config in space.configs(cell)}
    own = {config.run_id for config in study.configs()}
    assert own == spanned if len(study.grids) == 1 else own <= spanned


def test_a_factor_that_a_grid_leaves_alone_has_the_level_of_the_base_too():
    grids = [{"momentum": (0.0, 0.5)}, {"learning_rate": (0.1,), "size": SIZES}]
    space = Space.of(Study("two", "What?", grids, base={"learning_rate": 0.3}))
    assert list(space.factors["momentum"]) == ["0.0", "0.5", "0.9"]
    assert list(space.factors["learning_rate"]) == ["0.1", "0.3"]
    assert list(space.factors["size"]) == ["one", "none", "base"]
    assert space.configs(("0.9", "0.3", "base"))[0].hidden_sizes == (128,)


def test_levels_that_do_not_fit_are_left_out():
    study = Study("sizes", "What?", [{"train_size": (10, 100, 1000), "momentum": (0.0, 0.5)}])
    space = Space.of(study, fits=lambda config: config.train_size != 1000)
    assert list(space.factors["train_size"]) == ["10", "100"]


# --- searches -------------------------------------------------------------------------------------


def made_up(cells):
    """Return values of which the first cell's is the best: each other level takes some off."""
    first = CELLS[0]
    return [1.0 / (1 + sum(a != b for a, b in zip(cell, first, strict=True))) for cell in cells]


class Counted:
    """Counts what is asked for."""

    def __init__(self):
        self.asked = []

    def __call__(self, cells):
        self.asked += cells
        return made_up(cells)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_same_seed_gives_the_same_trials(sampler, tmp_path):
    search = Search(LEVELS, sampler, seed=3)
    trials = search.run(made_up, 15)
    assert search.run(made_up, 15) == trials
    assert [trial.number for trial in trials] == list(range(1, 16))
    assert [trial.value for trial in trials] == made_up([trial.cell for trial in trials])
    other = Search(LEVELS, sampler, seed=4).run(made_up, 15)
    assert [t.cell for t in other] != [t.cell for t in trials]
    # Also in pieces; what is stored is not asked for again.
    path, counted = tmp_path / "a folder" / "search.sqlite", Counted()
    for count in (4, 4, 12, 15):
        assert search.run(counted, count, storage=path, subject="s") == trials[:count]
    assert len(counted.asked) == 15
    assert search.run(counted, 5, storage=path, subject="s") == trials[:5]


def test_a_search_that_was_interrupted_goes_on(tmp_path):
    search, path = Search(LEVELS, "tpe", seed=3), tmp_path / "search.sqlite"
    calls = itertools.count()

    def interrupted(cells):
        if next(calls) == 7:
            raise KeyboardInterrupt
        return made_up(cells)

    with pytest.raises(KeyboardInterrupt):
        search.run(interrupted, 15, storage=path)
    assert search.run(made_up, 15, storage=path) == search.run(made_up, 15)


def test_searches_in_one_file_do_not_mix(tmp_path):
    path = tmp_path / "search.sqlite"
    first = Search(LEVELS, "random", seed=3).run(made_up, 5, storage=path, subject="a")
    for search, subject in [
        (Search(LEVELS, "random", seed=4), "a"),
        (Search(LEVELS, "random", seed=3), "b"),
        (Search(LEVELS, "tpe", seed=3), "a"),
        (Search(LEVELS, "random", "test_loss", 3), "a"),
    ]:
        counted = Counted()
        search.run(counted, 5, storage=path, subject=subject)
        assert len(counted.asked) == 5
    assert Search(LEVELS, "random", seed=3).run(made_up, 5, storage=path, subject="a") == first


def test_a_grid_is_gone_through_once_and_has_a_best_trial():
    search = Search(LEVELS, "grid", seed=1)
    trials = search.run(made_up)
    assert sorted(trial.cell for trial in trials) == sorted(CELLS)
    assert search.run(made_up, 1000) == trials
    assert [t.cell for t in Search(LEVELS, "grid", seed=2).run(made_up)] != [t.cell for t in trials]
    assert search.best(trials).value == max(made_up(CELLS))
    worst = Search(LEVELS, "grid", "test_loss").best(trials)
    assert worst == next(trial for trial in trials if trial.value == min(made_up(CELLS)))


def test_until_ends_the_search():
    trials = Search(LEVELS, "random").run(made_up, 100, until=lambda value: value == 1)
    assert [trial.value for trial in trials].index(1.0) == len(trials) - 1


def test_optuna_is_quiet(tmp_path, capfd):
    for sampler in SAMPLERS:
        Search(LEVELS, sampler).run(made_up, storage=tmp_path / "search.sqlite")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("search", "trials", "message"),
    [
        ({"sampler": "bayes"}, 1, "sampler='bayes' is not legal: must be one of grid, random, tpe"),
        ({"objective": "mood"}, 1, "objective='mood' is not legal: must be one of test_accuracy"),
        ({"seed": -1}, 1, "seed=-1 is not legal: must be an integer >= 0"),
        ({}, 0, "trials=0 is not legal: must be an integer >= 1"),
    ],
)
def test_what_is_not_legal_is_named(search, trials, message):
    with pytest.raises(ConfigError, match=message):
        Search(LEVELS, **search).run(made_up, trials)


def test_a_file_that_is_no_storage_is_named(tmp_path):
    path = tmp_path / "search.sqlite"
    path.write_text("no database, but long enough to be taken for one" * 100)
    with pytest.raises(OSError, match=r"search.sqlite cannot be opened: .*; move it away"):
        Search(LEVELS).run(made_up, 3, storage=path)


# --- on real runs ---------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path):
    return RunStore(STUDY.name, tmp_path / "results")


def search_study(sampler, values, trials=None, **options):
    labels = {factor: list(levels) for factor, levels in values.space.factors.items()}
    return Search(labels, sampler, values.objective).run(values, trials, **options)


def test_only_what_is_missing_is_made(store, tmp_path):
    run_missing(STUDY.configs()[:3], store, (), Inline())
    mine = RunStore(STUDY.name, tmp_path / "mine")
    reports = []
    values = StoredObjective(
        Space.of(STUDY),
        "test_accuracy",
        mine,
        [store],
        callbacks=["norm_statistics"],
        executor=Inline(),
        report=lambda run: reports.append(run.config.run_id),
    )
    trials = search_study("grid", values)
    assert values.made == len(reports) == len(set(reports)) == 12 - 3
    assert len(list(store)) == 3 and mine.run_ids() == set(reports)
    assert all("weight_norm" in run.records for run in mine if run.status == "completed")
    again = StoredObjective(Space.of(STUDY), "test_accuracy", mine, [store])
    assert search_study("grid", again) == trials
    search_study("tpe", again, 20)
    assert again.made == 0  # a search over a finished grid costs nothing


@pytest.mark.parametrize("objective", ["test_accuracy", "test_loss"])
def test_values_are_means_over_seeds_and_diverged_runs_the_worst(store, objective):
    run_missing(STUDY.configs(), store, (), Inline())
    values = StoredObjective(Space.of(STUDY), objective, store)
    figures = {trial.cell: trial.value for trial in search_study("grid", values)}
    runs = [r for r in store if (r.config.learning_rate, r.config.hidden_sizes) == (0.2, (8,))]
    mean = sum(run.summary[objective] for run in runs) / 2
    assert figures["0.2", "one"] == pytest.approx(mean, rel=1e-12)
    assert figures["1000000.0", "one"] == worst_value(objective)
    assert search_study("tpe", values, 15)[-1].number == 15  # infinite losses do not stop it
    diverged = next(run for run in store if run.status == "diverged")
    assert cell_value([diverged, runs[0]], objective) == worst_value(objective)


def test_trials_that_made_their_runs_equal_those_that_found_them(store, tmp_path):
    """A run just made is seen as it is stored, to 5 digits."""
    fresh = StoredObjective(Space.of(STUDY), "test_loss", store, executor=Inline())
    trials = search_study("tpe", fresh, 12, storage=tmp_path / "search.sqlite")
    assert fresh.made > 0
    again = StoredObjective(Space.of(STUDY), "test_loss", store)
    assert search_study("tpe", again, 12) == trials
    assert again.made == 0
    assert load_runs(STUDY.name, store.folder.parent)  # the search's file is not among the runs
