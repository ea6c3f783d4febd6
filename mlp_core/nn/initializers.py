"""Initializers: where the parameters start."""

from __future__ import annotations

import math

import numpy as np

from mlp_core.nn.checks import check_choice, check_not_negative
from mlp_core.nn.network import Network

INITIALIZERS = ("normal", "he", "xavier", "pytorch")


def initialize(network: Network, init: str, rng: np.random.Generator, std: float = 0.01) -> None:
    """Set a network's parameters in place.

    The numbers are drawn in float64 whatever the network's precision, so that a float32 and a
    float64 network of one seed start from the same point.

    Parameters
    ----------
    network : Network
    init : {"normal", "he", "xavier", "pytorch"}
        - ``normal``: weights from a normal distribution with standard deviation `std`.
        - ``he``: the same with standard deviation sqrt(2 / in_features) (He et al., 2015).
        - ``xavier``: weights uniform in +-sqrt(6 / (in_features + out_features)) (Glorot and
          Bengio, 2010).
        - ``pytorch``: weights and biases uniform in +-1/sqrt(in_features), as PyTorch's Linear.

        Biases start from 0 in the first three.
    rng : numpy.random.Generator
    std : float, default 0.01
        Used by ``normal`` alone.
    """
    check_choice("init", init, INITIALIZERS)
    check_not_negative("std", std)
    for layer in network.linear_layers:
        shape = layer.weight.shape
        layer.bias[...] = 0
        if init == "normal":
            layer.weight[...] = rng.normal(0, std, shape)
        elif init == "he":
            layer.weight[...] = rng.normal(0, math.sqrt(2 / layer.in_features), shape)
        elif init == "xavier":
            limit = math.sqrt(6 / (layer.in_features + layer.out_features))
            layer.weight[...] = rng.uniform(-limit, limit, shape)
        else:
            limit = 1 / math.sqrt(layer.in_features)
            layer.weight[...] = rng.uniform(-limit, limit, shape)
            layer.bias[...] = rng.uniform(-limit, limit, layer.bias.shape)
