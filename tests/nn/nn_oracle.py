"""Plain float64 formulas and central differences that the engine is compared with."""

import numpy as np


def softmax(logits):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def losses(name, outputs, labels, margin=0.1):
    """Return the loss of each example, one row and one class at a time."""
    return np.array(
        [row_loss(name, row, label, margin) for row, label in zip(outputs, labels, strict=True)]
    )


def row_loss(name, row, label, margin):
    if name == "cross_entropy":
        return -np.log(softmax(row[None])[0, label])
    if name == "nll":
        return -row[label]
    if name == "hinge":
        others = [k for k in range(len(row)) if k != label]
        return sum(max(0, margin - row[label] + row[k]) for k in others)
    squares = (row - np.eye(len(row))[label]) ** 2
    return squares.sum() / 2 if name == "mse" else squares.mean()


def central_differences(function, x, step=1e-6):
    """Return the slopes of a scalar function at `x`; it is changed meanwhile, in place."""
    slopes = np.empty(x.size)
    flat = x.reshape(-1)
    assert np.shares_memory(flat, x), "x must be contiguous to be changed in place"
    for i, value in enumerate(flat.copy()):
        flat[i] = value + step
        above = function()
        flat[i] = value - step
        slopes[i] = (above - function()) / (2 * step)
        flat[i] = value
    return slopes.reshape(x.shape)


def relative_error(actual, expected):
    """Return the distance of two arrays as a share of their lengths."""
    lengths = np.linalg.norm(actual) + np.linalg.norm(expected)
    return np.linalg.norm(actual - expected) / lengths


def ready(layer, rows, dtype="float64"):
    """Return a layer that stands alone, with buffers for `rows` rows."""
    layer.resize(rows, dtype)
    return layer


def apply(layer, inputs):
    """Return a lone layer's outputs for `inputs`, of shape (rows, features)."""
    return ready(layer, len(inputs), inputs.dtype).forward(inputs)
