"""Predictions know their confidence and their mistakes; ensembles average probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from mlp_core import RunConfig, train
from mlp_core.data import load_dataset
from mlp_core.report.chapters.predictions import (
    Predictions,
    PredictionTrace,
    average,
    count_wrong,
    predict_probabilities,
    softmax,
)

PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.05, 0.9, 0.05], [0.4, 0.35, 0.25]])
LABELS = np.array([0, 1, 0, 0])


@pytest.fixture
def predictions() -> Predictions:
    return Predictions(PROBABILITIES, LABELS)


def test_classes_confidence_and_mistakes(predictions: Predictions) -> None:
    assert predictions.classes.tolist() == [0, 2, 1, 0]
    assert predictions.confidence.tolist() == [0.7, 0.6, 0.9, 0.4]
    assert predictions.right.tolist() == [True, False, False, True]
    assert predictions.mistakes == 2
    assert predictions.most_wrong.tolist() == [2, 1]


def test_losses_are_those_of_the_true_class(predictions: Predictions) -> None:
    assert predictions.losses == pytest.approx(-np.log([0.7, 0.3, 0.05, 0.4]))
    certain = Predictions(np.array([[1.0, 0.0]]), np.array([1]))
    assert np.isfinite(certain.losses).all()


def test_temperature_divides_the_logits(predictions: Predictions) -> None:
    logits = np.log(PROBABILITIES)
    cooled = predictions.at_temperature(2.0)
    assert cooled.probabilities == pytest.approx(softmax(logits / 2))
    assert (cooled.classes == predictions.classes).all()
    assert (cooled.confidence < predictions.confidence).all()
    assert predictions.at_temperature(1.0).probabilities == pytest.approx(PROBABILITIES)


def test_take_keeps_labels_beside_their_rows(predictions: Predictions) -> None:
    half = predictions.take(slice(1, None, 2))
    assert half.labels.tolist() == [1, 0]
    assert half.confidence.tolist() == [0.6, 0.4]


def test_average_and_shared_mistakes(predictions: Predictions) -> None:
    other = Predictions(PROBABILITIES[:, [1, 0, 2]], LABELS)
    assert average([predictions, other]).probabilities[0].tolist() == pytest.approx(
        [0.45, 0.45, 0.1]
    )
    assert count_wrong([predictions, other]).tolist() == [1, 2, 1, 1]
    with pytest.raises(ValueError, match="at least one network"):
        average([])


def test_probabilities_of_a_network_and_their_trace() -> None:
    trace = PredictionTrace([2, 3])
    run = train(RunConfig(epochs=3, hidden_sizes=(8,)), [trace])
    assert run.network is not None
    last = predict_probabilities(run.network, load_dataset("digits"))
    assert sorted(trace.predictions) == [2, 3]
    assert (trace.predictions[3].probabilities == last.probabilities).all()
    assert last.probabilities.sum(axis=1) == pytest.approx(1)
    assert last.right.mean() == run.history.last("test_accuracy")
    assert last.losses.mean() == pytest.approx(run.history.last("test_loss"), rel=1e-5)
