"""Formulas that look right and break: for the chapter on numerical stability.

Each has a stable counterpart in `losses`, `layers` or `activations`. As losses and an activation
they can be trained with, to see what one NaN does to a network.
"""

from __future__ import annotations

import numpy as np

from mlp_core.nn.activations import Activation
from mlp_core.nn.losses import Loss


def naive_softmax(logits: np.ndarray) -> np.ndarray:
    """Return exp(logits) / sum(exp(logits)) of each row, without a shift.

    In float32 exp overflows above about 88.7, and inf / inf is NaN.
    """
    exponentials = np.exp(logits)
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def naive_sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)), whose exp overflows for large negative x.

    It survives that: 1 / inf is 0, which is off by less than the smallest normal number.
    """
    return 1 / (1 + np.exp(-x))


def naive_sigmoid_mirrored(x: np.ndarray) -> np.ndarray:
    """Return exp(x) / (1 + exp(x)), which is inf / inf for large positive x."""
    exponentials = np.exp(x)
    return exponentials / (1 + exponentials)


def naive_cross_entropy(
    probabilities: np.ndarray, labels: np.ndarray, epsilon: float = 0.0
) -> np.ndarray:
    """Return -log(probability of the label + epsilon) of each row.

    With `epsilon` 0 an underflowed probability gives inf. With the remedy of report A, 1e-10,
    the loss stays finite, but it can then never exceed -log(1e-10), about 23, however wrong
    the network is, and its slope vanishes where it is needed most.
    """
    return -np.log(probabilities[np.arange(len(labels)), labels] + epsilon)


class NaiveSigmoid(Activation):
    """The sigmoid by `naive_sigmoid_mirrored`."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return exp(inputs) / (1 + exp(inputs))."""
        self.outputs[...] = naive_sigmoid_mirrored(inputs)
        return self.outputs

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient times y (1 - y), with y the output."""
        return np.multiply(grad_outputs, self.outputs * (1 - self.outputs), out=grad_outputs)


class NaiveCrossEntropy(Loss):
    """Cross-entropy by `naive_softmax` and `naive_cross_entropy`, and its exact derivative."""

    epsilon = 0.0

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        self.grad[...] = naive_softmax(outputs)
        labels = self.positions - self.row_starts
        losses[...] = naive_cross_entropy(self.grad, labels, self.epsilon)

    def _backward(self, scale: float) -> np.ndarray:
        """Return scale p / (p + epsilon) (softmax - one_hot) / rows, p the label's probability.

        With epsilon 0 the fraction is 0 / 0 where p has underflowed, as the chain rule through
        the logarithm has it.
        """
        p = self._pick(self.grad)
        factor = p / (p + self.epsilon) * (scale / len(self.grad))
        self.grad_flat[self.positions] -= 1
        return np.multiply(self.grad, factor[:, None], out=self.grad)


class NaiveCrossEntropyEpsilon(NaiveCrossEntropy):
    """The same with report A's first remedy: log(h + 1e-10)."""

    epsilon = 1e-10
