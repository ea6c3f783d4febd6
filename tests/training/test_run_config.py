"""`RunConfig`: what is legal, its JSON and its run_id."""

import dataclasses
import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_core.nn import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from mlp_core.training import ConfigError, RunConfig
from mlp_core.training.legal import integer, integer_tuple, number, shown

FAST = settings(deadline=None, derandomize=True, max_examples=100)

NOT_NUMBERS = ("1", "", None, True, False, [0.5], (0.5,), {}, 1j, math.nan, math.inf, -math.inf)
NOT_INTEGERS = ("1", "", True, False, 1.0, 1.5, [1], (1,), {}, math.nan, math.inf)
NOT_CHOSEN = ("", "RELU", "none", None, 0, True, ["relu"], b"relu")
NOT_SWITCHES = (0, 1, "True", "no", None, 0.0, [True])
ABOVE_0 = (*NOT_NUMBERS, 0, 0.0, -1, -1e-9, 10**400)
AT_LEAST_0 = (*NOT_NUMBERS, -1, -1e-9, 10**400)
SHARE = (*NOT_NUMBERS, -0.1, 1, 1.0, 2)
INTEGER_ABOVE_0 = (*NOT_INTEGERS, None, 0, -1)

# Every field with values that are legal and values that are not.
CASES = {
    "dataset": (
        ("digits", "mnist", "some/folder", "my data.csv"),
        ("", "  ", None, 0, True, ["digits"], b"x"),
    ),
    "input_scaling": (("unit", "centered", "standardized", "raw"), NOT_CHOSEN),
    "train_size": ((None, 1, 1000, np.int64(5)), (*NOT_INTEGERS, 0, -1)),
    "validation_size": ((0, 1, 1000, np.int64(5)), (*NOT_INTEGERS, None, -1)),
    "hidden_sizes": (
        ((), (1,), [256, 128], (np.int32(3),)),
        (None, 128, "128", (0,), (128, -1), (1.5,), ("8",), (True,), ((8,),), {8}, {8: 8}),
    ),
    "activation": (tuple(ACTIVATIONS), NOT_CHOSEN),
    "loss": (tuple(LOSSES), NOT_CHOSEN),
    "hinge_margin": ((0.1, 1, 1e-300), ABOVE_0),
    "target_scale": ((1.0, 5, 1e-300), ABOVE_0),
    "init": (tuple(INITIALIZERS), NOT_CHOSEN),
    "init_std": ((0, 0.0, 0.01, 100), AT_LEAST_0),
    "optimizer": (tuple(OPTIMIZERS), NOT_CHOSEN),
    "learning_rate": ((0.05, 1, 1e-300, Fraction(1, 4), np.float32(0.5)), ABOVE_0),
    "momentum": ((0, 0.0, 0.999), SHARE),
    "nesterov": ((False, True), NOT_SWITCHES),
    "weight_decay": ((0, 1e-5, 10), AT_LEAST_0),
    "adadelta_rho": ((0, 0.95), SHARE),
    "adam_beta1": ((0, 0.95), SHARE),
    "adam_beta2": ((0, 0.9999), SHARE),
    "l1_penalty": ((0, 1e-5, 10), AT_LEAST_0),
    "l2_penalty": ((0, 1e-5, 10), AT_LEAST_0),
    "dropout": ((0, 0.5, 0.99), SHARE),
    "schedule": (tuple(SCHEDULES), NOT_CHOSEN),
    "schedule_step_epochs": ((1, 30), INTEGER_ABOVE_0),
    "schedule_step_factor": ((1e-9, 0.5, 1, 1.0), (*NOT_NUMBERS, 0, -0.5, 1.0001, 10**400)),
    "batch_size": ((1, 100, 10**9), INTEGER_ABOVE_0),
    "epochs": ((1, 100, 10**9), INTEGER_ABOVE_0),
    "evaluate_train": ((False, True), NOT_SWITCHES),
    "dtype": (("float32", "float64"), (*NOT_CHOSEN, "float16", np.float32, np.dtype("float64"))),
    "seed": ((0, 2022, 2**128), (*NOT_INTEGERS, None, -1)),
}
LEGAL = [(name, value) for name, (legal, _) in CASES.items() for value in legal]
BAD = [(name, value) for name, (_, bad) in CASES.items() for value in bad]


def brief(case):
    return repr(case)[:30]


def test_the_table_covers_every_field():
    assert tuple(CASES) == RunConfig.field_names()


def test_the_defaults_are_those_of_the_report_it_starts_from():
    assert RunConfig().to_dict() == {
        "dataset": "digits",
        "input_scaling": "centered",
        "train_size": None,
        "validation_size": 0,
        "hidden_sizes": [128],
        "activation": "relu",
        "loss": "cross_entropy",
        "hinge_margin": 0.1,
        "target_scale": 1.0,
        "init": "normal",
        "init_std": 0.01,
        "optimizer": "sgd",
        "learning_rate": 0.05,
        "momentum": 0.9,
        "nesterov": False,
        "weight_decay": 1e-5,
        "adadelta_rho": 0.9,
        "adam_beta1": 0.9,
        "adam_beta2": 0.999,
        "l1_penalty": 0.0,
        "l2_penalty": 0.0,
        "dropout": 0.0,
        "schedule": "constant",
        "schedule_step_epochs": 30,
        "schedule_step_factor": 0.1,
        "batch_size": 100,
        "epochs": 100,
        "evaluate_train": False,
        "dtype": "float32",
        "seed": 2022,
    }


@pytest.mark.parametrize(("name", "value"), LEGAL, ids=brief)
def test_a_legal_value_is_kept_in_its_plain_type(name, value):
    config = RunConfig(**{name: value})
    kept = getattr(config, name)
    default = getattr(RunConfig(), name)
    expected = int if name == "train_size" and value is not None else type(default)
    assert type(kept) is expected
    assert kept == (tuple(value) if name == "hidden_sizes" else value)
    assert RunConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("name", RunConfig.field_names())
def test_a_default_is_legal_and_of_its_plain_type(name):
    """A config does not check it: each is taken for granted."""
    default = getattr(RunConfig(), name)
    checked = RunConfig.check(name, default)
    assert (type(checked), checked) == (type(default), default)


@pytest.mark.parametrize(("name", "value"), BAD, ids=brief)
def test_a_bad_value_is_named_with_its_range(name, value):
    with pytest.raises(ConfigError) as caught:
        RunConfig(**{name: value})
    message = str(caught.value)
    words = f"{name}={shown(value)} is not legal: must be {RunConfig.legal_range(name)}"
    assert message in (words, f"{words} and below 2**1000")
    for build in (RunConfig.from_dict, lambda values: RunConfig().replace(**values)):
        with pytest.raises(ConfigError, match=f"^{name}="):
            build({name: value})


@pytest.mark.parametrize("name", RunConfig.field_names())
def test_every_field_is_explained_in_one_line(name):
    for text in (RunConfig.field_help(name), RunConfig.legal_range(name)):
        assert 5 < len(text) < 120 and "\n" not in text


@pytest.mark.parametrize(
    ("legal", "value", "words"),
    [
        (integer(1), 0, "an integer >= 1"),
        (integer(1), 2**1000, "an integer >= 1 and below 2**1000"),
        (integer_tuple(1), (3, 2**1000), ">= 1, possibly empty and below 2**1000"),
        (number(">= 0"), 10**400, "a finite number >= 0"),
    ],
)
def test_the_bound_above_is_named_to_whom_it_concerns(legal, value, words):
    with pytest.raises(ConfigError) as caught:
        legal.check("n", value)
    assert str(caught.value).endswith(words)
    assert integer(1).check("n", 2**1000 - 1) == 2**1000 - 1


def test_nesterov_needs_momentum():
    RunConfig(nesterov=True, momentum=0.1)
    with pytest.raises(ConfigError, match="nesterov=True is not legal with momentum=0"):
        RunConfig(nesterov=True, momentum=0)


@pytest.mark.parametrize("build", [RunConfig.from_dict, lambda v: RunConfig().replace(**v)])
def test_unknown_keys_are_named_beside_the_legal_ones(build):
    with pytest.raises(ConfigError, match=r"^learning_rte, nesterof: no such field") as caught:
        build({"nesterof": True, "learning_rte": 0.1, "seed": 1})
    assert ", ".join(RunConfig.field_names()) in str(caught.value)


def test_a_config_is_frozen_and_can_be_a_key():
    config = RunConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.seed = 1
    assert {config: "a"}[RunConfig()] == "a"


def test_replace_leaves_the_original():
    config = RunConfig(seed=1)
    other = config.replace(learning_rate=0.5)
    assert (config.learning_rate, other.learning_rate, other.seed) == (0.05, 0.5, 1)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", '"digits"', '{"seed": -1}', '{"a": 1}']
)
def test_bad_json(text):
    with pytest.raises(ConfigError):
        RunConfig.from_json(text)


def numbers(low, high, **options):
    return st.floats(low, high, allow_nan=False, **options)


share = numbers(0, 1, exclude_max=True)
positive, not_negative = numbers(0, 1e300, exclude_min=True), numbers(0, 1e300)
positive_integers = st.integers(1, 10**12)
NAMED = ("input_scaling", "activation", "loss", "init", "optimizer", "schedule", "dtype")
configs = st.builds(
    RunConfig,
    **{name: st.sampled_from(CASES[name][0]) for name in NAMED},
    dataset=st.text(min_size=1).filter(str.strip),
    train_size=st.none() | positive_integers,
    validation_size=st.integers(0, 10**12),
    hidden_sizes=st.lists(st.integers(1, 10**6), max_size=9),
    **dict.fromkeys(("hinge_margin", "target_scale", "learning_rate"), positive),
    **dict.fromkeys(("init_std", "weight_decay", "l1_penalty", "l2_penalty"), not_negative),
    **dict.fromkeys(("momentum", "adadelta_rho", "adam_beta1", "adam_beta2", "dropout"), share),
    **dict.fromkeys(("schedule_step_epochs", "batch_size", "epochs"), positive_integers),
    schedule_step_factor=numbers(0, 1, exclude_min=True),
    evaluate_train=st.booleans(),
    seed=st.integers(0, 2**128),
)


@FAST
@given(configs)
def test_json_round_trip(config):
    again = RunConfig.from_json(config.to_json())
    assert again == config
    assert again.run_id == config.run_id
    assert "\n" not in config.to_json()
    assert RunConfig.from_dict(config.changes()) == config


@FAST
@given(configs, configs)
def test_run_ids_differ_exactly_where_configs_do(one, other):
    assert (one.run_id == other.run_id) == (one == other)


def test_run_id_is_pinned():
    """Files are named after it: it must never change for a config that exists."""
    pinned = {
        "44136fa355b3": {},
        "0dc558e9de8c": {"dataset": "mnist"},
        "f8f79a893742": {"dataset": "mnist", "hidden_sizes": (256, 128), "seed": 7},
        "fc78a3f4618d": {"learning_rate": 0.1, "momentum": 0},
        "fc3bbb6054a4": {"hidden_sizes": (), "train_size": 500, "evaluate_train": True},
    }
    assert {RunConfig(**changes).run_id: changes for changes in pinned.values()} == pinned


@pytest.mark.parametrize("spelling", ["d1", "./d1", "d1/", ".//d1/.", "d1//"])
def test_spellings_of_a_folder_are_one(spelling):
    assert RunConfig(dataset=spelling) == RunConfig(dataset="d1")
    assert RunConfig(dataset=f"up/../{spelling}").dataset == "up/../d1"  # may be another by a link
    # A folder of that name is not the built-in set.
    path = RunConfig(dataset=spelling.replace("d1", "mnist")).dataset
    assert path == ("mnist" if spelling == "d1" else "./mnist")


def test_run_id_ignores_fields_at_their_default():
    default = RunConfig()
    assert RunConfig.from_dict(default.to_dict()).run_id == default.run_id
    assert RunConfig(seed=5).run_id == RunConfig(seed=5, momentum=0.9, hidden_sizes=[128]).run_id


@pytest.mark.parametrize("name", RunConfig.field_names())
def test_run_id_depends_on_every_field(name):
    default = RunConfig()
    legal, _ = CASES[name]
    other = next(value for value in legal if value != getattr(default, name))
    assert default.replace(**{name: other}).run_id != default.run_id


def test_run_id_does_not_depend_on_how_a_number_is_written():
    assert RunConfig(learning_rate=1).run_id == RunConfig(learning_rate=1.0).run_id
    assert RunConfig(weight_decay=0).run_id == RunConfig(weight_decay=-0.0).run_id
    assert len({RunConfig(seed=seed).run_id for seed in range(500)}) == 500
    assert json.loads(RunConfig(init_std=1).to_json())["init_std"] == 1.0
