"""From a config to its parts: random streams, data, network, loss, optimizer, penalties."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from mlp_core.data import DATASETS, Dataset, load_dataset
from mlp_core.nn import (
    LOSSES,
    MLP,
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adam,
    L1Penalty,
    L2Penalty,
    LogSoftmax,
    Loss,
    Network,
    Optimizer,
    Penalty,
    initialize,
    make_loss,
)
from mlp_core.nn.layer_check import try_layers
from mlp_core.training.config import RunConfig
from mlp_core.training.legal import ConfigError, shown


@dataclass(frozen=True)
class RandomStreams:
    """Independent random streams: what is drawn from one never changes another."""

    initialization: np.random.Generator
    order: np.random.Generator
    dropout: np.random.Generator
    subset: np.random.Generator
    validation: np.random.Generator

    @classmethod
    def from_seed(cls, seed: int) -> RandomStreams:
        """Spawn the streams from one seed."""
        children = np.random.SeedSequence(seed).spawn(5)
        return cls(*(np.random.default_rng(child) for child in children))


def resolve_data(config: RunConfig, data: Any = None) -> tuple[RunConfig, Dataset]:
    """Return the config, which says what is trained on and how it is scaled, and the data.

    Parameters
    ----------
    config : RunConfig
    data : Dataset or (X, y), optional
        By default those that the config names. Where the config leaves `input_scaling` at its
        default, a dataset keeps the scaling that it has.
    """
    if data is None:
        return config, load_dataset(config.dataset, config.input_scaling)
    if isinstance(data, tuple) and len(data) == 2:
        data = Dataset.from_arrays(*data, input_scaling=config.input_scaling)
    if not isinstance(data, Dataset):
        kind = type(data).__name__
        raise ConfigError(f"data of type {kind} is not legal: must be a Dataset, or arrays (X, y)")
    own = data.name in DATASETS and not data.builtin  # not the set that the name stands for
    name = f"own {data.name}" if own else data.name
    if "input_scaling" in config.changes():
        data = data.with_input_scaling(config.input_scaling)
    return config.replace(dataset=name, input_scaling=data.input_scaling), data


def planned_run_id(config: RunConfig) -> str:
    """Return the id that a run of a config will have; data that are not built in are read."""
    if config.dataset in DATASETS:
        return config.run_id
    config, data = resolve_data(config)
    return config.run_id_on(data.fingerprint)


def take_examples(config: RunConfig, streams: RandomStreams, dataset: Dataset) -> Dataset:
    """Return the dataset with `validation_size` of its training examples set apart.

    Of what is left for training, `train_size` are kept.
    """
    if config.validation_size:
        if dataset.validation_size:
            raise ConfigError(
                f"validation_size={config.validation_size} is not legal for {dataset.name}: it "
                f"has {dataset.validation_size} validation examples of its own"
            )
        _check_size("validation_size", config.validation_size, dataset, dataset.train_size - 1)
        order = streams.validation.permutation(dataset.train_size)
        dataset = dataset.hold_out(order[: config.validation_size])
    if config.train_size is None:
        return dataset
    _check_size("train_size", config.train_size, dataset, dataset.train_size)
    order = streams.subset.permutation(dataset.train_size)
    return dataset.subset(order[: config.train_size], dataset.name)


def _check_size(name: str, size: int, dataset: Dataset, largest: int) -> None:
    if size > largest:
        raise ConfigError(
            f"{name}={size} is not legal for {dataset.name}: must be at most {largest}"
        )


def build_network(
    config: RunConfig, dataset: Dataset, streams: RandomStreams, given: Network | None = None
) -> Network:
    """Build and initialize the network that fits the dataset, or copy one that is given."""
    if given is not None:
        network = _copy_network(given, config, dataset, streams)
    else:
        network = _make_network(config, dataset, streams)
    try:
        try_layers(network, dataset.inputs("train", 0, 4, config.dtype))
    except ValueError as error:
        raise ConfigError(f"the network cannot be trained: {error}") from error
    return network


def _check_memory(config: RunConfig, dataset: Dataset) -> None:
    """Raise a ConfigError if parameters, gradients and optimizer are more than the machine has."""
    try:
        there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not on every system
        return
    widths = [dataset.in_features, *config.hidden_sizes, dataset.classes]
    vectors = 2 + len(OPTIMIZERS[config.optimizer].vectors)
    values = vectors * sum((a + 1) * b for a, b in pairwise(widths))
    needed = values * np.dtype(config.dtype).itemsize
    if needed > there:
        raise ConfigError(
            f"hidden_sizes={shown(config.hidden_sizes)} is not legal here: to train it needs about "
            f"{needed / 1e9:,.0f} GB of memory, this machine has {there / 1e9:,.0f} GB"
        )


def _make_network(config: RunConfig, dataset: Dataset, streams: RandomStreams) -> Network:
    _check_memory(config, dataset)
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


def _copy_network(
    given: Network, config: RunConfig, dataset: Dataset, streams: RandomStreams
) -> Network:
    """Return a copy that draws from the run's streams, or raise a ConfigError if it does not fit.

    The network that was given stays as it is, so that the same call gives the same run again.
    """
    widths = given.in_features, given.out_features
    needs = LOSSES[config.loss].on_log_softmax
    if widths != (dataset.in_features, dataset.classes):
        raise ConfigError(
            f"a network from {widths[0]} to {widths[1]} does not fit {dataset.name}: must be from "
            f"{dataset.in_features} features to {dataset.classes} classes"
        )
    if given.dtype != config.dtype:
        raise ConfigError(f"dtype={config.dtype!r} is not legal for a network of {given.dtype}")
    if isinstance(given.layers[-1], LogSoftmax) != needs:
        last = "LogSoftmax" if needs else "a layer other than LogSoftmax"
        raise ConfigError(f"loss={config.loss!r} is not legal: needs a network that ends in {last}")
    linear = given.linear_layers
    if len(linear) > 1 and not any(layer.weight.any() for layer in linear):
        raise ConfigError(
            f"the weights of {linear[0]} are all 0, and all others: nothing could be learned; "
            f"begin with mlp_core.nn.initialize(network, 'he', np.random.default_rng(0))"
        )
    network = copy.deepcopy(given)
    for layer in network.layers:
        if hasattr(layer, "rng"):
            layer.rng = streams.dropout
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


def build_penalties(config: RunConfig, network: Network) -> list[Penalty]:
    """Build the penalties whose strength is not 0."""
    penalties = [
        L1Penalty(config.l1_penalty, network.weight_slices),
        L2Penalty(config.l2_penalty, network.weight_slices),
    ]
    return [penalty for penalty in penalties if penalty.strength]
