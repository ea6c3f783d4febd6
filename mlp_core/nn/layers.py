"""Layers: each turns a batch of rows into another, and a gradient back into a gradient."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from mlp_core.nn import products
from mlp_core.nn.buffers import Buffered
from mlp_core.nn.checks import check, check_share


class Layer(Buffered):
    """One step of a network; subclasses fill in `forward` and `backward`.

    The arrays that a layer returns are buffers: those of `forward` are valid until its next
    `forward`, those of `backward` until its next `backward`, both until the batch size changes.
    A layer that stands alone needs `resize` before its first `forward`; a network sees to that.

    Trained values are declared like buffers, ``self.parameters = {"slope": (features,)}``. A
    network binds each as a view of its vectors, ``slope`` and ``grad_slope``, and starts it from
    what the layer has under that name, or from 0; `backward` fills the gradient. To be stored, a
    layer keeps each argument of its constructor as an attribute of the same name, and is known
    by a name: see `register`.

    Attributes
    ----------
    in_features, out_features : int
        Width of a row before and after the layer.
    parameters : dict of str to tuple of int
        Shapes of the trained arrays. Penalties act on those named ``weight``.
    needs_grad_inputs : bool
        False for a network's first layer with parameters, whose input gradient nobody reads.
    outputs : ndarray of shape (rows, out_features)
        What the last `forward` returned.
    training : bool
        Whether the layer is being trained; only `Dropout` behaves differently.
    """

    outputs: np.ndarray
    _inputs: np.ndarray

    def __init__(self, in_features: int, out_features: int) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            legal = isinstance(value, Integral) and value >= 1
            check(name, value, legal, "an integer of at least 1")
        super().__init__(outputs=out_features)
        self.in_features, self.out_features = in_features, out_features
        self.parameters: dict[str, tuple[int, ...]] = {}
        self.needs_grad_inputs = self.training = True
        self._is_bound = False

    @property
    def features(self) -> int:
        """Width of a row, of layers that do not change it."""
        return self.out_features

    @property
    def parameter_count(self) -> int:
        """Number of trained values in this layer."""
        return sum(math.prod(shape) for shape in self.parameters.values())

    def bind(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Take this layer's stretch of a network's vectors, and bring in the values it has."""
        if self._is_bound:
            raise ValueError(f"{self} is in a network already: give this one a copy.deepcopy of it")
        self._is_bound = True
        start = 0
        for name, shape in self.parameters.items():
            stretch = slice(start, start + math.prod(shape))
            values = parameters[stretch].reshape(shape)
            if hasattr(self, name):
                values[...] = getattr(self, name)
            setattr(self, name, values)
            setattr(self, f"grad_{name}", gradients[stretch].reshape(shape))
            start = stretch.stop

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the layer's outputs for `inputs` of shape (rows, in_features).

        The array is `outputs`, or the inputs themselves; valid until the next `forward`.
        """
        raise NotImplementedError

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the loss's gradient with respect to the inputs of the last `forward`.

        `grad_outputs` is that with respect to the outputs. It may be overwritten, and may be the
        array that is returned; another one is valid until the next `backward`.
        """
        raise NotImplementedError

    def _spend_inputs(self) -> np.ndarray:
        """Return the inputs that `forward` kept, once: the buffers of that pass are used up."""
        if "_inputs" not in vars(self):
            raise RuntimeError(f"{self}: a second backward needs another forward before it")
        return vars(self).pop("_inputs")

    def __getstate__(self) -> dict[str, Any]:
        """Leave the batch and the views of the network behind; a copy is in no network."""
        left = {"_inputs", "_weight_transposed", *(f"grad_{name}" for name in self.parameters)}
        kept = {name: v for name, v in super().__getstate__().items() if name not in left}
        return {**kept, "_is_bound": False}

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.out_features})"


class Linear(Layer):
    """An affine map: outputs = inputs @ weight + bias.

    Attributes
    ----------
    weight, grad_weight : ndarray of shape (in_features, out_features)
        Views of the network's parameter and gradient vectors, set by `bind`.
    bias, grad_bias : ndarray of shape (out_features,)
    """

    weight: np.ndarray
    grad_weight: np.ndarray
    bias: np.ndarray
    grad_bias: np.ndarray
    grad_inputs: np.ndarray
    ones: np.ndarray  # times a batch: the sum of its rows, as a product

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__(in_features, out_features)
        self.buffers.update(grad_inputs=in_features, ones=None)
        self.parameters = {"weight": (in_features, out_features), "bias": (out_features,)}

    def bind(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Take this layer's stretch of the flat vectors: the weights, then the biases."""
        super().bind(parameters, gradients)
        self._weight_transposed = self.weight.T

    def resize(self, rows: int, dtype: DTypeLike) -> None:
        """Bind the buffers to a batch of `rows` rows."""
        self.buffers["grad_inputs"] = self.in_features if self.needs_grad_inputs else 0
        super().resize(rows, dtype)
        self.ones.fill(1)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weight + bias."""
        self._inputs = inputs
        products.product(inputs, self.weight, self.outputs)
        return np.add(self.outputs, self.bias, out=self.outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Fill the gradients: inputs^T @ g for the weights, sum of the rows of g for the biases.

        The gradient with respect to the inputs is g @ weight^T. It has no columns when
        `needs_grad_inputs` is false.
        """
        products.product(self._inputs.T, grad_outputs, self.grad_weight)
        np.dot(self.ones, grad_outputs, out=self.grad_bias)
        if self.needs_grad_inputs:
            products.product(grad_outputs, self._weight_transposed, self.grad_inputs)
        return self.grad_inputs

    def __str__(self) -> str:
        return f"Linear({self.in_features}, {self.out_features})"


class Dropout(Layer):
    """Sets a random share of its inputs to zero while training, and scales up the rest.

    The rest is divided by 1 - rate, so that the expected output is the input and nothing has to
    change when the network is evaluated (Srivastava et al., 2014, in the "inverted" form).

    Parameters
    ----------
    features : int
    rate : float
        Share of the inputs set to zero, at least 0 and less than 1.
    rng : numpy.random.Generator
        The stream that the masks are drawn from.
    """

    mask: np.ndarray  # 0 where dropped, 1 / (1 - rate) elsewhere

    def __init__(self, features: int, rate: float, rng: np.random.Generator) -> None:
        super().__init__(features, features)
        check_share("rate", rate)
        self.buffers.update(mask=features)
        self.rate, self.rng = rate, rng

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs * mask while training, the inputs themselves otherwise."""
        if not self.training:
            return inputs
        mask = self.mask
        self.rng.random(out=mask, dtype=mask.dtype)
        np.greater_equal(mask, self.rate, out=mask)
        np.multiply(mask, 1 / (1 - self.rate), out=mask)
        return np.multiply(inputs, mask, out=self.outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return grad_outputs * mask while training, grad_outputs itself otherwise."""
        if not self.training:
            return grad_outputs
        return np.multiply(grad_outputs, self.mask, out=grad_outputs)

    def __str__(self) -> str:
        return f"Dropout({self.rate:g})"


class LogSoftmax(Layer):
    """The logarithm of the softmax of each row, in the shifted form that cannot overflow."""

    softmax: np.ndarray
    column: np.ndarray

    def __init__(self, features: int) -> None:
        super().__init__(features, features)
        self.buffers.update(softmax=features, column=1)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return z - log(sum(exp(z))) with z = inputs - max(inputs), row by row."""
        self._inputs = inputs
        outputs, softmax, column = self.outputs, self.softmax, self.column
        np.maximum.reduce(inputs, axis=1, out=column, keepdims=True)
        np.subtract(inputs, column, out=outputs)
        np.exp(outputs, out=softmax)
        np.add.reduce(softmax, axis=1, out=column, keepdims=True)
        np.divide(softmax, column, out=softmax)
        np.log(column, out=column)
        return np.subtract(outputs, column, out=outputs)

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return g - softmax * (sum of g over the row), once after a `forward`."""
        self._spend_inputs()
        np.add.reduce(grad_outputs, axis=1, out=self.column, keepdims=True)
        np.multiply(self.softmax, self.column, out=self.softmax)
        return np.subtract(grad_outputs, self.softmax, out=grad_outputs)
