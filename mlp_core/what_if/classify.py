"""What a trained network says of one image: all its scores, and the digit that it sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core.data import Dataset, load_dataset
from mlp_core.training import ConfigError, Run

# The outputs of networks trained with these are no log-probabilities, nor are they meant to be.
PLAIN_SCORES = ("hinge", "mse")


def classify_image(run: Run, pixels: Sequence[float]) -> dict[str, Any]:
    """Return what a run's network says of an image.

    Parameters
    ----------
    run : Run
        With its network.
    pixels : sequence of number
        Row by row, each from 0 to the largest pixel of the run's dataset.

    Returns
    -------
    dict
        ``scores``: one a class. ``kind``: "probability" where the loss takes the outputs for
        log-probabilities, else "score", the plain outputs. ``digit``: the class with the largest
        score, or None if a score is not finite, as those of a diverged network may be.

    Raises
    ------
    ConfigError
        If the pixels are not an image of the dataset's, or the run has no network.
    """
    dataset = _dataset_of(run)
    image = np.asarray(pixels, np.float64)
    legal = image.shape == (dataset.in_features,) and np.isfinite(image).all()
    largest = dataset.pixel_max or 0
    if not (legal and image.min() >= 0 and image.max() <= largest):
        raise ConfigError(
            f"an image of {dataset.name} has {dataset.in_features} pixels from 0 to {largest}"
        )
    return _classify(run, dataset.scaling.apply(image[None], np.float64)[0])


def classify_test_image(run: Run, number: int) -> dict[str, Any]:
    """Return what `classify_image` does for a test image, with its ``pixels`` and its ``label``.

    Parameters
    ----------
    run : Run
    number : int
        From 1 to the number of test images.

    Raises
    ------
    ConfigError
        If there is no such image.
    """
    dataset = _dataset_of(run)
    if not (isinstance(number, int) and 1 <= number <= dataset.test_size):
        raise ConfigError(
            f"test image {number!r:.40} is not legal: must be a whole number from 1 to "
            f"{dataset.test_size}"
        )
    pixels = dataset.test_features[number - 1]
    label = int(dataset.test_labels[number - 1])
    return {"label": label, "pixels": pixels.tolist(), **classify_image(run, pixels)}


def _dataset_of(run: Run) -> Dataset:
    if run.network is None:
        raise ConfigError("the run has no network: train it again")
    return load_dataset(run.config.dataset, run.config.input_scaling)


def _classify(run: Run, image: np.ndarray) -> dict[str, Any]:
    network = run.network
    assert network is not None
    network.set_training(False)
    with np.errstate(all="ignore"):
        outputs = network.forward(image[None].astype(network.dtype))[0].astype(np.float64)
        plain = run.config.loss in PLAIN_SCORES
        scores = outputs if plain else _softmax(outputs)
    seen = int(scores.argmax()) if np.isfinite(scores).all() else None
    kind = "score" if plain else "probability"
    shown = [float(score) if np.isfinite(score) else None for score in scores]
    return {"digit": seen, "kind": kind, "scores": shown}


def _softmax(outputs: np.ndarray) -> np.ndarray:
    """Return probabilities; log-probabilities go in as well as logits."""
    powers = np.exp(outputs - outputs.max())
    return powers / powers.sum()
