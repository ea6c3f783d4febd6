"""Labels of any kind made into classes, and examples split so that each part has all classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from mlp_core.data.errors import DataError

Label: TypeAlias = str | int


def as_labels(values: Any, examples: int, where: str) -> list[Label]:
    """Return one plain label per example: all of them text, or all of them whole numbers."""
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise DataError(
            f"{where}: shape {array.shape} is not legal: must be one label per example "
            f"(of one-hot rows take y.argmax(axis=1))"
        )
    if len(array) != examples:
        raise DataError(f"{where}: {len(array):,} labels for {examples:,} examples")
    if array.dtype.kind in "iub":
        return array.tolist()
    labels = [_as_label(label, row, where) for row, label in enumerate(array.tolist())]
    kinds = {isinstance(label, str): label for label in labels}
    if len(kinds) > 1:
        raise DataError(f"{where}: {kinds[True]!r} and {kinds[False]!r}: text or numbers, not both")
    return labels


def _as_label(label: Any, row: int, where: str) -> Label:
    label = label.item() if isinstance(label, np.generic) else label
    if isinstance(label, bytes):  # as HDF5 and MATLAB files have them
        label = label.decode("utf-8", "replace")
    if isinstance(label, int) or (isinstance(label, str) and label.strip()):
        return label
    if not isinstance(label, float) or label != label:
        raise DataError(
            f"{where}: {label!r:.40} in row {row} is no label: must be text or a number"
        )
    if label % 1:
        raise DataError(
            f"{where}: {label!r} in row {row} is a measurement, not a class: networks here "
            f"classify; make classes of the values (np.digitize)"
        )
    return int(label)


def find_classes(labels: Sequence[Label]) -> list[Label]:
    """Return the classes of training labels, sorted, or raise a DataError if there is but one."""
    classes = sorted(set(labels))
    if len(classes) < 2:
        raise DataError(f"all labels are {classes[0]!r}: must be of at least two classes")
    return classes


def encode(labels: Sequence[Label], classes: Sequence[Label], where: str) -> np.ndarray:
    """Return labels as places in the classes, or raise a DataError that names an unknown one."""
    places = {label: place for place, label in enumerate(classes)}
    if unknown := [label for label in labels if label not in places]:
        known = ", ".join(map(repr, classes[:10])) + (", ..." if len(classes) > 10 else "")
        raise DataError(
            f"{where}: label {unknown[0]!r} does not occur in training, whose labels are {known}"
        )
    return np.array([places[label] for label in labels], np.intp)


def check_share(name: str, share: Any) -> float:
    """Return a share of the examples from 0 up to, not including, 1."""
    number = isinstance(share, int | float | np.floating) and not isinstance(share, bool)
    if number and 0 <= share < 1:
        return float(share)
    raise DataError(f"{name}={share!r:.60} is not legal: must be arrays (X, y), or a share below 1")


def split_rows(
    codes: np.ndarray, classes: Sequence[Label], shares: Mapping[str, float], seed: int
) -> dict[str, np.ndarray]:
    """Draw from each class the same shares of its rows; what is left is for training.

    Returns the rows of each part, and of "train", in ascending order.
    """
    if sum(shares.values()) >= 1:
        raise DataError(f"shares of {dict(shares)} are not legal: must leave examples for training")
    rng = np.random.default_rng(seed)
    rows: dict[str, list[int]] = {name: [] for name in (*shares, "train")}
    for code, label in enumerate(classes):
        own = rng.permutation(np.flatnonzero(codes == code)).tolist()
        total = len(own)
        if total < len(rows):
            raise DataError(
                f"label {label!r} occurs {total} time(s): must be at least {len(rows)}, one for "
                f"each of {', '.join(rows)}; leave it out, or give these as arrays (X, y)"
            )
        for later, (name, share) in zip(range(len(shares), 0, -1), shares.items(), strict=True):
            count = min(max(round(share * total), 1), len(own) - later)
            rows[name] += own[:count]
            own = own[count:]
        rows["train"] += own
    return {name: np.sort(np.array(each, np.intp)) for name, each in rows.items()}
