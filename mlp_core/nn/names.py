"""What a config can ask for by name: all activations and losses, the naive ones included."""

from __future__ import annotations

from mlp_core.nn.activations import STABLE_ACTIVATIONS, Activation
from mlp_core.nn.checks import check_choice
from mlp_core.nn.losses import MSE, STABLE_LOSSES, Hinge, Loss
from mlp_core.nn.naive import NaiveCrossEntropy, NaiveCrossEntropyEpsilon, NaiveSigmoid

ACTIVATIONS: dict[str, type[Activation]] = {**STABLE_ACTIVATIONS, "naive_sigmoid": NaiveSigmoid}
LOSSES: dict[str, type[Loss]] = {
    **STABLE_LOSSES,
    "naive_cross_entropy": NaiveCrossEntropy,
    "naive_cross_entropy_epsilon": NaiveCrossEntropyEpsilon,
}


def make_loss(name: str, hinge_margin: float = 0.1, target_scale: float = 1.0) -> Loss:
    """Return one of `LOSSES` by its name; the settings are those of `Hinge` and `MSE`."""
    check_choice("loss", name, LOSSES)
    if name == "hinge":
        return Hinge(hinge_margin)
    if name == "mse":
        return MSE(target_scale)
    return LOSSES[name]()
