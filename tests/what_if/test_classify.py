"""What a network sees: ten scores, the digit of the largest, and a sentence for bad images."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mlp_core.data import load_dataset
from mlp_core.nn.names import LOSSES
from mlp_core.training import ConfigError, Run, RunConfig, predict, train
from mlp_core.what_if.classify import classify_image, classify_test_image

DIGITS = load_dataset("digits")


@pytest.fixture(scope="module")
def run() -> Run:
    return train(RunConfig(epochs=20))


def test_it_sees_what_the_evaluation_sees(run: Run) -> None:
    predicted = predict(run.network, DIGITS).argmax(axis=1)
    for number in range(1, DIGITS.test_size + 1, 17):
        seen = classify_test_image(run, number)
        assert seen["digit"] == predicted[number - 1]
        assert seen["label"] == DIGITS.test_labels[number - 1]
        assert len(seen["scores"]) == 10
        assert sum(seen["scores"]) == pytest.approx(1)
        json.dumps(seen, allow_nan=False)


def test_a_test_image_is_seen_like_its_pixels(run: Run) -> None:
    seen = classify_test_image(run, 1)
    assert seen["pixels"] == DIGITS.test_features[0].tolist()
    assert classify_image(run, seen["pixels"])["scores"] == seen["scores"]


@pytest.mark.parametrize("loss", LOSSES)
def test_scores_are_probabilities_where_the_loss_says_so(loss: str) -> None:
    run = train(RunConfig(loss=loss, epochs=1))
    seen = classify_test_image(run, 5)
    if loss in ("hinge", "mse"):
        outputs = predict(run.network, DIGITS)[4]
        assert seen["kind"] == "score"
        assert np.allclose(seen["scores"], outputs, atol=1e-5)
    else:
        assert seen["kind"] == "probability"
        assert sum(seen["scores"]) == pytest.approx(1)


def test_the_input_scaling_of_the_run_counts() -> None:
    run = train(RunConfig(input_scaling="standardized", epochs=2))
    scaled = load_dataset("digits", "standardized")
    assert classify_test_image(run, 9)["digit"] == predict(run.network, scaled)[8].argmax()


def test_a_diverged_network_sees_nothing() -> None:
    run = train(RunConfig(learning_rate=1000.0))
    assert run.status == "diverged"
    seen = classify_test_image(run, 1)
    assert seen["digit"] is None
    assert None in seen["scores"]
    json.dumps(seen, allow_nan=False)


@pytest.mark.parametrize(
    "pixels", [[], [0] * 63, [-1] * 64, [17] * 64, [float("nan")] * 64, [[0] * 8] * 8]
)
def test_what_is_no_image_is_a_message(run: Run, pixels: list) -> None:
    with pytest.raises(ConfigError, match="an image of digits has 64 pixels from 0 to 16"):
        classify_image(run, pixels)


@pytest.mark.parametrize("number", [0, 365, -1, 1.5, "1", None, 10**400])
def test_no_such_test_image_is_a_message(run: Run, number: object) -> None:
    with pytest.raises(ConfigError, match="must be a whole number from 1 to 364"):
        classify_test_image(run, number)  # type: ignore[arg-type]


def test_a_run_from_a_file_has_no_network(run: Run) -> None:
    with pytest.raises(ConfigError, match="no network"):
        classify_test_image(Run.from_dict(run.to_dict()), 1)
