"""The catalogue: every study is legal, and has the cells that its issue or report asks for."""

import dataclasses
from collections import Counter

import pytest

from mlp_core.studies import STUDIES, Study, load_runs
from mlp_core.studies.catalogue import CALLBACKS, build_callbacks
from mlp_core.training import ConfigError, RunConfig

RUNS = {
    "seed-noise": 30,
    "activations-losses-depth": 3 * 3 * 2 * 5,
    "learning-rate": 8 * 3,
    "batch-size": 10 * 3,
    "weight-decay": 7 * 3,
    "momentum": 8 * 3,
    "hidden-size": 9 * 3,
    "active-units": 2 * 3 * 2 * 3,
    "numerical-stability": (3 * 2 * (5 + 5 - 1) + 2 * 2 * 5) * 3,
    "one-at-a-time": (1 + 2 + 2 + 1 + 2 + 1 + 2) * 5,
    "regularization": 13 * 2 * 3,
    "weight-decay-data-size": 7 * 4 * 3,
    "depth-activation": 2 * 4 * 8 * 3,
    "margin-init": (9 * 5 + 6 * 5) * 3,
    "batch-rate": 7 * 8 * 3,
    "schedules": 3 * 4 * 3,
    "full-factorial": 3 * 3 * 3 * 2 * 3 * 3,
    "seed-noise-fresh": 100,
    "learning-rate-fresh": 7 * 10,
    "batch-size-fresh": 9 * 10,
    "weight-decay-fresh": 6 * 10,
    "momentum-fresh": 7 * 10,
    "hidden-size-fresh": 8 * 10,
    "activations-losses-depth-fresh": 3 * 3 * 2 * 10,
    "one-at-a-time-fresh": (1 + 2 + 2 + 1 + 2 + 1 + 2) * 20,
    "regularization-fresh": 13 * 2 * 20,
    "schedules-fresh": 3 * 4 * 20,
    "batch-rate-fresh": 7 * 3 * 10,
    "depth-fresh": 2 * 2 * 4 * 5,
    "near-best-fresh": 24 * 10,
    "rivals-fresh": 2 * 50,
    "fashion-seed-noise": 20,
    "fashion-activations-losses-depth": 3 * 3 * 2 * 5,
    "fashion-learning-rate": 7 * 5,
    "fashion-momentum": 7 * 5,
    "fashion-weight-decay": 6 * 5,
    "fashion-batch-size": 9 * 5,
    "fashion-regularization": 13 * 2 * 5,
    "fashion-schedules": 3 * 4 * 5,
    "fashion-depth": 2 * 4 * 5,
    "fashion-hidden-size": 8 * 5,
}
SMALL = Study(
    "small",
    "What?",
    [{"learning_rate": (0.1, 0.2), "size": {"one": {"hidden_sizes": [8]}, "none": {}}}],
    base={"momentum": 0.0},
    seeds=(1, 2),
)


def test_the_studies_and_their_sizes():
    assert {name: len(study.configs()) for name, study in STUDIES.items()} == RUNS
    assert (RUNS["activations-losses-depth"], RUNS["full-factorial"]) == (90, 486)


@pytest.mark.parametrize("study", STUDIES.values(), ids=STUDIES)
def test_every_study_is_well_formed(study):
    assert STUDIES[study.name] is study
    assert study.name == study.name.lower() and " " not in study.name  # a folder and a flag
    assert study.question.endswith("?") and "\n" not in study.question
    assert set(study.callbacks) <= set(CALLBACKS)
    configs = study.configs()
    assert all(isinstance(config, RunConfig) for config in configs)
    assert len({config.run_id for config in configs}) == len(configs)
    seeds = [config.seed for config in configs]
    assert len(set(study.seeds)) == len(list(study.seeds)) == len(set(seeds))
    assert len(set(Counter(seeds).values())) == 1
    # Cut short, a study still covers its grid: the cells of one seed stand together.
    assert seeds == sorted(seeds, key=list(study.seeds).index)
    for levels, config in study.cells():  # labels say what the config is
        assert levels["seed"] == config.seed
        assert set(levels) - {"seed"} <= set(study.factors)
        fields = config.to_dict()
        for factor, level in levels.items():
            if factor in fields:
                assert fields[factor] == level
            else:
                (set_by,) = (g[factor][level] for g in study.grids if factor in g)
                assert {name: fields[name] for name in set_by} == set_by


def test_cells_of_the_main_study_of_report_a():
    cells = STUDIES["activations-losses-depth"].cells()
    first = {"activation": "gelu", "loss": "cross_entropy", "depth": "single", "seed": 2022}
    assert cells[0] == (first, RunConfig(dataset="mnist", activation="gelu"))
    levels, config = cells[-1]
    assert levels == {"activation": "sigmoid", "loss": "mse", "depth": "double", "seed": 2026}
    assert (config.hidden_sizes, config.epochs) == ((256, 128), 100)


def test_the_baseline_of_report_b_is_there_once():
    study = STUDIES["one-at-a-time"]
    base = RunConfig.from_dict({**study.base, "seed": 1})
    assert study.configs().count(base) == 1
    assert (base.optimizer, base.learning_rate, base.weight_decay) == ("adadelta", 1.0, 0.0)
    assert (base.epochs, base.batch_size, base.init) == (14, 64, "pytorch")


def test_labels_of_a_compound_factor():
    labels = {levels["regularization"] for levels, _ in STUDIES["regularization"].cells()}
    assert {"none", "l1 1e-06", "l2 0.01", "dropout 0.35"} <= labels
    assert len(labels) == 13


def test_cells_are_the_product_of_the_levels():
    assert [levels for levels, _ in SMALL.cells()] == [
        {"learning_rate": rate, "size": size, "seed": seed}
        for seed in (1, 2)
        for rate in (0.1, 0.2)
        for size in ("one", "none")
    ]
    assert SMALL.configs()[0] == RunConfig(momentum=0, learning_rate=0.1, hidden_sizes=(8,), seed=1)
    assert SMALL.factors == ["learning_rate", "size"]
    assert {c.seed for c in dataclasses.replace(SMALL, seeds=(7,)).configs()} == {7}


def test_overrides_replace_what_the_study_says():
    configs = SMALL.configs(dataset="mnist", epochs=2, momentum=0.5)
    assert {(c.dataset, c.epochs, c.momentum) for c in configs} == {("mnist", 2, 0.5)}
    assert len(configs) == 8
    # An overridden factor no longer varies: equal configs are listed once.
    assert len(SMALL.configs(learning_rate=0.3)) == 4


def test_what_is_not_legal_is_named():
    with pytest.raises(ConfigError, match="epochs=0 is not legal"):
        SMALL.configs(epochs=0)
    with pytest.raises(ConfigError, match="depth: no such field"):
        Study("bad", "What?", [{"depth": (1, 2)}]).configs()
    with pytest.raises(ConfigError, match="callback='norms' is not legal: must be one of"):
        build_callbacks(["norms"])


def test_callbacks_are_built_anew_by_name():
    one, other = (build_callbacks(list(CALLBACKS)) for _ in range(2))
    assert [type(each) for each in one] == list(CALLBACKS.values())
    assert not set(map(id, one)) & set(map(id, other))


def test_fresh_studies_have_seeds_that_nothing_before_them_has():
    fresh = {n: s for n, s in STUDIES.items() if n.endswith("-fresh") or n.startswith("fashion-")}
    others = {seed for name, study in STUDIES.items() if name not in fresh for seed in study.seeds}
    for study in fresh.values():
        assert min(study.seeds) == 3001 > max(others)


def test_fresh_sweeps_leave_the_default_to_the_study_of_its_noise():
    default = RunConfig(dataset="mnist", seed=3001)
    for name in ("learning-rate", "batch-size", "weight-decay", "momentum", "hidden-size"):
        assert default not in STUDIES[f"{name}-fresh"].configs()
    assert STUDIES["seed-noise-fresh"].configs()[0] == default


def test_a_twin_is_its_study_on_other_data():
    """The depths alone are others: one to four, from weights by He's rule."""
    for name, study in STUDIES.items():
        if name.startswith("fashion-"):
            fresh = dataclasses.replace(
                STUDIES[f"{name.removeprefix('fashion-')}-fresh"], seeds=study.seeds
            )
            found = {config.replace(dataset="mnist") for config in study.configs()}
            same = found & set(fresh.configs())
            assert same == found if name != "fashion-depth" else len(same) == 20
            assert {config.dataset for config in study.configs()} == {"fashion-mnist"}


def test_settings_near_the_best_are_those_of_the_stored_grid():
    """Within 0.5 points of the best cell, after any of three numbers of epochs."""
    found = [
        (run.history["test_accuracy"][epochs - 1], run.config.replace(seed=3001).run_id)
        for run in load_runs("full-factorial")
        for epochs in (5, 14, 25)
    ]
    best, _ = max(found)
    near = {run_id for accuracy, run_id in found if accuracy >= best - 0.005}
    assert near == {c.replace(seed=3001).run_id for c in STUDIES["near-best-fresh"].configs()}
