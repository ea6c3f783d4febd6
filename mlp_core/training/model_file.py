"""A model's file: arrays and a JSON header, all of it checked before anything is built."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from mlp_core.data import Scaling
from mlp_core.data.npz import read_arrays
from mlp_core.files import parse_json, whole_file
from mlp_core.nn import Layer, Network, build_layer, describe_layer
from mlp_core.training.config import RunConfig

FORMAT = 1
_MOST_LAYERS = 10_000
# What the header holds; the arrays are ``scale``, ``offset`` and those of `Network.arrays`.
KEYS = {
    *("format", "layers", "dtype", "config", "scaling", "class_names"),
    *("label_type", "feature_names", "image_shape", "pixel_max", "fingerprint", "environment"),
}


class ModelError(ValueError):
    """A file that is no model, or a model that cannot be stored, exported or used like that."""


def write_model(path: str | Path, fields: dict[str, Any]) -> None:
    """Write the fields of a `Model`; a file of that name stays until the new one is whole.

    A ModelError is raised if what would be written could not be read again.
    """
    network, scaling = fields["network"], fields["scaling"]
    arrays = network.arrays()
    if not np.isfinite(network.parameters).all():
        raise ModelError(f"{path} is not written: the network's parameters are not finite")
    try:
        header = {
            **{name: fields[name] for name in KEYS & fields.keys()},
            "format": FORMAT,
            "layers": [describe_layer(layer) for layer in network.layers],
            "dtype": str(network.dtype),
            "config": fields["config"].to_dict(),
            "scaling": scaling.name,
        }
        text = json.dumps(header)
        _check_same(network, _build_network(json.loads(text), arrays))
    except (TypeError, ValueError) as error:
        raise ModelError(f"{path} is not written: {error}") from error
    scale, offset = (np.asarray(part, np.float64) for part in (scaling.scale, scaling.offset))
    with whole_file(path) as file:
        np.savez(file, model=np.array(text), scale=scale, offset=offset, **arrays)


def read_model(path: str | Path) -> dict[str, Any]:
    """Return the fields of the `Model` that a file holds, or raise a ModelError."""
    try:
        arrays = read_arrays(path)
        _require("model" in arrays, "it holds no model")
        header = read_header(arrays.pop("model"))
        version = header.get("format")
        _require(version == FORMAT, f"its format is {version!r}, this version reads {FORMAT}")
        _require(set(header) == KEYS, f"its header has {sorted(header)}, not {sorted(KEYS)}")
        scaling = Scaling(header["scaling"], *(arrays.pop(name) for name in ("scale", "offset")))
        network = _build_network(header, arrays)
        _check_scaling(scaling, network.in_features)
        _require(isinstance(header["fingerprint"], str), "its fingerprint is no text")
        plain = all(isinstance(value, str | None) for value in header["environment"].values())
        _require(plain, "its environment is not plain")
        return {
            "network": network,
            "config": RunConfig.from_dict(header["config"]),
            "scaling": scaling,
            "fingerprint": header["fingerprint"],
            "environment": dict(header["environment"]),
            **_data_fields(header, network),
        }
    except Exception as error:  # a damaged file raises almost anything
        raise ModelError(f"{path} is not a model that can be loaded: {error}") from error


def read_header(array: np.ndarray) -> dict[str, Any]:
    """Return the JSON object that an array of one text holds, or raise a ValueError."""
    _require(array.shape == () and array.dtype.kind == "U", "its header is no text")
    return parse_json(str(array))


def _check_same(network: Network, built: Network) -> None:
    """Raise a ValueError if a network that was built from its file would answer otherwise."""
    network = copy.deepcopy(network)
    network.set_training(False)
    x = np.random.default_rng(0).standard_normal((4, network.in_features)).astype(network.dtype)
    for layer, other in zip(network.layers, built.layers, strict=True):
        for each in (layer, other):
            each.resize(len(x), network.dtype)
        expected = layer.forward(x.copy())
        same = np.array_equal(expected, other.forward(x.copy()), equal_nan=True)
        _require(
            same,
            f"{layer}, built again from its constructor's arguments, gives other outputs: what it "
            f"draws or is set to has to be among its arguments or its parameters",
        )
        x = expected


def _build_network(header: dict[str, Any], arrays: dict[str, np.ndarray]) -> Network:
    """Build the network of these arrays, in evaluation mode."""
    dtype = header["dtype"]
    _require(dtype in ("float32", "float64"), f"its precision is {dtype!r}")
    layers = _build_layers(header["layers"], arrays)
    for name, array in arrays.items():
        _require(array.dtype == dtype, f"{name} is of {array.dtype}, not {dtype}")
        _require(np.isfinite(array).all(), f"{name} has values that are not finite")
    network = Network(layers, dtype)
    for name, view in network.arrays().items():
        view[...] = arrays[name]
    network.set_training(False)
    return network


def _build_layers(descriptions: list[dict[str, Any]], arrays: dict[str, np.ndarray]) -> list[Layer]:
    """Build layers, or raise a ValueError unless these arrays are what they need, no more."""
    largest = sum(array.size for array in arrays.values())
    _require(len(descriptions) <= _MOST_LAYERS, f"it has {len(descriptions):,} layers")
    for description in descriptions:
        wide = [v for v in description.values() if isinstance(v, int) and v > largest]
        _require(not wide, f"{description} is wider than all that is stored")
    layers = [build_layer(each, np.random.default_rng()) for each in descriptions]
    expected = {
        f"{number}.{name}": shape
        for number, layer in enumerate(layers)
        for name, shape in layer.parameters.items()
    }
    found = {name: array.shape for name, array in arrays.items()}
    _require(found == expected, f"it holds {found}, its layers need {expected}")
    return layers


def _check_scaling(scaling: Scaling, in_features: int) -> None:
    for part in map(np.asarray, (scaling.scale, scaling.offset)):
        legal = part.dtype == np.float64 and part.shape in ((), (in_features,))
        _require(legal and np.isfinite(part).all(), "its scaling is damaged")


def _data_fields(header: dict[str, Any], network: Network) -> dict[str, Any]:
    """Return what the header says of the data, checked against the network."""
    names, shape, pixel_max = (header[k] for k in ("class_names", "image_shape", "pixel_max"))
    legal = isinstance(names, list) and len(names) == network.out_features
    _require(legal, f"it has {network.out_features} outputs and the classes {names!r}")
    _require(all(isinstance(name, str) for name in names), "a class has no name")
    legal = len(shape) == 2 and math.prod(shape) == network.in_features
    _require(legal, f"images of shape {shape!r} for {network.in_features} features")
    _require(pixel_max is None or 0 < pixel_max < math.inf, f"pixels up to {pixel_max!r}")
    kind, columns = header["label_type"], header["feature_names"]
    _require(kind in ("", "int", "str", "bool"), f"labels of type {kind!r}")
    legal = isinstance(columns, list) and len(columns) in (0, network.in_features)
    _require(legal and all(isinstance(name, str) for name in columns), "its columns are damaged")
    return {
        "class_names": tuple(names),
        "label_type": kind,
        "feature_names": tuple(columns),
        "image_shape": tuple(shape),
        "pixel_max": pixel_max,
    }


def _require(condition: Any, message: str) -> None:
    if not condition:
        raise ValueError(message)
