"""The engine's formulas as on paper: linear, ReLU, cross-entropy, SGD.

`mlp_core.nn` computes the same with buffers and fewer passes; a test checks
that they agree.
"""

from __future__ import annotations

import numpy as np

Arrays = list[np.ndarray]


def forward(
    x: np.ndarray,
    weights: Arrays,
    biases: Arrays,
) -> tuple[Arrays, np.ndarray]:
    """Return what each linear layer is given, and the logits.

    Layer by layer h = max(x w + b, 0), and the last one without max.
    """
    inputs = [x]
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        inputs.append(np.maximum(inputs[-1] @ w + b, 0))
    return inputs, inputs[-1] @ weights[-1] + biases[-1]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return p_k = exp(z_k) / sum_j exp(z_j), row by row.

    A shift of z changes nothing.
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of -log p_label over the batch."""
    p_label = softmax(logits)[np.arange(len(labels)), labels]
    return float(-np.log(p_label).mean())


def gradients(
    inputs: Arrays, logits: np.ndarray, labels: np.ndarray, weights: Arrays
) -> tuple[Arrays, Arrays]:
    """Return the slopes of the mean loss along weights and biases, by layer.

    At the logits g = (p - one_hot) / rows. A linear layer has dw = x^T g,
    db = sum of g's rows and dx = g w^T, which passes the ReLU before it where
    that was active.
    """
    g = (softmax(logits) - np.eye(logits.shape[1])[labels]) / len(labels)
    grad_weights, grad_biases = [], []
    for x, w in zip(reversed(inputs), reversed(weights), strict=True):
        grad_weights.append(x.T @ g)
        grad_biases.append(g.sum(axis=0))
        g = (g @ w.T) * (x > 0)
    return grad_weights[::-1], grad_biases[::-1]


def update(
    parameters: Arrays, slopes: Arrays, velocities: Arrays,
    learning_rate: float, momentum: float, weight_decay: float,
) -> None:  # fmt: skip
    """Change the parameters in place.

    v <- momentum v + g + decay p, and then p <- p - rate v.
    """
    for p, g, v in zip(parameters, slopes, velocities, strict=True):
        v[...] = momentum * v + g + weight_decay * p
        p -= learning_rate * v
