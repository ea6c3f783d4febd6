"""Panels are checked data, and run_panel sends plain events that end as the run ended."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlp_book.panels import PANELS
from mlp_core.studies import STUDIES
from mlp_core.training import ConfigError, RunConfig, train
from mlp_core.what_if import EPOCH_COLUMNS, Panel, run_panel
from mlp_core.what_if.control import Control
from mlp_core.what_if.frames import INSIDE_COLUMNS

PANEL = PANELS["learning-rate"]
QUICK = {"epochs": 10}


def make(**changes: object) -> Control:
    values = {"kind": "slider", "default": 0.5, "low": 0.0, "high": 0.9, "step": 0.1}
    return Control("momentum", "momentum", **{**values, **changes})


# --- controls and panels as data ------------------------------------------------------------


@pytest.mark.parametrize("name", PANELS)
def test_panel_survives_json(name: str) -> None:
    panel = PANELS[name]
    assert panel.name == name
    assert Panel.from_dict(json.loads(json.dumps(panel.to_dict()))) == panel


@pytest.mark.parametrize("name", PANELS)
def test_panel_is_backed_by_a_study_that_exists(name: str) -> None:
    study = PANELS[name].study
    assert study is None or study in STUDIES


def test_the_rates_of_the_stored_study_are_stops_of_the_panel() -> None:
    rates = {config.learning_rate for config in STUDIES["learning-rate"].configs()}
    assert rates <= set(PANEL.controls[0].stops)


def test_defaults_are_those_of_the_stored_study_but_for_the_data() -> None:
    assert PANEL.config({}) == RunConfig()
    assert PANEL.with_base(dataset="mnist").config({}) == RunConfig(dataset="mnist")


def test_the_panel_of_numerical_stability_reaches_the_stored_runs() -> None:
    """But for the data and the epochs, and for 0.3, which lies between two stops."""
    panel = PANELS["numerical-stability"].with_base(dataset="mnist", epochs=10)
    for config in STUDIES["numerical-stability"].configs():
        values = {name: getattr(config, name) for name in panel.defaults}
        assert panel.config(values).replace(seed=config.seed) == config


@pytest.mark.parametrize("name", ["momentum", "weight-decay", "batch-size"])
def test_a_panel_of_one_choice_reaches_the_stored_runs(name: str) -> None:
    """But for the data, and for batches that are larger than the small digits are many."""
    panel = PANELS[name].with_base(dataset="mnist")
    for config in STUDIES[name].configs():
        values = {field: getattr(config, field) for field in panel.defaults}
        if config.batch_size <= 1000:
            whole = {"train_size": 1433} if "train_size" in values else {}
            reached = panel.config({**values, **whole})
            assert reached.replace(seed=config.seed, train_size=None) == config


def test_panels_of_one_choice_start_at_the_same_run() -> None:
    for name in ("momentum", "weight-decay", "batch-size"):
        assert PANELS[name].config({}).replace(train_size=None) == RunConfig()


@pytest.mark.parametrize("name", ["hidden-layers", "activations-losses"])
def test_a_panel_of_networks_reaches_the_stored_runs(name: str) -> None:
    panel = PANELS[name].with_base(dataset="mnist")
    for config in STUDIES[str(panel.study)].configs():
        values = {field: config.to_dict()[field] for field in panel.defaults}
        assert panel.config(values) == config
    assert panel.config({}) == RunConfig(dataset="mnist")


def test_the_panel_of_searching_reaches_the_stored_runs() -> None:
    panel = PANELS["searching"].with_base(dataset="mnist")
    for config in STUDIES["full-factorial"].configs():
        assert panel.config({name: config.to_dict()[name] for name in panel.defaults}) == config


def test_the_panel_of_failures_reaches_the_stored_runs() -> None:
    panel = PANELS["where-it-fails"].with_base(dataset="mnist")
    for config in STUDIES["seed-noise"].configs():
        values = {"epochs": config.epochs, "train_size": 1433, "seed": config.seed}
        assert panel.config(values).replace(train_size=None) == config


def test_no_nesterov_without_momentum() -> None:
    with pytest.raises(ConfigError, match="nesterov=True is not legal with momentum=0"):
        PANELS["momentum"].config({"nesterov": True, "momentum": 0.0})


def test_every_choice_of_the_engine_panel_trains() -> None:
    panel = PANELS["engine"].with_base(epochs=1)
    assert PANELS["engine"].config({}) == RunConfig()
    for control in panel.controls:
        for choice in control.choices:
            run = run_panel(panel, {control.name: choice}, lambda event: None)
            assert run.status == "completed"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "knob"}, "kind='knob' is not legal"),
        ({"low": None}, "has low, high, step or has choices"),
        ({"choices": (0.1, 0.2)}, "has low, high, step or has choices"),
        ({"kind": "choice"}, "has low, high, step or has choices"),
        ({"default": 1.0}, "momentum=1.0 is not legal here: must be a number from 0 to 0.9"),
    ],
)
def test_bad_control_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make(**changes)


@pytest.mark.parametrize(
    ("controls", "base", "message"),
    [
        ([make(), make()], {}, "two controls set the same field"),
        ([make(high=1.0)], {}, "momentum=1.0 is not legal: must be a finite number >= 0 and < 1"),
        ([Control("speed", "speed", "choice", 1, choices=(1, 2))], {}, "speed: no such field"),
        ([make()], {"colour": "red"}, "colour: no such field"),
        ([make()], {"nesterov": True}, "nesterov=True is not legal with momentum=0"),
    ],
)
def test_panel_checks_itself_against_the_config(
    controls: list[Control], base: dict, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        Panel("name", "title", "question?", tuple(controls), base)


@pytest.mark.parametrize(
    ("control", "given", "clean"),
    [
        (make(), 0, 0.0),
        (make(), 0.30000000000000004, 0.3),
        (PANEL.controls[0], 0.0501187, 0.05),
        (PANEL.controls[0], 1, 1.0),
        (Control("epochs", "epochs", "slider", 3, low=1, high=9, step=1), 4.0, 4),
        (Control("seed", "seed", "int", 3, low=1, high=9, step=1), 9, 9),
        (Control("activation", "a", "choice", "relu", choices=("relu", "gelu")), "gelu", "gelu"),
        (Control("momentum", "m", "choice", 0.9, choices=(0.0, 0.9)), 0, 0.0),
        (Control("batch_size", "b", "choice", 50, choices=(50, 100)), 100.0, 100),
        (Control("nesterov", "n", "choice", True, choices=(False, True)), False, False),
    ],
)
def test_legal_value_is_cleaned(control: Control, given: object, clean: object) -> None:
    assert control.clean(given) == clean
    assert type(control.clean(given)) is type(clean)


@pytest.mark.parametrize("name", PANELS)
def test_every_stop_is_legal_as_a_page_sends_it(name: str) -> None:
    for control in PANELS[name].controls:
        for stop in control.stops:
            sent = int(stop) if isinstance(stop, float) and stop.is_integer() else stop
            sent = json.loads(json.dumps(sent))
            assert control.clean(sent) == stop


@pytest.mark.parametrize(("choices", "value"), [((1, 2), True), ((False, True), 1)])
def test_a_number_is_no_switch(choices: tuple[object, ...], value: object) -> None:
    control = Control("name", "label", "choice", choices[0], choices=choices)
    with pytest.raises(ConfigError, match=f"name={value!r} is not legal here"):
        control.clean(value)


HOSTILE = [
    None, True, "0.5", "<b>", [], {}, [0.5], math.nan, math.inf, -1, 1e300, 10**400, 1e-300, 2.5,
]  # fmt: skip


@pytest.mark.parametrize("name", PANEL.defaults)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_hostile_value_is_a_message_or_legal(name: str, value: object) -> None:
    try:
        config = PANEL.config({name: value})
    except ConfigError as error:
        assert len(str(error)) < 300
    else:  # such as a learning rate of 2.5
        assert getattr(config, name) == pytest.approx(value)


plain = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)


# A busy machine makes generated cases slow; that is no fault of theirs.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from([*PANEL.defaults, "dataset", ""]),
        plain | st.lists(plain, max_size=2),
        max_size=6,
    )
)
def test_any_json_is_a_message_or_legal(values: dict) -> None:
    try:
        config = PANEL.config(values)
    except ConfigError:
        return
    assert config.dataset == "digits"


def test_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="dataset: no such control; the controls are learning"):
        PANEL.config({"dataset": "/etc"})


# --- running --------------------------------------------------------------------------------


def test_events_tell_the_run() -> None:
    events: list[dict] = []
    run = run_panel(PANEL, QUICK, events.append)
    # Progress comes on a slow machine; frames have their own tests.
    events = [event for event in events if event["kind"] not in ("progress", "frame")]
    assert [event["kind"] for event in events] == ["start", *["epoch"] * 10, "end"]
    assert events[0]["before"]["test_accuracy"] < 0.3
    start, *epochs, end = json.loads(json.dumps(events, allow_nan=False))
    assert RunConfig.from_dict(start["config"]) == run.config == PANEL.config(QUICK)
    assert start["updates"] == run.summary["updates"]
    assert len(start["dataset"].pop("shown")["places"]) == 12
    assert start["dataset"] == {
        "name": "digits", "title": "digits", "train_size": 1433, "test_size": 364, "classes": 10,
            "side": 8, "pixel_max": 16,
    }  # fmt: skip
    for name in set(EPOCH_COLUMNS) - set(INSIDE_COLUMNS):
        assert [epoch[name] for epoch in epochs] == run.history[name]
    for epoch in epochs:
        assert 0 <= epoch["dead_units"] <= 1 - epoch["active_units"] <= 1
        assert epoch["gradient_norm"] > 0
    assert end["status"] == "completed"
    assert end["diagnosis"] == []
    assert end["diverged_at"] is None
    assert end["summary"]["test_accuracy"] == run.summary["test_accuracy"]


def test_a_panel_trains_what_train_trains() -> None:
    run = run_panel(PANEL, QUICK, lambda event: None)
    assert run.history == train(RunConfig(epochs=10)).history


def test_divergence_is_an_ending() -> None:
    events: list[dict] = []
    run = run_panel(PANEL, {"learning_rate": 1000.0}, events.append)
    assert events[-1]["diverged_at"] == round(run.diverged_at_update / 15, 2)  # updates per epoch
    assert events[-1]["diagnosis"] == [str(finding) for finding in run.diagnosis]
    assert events[-1]["diagnosis"][0].startswith("diverged: ")
    assert events[-1]["status"] == "diverged"
    assert events[-1]["diverged_at_update"] > 1
    assert "not finite" in events[-1]["stop_reason"]


def test_bad_value_raises_before_any_event() -> None:
    events: list[dict] = []
    with pytest.raises(ConfigError, match=r"momentum=1\.5 is not legal here"):
        run_panel(PANEL, {"momentum": 1.5}, events.append)
    assert events == []
