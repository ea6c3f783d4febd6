"""Models: a trained network with all that it takes to use it elsewhere, in one file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.data import Dataset, Scaling
from mlp_core.data.features import as_features, as_pixels, find_names
from mlp_core.nn import Network
from mlp_core.nn.names import layer_settings
from mlp_core.nn.textbook import softmax
from mlp_core.training.build import build_loss
from mlp_core.training.config import RunConfig
from mlp_core.training.environment import describe_environment
from mlp_core.training.evaluation import evaluate, predict
from mlp_core.training.legal import ConfigError
from mlp_core.training.model_file import ModelError, read_model, write_model

_NETWORK_FIELDS = ("hidden_sizes", "activation", "dropout", "dtype")
_NO_PROBABILITIES = ("hinge", "mse")  # what their networks put out are no logits


def gives_probabilities(loss: str) -> bool:
    """Whether the softmax of the outputs is what training by a loss made probabilities."""
    return loss not in _NO_PROBABILITIES


@dataclass(eq=False)
class Model:
    """A trained network that takes raw examples and answers with the names of classes.

    Attributes
    ----------
    network : Network
    config : RunConfig
        That of the run that it is from.
    scaling : Scaling
        How raw values become what the network sees.
    class_names : tuple of str
    label_type : {"", "int", "str", "bool"}
        What `predict` answers with: the labels as they were given in training.
    feature_names : tuple of str
        By which columns of a frame are found; empty if it was trained on arrays.
    image_shape : tuple of int
        Height and width; 1 and the number of features if the examples are no images.
    pixel_max : float or None
        The largest value of a pixel, if the examples are images.
    fingerprint : str or None
        Of the data that it was trained on.
    environment : dict
        Versions and machine, date and time; see `describe_environment`.

    Examples
    --------
    >>> from mlp_core import RunConfig, load_dataset, train
    >>> model = train(RunConfig(epochs=20)).model
    >>> model.save("digits.model.npz")
    >>> Model.load("digits.model.npz").predict(load_dataset().test_features[:5])
    array([0, 1, 2, 3, 4])
    """

    network: Network
    config: RunConfig
    scaling: Scaling
    class_names: tuple[str, ...]
    image_shape: tuple[int, int]
    pixel_max: float | None = None
    fingerprint: str | None = None
    environment: dict[str, Any] = field(default_factory=dict)
    label_type: str = ""
    feature_names: tuple[str, ...] = ()

    @classmethod
    def of(cls, network: Network, config: RunConfig, data: Dataset) -> Model:
        """Return the model of a network that was trained on these data."""
        return cls(
            network,
            config,
            data.scaling,
            data.class_names,
            data.image_shape,
            data.pixel_max,
            data.fingerprint,
            describe_environment(config.dtype),
            data.label_type,
            data.feature_names,
        )

    def predict(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the class of each example, as the labels were in training.

        Parameters
        ----------
        X : array, list or frame of shape (n, in_features) or (n, height, width)
            Raw values, as those that the dataset was made of, in any type and order in memory. Of
            a frame the columns with the names of those in training are taken.

        Returns
        -------
        ndarray of shape (n,)
            Some of `classes`.

        Raises
        ------
        ModelError
            If X has other features, or values that pixels like those in training cannot have.
        DataError
            If X is not made of finite numbers.
        """
        return self.classes[self.outputs(X).argmax(axis=1)]

    def predict_proba(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return the probability of each class, of shape (n, classes), in the order of their names.

        The softmax of the outputs; a ModelError for losses whose outputs are no logits. `X` as in
        `predict`.
        """
        if not self.gives_probabilities:
            raise ModelError(
                f"a network trained with {self.config.loss} gives scores, not probabilities: use "
                f"predict(X) or outputs(X), or train with cross_entropy"
            )
        return softmax(self.outputs(X).astype(np.float64))

    @property
    def classes(self) -> np.ndarray:
        """The classes, of shape (classes,): text, integers or booleans, see `label_type`."""
        names = self.class_names
        if self.label_type == "bool" and set(names) == {"False", "True"}:
            return np.array([name == "True" for name in names])
        digits = all(name.removeprefix("-").isdecimal() for name in names)
        numbers = [int(name) for name in names] if digits and self.label_type != "str" else []
        return np.array(numbers if tuple(map(str, numbers)) == names else names)

    @property
    def gives_probabilities(self) -> bool:
        """Whether the softmax of the outputs is what training made probabilities."""
        return gives_probabilities(self.config.loss)

    def outputs(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return what the network puts out, of shape (n, classes); `X` as in `predict`."""
        rows = self._as_rows(X)
        nothing = np.zeros(len(rows), np.intp)
        names = self.class_names
        data = Dataset(
            "X", rows, nothing, rows, nothing, self.scaling, self.image_shape, self.pixel_max, names
        )
        return predict(self.network, data)

    def evaluate(self, data: Dataset, split: str = "test") -> tuple[float, float]:
        """Return mean loss and accuracy on a split, with this model's scaling of the inputs.

        A ModelError is raised if the data have other features or classes, or no such split.
        """
        self._check(data)
        if not len(data.examples(split)[1]):
            raise ModelError(f"split={split!r} is not legal: {data.name} has no such examples")
        data = dataclasses.replace(data, scaling=self.scaling)
        return evaluate(self.network, build_loss(self.config), data, split)

    def prepare(self, config: RunConfig, data: Dataset) -> tuple[RunConfig, Dataset]:
        """Return config and data to go on with from this model: scaled as it was trained."""
        self._check(data)
        for name in _NETWORK_FIELDS:
            here, there = getattr(config, name), getattr(self.config, name)
            if here != there:
                raise ConfigError(
                    f"{name}={here!r} is not legal: the model to start from has {there!r}; take "
                    f"model.config.replace(...)"
                )
        if same_scaling(data.scaling, self.scaling):
            return config, data
        data = dataclasses.replace(data, scaling=self.scaling)
        return config.replace(input_scaling=self.scaling.name), data

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits, a hash of the network: its layers and its parameters."""
        return str(describe_network(self.network)["hash"])

    def _check(self, data: Dataset) -> None:
        """Raise a ModelError unless the data are such as the model was trained on."""
        if not isinstance(data, Dataset):
            raise ModelError(f"data of type {type(data).__name__} are not legal: must be a Dataset")
        here = data.in_features, data.class_names
        there = self.network.in_features, self.class_names
        if here != there:
            raise ModelError(
                f"{data.name} has {here[0]} features and the classes {', '.join(here[1])}; the "
                f"model was trained on {there[0]} features and the classes {', '.join(there[1])}"
            )
        names, known = data.feature_names, self.feature_names
        if names and known and names != known:
            odd = sorted({*names} ^ {*known}) or "their order"
            raise ModelError(f"{data.name} has other columns than in training: {odd}")
        if data.pixel_max and self.pixel_max and not 0.5 <= data.pixel_max / self.pixel_max <= 2:
            raise ModelError(
                f"{data.name} has pixels up to {data.pixel_max:g}, the model was trained on pixels "
                f"up to {self.pixel_max:g}: bring them into the same range"
            )

    def _as_rows(self, X: Any) -> np.ndarray:  # noqa: N803
        """Return raw examples as rows, or raise a ModelError if they are of another kind."""
        if find_names(X) and self.feature_names:
            if lacking := [name for name in self.feature_names if name not in find_names(X)]:
                raise ModelError(f"X has no column {lacking[0]!r}, which the model was trained on")
            X = X[list(self.feature_names)]  # noqa: N806
        values = as_features(X, "X")
        rows = values.reshape(len(values), -1)
        if rows.shape[1] != self.network.in_features:
            raise ModelError(
                f"X of shape {values.shape} is not legal: must be of shape "
                f"(n, {self.network.in_features})"
                + (f" or (n, {', '.join(map(str, self.image_shape))})" if self.pixel_max else "")
            )
        if self.pixel_max is None:
            return rows.astype(np.float64, copy=False)
        low, high = float(rows.min()), float(rows.max())
        (pixels,), _ = as_pixels([rows])
        scaled_already = self.pixel_max > 1 >= high and pixels.dtype != np.uint8
        lowest, highest = self._pixel_range(self.pixel_max)
        if not lowest <= low <= high <= highest or scaled_already:
            raise ModelError(
                f"X from {low:g} to {high:g} is not legal: must be raw pixels from {lowest:g} to "
                f"{highest:g}, which the model scales by itself"
            )
        return pixels

    def _pixel_range(self, pixel_max: float) -> tuple[float, float]:
        """Return what pixels may be: of measured ones up to twice what training had."""
        highest = pixel_max if float(pixel_max).is_integer() else 2 * pixel_max
        if self.scaling.name in ("unit", "centered"):  # from -pixel_max up, its scale is half
            signed = bool(np.isclose(self.scaling.scale * pixel_max, 0.5))
        else:
            signed = not (pixel_max > 1 and highest == pixel_max)
        return -highest if signed else 0.0, highest

    def save(self, path: str | Path) -> None:
        """Write the model to an npz file; a file of that name stays until the new one is whole.

        Raises
        ------
        ModelError
            If a parameter is not finite, or if a layer of one's own has no name (see
            `mlp_core.nn.register`) or settings that it does not keep.
        """
        write_model(path, vars(self))

    @classmethod
    def load(cls, path: str | Path) -> Model:
        """Read a model that `save` wrote, after a check of everything that is in the file.

        Raises
        ------
        ModelError
            If there is no such file, if it is damaged or no model, or if it has layers that are
            not registered here.
        """
        return cls(**read_model(path))

    def __repr__(self) -> str:
        return f"Model({self.network.in_features} -> {len(self.class_names)} classes)"

    def __str__(self) -> str:
        """Return the architecture and what the model was trained on."""
        names = ", ".join(self.class_names)
        trained_on = f"{self.config.dataset}, {self.scaling.name} input (data {self.fingerprint})"
        made = ", ".join(f"{k} {self.environment.get(k)}" for k in ("mlp_core", "numpy", "date"))
        return f"{self.network}\ntrained on {trained_on}\nclasses {names}\n{made}"


def describe_network(network: Network) -> dict[str, Any]:
    """Return what tells one network from another: its layers, and a hash of all that they are."""
    settings = [[type(layer).__qualname__, layer_settings(layer)] for layer in network.layers]
    digest = hashlib.sha256(json.dumps(settings, default=repr).encode())
    digest.update(network.parameters.data)
    layers = [str(layer) for layer in network.layers]
    return {"layers": layers, "hash": digest.hexdigest()[:16]}


def same_scaling(one: Scaling, other: Scaling) -> bool:
    """Return whether two scalings do the same to every value."""
    pairs = ((one.scale, other.scale), (one.offset, other.offset))
    return one.name == other.name and all(np.array_equal(a, b) for a, b in pairs)
