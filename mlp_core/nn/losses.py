"""Losses: from the network's outputs and the labels to one loss an example, and its gradient.

Every loss is a mean over the batch: `forward` returns the loss of each example, and `backward`
the gradient of their mean with respect to the outputs.
"""

from __future__ import annotations

import math

import numpy as np


class Loss:
    """Base of the losses.

    Attributes
    ----------
    on_log_softmax : bool
        Whether the loss expects log-probabilities (a network that ends in `LogSoftmax`)
        rather than logits.
    predictions : ndarray of int, shape (rows,)
        The class with the largest output in each row of the last `forward`.
    """

    on_log_softmax = False

    def __init__(self) -> None:
        self._shape: tuple[int, ...] = ()

    def resize(self, shape: tuple[int, ...], dtype: np.dtype) -> None:
        """Allocate the buffers for outputs of this shape and precision; called when they change."""
        rows, classes = self._shape = shape
        self._grad = np.empty(shape, dtype)
        self._grad_flat = self._grad.reshape(-1)
        self._losses, self._picked = np.empty((2, rows), dtype)
        self._column = np.empty((rows, 1), dtype)
        self._ones = np.ones(classes, dtype)
        self._row_starts = np.arange(rows) * classes
        self._positions, self._largest, self.predictions = np.empty((3, rows), np.intp)

    def forward(
        self, outputs: np.ndarray, labels: np.ndarray, out: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the loss of each example.

        Parameters
        ----------
        outputs : ndarray of shape (rows, classes)
            Logits, or log-probabilities if `on_log_softmax`. They are not changed.
        labels : ndarray of int, shape (rows,)
            The true class of each row, from 0 to classes - 1.
        out : ndarray of shape (rows,), optional
            Where to write the losses; by default a buffer that the next call overwrites.

        Returns
        -------
        ndarray of shape (rows,)
        """
        if outputs.shape != self._shape or outputs.dtype != self._grad.dtype:
            self.resize(outputs.shape, outputs.dtype)
        losses = self._losses if out is None else out
        outputs.argmax(axis=1, out=self.predictions)
        # Where each row's true class lies in the flattened outputs.
        np.add(self._row_starts, labels, out=self._positions)
        self._forward(outputs, losses)
        return losses

    def backward(self, scale: float = 1.0) -> np.ndarray:
        """Return the gradient of `scale` times the mean loss of the last `forward`.

        It is called once after a `forward`.

        Parameters
        ----------
        scale : float, default 1

        Returns
        -------
        ndarray of shape (rows, classes)
        """
        raise NotImplementedError

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        raise NotImplementedError

    def _pick(self, outputs: np.ndarray) -> np.ndarray:
        """Return the output of each row's true class, of shape (rows,)."""
        return outputs.reshape(-1).take(self._positions, out=self._picked, mode="clip")

    def __str__(self) -> str:
        return type(self).__name__


class CrossEntropy(Loss):
    """Softmax cross-entropy from logits: -log softmax(outputs)[label].

    With the row's largest logit taken off first, no exp overflows, and the logarithm of the
    sum never sees zero: log(sum(exp(z))) - z[label], z = logits - max(logits).
    """

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        grad, column = self._grad, self._column
        # Looking up the predicted class is three times faster than a maximum over short rows.
        largest = np.add(self.predictions, self._row_starts, out=self._largest)
        outputs.reshape(-1).take(largest, out=column[:, 0], mode="clip")
        np.subtract(outputs, column, out=grad)
        picked = self._pick(grad)
        np.exp(grad, out=grad)
        np.dot(grad, self._ones, out=losses)
        np.divide(1 / len(outputs), losses[:, None], out=column)
        np.log(losses, out=losses)
        np.subtract(losses, picked, out=losses)

    def backward(self, scale: float = 1.0) -> np.ndarray:
        """Return scale (softmax - one_hot) / rows."""
        grad = self._grad
        np.multiply(self._column, scale, out=self._column)
        np.multiply(grad, self._column, out=grad)
        self._grad_flat[self._positions] -= scale / len(grad)
        return grad


class Hinge(Loss):
    """Sum over k != label of max(0, margin - outputs[label] + outputs[k]).

    The multi-class hinge loss of Weston and Watkins (1999).

    Parameters
    ----------
    margin : float
        How far the true class has to be ahead before an example costs nothing; above 0.
    """

    def __init__(self, margin: float = 0.1) -> None:
        super().__init__()
        if not (margin > 0 and math.isfinite(margin)):
            raise ValueError(f"margin={margin!r} is not legal: must be > 0 and finite")
        self.margin = margin

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        excess = self._grad
        np.subtract(outputs, self._pick(outputs)[:, None], out=excess)
        np.add(excess, self.margin, out=excess)
        np.maximum(excess, 0, out=excess)
        self._grad_flat[self._positions] = 0
        np.dot(excess, self._ones, out=losses)

    def backward(self, scale: float = 1.0) -> np.ndarray:
        """Return scale / rows for each violating class, minus their number for the true one."""
        grad, count = self._grad, self._picked
        np.greater(grad, 0, out=grad)
        np.dot(grad, self._ones, out=count)
        self._grad_flat[self._positions] = np.negative(count, out=count)
        return np.multiply(grad, scale / len(grad), out=grad)

    def __str__(self) -> str:
        return f"Hinge(margin={self.margin:g})"


class MSE(Loss):
    """Half the squared distance to the one-hot target: 1/2 sum_k (outputs[k] - target[k])^2.

    Also known as the Euclidean loss. It acts on the raw outputs.

    Parameters
    ----------
    target_scale : float
        Height of the one-hot target, above 0.
    """

    def __init__(self, target_scale: float = 1.0) -> None:
        super().__init__()
        if not (target_scale > 0 and math.isfinite(target_scale)):
            raise ValueError(f"target_scale={target_scale!r} is not legal: must be > 0 and finite")
        self.target_scale = target_scale

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        difference = self._grad
        np.copyto(difference, outputs)
        self._grad_flat[self._positions] -= self.target_scale
        np.einsum("ij,ij->i", difference, difference, out=losses)
        np.multiply(losses, 0.5, out=losses)

    def backward(self, scale: float = 1.0) -> np.ndarray:
        """Return scale (outputs - target) / rows."""
        return np.multiply(self._grad, scale / len(self._grad), out=self._grad)


class NLL(Loss):
    """Negative log-likelihood of log-probabilities: -outputs[label]."""

    on_log_softmax = True

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        np.negative(self._pick(outputs), out=losses)

    def backward(self, scale: float = 1.0) -> np.ndarray:
        """Return -scale one_hot / rows."""
        self._grad[...] = 0
        self._grad_flat[self._positions] = -scale / len(self._grad)
        return self._grad


class LogSoftmaxMSE(Loss):
    """Mean over the classes of (log_probability - one_hot)^2.

    An odd pairing (a log-probability is never 1), kept because report B uses it: PyTorch's
    `mse_loss` on the outputs of a network that ends in log-softmax.
    """

    on_log_softmax = True

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        difference = self._grad
        np.copyto(difference, outputs)
        self._grad_flat[self._positions] -= 1
        np.einsum("ij,ij->i", difference, difference, out=losses)
        np.multiply(losses, 1 / outputs.shape[1], out=losses)

    def backward(self, scale: float = 1.0) -> np.ndarray:
        """Return 2 scale (outputs - one_hot) / (rows * classes)."""
        return np.multiply(self._grad, 2 * scale / self._grad.size, out=self._grad)
