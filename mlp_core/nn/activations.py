"""Activation functions: one number in, one number out, with the derivative beside it."""

from __future__ import annotations

import math

import numpy as np

from mlp_core.nn.denormals import TINY_GRADIENT, flush_tiny
from mlp_core.nn.layers import Layer


class Activation(Layer):
    """An elementwise function with as many outputs as inputs."""

    scratch: np.ndarray

    def __init__(self, features: int) -> None:
        super().__init__(features, features)
        self.buffers.update(scratch=features)


class ReLU(Activation):
    """max(x, 0), the rectified linear unit."""

    def __init__(self, features: int) -> None:
        super().__init__(features)
        self.buffers.update(scratch=(features, bool))  # which units are active

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return max(inputs, 0)."""
        return np.maximum(inputs, 0, out=self.outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient where the unit was active, 0 elsewhere (and 0 at exactly 0)."""
        np.greater(self.outputs, 0, out=self.scratch)
        return np.multiply(grad_outputs, self.scratch, out=grad_outputs)


class GELU(Activation):
    """x/2 (1 + tanh(c (x + a x^3))), c = sqrt(2/pi), a = 0.044715.

    The tanh form of the Gaussian error linear unit (Hendrycks and Gimpel, 2016).
    """

    C = math.sqrt(2 / math.pi)
    A = 0.044715
    # Beyond -FAR and FAR, t is exactly -1 or 1 in any precision, and what it is multiplied by is
    # held there: 0 times infinity would be no number where the limit is 0.
    FAR = 1e4

    derivative: np.ndarray

    def __init__(self, features: int) -> None:
        super().__init__(features)
        self.buffers.update(derivative=features)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return x/2 (1 + t) with t = tanh(x (c + c a x^2)).

        >>> layer = GELU(3)
        >>> layer.resize(1, "float64")
        >>> layer.forward(np.array([[-1.0, 0.0, 1.0]])).round(4)
        array([[-0.1588,  0.    ,  0.8412]])
        """
        self._inputs = inputs
        outputs, tanh, share = self.outputs, self.scratch, self.derivative
        np.maximum(inputs, -self.FAR, out=outputs)
        np.multiply(outputs, outputs, out=tanh)
        np.multiply(tanh, self.C * self.A, out=tanh)
        np.add(tanh, self.C, out=tanh)
        np.multiply(tanh, outputs, out=tanh)
        np.tanh(tanh, out=tanh)
        np.add(tanh, 1, out=share)
        np.multiply(share, 0.5, out=share)
        return np.multiply(outputs, share, out=outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient times (1 + t)/2 + x/2 (1 - t^2) (c + 3 c a x^2).

        Once after a `forward`: `scratch` holds its t.
        """
        inputs = self._spend_inputs()
        derivative, tanh = self.derivative, self.scratch
        np.multiply(inputs, inputs, out=derivative)
        np.multiply(derivative, 3 * self.C * self.A, out=derivative)
        np.add(derivative, self.C, out=derivative)
        np.multiply(derivative, inputs, out=derivative)
        np.clip(derivative, -self.FAR, self.FAR, out=derivative)
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
        outputs, denominator = self.outputs, self.scratch
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
        np.subtract(1, self.outputs, out=self.scratch)
        np.multiply(self.scratch, self.outputs, out=self.scratch)
        np.multiply(grad_outputs, self.scratch, out=grad_outputs)
        return flush_tiny(grad_outputs, beside=TINY_GRADIENT)


class Tanh(Activation):
    """The hyperbolic tangent."""

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return tanh(inputs)."""
        return np.tanh(inputs, out=self.outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient times 1 - y^2, with y the output."""
        np.multiply(self.outputs, self.outputs, out=self.scratch)
        np.subtract(1, self.scratch, out=self.scratch)
        return np.multiply(grad_outputs, self.scratch, out=grad_outputs)


STABLE_ACTIVATIONS: dict[str, type[Activation]] = {
    "relu": ReLU,
    "gelu": GELU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
}
