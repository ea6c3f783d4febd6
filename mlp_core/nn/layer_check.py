"""Layers of one's own, tried on a few rows before they are trained."""

from __future__ import annotations

import copy

import numpy as np

from mlp_core.nn.layers import Layer
from mlp_core.nn.network import Network


def try_layers(network: Network, inputs: np.ndarray) -> None:
    """Pass rows forward and backward through a copy; a ValueError names a layer that is wrong.

    Either an array that it returns has another shape or precision than the network's, or a
    trained value or its gradient was bound to a new array: that one would never be trained.
    """
    if all(type(layer).__module__.startswith("mlp_core.") for layer in network.layers):
        return
    network, values = copy.deepcopy(network), np.asarray(inputs, network.dtype)
    for layer in network.layers:
        layer.resize(len(values), network.dtype)
        values = layer.forward(values)
        _check_array(layer, "forward", values, (len(inputs), layer.out_features), network.dtype)
    values = np.ones_like(values)
    for layer in reversed(network.layers):
        values = layer.backward(values)
        for name in layer.parameters:
            _check_bound(layer, name, network.parameters)
            _check_bound(layer, f"grad_{name}", network.gradients)
        if not layer.needs_grad_inputs:
            break
        _check_array(layer, "backward", values, (len(inputs), layer.in_features), network.dtype)


def _check_array(
    layer: Layer, method: str, array: np.ndarray, shape: tuple[int, int], dtype: np.dtype
) -> None:
    if getattr(array, "shape", None) != shape or array.dtype != dtype:
        found = f"{array.dtype} of shape {array.shape}" if hasattr(array, "dtype") else repr(array)
        raise ValueError(
            f"{layer}: {method} returned {found:.80}, must be {dtype} of shape {shape}; write to "
            f"buffers (out=self.outputs), which have the network's precision"
        )


def _check_bound(layer: Layer, name: str, vector: np.ndarray) -> None:
    if not np.shares_memory(getattr(layer, name), vector):
        raise ValueError(
            f"{layer}: self.{name} = ... binds a new array, which the network does not see: fill "
            f"the one that is there, self.{name}[...] = ..."
        )
