"""From a config to its parts: random streams, data, network, loss, optimizer, penalties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlp_core.data import Dataset, load_dataset
from mlp_core.nn import (
    LOSSES,
    MLP,
    SGD,
    Adadelta,
    Adam,
    L1Penalty,
    L2Penalty,
    Loss,
    Optimizer,
    Penalty,
    initialize,
    make_loss,
)
from mlp_core.training.config import RunConfig
from mlp_core.training.legal import ConfigError


@dataclass(frozen=True)
class RandomStreams:
    """Independent random streams: what is drawn from one never changes another."""

    initialization: np.random.Generator
    order: np.random.Generator
    dropout: np.random.Generator
    subset: np.random.Generator

    @classmethod
    def from_seed(cls, seed: int) -> RandomStreams:
        """Spawn the streams from one seed."""
        children = np.random.SeedSequence(seed).spawn(4)
        return cls(*(np.random.default_rng(child) for child in children))


def build_dataset(
    config: RunConfig, streams: RandomStreams, dataset: Dataset | None = None
) -> Dataset:
    """Return the dataset, by default the config's, with `train_size` of its training examples."""
    if dataset is None:
        dataset = load_dataset(config.dataset, config.input_scaling)
    if config.train_size is None:
        return dataset
    if config.train_size > dataset.train_size:
        raise ConfigError(
            f"train_size={config.train_size} is not legal for {dataset.name}: "
            f"must be at most {dataset.train_size}"
        )
    return dataset.subset(streams.subset.permutation(dataset.train_size)[: config.train_size])


def build_network(config: RunConfig, dataset: Dataset, streams: RandomStreams) -> MLP:
    """Build and initialize the network that fits the dataset."""
    network = MLP(
        dataset.in_features,
        config.hidden_sizes,
        dataset.classes,
        activation=config.activation,
        dropout=config.dropout,
        log_softmax=LOSSES[config.loss].on_log_softmax,
        dtype=config.dtype,
        rng=streams.dropout,
    )
    initialize(network, config.init, streams.initialization, config.init_std)
    return network


def build_loss(config: RunConfig) -> Loss:
    """Build the config's loss."""
    return make_loss(config.loss, config.hinge_margin, config.target_scale)


def build_optimizer(config: RunConfig) -> Optimizer:
    """Build the config's optimizer at its base learning rate."""
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "sgd":
        return SGD(rate, config.momentum, config.nesterov, decay)
    if config.optimizer == "adadelta":
        return Adadelta(rate, config.adadelta_rho, weight_decay=decay)
    return Adam(rate, config.adam_beta1, config.adam_beta2, weight_decay=decay)


def build_penalties(config: RunConfig, network: MLP) -> list[Penalty]:
    """Build the penalties whose strength is not 0."""
    penalties = [
        L1Penalty(config.l1_penalty, network.weight_slices),
        L2Penalty(config.l2_penalty, network.weight_slices),
    ]
    return [penalty for penalty in penalties if penalty.strength]
