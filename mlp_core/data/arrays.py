"""From arrays of one's own to the fields of a dataset: numbers, classes and parts."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from mlp_core.data.errors import DataError
from mlp_core.data.features import as_features, as_pixels, find_image_shape, find_names
from mlp_core.data.labels import as_labels, check_share, encode, find_classes, split_rows


def arrange(
    train: tuple[Any, Any],
    test: Any,
    validation: Any,
    seed: int,
    image_shape: Any,
    feature_names: Sequence[str] | None,
) -> dict[str, Any]:
    """Return fields of a `Dataset` by their names; the arguments are those of `from_arrays`."""
    given, shares = {"train": train}, {}
    for name, part in (("test", test), ("validation", validation)):
        if isinstance(part, tuple | list) and len(part) == 2:
            given[name] = (part[0], part[1])
        elif share := check_share(name, part):
            shares[name] = share
    if "test" not in {*given, *shares}:
        raise DataError("test=0 is not legal: a run is judged by examples that it has not seen")
    if not isinstance(seed, Integral) or seed < 0:
        raise DataError(f"seed={seed!r} is not legal: must be an integer >= 0")
    features, codes, classes = _as_examples(given)
    names = _name_features(given, feature_names, features["train"])
    if shares:
        rows = split_rows(codes["train"], classes, shares, seed)
        features |= {name: features["train"][part] for name, part in rows.items()}
        codes |= {name: codes["train"][part] for name, part in rows.items()}
    fields = {f"{name}_labels": part for name, part in codes.items()}
    fields |= _as_pixels_or_not(features, image_shape)
    return {
        **fields,
        "class_names": tuple(map(str, classes)),
        "label_type": type(classes[0]).__name__,
        "feature_names": names,
    }


def _as_examples(given: dict[str, tuple[Any, Any]]) -> tuple[dict, dict, list]:
    """Return the features and the label codes of each part that was given, and the classes."""
    features, labels = {}, {}
    for name, (values, answers) in given.items():
        words = "" if name == "train" else f"{name} "
        features[name] = as_features(values, f"{words}X")
        labels[name] = as_labels(answers, len(features[name]), f"{words}y")
    shapes = {name: part.shape[1:] for name, part in features.items()}
    if len(set(shapes.values())) > 1:
        raise DataError(f"examples of different shapes, {shapes}: must have the same features")
    classes = find_classes(labels["train"])
    codes = {name: encode(each, classes, f"{name} y") for name, each in labels.items()}
    return features, codes, classes


def _name_features(
    given: dict[str, tuple[Any, Any]], names: Sequence[str] | None, features: np.ndarray
) -> tuple[str, ...]:
    """Return the names of the features, if they have any; frames have to agree on them."""
    found = {part: find_names(values) for part, (values, _) in given.items()}
    known = found["train"]
    for part, others in found.items():
        if known and others and others != known:
            odd = sorted({*known} ^ {*others}) or "their order"
            raise DataError(f"{part} X: must have the columns of training, differs in {odd}")
    names = known if names is None else tuple(map(str, names))
    width = int(np.prod(features.shape[1:]))
    if names and len(names) != width:
        raise DataError(f"feature_names: {len(names)} names for {width} features")
    return names


def _as_pixels_or_not(features: dict[str, np.ndarray], image_shape: Any) -> dict[str, Any]:
    """Return the features of each part as rows: those of images as bytes where they fit."""
    parts = list(features.values())
    in_features = int(np.prod(parts[0].shape[1:]))
    if image_shape is None:
        image_shape = find_image_shape(parts)
    elif (
        len(image_shape) != 2
        or image_shape[0] * image_shape[1] != in_features
        or not all(isinstance(side, Integral) and int(side) > 0 for side in image_shape)
    ):
        raise DataError(f"image_shape={image_shape!r} is not legal for {in_features} features")
    pixel_max = None
    if image_shape is not None:
        tops = {name: float(part.max()) for name, part in features.items()}
        if min(tops.values()) <= 1 and max(tops.values()) > 2:
            found = ", ".join(f"{name} {top:g}" for name, top in tops.items())
            raise DataError(f"pixels reach {found}: must have the same range in all parts")
        parts, pixel_max = as_pixels(parts)
    else:
        # Bytes are gathered as such and scaled alike: other features are scaled each by itself.
        parts = [part if part.dtype == np.float32 else part.astype(np.float64) for part in parts]
    rows = {
        f"{name}_features": part.reshape(len(part), -1)
        for name, part in zip(features, parts, strict=True)
    }
    return {**rows, "image_shape": image_shape or (1, in_features), "pixel_max": pixel_max}
