"""Activation functions: one number in, one number out, with the derivative beside it."""

from __future__ import annotations

import math

import numpy as np

from mlp_core.nn.denormals import TINY_GRADIENT, flush_tiny
from mlp_core.nn.layers import Layer


class Activation(Layer):
    """An elementwise function with as many outputs as inputs."""

    def __init__(self, features: int) -> None:
        super().__init__(features, features)

    def allocate(self, dtype: np.dtype) -> None:
        """Declare outputs and one buffer for intermediate values."""
        self.workspace.declare(
            outputs=(self.out_features, dtype), scratch=(self.out_features, dtype)
        )

    def resize(self, rows: int) -> None:
        """Bind the buffers to a batch of `rows` rows."""
        super().resize(rows)
        self._scratch = self.workspace.view("scratch", rows)


class ReLU(Activation):
    """max(x, 0), the rectified linear unit."""

    def allocate(self, dtype: np.dtype) -> None:
        """Declare outputs and the mask of the active units."""
        self.workspace.declare(
            outputs=(self.out_features, dtype), scratch=(self.out_features, np.dtype(bool))
        )

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return max(inputs, 0)."""
        return np.maximum(inputs, 0, out=self.outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient where the unit was active, 0 elsewhere (and 0 at exactly 0)."""
        np.greater(self.outputs, 0, out=self._scratch)
        return np.multiply(grad_outputs, self._scratch, out=grad_outputs)


class GELU(Activation):
    """x/2 (1 + tanh(c (x + a x^3))), c = sqrt(2/pi), a = 0.044715.

    The tanh form of the Gaussian error linear unit (Hendrycks and Gimpel, 2016).
    """

    C = math.sqrt(2 / math.pi)
    A = 0.044715

    def allocate(self, dtype: np.dtype) -> None:
        """Declare outputs, the derivative and one buffer for intermediate values."""
        super().allocate(dtype)
        self.workspace.declare(derivative=(self.out_features, dtype))

    def resize(self, rows: int) -> None:
        """Bind the buffers to a batch of `rows` rows."""
        super().resize(rows)
        self._derivative = self.workspace.view("derivative", rows)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return x/2 (1 + t) with t = tanh(x (c + c a x^2)).

        >>> layer = GELU(3)
        >>> layer.allocate(np.dtype("float64"))
        >>> layer.resize(1)
        >>> layer.forward(np.array([[-1.0, 0.0, 1.0]])).round(4)
        array([[-0.1588,  0.    ,  0.8412]])
        """
        self._inputs = inputs
        outputs, square, tanh = self.outputs, self._derivative, self._scratch
        np.multiply(inputs, inputs, out=square)
        np.multiply(square, self.C * self.A, out=tanh)
        np.add(tanh, self.C, out=tanh)
        np.multiply(tanh, inputs, out=tanh)
        np.tanh(tanh, out=tanh)
        np.add(tanh, 1, out=outputs)
        np.multiply(outputs, inputs, out=outputs)
        return np.multiply(outputs, 0.5, out=outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient times (1 + t)/2 + x/2 (1 - t^2) (c + 3 c a x^2).

        `_scratch` holds t and `_derivative` holds x^2 from the forward pass.
        """
        derivative, tanh = self._derivative, self._scratch
        np.multiply(derivative, 3 * self.C * self.A, out=derivative)
        np.add(derivative, self.C, out=derivative)
        np.multiply(derivative, self._inputs, out=derivative)
        # (1 + t)/2 [1 + (1 - t) x (c + 3 c a x^2)]: the same sum with 1 + t taken out. For large
        # x, 1 - t is 0 and the bracket 1; multiplied out, x^3 would swallow that 1 in float32.
        np.subtract(1, tanh, out=tanh)
        np.multiply(derivative, tanh, out=derivative)
        np.add(derivative, 1, out=derivative)
        np.multiply(grad_outputs, derivative, out=grad_outputs)
        np.subtract(2, tanh, out=tanh)
        np.multiply(tanh, 0.5, out=tanh)
        return np.multiply(grad_outputs, tanh, out=grad_outputs)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)), computed so that exp never sees a positive number.

    exp(min(x, 0)) / (1 + exp(-|x|)) is 1 / (1 + exp(-x)) for x >= 0 and exp(x) / (1 + exp(x))
    for x < 0: neither side overflows, and the small side keeps its relative accuracy.
    """

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return exp(min(x, 0)) / (1 + exp(-|x|))."""
        outputs, denominator = self.outputs, self._scratch
        np.absolute(inputs, out=denominator)
        np.negative(denominator, out=denominator)
        np.exp(denominator, out=denominator)
        np.add(denominator, 1, out=denominator)
        np.minimum(inputs, 0, out=outputs)
        np.exp(outputs, out=outputs)
        return np.divide(outputs, denominator, out=outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient times y (1 - y), with y the output.

        Of a unit pushed far below 0 the factor is almost nothing, and its products with the
        inputs would be denormal numbers: what is that small is flushed to 0.
        """
        np.subtract(1, self.outputs, out=self._scratch)
        np.multiply(self._scratch, self.outputs, out=self._scratch)
        np.multiply(grad_outputs, self._scratch, out=grad_outputs)
        return flush_tiny(grad_outputs, beside=TINY_GRADIENT)


class Tanh(Activation):
    """The hyperbolic tangent."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return tanh(inputs)."""
        return np.tanh(inputs, out=self.outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient times 1 - y^2, with y the output."""
        np.multiply(self.outputs, self.outputs, out=self._scratch)
        np.subtract(1, self._scratch, out=self._scratch)
        return np.multiply(grad_outputs, self._scratch, out=grad_outputs)
