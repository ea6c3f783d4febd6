"""The pictures of the network: stored frames are the engine's, and the map's digits have places."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from waiting import wait_for

from mlp_book.panels import PANELS, WhatIf, pictures, places
from mlp_book.panels.panel_html import panel_data
from mlp_book.panels.stops import load_stops
from mlp_book.scripts import as_json
from mlp_core.data import load_dataset
from mlp_core.training import Training
from mlp_core.what_if import Panel
from mlp_core.what_if.frames import describe_shown, look

NAMES = ("weights", "units", "gradient", "confusion", "digits")


def weights_of(frame: dict) -> np.ndarray:
    layer = frame["network"]["layers"][0]
    levels = np.frombuffer(base64.b64decode(layer["weights"]), np.int8)
    return layer["scale"] * levels.reshape(layer["shape"])


def stored_frames(name: str) -> dict:
    stored = load_stops(name)
    assert stored is not None
    return stored["frames"]


@pytest.mark.parametrize("name", PANELS)
def test_frames_are_few_small_and_of_the_panels_whole_run(name: str) -> None:
    stored, last = stored_frames(name), PANELS[name].config({}).epochs
    epochs = [frame["epoch"] for frame in stored["frames"]]
    assert (epochs[0], epochs[-1]) == (0, last)
    assert 8 <= len(epochs) <= pictures.COUNTS[0]
    assert stored["dataset"]["shown"] == describe_shown(load_dataset("digits"))
    is_mapped = name in pictures.MAPPED
    size = len(as_json(stored)) + (len(as_json(places.digit_map())) if is_mapped else 0)
    assert size <= pictures.MOST == 60_000
    for frame in stored["frames"]:
        assert weights_of(frame).shape[1] <= 32
        assert np.sum(frame["confusion"]) == 364
        assert (frame["said"] is not None) == is_mapped


@pytest.mark.parametrize("name", ["momentum", "where-it-fails"])
def test_stored_frames_are_what_the_engine_gives(name: str) -> None:
    """The early ones: small differences between machines have not grown yet."""
    training = Training(PANELS[name].config({}))
    kept = {frame["epoch"]: frame for frame in stored_frames(name)["frames"]}
    units = pictures.UNITS[name in pictures.MAPPED]
    for epoch in (0, 1, 3):
        while training.epoch < epoch:
            training.run_epoch()
        frame = kept[epoch]
        new = look(training, 0, units)["frame"]
        layer = training.network.linear_layers[0]
        half = 0.51 * frame["network"]["layers"][0]["scale"]
        np.testing.assert_allclose(weights_of(frame), layer.weight[:, :units], rtol=0, atol=half)
        np.testing.assert_allclose(frame["gradient"], new["gradient"], rtol=1e-3)
        assert np.abs(np.subtract(frame["confusion"], new["confusion"])).sum() <= 4


@pytest.mark.parametrize("name", PANELS)
def test_every_panel_names_two_pictures(name: str) -> None:
    data = panel_data(PANELS[name])
    first, second = data["pictures"]
    assert first != second
    assert {first, second} <= set(NAMES)
    expected = {"hidden-layers": "weights", "activations-losses": "units", "momentum": "gradient",
                "learning-rate": "gradient", "where-it-fails": "confusion"}  # fmt: skip
    assert first == expected.get(name, "weights")


@pytest.mark.parametrize("panel", PANELS.values(), ids=list(PANELS))
def test_every_value_has_a_name_for_readers(panel: Panel) -> None:
    for control in panel_data(panel)["controls"]:
        names = control["names"]
        assert len(set(names)) == len(names) == len(control["stops"])
        assert not re.search(r"_|relu|adadelta|0\.000|True|False", " ".join(names)), names


def test_the_places_of_the_map_are_always_the_same_and_fill_it() -> None:
    images = load_dataset("digits").test_features
    one = places.project(images)
    packed = np.frombuffer(base64.b64decode(places.digit_map()["places"]), np.uint8)
    np.testing.assert_allclose(packed.reshape(2, -1).T / 255, one, atol=0.51 / 255)
    assert one.min() == 0
    assert one.max() == 1
    counts = np.histogram2d(*one.T, bins=4)[0]
    assert (counts > 0).mean() > 0.8


def test_neighbours_on_the_map_are_mostly_the_same_digit() -> None:
    labels = load_dataset("digits").test_labels
    at = np.frombuffer(base64.b64decode(places.digit_map()["places"]), np.uint8)
    points = at.reshape(2, -1).T.astype(float)
    far = ((points[:, None] - points[None]) ** 2).sum(axis=2) + 1e9 * np.eye(len(points))
    assert (labels[far.argmin(axis=1)] == labels).mean() > 0.85


def test_the_map_holds_every_test_digit() -> None:
    data, stored = load_dataset("digits"), places.digit_map()
    pixels = [[places.ALPHABET.index(c) for c in text] for text, _ in stored["images"]]
    np.testing.assert_array_equal(pixels, data.test_features)
    assert [label for _, label in stored["images"]] == data.test_labels.tolist()


def test_a_kernel_sends_the_map_when_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    panel, sent = WhatIf(PANELS["hidden-layers"]), list[dict]()
    monkeypatch.setattr(panel, "send", lambda message, buffers=None: sent.append(message))
    panel._take(panel, {"kind": "map"}, [])
    wait_for(lambda: bool(sent))
    assert sent == [{"kind": "map", "map": places.digit_map()}]
