"""Layers: each turns a batch of rows into another, and a gradient back into a gradient."""

from __future__ import annotations

from numbers import Integral

import numpy as np

from mlp_core.nn.workspace import Workspace


class Layer:
    """One step of a network; subclasses fill in `forward` and `backward`.

    A layer keeps its workspace: the arrays it returns are views of buffers that the next call
    of the same method overwrites, so that the training loop allocates nothing.

    Attributes
    ----------
    in_features, out_features : int
        Width of a row before and after the layer.
    outputs : ndarray of shape (rows, out_features)
        What the last `forward` returned.
    training : bool
        Whether the layer is being trained; only `Dropout` behaves differently.
    """

    outputs: np.ndarray

    def __init__(self, in_features: int, out_features: int) -> None:
        for name, value in (("in_features", in_features), ("out_features", out_features)):
            if not isinstance(value, Integral) or value < 1:
                raise ValueError(f"{name}={value!r} is not legal: must be an integer of at least 1")
        self.in_features = in_features
        self.out_features = out_features
        self.training = True
        self.workspace = Workspace()

    @property
    def parameter_count(self) -> int:
        """Number of trained values in this layer."""
        return 0

    def allocate(self, dtype: np.dtype) -> None:
        """Declare the buffers; called once, when the network knows its precision."""
        self.workspace.declare(outputs=(self.out_features, dtype))

    def resize(self, rows: int) -> None:
        """Bind the buffers to a batch of `rows` rows; called when the batch size changes."""
        self.outputs = self.workspace.view("outputs", rows)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the layer's outputs for `inputs` of shape (rows, in_features)."""
        raise NotImplementedError

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the inputs of the last `forward`.

        Parameters
        ----------
        grad_outputs : ndarray of shape (rows, out_features)
            Gradient of the loss with respect to the outputs. It may be overwritten.

        Returns
        -------
        ndarray of shape (rows, in_features)
        """
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{type(self).__name__}({self.out_features})"


class Linear(Layer):
    """An affine map: outputs = inputs @ weight + bias.

    Attributes
    ----------
    weight, grad_weight : ndarray of shape (in_features, out_features)
        Views of the network's parameter and gradient vectors, set by `bind`.
    bias, grad_bias : ndarray of shape (out_features,)
    needs_grad_inputs : bool
        False for a network's first layer, whose input gradient nobody reads.
    """

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__(in_features, out_features)
        self.needs_grad_inputs = True

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases."""
        return (self.in_features + 1) * self.out_features

    def bind(self, parameters: np.ndarray, gradients: np.ndarray) -> None:
        """Take this layer's stretch of the flat vectors: the weights, then the biases."""
        weights = self.in_features * self.out_features
        shape = (self.in_features, self.out_features)
        self.weight = parameters[:weights].reshape(shape)
        self.bias = parameters[weights:]
        self.grad_weight = gradients[:weights].reshape(shape)
        self.grad_bias = gradients[weights:]
        self._weight_transposed = self.weight.T

    def allocate(self, dtype: np.dtype) -> None:
        """Declare outputs, input gradient, and the ones that sum a batch by a product."""
        self.workspace.declare(
            outputs=(self.out_features, dtype),
            grad_inputs=(self.in_features if self.needs_grad_inputs else 0, dtype),
            ones=(None, dtype),
        )

    def resize(self, rows: int) -> None:
        """Bind the buffers to a batch of `rows` rows."""
        self.outputs = self.workspace.view("outputs", rows)
        self._grad_inputs = self.workspace.view("grad_inputs", rows)
        self._ones = self.workspace.view("ones", rows)
        self._ones[...] = 1

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs @ weight + bias."""
        self._inputs = inputs
        outputs = self.outputs
        np.dot(inputs, self.weight, out=outputs)
        np.add(outputs, self.bias, out=outputs)
        return outputs

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Fill the gradients: inputs^T @ g for the weights, sum of the rows of g for the biases.

        The gradient with respect to the inputs is g @ weight^T. It has no columns when
        `needs_grad_inputs` is false.
        """
        np.dot(self._inputs.T, grad_outputs, out=self.grad_weight)
        np.dot(self._ones, grad_outputs, out=self.grad_bias)
        if self.needs_grad_inputs:
            np.dot(grad_outputs, self._weight_transposed, out=self._grad_inputs)
        return self._grad_inputs

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

    def __init__(self, features: int, rate: float, rng: np.random.Generator) -> None:
        super().__init__(features, features)
        if not 0 <= rate < 1:
            raise ValueError(f"rate={rate!r} is not legal: must be at least 0 and less than 1")
        self.rate = rate
        self.rng = rng

    def allocate(self, dtype: np.dtype) -> None:
        """Declare outputs and the mask: 0 where dropped, 1 / (1 - rate) elsewhere."""
        self.dtype = dtype
        super().allocate(dtype)
        self.workspace.declare(mask=(self.out_features, dtype))

    def resize(self, rows: int) -> None:
        """Bind the buffers to a batch of `rows` rows."""
        super().resize(rows)
        self._mask = self.workspace.view("mask", rows)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return inputs * mask while training, the inputs themselves otherwise."""
        if not self.training:
            return inputs
        mask = self._mask
        self.rng.random(out=mask, dtype=self.dtype)
        np.greater_equal(mask, self.rate, out=mask)
        np.multiply(mask, 1 / (1 - self.rate), out=mask)
        np.multiply(inputs, mask, out=self.outputs)
        return self.outputs

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return grad_outputs * mask while training, grad_outputs itself otherwise."""
        if not self.training:
            return grad_outputs
        np.multiply(grad_outputs, self._mask, out=grad_outputs)
        return grad_outputs

    def __str__(self) -> str:
        return f"Dropout({self.rate:g})"


class LogSoftmax(Layer):
    """The logarithm of the softmax of each row, in the shifted form that cannot overflow."""

    def __init__(self, features: int) -> None:
        super().__init__(features, features)

    def allocate(self, dtype: np.dtype) -> None:
        """Declare outputs, softmax and the column of row sums."""
        super().allocate(dtype)
        self.workspace.declare(softmax=(self.out_features, dtype), column=(1, dtype))

    def resize(self, rows: int) -> None:
        """Bind the buffers to a batch of `rows` rows."""
        super().resize(rows)
        self._softmax = self.workspace.view("softmax", rows)
        self._column = self.workspace.view("column", rows)

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return z - log(sum(exp(z))) with z = inputs - max(inputs), row by row."""
        outputs, softmax, column = self.outputs, self._softmax, self._column
        np.maximum.reduce(inputs, axis=1, out=column, keepdims=True)
        np.subtract(inputs, column, out=outputs)
        np.exp(outputs, out=softmax)
        np.add.reduce(softmax, axis=1, out=column, keepdims=True)
        np.divide(softmax, column, out=softmax)
        np.log(column, out=column)
        np.subtract(outputs, column, out=outputs)
        return outputs

    def backward(self, grad_outputs: np.ndarray) -> np.ndarray:
        """Return g - softmax * (sum of g over the row)."""
        np.add.reduce(grad_outputs, axis=1, out=self._column, keepdims=True)
        np.multiply(self._softmax, self._column, out=self._softmax)
        np.subtract(grad_outputs, self._softmax, out=grad_outputs)
        return grad_outputs
