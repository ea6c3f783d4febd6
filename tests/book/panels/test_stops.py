"""What is stored behind the panels' controls: whole, small, and what the engine gives."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_book import packing
from mlp_book.panels import PANELS, pictures, stops
from mlp_book.scripts import as_json
from mlp_core.data import load_dataset
from mlp_core.training import RunConfig
from mlp_core.what_if import Control, Panel, run_panel

HALF_A_LEVEL = 0.5 / packing.LEVELS
TINY = Panel(
    "tiny",
    "",
    "",
    (
        Control("learning_rate", "learning rate", "choice", 0.05, choices=(0.01, 0.05, 1e5)),
        Control("momentum", "momentum", "slider", 0.9, low=0.0, high=0.99, step=0.01),
        Control("epochs", "epochs", "choice", 3, choices=(1, 2, 3, 10)),
        Control("seed", "seed", "int", 5, low=0, high=99, step=1),
    ),
)


@pytest.mark.parametrize("name", PANELS)
def test_every_stop_of_the_main_control_is_stored(name: str) -> None:
    panel, stored = PANELS[name], stops.load_stops(name)
    assert stored is not None
    main = panel.controls[0]
    alone = [run["values"] for run in stored["runs"] if set(run["values"]) <= {main.name}]
    assert sorted(map(str, (v.get(main.name, main.default) for v in alone))) == sorted(
        map(str, main.stops)
    )
    assert [run["values"] for run in stored["runs"]] == stops.settings_of(panel)
    assert RunConfig.from_dict(stored["config"]) == panel.config({})
    assert len(stored["seeds"]) == stops.SEEDS
    assert stored["seeds"][0] == panel.config({}).seed
    assert {"mlp_core", "commit", "numpy"} <= set(stored["environment"])
    # The script that a page loads.
    assert len(f'(window.mlpCoreStops ??= {{}})["{name}"] = {as_json(stored)};\n') <= 120_100
    assert 8 <= len(stored["frames"]["frames"]) <= pictures.COUNTS[0]
    assert set(stops.asked_epochs(panel)) <= set(stored["kept"])
    assert stored["kept"][-1] == stored["frames"]["frames"][-1]["epoch"] == stored["epochs"]
    assert len(stored["kept"]) >= min(stored["epochs"], stops.SIZES[-1][0])


@pytest.mark.parametrize("name", PANELS)
def test_the_stored_network_is_the_default_runs_but_for_its_levels(name: str) -> None:
    stored = stops.load_stops(name)
    assert stored is not None
    network, data = stored["network"], load_dataset("digits", stored["config"]["input_scaling"])
    scale, offset = network["input"]
    values = data.test_features * scale + offset
    for place, layer in enumerate(network["layers"]):
        levels = np.frombuffer(base64.b64decode(layer["weights"]), np.int8)
        values = values @ (layer["scale"] * levels.reshape(layer["shape"])) + layer["bias"]
        if place < len(network["layers"]) - 1:
            values = np.maximum(values, 0)
    assert network["activation"] == "relu"
    accuracy = (values.argmax(1) == data.test_labels).mean()
    assert accuracy == pytest.approx(network["test_accuracy"], abs=0.006)  # two images


@given(st.lists(st.floats(-10, 10)))
def test_what_is_packed_is_read_to_half_a_level(values: list[float]) -> None:
    read = packing.unpack(packing.pack(values, -10, 10), -10, 10)
    assert read == pytest.approx(values, abs=20 * HALF_A_LEVEL * 1.001)


def test_what_is_not_finite_is_packed_as_such() -> None:
    assert packing.unpack(packing.pack([math.inf, None, math.nan, 5], 0, 1), 0, 1) == [
        None, None, None, 1.0,
    ]  # fmt: skip


def test_a_setting_holds_mean_and_range_of_its_seeds() -> None:
    seeds = [5, 6]
    packed = stops.pack_setting({}, stops.train_setting(TINY, {}, seeds), [1, 3])
    histories = [run_panel(TINY, {"seed": s}, lambda event: None).history for s in seeds]
    last = [history["test_accuracy"][2] for history in histories]
    read = [packing.unpack(text, 0, 1)[1] for text in packed["columns"]["test_accuracy"]]
    assert read == pytest.approx([sum(last) / 2, min(last), max(last)], abs=1.1 * HALF_A_LEVEL)
    losses = [history["running_loss"][0] for history in histories]
    (text,) = packed["columns"]["running_loss"]
    log = packing.unpack(text, *stops.LOG_ENDS)[0]
    assert log == pytest.approx(math.log10(sum(losses) / 2), abs=10 * 1.1 * HALF_A_LEVEL)


def test_divergence_is_stored_by_seed() -> None:
    packed = stops.pack_setting({}, stops.train_setting(TINY, {"learning_rate": 1e5}, [5, 6]), [1])
    assert len(packed["diverged"]) == 2
    assert all(0 < at <= 3 for at in packed["diverged"])


def test_one_control_at_a_time_and_of_a_long_slider_a_few() -> None:
    settings = stops.settings_of(TINY)
    assert settings[0] == {}
    assert all(len(setting) <= 1 for setting in settings)
    assert {"learning_rate": 1e5} in settings
    momenta = [s["momentum"] for s in settings if "momentum" in s]
    assert stops.FEW - 1 <= len(momenta) <= stops.FEW
    assert not [s for s in settings if "seed" in s or "epochs" in s]
