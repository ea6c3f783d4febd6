"""Losses: from the network's outputs and the labels to one loss per example, and its gradient.

Every loss is a mean over the batch: `forward` returns the loss of each example, and `backward`
the gradient of their mean with respect to the outputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from mlp_core.nn.buffers import Buffered
from mlp_core.nn.checks import check_positive


class Loss(Buffered):
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

    grad: np.ndarray
    losses: np.ndarray
    picked: np.ndarray  # the output of each row's true class
    column: np.ndarray
    row_starts: np.ndarray  # where each row begins in the flattened outputs
    positions: np.ndarray  # where its true class lies there
    largest: np.ndarray  # and where its predicted class lies
    predictions: np.ndarray

    def __init__(self) -> None:
        index = (None, np.intp)
        super().__init__(
            grad=0, losses=None, picked=None, column=1,
            row_starts=index, positions=index, largest=index, predictions=index,
        )  # fmt: skip
        self._is_fresh = False
        self.grad = np.empty((0, 0))

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin without buffers, as a new loss does."""
        vars(self).update(state, grad=np.empty((0, 0)), _is_fresh=False)

    def resize(self, rows: int, dtype: DTypeLike) -> None:
        """Bind the buffers to a batch of `rows` rows."""
        super().resize(rows, dtype)
        classes = self.grad.shape[1]
        self.grad_flat = self.grad.reshape(-1)
        self.ones = np.ones(classes, dtype)  # the sum of each row, as a product
        np.multiply(np.arange(rows), classes, out=self.row_starts)

    def forward(
        self, outputs: np.ndarray, labels: np.ndarray, out: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the loss of each example, in `out` or in a buffer valid until the next call.

        `outputs`, of shape (rows, classes), are not changed. `labels`, of shape (rows,), are the
        true classes, from 0 to classes - 1.
        """
        if outputs.shape != self.grad.shape or outputs.dtype != self.grad.dtype:
            self.buffers["grad"] = outputs.shape[1]
            self.resize(len(outputs), outputs.dtype)
        losses = self.losses if out is None else out
        outputs.argmax(axis=1, out=self.predictions)
        np.add(self.row_starts, labels, out=self.positions)
        self._forward(outputs, losses)
        self._is_fresh = True
        return losses

    def backward(self, scale: float = 1.0) -> np.ndarray:
        """Return the gradient of `scale` times the mean loss, of shape (rows, classes).

        Once after a `forward`; valid until the next one.
        """
        if not self._is_fresh:
            raise RuntimeError(f"{self}: a second backward needs another forward before it")
        self._is_fresh = False
        return self._backward(scale)

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        raise NotImplementedError

    def _backward(self, scale: float) -> np.ndarray:
        raise NotImplementedError

    def _pick(self, outputs: np.ndarray) -> np.ndarray:
        return outputs.reshape(-1).take(self.positions, out=self.picked, mode="clip")

    def __str__(self) -> str:
        return type(self).__name__


class CrossEntropy(Loss):
    """Softmax cross-entropy from logits: -log softmax(outputs)[label].

    With the row's largest logit taken off first, no exp overflows, and the logarithm of the
    sum never sees zero: log(sum(exp(z))) - z[label], z = logits - max(logits).
    """

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        grad, column = self.grad, self.column
        # Looking up the predicted class is three times faster than a maximum over short rows.
        largest = np.add(self.predictions, self.row_starts, out=self.largest)
        outputs.reshape(-1).take(largest, out=column[:, 0], mode="clip")
        np.subtract(outputs, column, out=grad)
        picked = self._pick(grad)
        np.exp(grad, out=grad)
        np.dot(grad, self.ones, out=losses)
        np.divide(1 / len(outputs), losses[:, None], out=column)
        np.log(losses, out=losses)
        np.subtract(losses, picked, out=losses)

    def _backward(self, scale: float) -> np.ndarray:
        """Return scale (softmax - one_hot) / rows."""
        np.multiply(self.column, scale, out=self.column)
        np.multiply(self.grad, self.column, out=self.grad)
        self.grad_flat[self.positions] -= scale / len(self.grad)
        return self.grad


class Hinge(Loss):
    """Sum over k != label of max(0, margin - outputs[label] + outputs[k]).

    The multi-class hinge loss of Weston and Watkins (1999). The margin, above 0, is how far the
    true class has to be ahead before an example costs nothing.
    """

    def __init__(self, margin: float = 0.1) -> None:
        super().__init__()
        check_positive("margin", margin)
        self.margin = margin

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        excess = self.grad
        np.subtract(outputs, self._pick(outputs)[:, None], out=excess)
        np.add(excess, self.margin, out=excess)
        np.maximum(excess, 0, out=excess)
        self.grad_flat[self.positions] = 0
        np.dot(excess, self.ones, out=losses)

    def _backward(self, scale: float) -> np.ndarray:
        """Return scale / rows for each violating class, minus their number for the true one."""
        grad, count = self.grad, self.picked
        np.sign(grad, out=grad)  # 0 or 1, and what is no number stays none
        np.dot(grad, self.ones, out=count)
        self.grad_flat[self.positions] = np.negative(count, out=count)
        return np.multiply(grad, scale / len(grad), out=grad)

    def __str__(self) -> str:
        return f"Hinge(margin={self.margin:g})"


class MSE(Loss):
    """Half the squared distance to the one-hot target: 1/2 sum_k (outputs[k] - target[k])^2.

    Also known as the Euclidean loss. It acts on the raw outputs; the one-hot target is
    `target_scale` high, which is above 0.
    """

    def __init__(self, target_scale: float = 1.0) -> None:
        super().__init__()
        check_positive("target_scale", target_scale)
        self.target_scale = target_scale

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        difference = self.grad
        np.copyto(difference, outputs)
        self.grad_flat[self.positions] -= self.target_scale
        np.einsum("ij,ij->i", difference, difference, out=losses)
        np.multiply(losses, 0.5, out=losses)

    def _backward(self, scale: float) -> np.ndarray:
        """Return scale (outputs - target) / rows."""
        return np.multiply(self.grad, scale / len(self.grad), out=self.grad)


class NLL(Loss):
    """Negative log-likelihood of log-probabilities: -outputs[label]."""

    on_log_softmax = True

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        np.negative(self._pick(outputs), out=losses)

    def _backward(self, scale: float) -> np.ndarray:
        """Return -scale one_hot / rows."""
        self.grad[...] = 0
        self.grad_flat[self.positions] = -scale / len(self.grad)
        return self.grad


class LogSoftmaxMSE(Loss):
    """Mean over the classes of (log_probability - one_hot)^2.

    An odd pairing (a log-probability is never 1), kept because report B uses it: PyTorch's
    `mse_loss` on the outputs of a network that ends in log-softmax.
    """

    on_log_softmax = True

    def _forward(self, outputs: np.ndarray, losses: np.ndarray) -> None:
        difference = self.grad
        np.copyto(difference, outputs)
        self.grad_flat[self.positions] -= 1
        np.einsum("ij,ij->i", difference, difference, out=losses)
        np.multiply(losses, 1 / outputs.shape[1], out=losses)

    def _backward(self, scale: float) -> np.ndarray:
        """Return 2 scale (outputs - one_hot) / (rows * classes)."""
        return np.multiply(self.grad, 2 * scale / self.grad.size, out=self.grad)


STABLE_LOSSES: dict[str, type[Loss]] = {
    "cross_entropy": CrossEntropy,
    "hinge": Hinge,
    "mse": MSE,
    "nll": NLL,
    "log_softmax_mse": LogSoftmaxMSE,
}
