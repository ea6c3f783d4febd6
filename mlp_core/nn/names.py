"""What can be asked for by name: activations and losses, the naive ones included."""

from __future__ import annotations

from mlp_core.nn.activations import GELU, Activation, ReLU, Sigmoid, Tanh
from mlp_core.nn.losses import MSE, NLL, CrossEntropy, Hinge, LogSoftmaxMSE, Loss
from mlp_core.nn.naive import NaiveCrossEntropy, NaiveCrossEntropyEpsilon, NaiveSigmoid

STABLE_ACTIVATIONS: dict[str, type[Activation]] = {
    "relu": ReLU,
    "gelu": GELU,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
}
ACTIVATIONS: dict[str, type[Activation]] = {**STABLE_ACTIVATIONS, "naive_sigmoid": NaiveSigmoid}

STABLE_LOSSES: dict[str, type[Loss]] = {
    "cross_entropy": CrossEntropy,
    "hinge": Hinge,
    "mse": MSE,
    "nll": NLL,
    "log_softmax_mse": LogSoftmaxMSE,
}
LOSSES: dict[str, type[Loss]] = {
    **STABLE_LOSSES,
    "naive_cross_entropy": NaiveCrossEntropy,
    "naive_cross_entropy_epsilon": NaiveCrossEntropyEpsilon,
}


def make_loss(name: str, hinge_margin: float = 0.1, target_scale: float = 1.0) -> Loss:
    """Return the loss of that name.

    Raises
    ------
    ValueError
        If the name is not one of `LOSSES`.
    """
    if name == "hinge":
        return Hinge(hinge_margin)
    if name == "mse":
        return MSE(target_scale)
    if name not in LOSSES:
        raise ValueError(f"loss={name!r} is not legal: must be one of {', '.join(LOSSES)}")
    return LOSSES[name]()
