"""Searches: the same trials by seed, in one go or in pieces, and no run made twice."""

import itertools

import pytest
from made_runs import Inline

from mlp_core.studies import RunStore, Study, load_runs, run_missing
from mlp_core.studies.objective import StoredObjective, cell_value, worst_value
from mlp_core.studies.search import SAMPLERS, Search
from mlp_core.studies.space import Space
from mlp_core.training import ConfigError

pytest.importorskip("optuna")

LEVELS = {"rate": ["0.1", "1", "10"], "size": ["none", "one", "two"], "loss": ["nll", "mse"]}
CELLS = list(itertools.product(*LEVELS.values()))
STUDY = Study(
    name="small",
    question="What?",
    base={"epochs": 2},
    grids=[
        {
            "learning_rate": (0.05, 0.2, 1e6),
            "size": {"one": {"hidden_sizes": [8]}, "none": {"hidden_sizes": []}},
        }
    ],
    seeds=(1, 2),
)


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
def test_the_same_seed_gives_the_same_trials(sampler):
    one, two = (Search(LEVELS, sampler, seed=3).run(made_up, 15) for _ in range(2))
    assert one == two
    assert [trial.number for trial in one] == list(range(1, 16))
    assert [trial.value for trial in one] == made_up([trial.cell for trial in one])
    other = Search(LEVELS, sampler, seed=4).run(made_up, 15)
    assert [t.cell for t in other] != [t.cell for t in one]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_search_in_pieces_is_the_same_search(sampler, tmp_path):
    search = Search(LEVELS, sampler, seed=3)
    whole = search.run(made_up, 15)
    path, counted = tmp_path / "a folder" / "search.sqlite", Counted()
    for trials in (4, 4, 12, 15):
        assert search.run(counted, trials, storage=path, subject="s") == whole[:trials]
    assert len(counted.asked) == 15  # what is stored is not asked for again
    assert search.run(counted, 5, storage=path, subject="s") == whole[:5]


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


def test_a_grid_is_gone_through_once():
    search = Search(LEVELS, "grid", seed=1)
    trials = search.run(made_up)
    assert sorted(trial.cell for trial in trials) == sorted(CELLS)
    assert search.run(made_up, 1000) == trials
    assert [t.cell for t in Search(LEVELS, "grid", seed=2).run(made_up)] != [t.cell for t in trials]


def test_tpe_learns():
    """With the values to go by, it asks for good cells more often than blind chance does."""
    means = {}
    for sampler in ("random", "tpe"):
        found = [
            trial.value
            for seed in range(5)
            for trial in Search(LEVELS, sampler, seed=seed).run(made_up, 40)
        ]
        means[sampler] = sum(found) / len(found)
    assert means["tpe"] > means["random"] + 0.1


def test_the_best_trial():
    search = Search(LEVELS, "grid")
    trials = search.run(made_up)
    assert search.best(trials).value == max(made_up(CELLS))
    lower = Search(LEVELS, "grid", "test_loss")
    best = lower.best(trials)
    assert best.value == min(made_up(CELLS))
    assert best.number == min(trial.number for trial in trials if trial.value == best.value)


def test_until_ends_the_search():
    trials = Search(LEVELS, "random").run(made_up, 100, until=lambda value: value == 1)
    assert [trial.value for trial in trials].index(1.0) == len(trials) - 1


def test_optuna_is_quiet(tmp_path, capfd):
    for sampler in SAMPLERS:
        Search(LEVELS, sampler).run(made_up, storage=tmp_path / "search.sqlite")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("search", "told"),
    [
        ({"sampler": "bayes"}, "sampler='bayes' is not legal: must be one of grid, random, tpe"),
        ({"objective": "mood"}, "objective='mood' is not legal: must be one of test_accuracy"),
        ({"seed": -1}, "seed=-1 is not legal: must be an integer >= 0"),
    ],
)
def test_what_is_not_legal_is_named(search, told):
    with pytest.raises(ConfigError, match=told):
        Search(LEVELS, **search)
    with pytest.raises(ConfigError, match="trials=0 is not legal"):
        Search(LEVELS).run(made_up, 0)


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
    trials = search_study("grid", values)
    figures = {trial.cell: trial.value for trial in trials}
    runs = [r for r in store if (r.config.learning_rate, r.config.hidden_sizes) == (0.2, (8,))]
    assert len(runs) == 2
    mean = sum(run.summary[objective] for run in runs) / 2
    assert figures["0.2", "one"] == pytest.approx(mean, rel=1e-12)
    assert figures["1000000.0", "one"] == worst_value(objective)
    assert search_study("tpe", values, 15)[-1].number == 15  # infinite losses do not stop it
    diverged = [run for run in store if run.status == "diverged"]
    assert diverged
    assert cell_value([diverged[0], runs[0]], objective) == worst_value(objective)


def test_trials_that_made_their_runs_equal_those_that_found_them(store, tmp_path):
    """A run just made is seen as it is stored, to 5 digits."""
    fresh = StoredObjective(Space.of(STUDY), "test_loss", store, executor=Inline())
    trials = search_study("tpe", fresh, 12, storage=tmp_path / "search.sqlite")
    assert fresh.made > 0
    again = StoredObjective(Space.of(STUDY), "test_loss", store)
    assert search_study("tpe", again, 12) == trials
    assert again.made == 0
    assert load_runs(STUDY.name, store.folder.parent)  # the search's file is not among the runs
