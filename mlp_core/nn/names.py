"""What a config or a file can ask for by name: layers, activations and losses."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from mlp_core.nn.activations import STABLE_ACTIVATIONS, Activation
from mlp_core.nn.checks import check_choice
from mlp_core.nn.layers import Dropout, Layer, Linear, LogSoftmax
from mlp_core.nn.losses import MSE, STABLE_LOSSES, Hinge, Loss
from mlp_core.nn.naive import NaiveCrossEntropy, NaiveCrossEntropyEpsilon, NaiveSigmoid

ACTIVATIONS: dict[str, type[Activation]] = {**STABLE_ACTIVATIONS, "naive_sigmoid": NaiveSigmoid}
LAYERS: dict[str, type[Layer]] = {
    "linear": Linear,
    "dropout": Dropout,
    "log_softmax": LogSoftmax,
    **ACTIVATIONS,
}
LOSSES: dict[str, type[Loss]] = {
    **STABLE_LOSSES,
    "naive_cross_entropy": NaiveCrossEntropy,
    "naive_cross_entropy_epsilon": NaiveCrossEntropyEpsilon,
}

LayerClass = TypeVar("LayerClass", bound=type[Layer])


def register(name: str) -> Callable[[LayerClass], LayerClass]:
    """Return a decorator that gives a layer of one's own the name it has in files.

    An activation can be named in a config from then on. The name may be given again to a class
    of the same name (a cell that is run twice), not to another.

    >>> @register("doubled")
    ... class Doubled(Activation):
    ...     def forward(self, inputs):
    ...         return np.multiply(inputs, 2, out=self.outputs)
    ...     def backward(self, grad_outputs):
    ...         return np.multiply(grad_outputs, 2, out=grad_outputs)
    >>> name_of(Doubled(3)), ACTIVATIONS.pop("doubled") is LAYERS.pop("doubled")
    ('doubled', True)
    """

    def add(layer_class: LayerClass) -> LayerClass:
        taken = LAYERS.get(name)
        if taken is not None and taken.__qualname__ != layer_class.__qualname__:
            raise ValueError(f"name={name!r} is not legal: {taken.__qualname__} has it already")
        LAYERS[name] = layer_class
        if issubclass(layer_class, Activation):
            ACTIVATIONS[name] = layer_class
        return layer_class

    return add


def name_of(layer: Layer) -> str:
    """Return the name that a layer's class is registered under, or raise a ValueError."""
    for name, layer_class in LAYERS.items():
        if layer_class is type(layer):
            return name
    kind = type(layer).__qualname__
    raise ValueError(f"{kind} has no name in files: put @register('a_name') above the class")


def describe_layer(layer: Layer) -> dict[str, Any]:
    """Return what a layer is built from, as plain values: its name and its settings.

    >>> describe_layer(Linear(784, 128))
    {'layer': 'linear', 'in_features': 784, 'out_features': 128}
    """
    settings = layer_settings(layer)
    for name in _arguments(type(layer)):
        if name not in settings:
            raise ValueError(
                f"{layer} cannot be described: its constructor has the argument {name!r}, so "
                f"keep that in the attribute self.{name}"
            )
    return {"layer": name_of(layer), **settings}


def layer_settings(layer: Layer) -> dict[str, Any]:
    """Return the arguments of a layer's constructor that it keeps, but for random streams."""
    kept = {n: getattr(layer, n) for n in _arguments(type(layer)) if hasattr(layer, n)}
    return {n: v.item() if isinstance(v, np.generic) else v for n, v in kept.items()}


def _arguments(layer_class: type[Layer]) -> list[str]:
    return [name for name in inspect.signature(layer_class).parameters if name != "rng"]


def build_layer(description: dict[str, Any], rng: np.random.Generator) -> Layer:
    """Build a layer from what `describe_layer` returned; `rng` is for one that draws numbers."""
    settings = dict(description)
    name = settings.pop("layer")
    if name not in LAYERS:
        raise ValueError(
            f"there is no layer {name!r} here: import the module in which @register({name!r}) is; "
            f"known are {', '.join(LAYERS)}"
        )
    if "rng" in inspect.signature(LAYERS[name]).parameters:
        settings["rng"] = rng
    return LAYERS[name](**settings)


def make_loss(name: str, hinge_margin: float = 0.1, target_scale: float = 1.0) -> Loss:
    """Return one of `LOSSES` by its name; the settings are those of `Hinge` and `MSE`."""
    check_choice("loss", name, LOSSES)
    if name == "hinge":
        return Hinge(hinge_margin)
    if name == "mse":
        return MSE(target_scale)
    return LOSSES[name]()
