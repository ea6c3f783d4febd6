"""What a trained network says of one image: all its scores, and the digit that it sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn.textbook import softmax
from mlp_core.training import ConfigError, Model, Run


def classify_image(run: Run, pixels: Sequence[float]) -> dict[str, Any]:
    """Return what a run's network says of an image.

    Parameters
    ----------
    run : Run
        As `train` returned it, with model and dataset.
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
    model, dataset = _parts_of(run)
    image = np.asarray(pixels, np.float64)
    legal = image.shape == (dataset.in_features,) and np.isfinite(image).all()
    largest = dataset.pixel_max or 0
    if not (legal and image.min() >= 0 and image.max() <= largest):
        raise ConfigError(
            f"an image of {dataset.name} has {dataset.in_features} pixels from 0 to {largest}"
        )
    return _classify(model, dataset.scaling.apply(image[None], model.network.dtype))


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
    _, dataset = _parts_of(run)
    if not (isinstance(number, int) and 1 <= number <= dataset.test_size):
        raise ConfigError(
            f"test image {number!r:.40} is not legal: must be a whole number from 1 to "
            f"{dataset.test_size}"
        )
    pixels = dataset.test_features[number - 1]
    label = int(dataset.test_labels[number - 1])
    return {"label": label, "pixels": pixels.tolist(), **classify_image(run, pixels)}


def _parts_of(run: Run) -> tuple[Model, Dataset]:
    if run.model is None or run.dataset is None:
        raise ConfigError("the run has no network: train it again")
    return run.model, run.dataset


def _classify(model: Model, inputs: np.ndarray) -> dict[str, Any]:
    with np.errstate(all="ignore"):
        outputs = model.network.forward(inputs).astype(np.float64)
        # Log-probabilities go into the softmax as well as logits.
        (scores,) = softmax(outputs) if model.gives_probabilities else outputs
    seen = int(scores.argmax()) if np.isfinite(scores).all() else None
    kind = "probability" if model.gives_probabilities else "score"
    shown = [float(score) if np.isfinite(score) else None for score in scores]
    return {"digit": seen, "kind": kind, "scores": shown}
