"""The dataset: labelled examples as shared, read-only arrays, scaled where they are used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mlp_core.data.arrays import arrange
from mlp_core.data.errors import DataError
from mlp_core.data.gather import BatchGatherer, float_dtype
from mlp_core.data.scaling import Scaling, fit_scaling

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike

SPLITS = ("train", "validation", "test")


def _nothing() -> np.ndarray:
    return np.empty(0, np.uint8)


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Training, test and perhaps validation examples of one classification task.

    Pixels stay bytes: that is a quarter of the memory of float32, and a random batch is gathered
    faster. `inputs` and `gatherer` apply the scaling. Arrays that do not fit together raise a
    `DataError`.

    Parameters
    ----------
    name : str
    train_features, test_features : ndarray of shape (n, in_features), uint8, float32 or float64
        One example per row. The dataset keeps read-only views.
    train_labels, test_labels : ndarray of shape (n,), integers
        Class of each example, from 0 up. Kept as read-only intp.
    scaling : Scaling
    image_shape : tuple of int
        Height and width; 1 and the number of features if the examples are no images.
    pixel_max : float, optional
        The largest value that a pixel can have: 255 for most images, 16 for digits.
    class_names : tuple of str, optional
        If not given, the numbers from 0 to the largest label.
    label_type : {"", "int", "str", "bool"}
        What the labels were that the names stand for; if not said, numbers if all names are such.
    feature_names : tuple of str, optional
        Of the columns of a frame or a table.
    validation_features, validation_labels : ndarray, optional
        Examples to choose settings by.
    builtin : bool
        Whether its name alone says what it holds.

    Examples
    --------
    >>> from mlp_core.data import load_dataset
    >>> load_dataset("digits")
    Dataset('digits', train=1433, test=364, image_shape=(8, 8), classes=10, \
input_scaling='centered')
    """

    name: str
    train_features: np.ndarray
    train_labels: np.ndarray
    test_features: np.ndarray
    test_labels: np.ndarray
    scaling: Scaling
    image_shape: tuple[int, int]
    pixel_max: float | None = None
    class_names: tuple[str, ...] = ()
    label_type: str = ""
    feature_names: tuple[str, ...] = ()
    validation_features: np.ndarray = field(default_factory=_nothing)
    validation_labels: np.ndarray = field(default_factory=_nothing)
    builtin: bool = False

    @classmethod
    def from_arrays(
        cls,
        X: Any,  # noqa: N803
        y: Any,
        *,
        test: Any = 0.2,
        validation: Any = 0.0,
        seed: int = 0,
        name: str = "own",
        input_scaling: str = "centered",
        image_shape: tuple[int, int] | None = None,
        feature_names: Sequence[str] | None = None,
    ) -> Dataset:
        """Return a dataset of one's own arrays, or raise a `DataError` that says what is wrong.

        Parameters
        ----------
        X : array, list or frame of shape (n, in_features), (n, height, width) or (n, h, w, 1)
            Any real numbers. Flat images are recognized; see `features.find_image_shape`.
        y : array, list or series of n labels
            Text or whole numbers; they become classes in sorted order, see `class_names`.
        test, validation : (X, y), or float
            Arrays, or the share of each class that the seed draws from the training examples.
        seed : int
        name : str
            What runs call the data.
        input_scaling : {"centered", "unit", "standardized", "raw"}
            See `scaling.fit_scaling`: by default, features that are no pixels are standardized.
        image_shape : tuple of int, optional
            Of flat images that are not recognized.
        feature_names : sequence of str, optional
            If not given, the names of a frame's columns. A model takes frames by these.

        Examples
        --------
        >>> X = [[5.1, 3.5], [4.9, 3.0], [6.2, 2.9], [5.9, 3.0]]
        >>> print(Dataset.from_arrays(X, ["a", "a", "b", "b"], name="irises").describe())
        irises: 2 training and 2 test examples of 2 features, 2 classes, centered input
        """
        fields = arrange((X, y), test, validation, seed, image_shape, feature_names)
        scaling = fit_scaling(input_scaling, fields["train_features"], fields["pixel_max"])
        return cls(name=name, scaling=scaling, **fields)

    def __post_init__(self) -> None:
        if not len(self.validation_features):
            self._set("validation_features", self.train_features[:0])
            self._set("validation_labels", self.train_labels[:0])
        for split in SPLITS:
            features, labels = self.examples(split)
            self._check(split, features, labels)
            self._set(f"{split}_features", _read_only(features))
            self._set(f"{split}_labels", _read_only(labels.astype(np.intp, copy=False)))
        largest = max(int(self.examples(split)[1].max(initial=0)) for split in SPLITS)
        if not self.class_names:
            self._set("class_names", tuple(map(str, range(largest + 1))))
        if largest >= self.classes:
            raise DataError(f"{self.name}: label {largest} with {self.classes} class names")

    def _set(self, field: str, value: object) -> None:
        object.__setattr__(self, field, value)  # the way around `frozen` while being built

    def _check(self, split: str, features: np.ndarray, labels: np.ndarray) -> None:
        """Raise a DataError if features and labels are not what the class says."""
        height, width = self.image_shape
        enough = len(features) > 0 or split == "validation"
        legal = features.dtype in (np.uint8, np.float32, np.float64) and features.flags.c_contiguous
        if not (legal and enough and features.shape == (len(features), height * width)):
            raise DataError(
                f"{self.name}: {split}_features must be contiguous uint8, float32 or float64 of "
                f"shape (n, {height * width}) with n > 0, got {features.dtype} of shape "
                f"{features.shape}"
            )
        integers = np.issubdtype(labels.dtype, np.integer)
        if not integers or labels.shape != (len(features),) or labels.min(initial=0) < 0:
            raise DataError(
                f"{self.name}: {split}_labels must be {len(features)} integers, none below 0, "
                f"got {labels.dtype} of shape {labels.shape}"
            )

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @property
    def in_features(self) -> int:
        """Number of features of an example, such as the pixels of an image."""
        return self.train_features.shape[1]

    @property
    def train_size(self) -> int:
        """Number of training examples."""
        return len(self.train_features)

    @property
    def validation_size(self) -> int:
        """Number of validation examples; 0 if there are none."""
        return len(self.validation_features)

    @property
    def test_size(self) -> int:
        """Number of test examples."""
        return len(self.test_features)

    @property
    def input_scaling(self) -> str:
        """Name of the input scaling."""
        return self.scaling.name

    @cached_property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits, a hash of the arrays, the class names and the scaling."""
        factors = [np.ravel(part).tolist() for part in (self.scaling.scale, self.scaling.offset)]
        facts = [self.input_scaling, factors, list(self.class_names)]
        digest = hashlib.sha256(json.dumps(facts).encode())
        for split in SPLITS:
            features, labels = self.examples(split)
            digest.update(f"{split} {features.dtype.name} {features.shape}".encode())
            digest.update(features.data)
            digest.update(labels.astype(np.int64).data)  # intp is shorter in a browser
        return digest.hexdigest()[:16]

    def inputs(
        self,
        split: str = "train",
        start: int = 0,
        stop: int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> np.ndarray:
        """Return scaled examples in a new array, bit for bit as a `BatchGatherer` gives them.

        Parameters
        ----------
        split : {"train", "validation", "test"}
        start, stop : int, optional
            Range of examples, as in a slice; all of them if not given.
        dtype : float32 or float64
        """
        rows = np.arange(len(self.examples(split)[1]))[start:stop]
        return self.gatherer(dtype, split).gather(rows)[0]

    def examples(self, split: str = "train") -> tuple[np.ndarray, np.ndarray]:
        """Return the read-only features, not scaled, and the labels of one of the `SPLITS`."""
        if split not in SPLITS:
            raise DataError(f"split={split!r} is not legal: must be one of {', '.join(SPLITS)}")
        return getattr(self, f"{split}_features"), getattr(self, f"{split}_labels")

    def gatherer(self, dtype: DTypeLike = np.float32, split: str = "train") -> BatchGatherer:
        """Return a new `BatchGatherer` of one split's examples, with buffers of its own."""
        features, labels = self.examples(split)
        dtype, scaling = float_dtype(dtype), self.scaling
        if features.dtype == np.uint8 and not np.ndim(scaling.scale):
            factors = float(scaling.scale), float(scaling.offset)
            return BatchGatherer(features, labels, *factors, self.pixel_max or 255, dtype)
        if (split, dtype) not in self._scaled:
            self._scaled[split, dtype] = scaling.apply(features, dtype)
        return BatchGatherer(self._scaled[split, dtype], labels, dtype=dtype)

    @cached_property
    def _scaled(self) -> dict[tuple[str, np.dtype], np.ndarray]:
        """Features that are no bytes, scaled once for all gatherers."""
        return {}

    def subset(self, indices: ArrayLike, name: str | None = None) -> Dataset:
        """Return a dataset with some of the training examples and all others.

        Scaling and classes stay those of this dataset, so that runs on subsets of different size
        differ in nothing else. The indices, of shape (n,), are positions in the training set, in
        the order wanted; the other arrays are shared.
        """
        chosen = self._positions(indices)
        return replace(
            self,
            name=name or f"part of {self.name}",
            train_features=self.train_features[chosen],
            train_labels=self.train_labels[chosen],
            builtin=False,
        )

    def hold_out(self, indices: ArrayLike) -> Dataset:
        """Return a dataset whose validation examples are these of the training examples."""
        chosen = self._positions(indices)
        rest = np.setdiff1d(np.arange(self.train_size), chosen)
        held = self.train_features[chosen], self.train_labels[chosen]
        part = self.subset(rest, self.name)
        return replace(part, validation_features=held[0], validation_labels=held[1])

    def _positions(self, indices: ArrayLike) -> np.ndarray:
        """Return indices as an array, or raise a DataError if one is no training example."""
        chosen = np.asarray(indices)
        legal = chosen.ndim == 1 and chosen.size > 0 and np.issubdtype(chosen.dtype, np.integer)
        if legal and chosen.min() >= 0 and chosen.max() < self.train_size:
            return chosen
        found = f" from {chosen.min()} to {chosen.max()}" if legal else ""
        raise DataError(
            f"{self.name}: indices must be a non-empty list of integers from 0 to "
            f"{self.train_size - 1}, got {chosen.dtype} of shape {chosen.shape}{found}"
        )

    def with_input_scaling(self, input_scaling: str) -> Dataset:
        """Return a dataset of the same, shared arrays with another of the `INPUT_SCALINGS`."""
        if input_scaling == self.input_scaling:
            return self
        scaling = fit_scaling(input_scaling, self.train_features, self.pixel_max)
        return replace(self, scaling=scaling)

    def describe(self) -> str:
        """Return one line for people: name, sizes, features, classes and scaling."""
        sizes = f"{self.train_size:,} training"
        sizes += f", {self.validation_size:,} validation" if self.validation_size else ""
        kind = f"images of {self.image_shape[0]} x {self.image_shape[1]} pixels"
        if self.pixel_max is None:
            kind = f"examples of {self.in_features:,} features"
        return (
            f"{self.name}: {sizes} and {self.test_size:,} test {kind}, "
            f"{self.classes} classes, {self.input_scaling} input"
        )

    def __repr__(self) -> str:
        validation = f"validation={self.validation_size}, " if self.validation_size else ""
        return (
            f"Dataset({self.name!r}, train={self.train_size}, {validation}test={self.test_size}, "
            f"image_shape={self.image_shape}, classes={self.classes}, "
            f"input_scaling={self.input_scaling!r})"
        )


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view
