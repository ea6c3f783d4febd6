"""What a network is at one moment of its training, as a frame that pictures are drawn from."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlp_core.data import Dataset
from mlp_core.nn.textbook import softmax
from mlp_core.training import NormStatistics, Training
from mlp_core.training.model import gives_probabilities
from mlp_core.training.units import UnitStates

EXAMPLES = 500  # enough for a percent, and few enough to cost an epoch of digits hardly anything
INSIDE_COLUMNS = ("active_units", "dead_units", "gradient_norm", "largest_output")

WHOLE = 2**14  # weights at most of a network that a frame holds whole
UNITS = 32  # of a larger network's first layer, the first ones
SHOWN = 12  # test examples of which a frame holds all scores
MOST_TESTED = 1000  # test examples of which a frame holds what the network says
MOST_CLASSES = 20  # of a confusion matrix
_NORMS = NormStatistics(examples=EXAMPLES)


@np.errstate(all="ignore")  # a network that is about to diverge may be looked at, too
def look(
    training: Training, most: int = WHOLE, units: int = UNITS, has_frame: bool = True
) -> dict[str, Any]:
    """Measure the network as it is: one pass of training examples, and the epoch's test pass.

    Units and gradients are those of the first `EXAMPLES` training examples.

    Parameters
    ----------
    training : Training
    most, units : int
        See `pack_network`.
    has_frame : bool
        Whether a frame is made, which takes as long as the numbers.

    Returns
    -------
    dict
        ``inside``, the numbers of an epoch, and ``frame``, what pictures are drawn from. All are
        plain JSON values; bytes are in base 64, and what is not `finite` is None.

        ``inside`` holds ``active_units`` and ``dead_units``: the shares of
        all hidden units whose output is above 0 on more than a fifth of the examples, and on
        none; None without hidden units. ``gradient_norm``: the Euclidean norm of the gradient
        along all weights. ``largest_output``: the largest absolute value that the network puts
        out, which tells how far it is from the end of the exponential function. ``layers``: the
        first three as lists, one value per hidden layer, or per linear layer for the norm.

        ``frame`` holds the ``epoch``. ``network``: see `pack_network`. ``units``: of its first
        layer ``share`` (on how many of the examples a unit is active, 255 for all of them) and
        which are ``dead`` or ``saturated``. ``hidden``: per hidden layer how many units are dead,
        saturated, seldom active, active; each is counted once, as the first that is true.
        ``gradient``: the norm per linear layer. ``confusion``: test examples by true class (rows)
        and by what the network says, row after row, or None of very many classes. ``said`` and
        ``sure``: what it says of each test example and its probability (255 for 1; without
        probabilities the lead over the second score), or None of very many examples. ``scores``:
        all scores of `shown_examples`, from 0 to 255.
    """
    norms = _NORMS.measure(training)["gradient_norm"]
    network = training.network  # its layers still hold their outputs of that pass
    largest = float(np.abs(network.layers[-1].outputs).max())
    states = [UnitStates.of(layer) for layer in network.activation_layers]
    shares = {
        "active_units": [float(state.active.mean()) for state in states],
        "dead_units": [float(state.dead.mean()) for state in states],
    }
    widths = [len(state.share) for state in states]
    gradient = [finite(norm) for norm in norms]
    seen: dict[str, Any] = {
        "inside": {
            **{name: _weighted(values, widths) for name, values in shares.items()},
            "gradient_norm": finite(math.hypot(*norms)),
            "largest_output": finite(largest),
            "layers": {**shares, "gradient_norm": gradient},
        }
    }
    if has_frame:
        packed = pack_network(training, most, units)
        seen["frame"] = {
            "epoch": training.epoch,
            "network": packed,
            "units": _first_units(states, packed["layers"][0]["shape"][1]),
            "hidden": [_counts(state) for state in states],
            "gradient": gradient,
            **_test_answers(training),
        }
    return seen


def finite(value: Any) -> Any:
    """Return a value; None for a number that is not finite: JSON has no word for it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_text(values: np.ndarray) -> str:
    """Return an array's bytes in base 64."""
    return base64.b64encode(values.tobytes()).decode()


# --- weights ------------------------------------------------------------------------------------


def pack_network(training: Training, most: int = WHOLE, units: int = UNITS) -> dict[str, Any]:
    """Return a network in bytes: each weight one of 255 even levels of its layer.

    Returns
    -------
    dict
        ``input`` (scale and offset of a pixel), ``activation``, ``loss``, ``first_units`` (how
        many the first layer has), ``whole`` and ``layers``: see `pack_layer`. A network of more
        than `most` weights is not whole: of its first layer the first `units` units are there,
        and their weights to the outputs if these come next.
    """
    layers, scaling = training.network.linear_layers, training.dataset.scaling
    weights = [(layer.weight, layer.bias) for layer in layers]
    whole = sum(weight.size for weight, _ in weights) <= most
    if not whole:
        (first, bias), (last, last_bias) = weights[0], weights[-1]
        weights = [(first[:, :units], bias[:units])]
        weights += [(last[:units], last_bias)] if len(layers) == 2 else []
    has_pixels = training.dataset.pixel_max is not None
    return {
        "input": [float(scaling.scale), float(scaling.offset)] if has_pixels else None,
        "activation": training.config.activation,
        "loss": training.config.loss,
        "first_units": layers[0].out_features,
        "whole": whole,
        "layers": [pack_layer(weight, bias) for weight, bias in weights],
    }


def pack_layer(weight: np.ndarray, bias: np.ndarray) -> dict[str, Any]:
    """Return a layer in bytes: ``shape`` (inputs, outputs), ``scale``, ``weights``, ``bias``.

    >>> pack_layer(np.array([[1.27, -0.5]]), np.zeros(2))
    {'shape': [1, 2], 'scale': 0.01, 'weights': 'f84=', 'bias': [0.0, 0.0]}
    """
    largest = float(np.abs(weight).max())
    scale = float(f"{largest / 127:.5g}") if 0 < largest < math.inf else 1.0
    levels, bias = np.rint(weight / scale), bias.astype(np.float64)
    if not (math.isfinite(largest) and np.isfinite(bias).all()):
        levels, bias = np.nan_to_num(levels).clip(-127, 127), np.nan_to_num(bias)
    return {
        "shape": list(weight.shape),
        "scale": scale,
        "weights": as_text(levels.astype(np.int8)),
        "bias": bias.round(5).tolist(),
    }


# --- units --------------------------------------------------------------------------------------


def _weighted(values: list[float], widths: list[int]) -> float | None:
    """Return the mean over units of what is known per layer."""
    if not widths:
        return None
    return sum(v * width for v, width in zip(values, widths, strict=True)) / sum(widths)


def _first_units(states: Sequence[UnitStates], count: int) -> dict[str, Any] | None:
    """Return what the first hidden units do; None without any."""
    if not states:
        return None
    first = states[0]
    return {
        "share": as_text((255 * first.share[:count]).round().astype(np.uint8)),
        "dead": np.flatnonzero(first.dead[:count]).tolist(),
        "saturated": np.flatnonzero(first.saturated[:count]).tolist(),
    }


def _counts(state: UnitStates) -> list[int]:
    """Return how many units are dead, saturated, seldom active, active."""
    kinds = np.select([state.dead, state.saturated, ~state.active], [0, 1, 2], 3)
    return np.bincount(kinds, minlength=4).tolist()


# --- test examples ------------------------------------------------------------------------------


def shown_examples(dataset: Dataset) -> list[int]:
    """Return the places of `SHOWN` test examples: the first of each class, then the first ones."""
    labels = dataset.test_labels[:MOST_TESTED].tolist()
    firsts = sorted(labels.index(label) for label in set(labels))[:SHOWN]
    others = [place for place in range(min(len(labels), 2 * SHOWN)) if place not in firsts]
    return [*firsts, *others][:SHOWN]


def describe_shown(dataset: Dataset) -> dict[str, Any] | None:
    """Return the shown examples' ``places``, ``labels`` and ``pixels``; None of what is no image.

    A pixel is a byte: 255 for the largest.
    """
    if dataset.pixel_max is None:
        return None
    places = shown_examples(dataset)
    pixels = 255 * (dataset.test_features[places].astype(np.float64) / dataset.pixel_max)
    return {
        "places": places,
        "labels": dataset.test_labels[places].tolist(),
        "pixels": as_text(pixels.clip(0, 255).round().astype(np.uint8)),
    }


def _test_answers(training: Training) -> dict[str, Any]:
    """Return what the network says of the test examples."""
    dataset, classes = training.dataset, training.dataset.classes
    outputs, labels = training.test_outputs(), dataset.test_labels
    said = outputs.argmax(axis=1)
    confusion = np.bincount(labels * classes + said, minlength=classes**2)
    scores, sure = _scores(outputs[:MOST_TESTED], training.config.loss)
    is_told = len(labels) <= MOST_TESTED and classes <= 256
    return {
        "confusion": confusion.tolist() if classes <= MOST_CLASSES else None,
        "said": as_text(said.astype(np.uint8)) if is_told else None,
        "sure": as_text(_as_bytes(sure)) if is_told else None,
        "scores": as_text(_as_bytes(scores[shown_examples(dataset)])),
    }


def _scores(outputs: np.ndarray, loss: str) -> tuple[np.ndarray, np.ndarray]:
    """Return scores from 0 to 1 of each class, and how sure the network is of the largest."""
    if gives_probabilities(loss):
        scores = softmax(outputs)
        return scores, scores.max(axis=1)
    second, first = np.partition(outputs, -2, axis=1)[:, -2:].T
    low = outputs.min(axis=1, keepdims=True)
    return (outputs - low) / (first[:, None] - low), first - second


def _as_bytes(shares: np.ndarray) -> np.ndarray:
    return np.nan_to_num(255 * shares).clip(0, 255).round().astype(np.uint8)
