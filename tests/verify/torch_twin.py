"""A random config, trained here and in PyTorch from the same weights on the same batches."""

from __future__ import annotations

import random

import numpy as np
import torch
from torch import nn

from mlp_core.data import Dataset
from mlp_core.training import Callback, RunConfig, Training

ACTIVATIONS = {
    "relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh,
    "gelu": lambda: nn.GELU(approximate="tanh"),
}  # fmt: skip


def gap(seed: int) -> tuple[float, float]:
    """Return how far the parameters are apart after training, and what rounding explains.

    What it explains is measured: the same training here from weights that differ by 1e-14.
    """
    chance = random.Random(seed)
    config = RunConfig(
        hidden_sizes=tuple(chance.randrange(1, 20) for _ in range(chance.randrange(3))),
        activation=chance.choice(list(ACTIVATIONS)),
        loss=chance.choice(["cross_entropy", "mse", "nll"]),
        optimizer=chance.choice(["sgd", "adam", "adadelta"]),
        learning_rate=10 ** chance.uniform(-3, -1),
        momentum=chance.choice([0.5, 0.9]),
        nesterov=chance.random() < 0.5,
        weight_decay=chance.choice([0.0, 1e-3]),
        batch_size=chance.randrange(1, 40),
        epochs=2, init="he", dtype="float64", seed=seed,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    rows, labels = rng.normal(size=(50, 5)), np.arange(50) % 3
    data = Dataset.from_arrays(rows, labels, test=(rows, labels))
    here, batches, start = _train(config, data)
    twin = _twin(config, start)
    _train_twin(twin, config, batches)
    there = _parameters(twin)
    nudged, _, _ = _train(config, data, nudge=1e-14)
    size = max(float(np.abs(here).max()), 1.0)
    noise = float(np.abs(here - nudged).max()) / size
    return float(np.abs(here - there).max()) / size, max(1e-11, 100 * noise)


class _Batches(Callback):
    """Keeps what every update was made with."""

    def __init__(self) -> None:
        self.kept: list[tuple[np.ndarray, np.ndarray]] = []


def _train(config: RunConfig, data: Dataset, nudge: float = 0.0):
    training = Training(config, data)
    start = training.network.linear_layers
    training.network.parameters += nudge
    weights = [(layer.weight.copy(), layer.bias.copy()) for layer in start]
    kept, gather = [], training.gatherer.gather

    def keep(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inputs, labels = gather(rows)
        kept.append((inputs.copy(), labels.copy()))
        return inputs, labels

    training.gatherer.gather = keep  # type: ignore[method-assign]
    training.run()
    return training.network.parameters.copy(), kept, weights


def _twin(config: RunConfig, weights: list[tuple[np.ndarray, np.ndarray]]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for number, (weight, bias) in enumerate(weights):
        linear = nn.Linear(*weight.shape).double()
        with torch.no_grad():
            linear.weight[...] = torch.from_numpy(weight.T.copy())
            linear.bias[...] = torch.from_numpy(bias)
        layers.append(linear)
        if number < len(weights) - 1:
            layers.append(ACTIVATIONS[config.activation]())
    return nn.Sequential(*layers)


def _train_twin(twin: nn.Sequential, config: RunConfig, batches: list) -> None:
    rate, decay = config.learning_rate, config.weight_decay
    kinds = {
        "sgd": lambda p: torch.optim.SGD(
            p, rate, config.momentum, weight_decay=decay, nesterov=config.nesterov
        ),
        "adam": lambda p: torch.optim.Adam(p, rate, weight_decay=decay),
        "adadelta": lambda p: torch.optim.Adadelta(
            p, rate, config.adadelta_rho, eps=1e-6, weight_decay=decay
        ),
    }
    optimizer = kinds[config.optimizer](twin.parameters())
    for inputs, labels in batches:
        outputs, truth = twin(torch.from_numpy(inputs)), torch.from_numpy(labels.astype(np.int64))
        if config.loss == "mse":
            target = nn.functional.one_hot(truth, outputs.shape[1]).double()
            loss = ((outputs - target) ** 2).sum(dim=1).mean() / 2
        else:  # of log-probabilities too
            loss = nn.functional.cross_entropy(outputs, truth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def _parameters(twin: nn.Sequential) -> np.ndarray:
    parts = []
    for module in twin:
        if isinstance(module, nn.Linear):
            parts += [module.weight.detach().numpy().T.ravel(), module.bias.detach().numpy()]
    return np.concatenate(parts)
