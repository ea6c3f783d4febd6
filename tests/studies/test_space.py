"""The space of a study: the product of all its levels, with labels that lead back to configs."""

import pytest

from mlp_core.studies import STUDIES, Study
from mlp_core.studies.space import Space
from mlp_core.training import ConfigError

SIZES = {"one": {"hidden_sizes": [8]}, "none": {"hidden_sizes": []}}
STUDY = Study("small", "What?", [{"learning_rate": (0.1, 0.2), "size": SIZES}], seeds=(1, 2))


def test_cells_and_configs():
    space = Space.of(STUDY)
    assert space.cells() == [("0.1", "one"), ("0.1", "none"), ("0.2", "one"), ("0.2", "none")]
    configs = [config for cell in space.cells() for config in space.configs(cell)]
    assert {c.run_id for c in configs} == {c.run_id for c in STUDY.configs()}
    first, second = space.configs(("0.2", "none"))
    assert (first.learning_rate, first.hidden_sizes) == (0.2, ())
    assert (first.seed, second.seed) == (1, 2)


@pytest.mark.parametrize("name", [n for n, study in STUDIES.items() if len(study.grids) == 1])
def test_the_space_of_one_grid_is_the_study(name):
    study = STUDIES[name]
    if not study.factors:
        with pytest.raises(ConfigError, match="'seed-noise' varies nothing"):
            Space.of(study)
        return
    space = Space.of(study)
    configs = [config for cell in space.cells() for config in space.configs(cell)]
    assert {c.run_id for c in configs} == {c.run_id for c in study.configs()}


@pytest.mark.parametrize("name", [n for n, study in STUDIES.items() if len(study.grids) > 1])
def test_the_space_of_several_grids_holds_the_study(name):
    study = STUDIES[name]
    space = Space.of(study)
    configs = [config for cell in space.cells() for config in space.configs(cell)]
    assert {c.run_id for c in configs} >= {c.run_id for c in study.configs()}


def test_a_factor_that_a_grid_leaves_alone_has_the_bases_level_too():
    grids = [{"momentum": (0.0, 0.5)}, {"learning_rate": (0.1,), "size": SIZES}]
    space = Space.of(Study("two", "What?", grids, base={"learning_rate": 0.3}))
    assert list(space.factors["momentum"]) == ["0.0", "0.5", "0.9"]
    assert list(space.factors["learning_rate"]) == ["0.1", "0.3"]
    assert list(space.factors["size"]) == ["one", "none", "base"]
    assert space.configs(("0.9", "0.3", "base"))[0].hidden_sizes == (128,)


def test_overrides():
    space = Space.of(STUDY, {"epochs": 3, "learning_rate": 0.7})
    assert list(space.factors) == ["size"]
    assert {(c.epochs, c.learning_rate) for c in space.configs(("one",))} == {(3, 0.7)}
    assert space.describe() != Space.of(STUDY, {"epochs": 4, "learning_rate": 0.7}).describe()


def test_levels_that_do_not_fit_are_left_out():
    study = Study("sizes", "What?", [{"train_size": (10, 100, 1000), "momentum": (0.0, 0.5)}])
    space = Space.of(study, fits=lambda config: config.train_size != 1000)
    assert list(space.factors["train_size"]) == ["10", "100"]
