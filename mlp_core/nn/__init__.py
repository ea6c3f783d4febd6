"""Neural networks from arrays: layers, losses, initializers, optimizers and schedules."""

from mlp_core.nn.activations import GELU, STABLE_ACTIVATIONS, Activation, ReLU, Sigmoid, Tanh
from mlp_core.nn.initializers import INITIALIZERS, initialize
from mlp_core.nn.layers import Dropout, Layer, Linear, LogSoftmax
from mlp_core.nn.losses import MSE, NLL, STABLE_LOSSES, CrossEntropy, Hinge, LogSoftmaxMSE, Loss
from mlp_core.nn.names import (
    ACTIVATIONS,
    LAYERS,
    LOSSES,
    build_layer,
    describe_layer,
    make_loss,
    register,
)
from mlp_core.nn.network import MLP, Network
from mlp_core.nn.optimizers import OPTIMIZERS, SGD, Adadelta, Adam, Optimizer
from mlp_core.nn.penalties import L1Penalty, L2Penalty, Penalty
from mlp_core.nn.schedules import SCHEDULES, learning_rate_at

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "INITIALIZERS",
    "LAYERS",
    "LOSSES",
    "MLP",
    "MSE",
    "NLL",
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "STABLE_ACTIVATIONS",
    "STABLE_LOSSES",
    "Activation",
    "Adadelta",
    "Adam",
    "CrossEntropy",
    "Dropout",
    "Hinge",
    "L1Penalty",
    "L2Penalty",
    "Layer",
    "Linear",
    "LogSoftmax",
    "LogSoftmaxMSE",
    "Loss",
    "Network",
    "Optimizer",
    "Penalty",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "build_layer",
    "describe_layer",
    "initialize",
    "learning_rate_at",
    "make_loss",
    "register",
]
