"""Networks: a sequence of layers over one vector of parameters and one of gradients."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np

from mlp_core.nn.activations import Activation
from mlp_core.nn.buffers import aligned_zeros
from mlp_core.nn.checks import check_choice
from mlp_core.nn.layers import Dropout, Layer, Linear, LogSoftmax
from mlp_core.nn.names import ACTIVATIONS


class Network:
    """Layers applied in turn; all their parameters lie in one contiguous vector.

    A network can be copied (`copy.deepcopy`) and pickled.

    Parameters
    ----------
    layers : sequence of Layer
        Each with as many inputs as the one before it has outputs, and in no other network. What
        a layer has of its parameters is kept, the rest starts from 0: see `initialize`.
    dtype : str or numpy.dtype, default "float32"
        Precision of the parameters, the gradients and every buffer.

    Attributes
    ----------
    parameters, gradients : ndarray of shape (parameter_count,)
        The layers hold views of these; an optimizer works on the vectors.
    weight_slices : list of slice
        The stretches of `parameters` that are named ``weight``: neither biases nor the like.
    training : bool
        Whether the layers are being trained; see `set_training`.
    """

    def __init__(self, layers: Sequence[Layer], dtype: str | np.dtype = "float32") -> None:
        if not layers:
            raise ValueError("layers=[] is not legal: a network needs at least one layer")
        for before, after in pairwise(layers):
            if before.out_features != after.in_features:
                raise ValueError(f"{after} cannot follow {before}: their widths differ")
        self.layers = list(layers)
        self.dtype = np.dtype(dtype)
        check_choice("dtype", self.dtype.name, ("float32", "float64"))
        self.training = True
        self._bind()

    def _bind(self) -> None:
        """Lay out the vectors, and give each layer its stretch of them."""
        self._rows = -1
        count = sum(layer.parameter_count for layer in self.layers)
        self.parameters = aligned_zeros(count, self.dtype)
        self.gradients = aligned_zeros(count, self.dtype)
        self.weight_slices: list[slice] = []
        start = 0
        for layer in self.layers:
            stretch = slice(start, start + layer.parameter_count)
            layer.bind(self.parameters[stretch], self.gradients[stretch])
            for name, shape in layer.parameters.items():
                stop = start + math.prod(shape)
                if name == "weight":
                    self.weight_slices.append(slice(start, stop))
                start = stop
        # Nobody reads the gradient of what comes before the first parameters: stop there.
        trained = [number for number, layer in enumerate(self.layers) if layer.parameters]
        first = min(trained, default=0)
        for number, layer in enumerate(self.layers):
            layer.needs_grad_inputs = number != first
        self._backward_layers = self.layers[first:][::-1]

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy is made of: the layers hold the values of the parameters."""
        vectors = ("parameters", "gradients")
        return {name: value for name, value in vars(self).items() if name not in vectors}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._bind()

    def __copy__(self) -> Network:
        """Return a deep copy: two networks cannot share layers."""
        return copy.deepcopy(self)

    @property
    def linear_layers(self) -> list[Linear]:
        """The linear layers, first to last."""
        return [layer for layer in self.layers if isinstance(layer, Linear)]

    @property
    def activation_layers(self) -> list[Activation]:
        """The activation layers; after a forward pass `outputs` holds the hidden units."""
        return [layer for layer in self.layers if isinstance(layer, Activation)]

    @property
    def in_features(self) -> int:
        """Width of an input row."""
        return self.layers[0].in_features

    @property
    def out_features(self) -> int:
        """Width of an output row."""
        return self.layers[-1].out_features

    def set_training(self, training: bool) -> None:
        """Switch all layers between training and evaluation."""
        self.training = training
        for layer in self.layers:
            layer.training = training

    def forward(self, inputs: np.ndarray) -> np.ndarray:
        """Return the outputs, of shape (rows, out_features); valid until the next `forward`.

        `inputs`, of shape (rows, in_features), are in the network's dtype. Any number of rows is
        legal; the last number used is the fastest.
        """
        is_array = isinstance(inputs, np.ndarray)
        if not is_array or inputs.dtype != self.dtype or inputs.shape[1:] != (self.in_features,):
            self._refuse(inputs)
        if len(inputs) != self._rows:
            self._rows = len(inputs)
            for layer in self.layers:
                layer.resize(self._rows, self.dtype)
        for layer in self.layers:
            inputs = layer.forward(inputs)
        return inputs

    def _refuse(self, inputs: Any) -> NoReturn:
        kind = type(inputs).__name__
        found = (
            f"{inputs.dtype} of shape {inputs.shape}" if isinstance(inputs, np.ndarray) else kind
        )
        raise ValueError(
            f"inputs={found} is not legal: must be {self.dtype} of shape "
            f"(rows, {self.in_features}); np.asarray(inputs, {str(self.dtype)!r}) converts a type"
        )

    def backward(self, grad_outputs: np.ndarray) -> None:
        """Fill `gradients` from the gradient with respect to the outputs of the last `forward`.

        `grad_outputs`, of shape (rows, out_features), may be overwritten.
        """
        for layer in self._backward_layers:
            grad_outputs = layer.backward(grad_outputs)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return views of the parameters by name: ``0.weight`` for the weights of `layers[0]`."""
        return {
            f"{number}.{name}": getattr(layer, name)
            for number, layer in enumerate(self.layers)
            for name in layer.parameters
        }

    def __str__(self) -> str:
        lines = [f"{type(self).__name__}: {self.in_features} -> {self.out_features}"]
        for layer in self.layers:
            count = layer.parameter_count
            lines.append(f"  {layer!s:<24}" + (f"{count:>12,} parameters" if count else ""))
        lines.append(f"  {'total':<24}{self.parameters.size:>12,} parameters, {self.dtype}")
        return "\n".join(line.rstrip() for line in lines)


class MLP(Network):
    """A multilayer perceptron: linear layers with an activation (and dropout) between them.

    Parameters
    ----------
    in_features, out_features : int
    hidden_sizes : sequence of int
        Units of each hidden layer; empty for a linear classifier.
    activation : str
        One of `ACTIVATIONS`.
    dropout : float, default 0
        Share of the hidden units dropped while training, after every activation.
    log_softmax : bool, default False
        Whether the network ends in log-probabilities rather than logits.
    dtype : str or numpy.dtype, default "float32"
    rng : numpy.random.Generator, optional
        The stream of the dropout masks; needed only if `dropout` is above 0.

    Examples
    --------
    >>> print(MLP(784, (128,), 10))
    MLP: 784 -> 10
      Linear(784, 128)             100,480 parameters
      ReLU(128)
      Linear(128, 10)                1,290 parameters
      total                        101,770 parameters, float32
    """

    def __init__(
        self,
        in_features: int,
        hidden_sizes: Sequence[int],
        out_features: int,
        activation: str = "relu",
        dropout: float = 0.0,
        log_softmax: bool = False,
        dtype: str | np.dtype = "float32",
        rng: np.random.Generator | None = None,
    ) -> None:
        check_choice("activation", activation, ACTIVATIONS)
        if dropout and rng is None:
            raise ValueError("rng=None is not legal: dropout needs a numpy.random.Generator")
        layers: list[Layer] = []
        features = in_features
        for size in hidden_sizes:
            layers += [Linear(features, size), ACTIVATIONS[activation](size)]
            if dropout and rng is not None:
                layers.append(Dropout(size, dropout, rng))
            features = size
        layers.append(Linear(features, out_features))
        if log_softmax:
            layers.append(LogSoftmax(out_features))
        super().__init__(layers, dtype)
