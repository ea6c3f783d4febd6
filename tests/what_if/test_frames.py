"""What events tell of a network is what the studies' own statistics and its arrays tell."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
import pytest

from mlp_book.panels import PANELS
from mlp_core.data import Dataset, load_dataset
from mlp_core.nn import Network
from mlp_core.nn.textbook import softmax
from mlp_core.training import (
    ActivationStatistics,
    NormStatistics,
    RunConfig,
    Training,
    predict,
    train,
)
from mlp_core.what_if import run_panel
from mlp_core.what_if.frames import (
    EXAMPLES,
    SHOWN,
    UNITS,
    WHOLE,
    describe_shown,
    look,
    shown_examples,
)

PANEL = PANELS["engine"].with_base(epochs=2)


def events_of(kind: str, values: dict, **base: object) -> list[dict]:
    events: list[dict] = []
    run_panel(PANEL.with_base(**base), values, events.append)
    return [event for event in events if event["kind"] == kind]


def epochs_of(values: dict, **base: object) -> list[dict]:
    return events_of("epoch", values, **base)


def trained(epochs: int, data: Any = None, **fields: Any) -> Training:
    training = Training(RunConfig(epochs=max(epochs, 1), **fields), data)
    for _ in range(epochs):
        training.run_epoch()
    return training


def bytes_of(text: str, kind: type = np.uint8) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), kind)


def weights_of(layer: dict) -> np.ndarray:
    return layer["scale"] * bytes_of(layer["weights"], np.int8).reshape(layer["shape"])


# --- the numbers of an epoch ---------------------------------------------------------------------


def test_it_is_what_the_callbacks_record() -> None:
    config = RunConfig(hidden_sizes=(32, 32, 32), epochs=2)
    callbacks = [ActivationStatistics(examples=EXAMPLES), NormStatistics(EXAMPLES)]
    records = train(config, callbacks=callbacks).records
    for number, epoch in enumerate(epochs_of({"hidden_sizes": [32, 32, 32]})):
        for name, values in epoch["layers"].items():
            assert values == records[name][number], name
        assert epoch["active_units"] == pytest.approx(sum(epoch["layers"]["active_units"]) / 3)
        norms = epoch["layers"]["gradient_norm"]
        assert len(norms) == 4
        assert epoch["gradient_norm"] == pytest.approx(math.sqrt(sum(n**2 for n in norms)))


def test_layers_count_by_their_width() -> None:
    (epoch, _) = epochs_of({"hidden_sizes": [64, 32]})
    wide, narrow = epoch["layers"]["active_units"]
    assert epoch["active_units"] == pytest.approx((64 * wide + 32 * narrow) / 96)


def test_a_network_without_hidden_units_has_none() -> None:
    for epoch in epochs_of({"hidden_sizes": []}):
        assert epoch["active_units"] is epoch["dead_units"] is None
        assert epoch["gradient_norm"] > 0
    frame = look(trained(1, hidden_sizes=()))["frame"]
    assert frame["units"] is None
    assert frame["hidden"] == []
    assert frame["network"]["layers"][0]["shape"] == [64, 10]


def test_units_die_of_a_large_rate() -> None:
    calm, wild = (
        epochs_of({}, learning_rate=rate, epochs=10)[-1]["dead_units"] for rate in (0.05, 2.0)
    )
    assert calm < 0.5 < wild


def test_looking_changes_nothing() -> None:
    events: list[dict] = []
    run = run_panel(PANEL, {"hidden_sizes": [64, 32]}, events.append)
    assert run.history == train(run.config).history


def test_every_event_is_json_even_near_divergence() -> None:
    for rate in (2.0, 10.0, 100.0):
        for kind in ("epoch", "frame"):
            for event in events_of(kind, {}, learning_rate=rate, activation="relu", epochs=3):
                json.dumps(event, allow_nan=False)


def test_a_network_of_numbers_that_are_none_is_looked_at_all_the_same() -> None:
    training = trained(1)
    for value in (np.nan, np.inf, 1e30):
        training.network.parameters[:700] = value
        training.update += 1  # what was tested before is not true any more
        json.dumps(look(training), allow_nan=False)


def test_the_largest_output_nears_the_end_of_exp_before_inf() -> None:
    """With first weights as large as 3, the outputs lie where exp of float32 is at its end."""
    calm, wide = (epochs_of({}, init_std=std)[0]["largest_output"] for std in (0.01, 3.0))
    assert 0 < calm < 88 < wide


# --- frames --------------------------------------------------------------------------------------


def test_a_frame_follows_the_start_and_every_epoch() -> None:
    events: list[dict] = []
    run_panel(PANEL, {}, events.append)
    kinds = [event["kind"] for event in events if event["kind"] != "progress"]
    assert kinds == ["start", "frame", "epoch", "frame", "epoch", "frame", "end"]
    assert [event["epoch"] for event in events if event["kind"] == "frame"] == [0, 1, 2]


def test_a_frame_costs_one_pass_of_training_examples_and_none_of_test_examples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training = trained(1)
    rows: list[int] = []
    forward = Network.forward
    monkeypatch.setattr(
        Network, "forward", lambda self, inputs: rows.append(len(inputs)) or forward(self, inputs)
    )
    look(training)
    assert rows == [EXAMPLES]


@pytest.mark.parametrize("hidden", [(128,), (32, 32, 32), ()])
def test_weights_are_the_networks_to_half_a_level(hidden: tuple[int, ...]) -> None:
    training = Training(RunConfig(epochs=12, hidden_sizes=hidden))
    for epoch in training:
        if epoch not in (1, 5, 12):
            continue
        network = look(training)["frame"]["network"]
        assert network["whole"]
        layers = training.network.linear_layers
        for packed, layer in zip(network["layers"], layers, strict=True):
            half = packed["scale"] * 0.502
            np.testing.assert_allclose(weights_of(packed), layer.weight, rtol=0, atol=half)
            np.testing.assert_allclose(packed["bias"], layer.bias, atol=6e-6)


def test_of_a_large_network_the_first_units_are_there() -> None:
    wide, deep = (trained(1, hidden_sizes=sizes) for sizes in [(512,), (256, 128)])
    frame = look(wide)["frame"]["network"]
    assert not frame["whole"]
    assert frame["first_units"] == 512
    first, last = (layer.weight for layer in wide.network.linear_layers)
    for packed, weight in zip(frame["layers"], (first[:, :UNITS], last[:UNITS]), strict=True):
        half = packed["scale"] * 0.502
        np.testing.assert_allclose(weights_of(packed), weight, rtol=0, atol=half)
    frame = look(deep)["frame"]
    assert [layer["shape"] for layer in frame["network"]["layers"]] == [[64, UNITS]]
    assert len(bytes_of(frame["units"]["share"])) == UNITS
    assert len(json.dumps(frame)) < 4 / 3 * WHOLE


@pytest.mark.parametrize(("activation", "std"), [("relu", 0.01), ("gelu", 0.01), ("tanh", 2.0),
                                                 ("sigmoid", 2.0)])  # fmt: skip
def test_states_are_those_of_the_engines_statistics(activation: str, std: float) -> None:
    rate = 2.0 if activation == "relu" else 0.05
    fields = {"activation": activation, "init_std": std, "learning_rate": rate}
    training = trained(5, hidden_sizes=(64, 32), **fields)
    seen = look(training)
    frame = seen["frame"]
    for name, values in ActivationStatistics(examples=EXAMPLES).measure(training).items():
        assert seen["inside"]["layers"].get(name, values) == values
    layer = training.network.activation_layers[0]  # its outputs are those of that pass
    per_unit = (layer.outputs > 0).mean(axis=0)
    assert frame["units"]["dead"] == np.flatnonzero(per_unit == 0).tolist()
    np.testing.assert_allclose(bytes_of(frame["units"]["share"]), 255 * per_unit, atol=0.51)
    low, high = {"tanh": (-1, 1), "sigmoid": (0, 1)}.get(activation, (-np.inf, np.inf))
    margin = 0.01 * (high - low) if np.isfinite(high) else 0
    is_at_end = (layer.outputs < low + margin) | (layer.outputs > high - margin)
    saturated = np.flatnonzero(is_at_end.mean(axis=0) >= 0.9).tolist()
    assert frame["units"]["saturated"] == saturated
    assert bool(saturated) == (activation in ("tanh", "sigmoid"))
    for counts, size, dead in zip(
        frame["hidden"], (64, 32), seen["inside"]["layers"]["dead_units"], strict=True
    ):
        assert sum(counts) == size
        assert counts[0] == round(dead * size)
    if activation == "relu":
        assert frame["hidden"][0][0] > 0


def test_what_it_says_of_the_test_digits_is_what_the_network_says() -> None:
    training = trained(5)
    frame, data = look(training)["frame"], training.dataset
    probabilities = softmax(predict(training.network, data).astype(float))
    said = probabilities.argmax(axis=1)
    assert bytes_of(frame["said"]).tolist() == said.tolist()
    np.testing.assert_allclose(bytes_of(frame["sure"]), 255 * probabilities.max(axis=1), atol=0.6)
    shown = shown_examples(data)
    scores = bytes_of(frame["scores"]).reshape(SHOWN, 10)
    np.testing.assert_allclose(scores, 255 * probabilities[shown], atol=0.6)
    confusion = np.reshape(frame["confusion"], (10, 10))
    assert confusion.sum() == 364
    assert np.trace(confusion) == round(364 * training.history.row(-1)["test_accuracy"])
    assert confusion[:, 3].sum() == (said == 3).sum()
    assert confusion[3].sum() == (data.test_labels == 3).sum()


def test_scores_that_are_no_probabilities_are_told_by_their_lead() -> None:
    training = trained(2, loss="mse")
    frame, outputs = look(training)["frame"], predict(training.network, training.dataset)
    second, first = np.sort(outputs, axis=1)[:, -2:].T
    lead = np.clip(255 * (first - second), 0, 255)
    np.testing.assert_allclose(bytes_of(frame["sure"]), lead, atol=0.6)


def test_the_shown_digits_are_one_of_each_class_and_always_the_same() -> None:
    data = load_dataset()
    described = describe_shown(data)
    assert described is not None
    assert sorted(set(described["labels"])) == list(range(10))
    assert described["places"] == shown_examples(load_dataset())
    pixels = bytes_of(described["pixels"]).reshape(SHOWN, 64)
    np.testing.assert_allclose(
        pixels / 255 * 16, data.test_features[described["places"]], atol=0.04
    )


def test_data_that_are_no_images_and_of_few_rows() -> None:
    rng = np.random.default_rng(1)
    data = Dataset.from_arrays(rng.normal(size=(40, 3)), rng.integers(0, 2, 40))
    training = trained(2, data, hidden_sizes=(4,))
    frame = look(training)["frame"]
    assert frame["network"]["input"] is None
    assert np.sum(frame["confusion"]) == training.dataset.test_size
    assert describe_shown(training.dataset) is None


def test_outputs_of_the_test_set_are_known_until_the_next_update() -> None:
    training = trained(1)
    known = training.test_outputs()
    np.testing.assert_array_equal(known, predict(training.network, training.dataset))
    assert training.test_outputs() is known
    training.run_epoch()
    np.testing.assert_array_equal(
        training.test_outputs(), predict(training.network, training.dataset)
    )
