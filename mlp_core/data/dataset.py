"""The dataset: labelled images as shared, read-only bytes, scaled to floats where they are used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mlp_core.data.errors import DataError
from mlp_core.data.gather import BatchGatherer
from mlp_core.data.scaling import scale_and_offset

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, DTypeLike


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Training and test examples of one classification task.

    Pixels stay bytes: that is a quarter of the memory of float32, and a random batch is gathered
    faster. ``image = pixel * scale + offset`` is applied by `images` and by `gatherer`.

    Parameters
    ----------
    name : str
        "digits", "mnist" or the name of a folder.
    train_pixels, test_pixels : ndarray of shape (n, in_features), uint8
        One image a row. The dataset keeps read-only views.
    train_labels, test_labels : ndarray of shape (n,), integers
        Class of each image, from 0 up. Kept as read-only intp.
    image_shape : tuple of int
        Height and width.
    pixel_max : int
        The largest value that a pixel can have: 255 for IDX files, 16 for digits.
    scale, offset : float
        Of the input scaling.
    input_scaling : {"unit", "centered", "standardized"}
        Name of the input scaling.
    classes : int, optional
        Number of classes; if not given, the largest label plus one.

    Raises
    ------
    DataError
        If the arrays do not fit together.

    Examples
    --------
    >>> from mlp_core.data import load_dataset
    >>> load_dataset("digits")
    Dataset('digits', train=1433, test=364, image_shape=(8, 8), classes=10, \
input_scaling='centered')
    """

    name: str
    train_pixels: np.ndarray
    train_labels: np.ndarray
    test_pixels: np.ndarray
    test_labels: np.ndarray
    image_shape: tuple[int, int]
    pixel_max: int
    scale: float
    offset: float
    input_scaling: str
    classes: int = 0

    def __post_init__(self) -> None:
        for split in ("train", "test"):
            pixels, labels = getattr(self, f"{split}_pixels"), getattr(self, f"{split}_labels")
            self._check(split, pixels, labels)
            self._set(f"{split}_pixels", _read_only(pixels))
            self._set(f"{split}_labels", _read_only(labels.astype(np.intp, copy=False)))
        largest = int(max(self.train_labels.max(), self.test_labels.max()))
        if not self.classes:
            self._set("classes", largest + 1)
        if largest >= self.classes:
            raise DataError(f"{self.name}: label {largest} with classes={self.classes}")

    def _set(self, field: str, value: object) -> None:
        object.__setattr__(self, field, value)  # the way around `frozen` while being built

    def _check(self, split: str, pixels: np.ndarray, labels: np.ndarray) -> None:
        """Raise a DataError if pixels and labels are not what the class says."""
        features = self.image_shape[0] * self.image_shape[1]
        legal_pixels = pixels.dtype == np.uint8 and pixels.shape == (len(pixels), features)
        if not (legal_pixels and pixels.flags.c_contiguous and len(pixels)):
            raise DataError(
                f"{self.name}: {split}_pixels must be contiguous uint8 of shape (n, {features}) "
                f"with n > 0, got {pixels.dtype} of shape {pixels.shape}"
            )
        integers = np.issubdtype(labels.dtype, np.integer)
        if not integers or labels.shape != (len(pixels),) or labels.min() < 0:
            raise DataError(
                f"{self.name}: {split}_labels must be {len(pixels)} integers, none below 0, "
                f"got {labels.dtype} of shape {labels.shape}"
            )

    @property
    def in_features(self) -> int:
        """Number of pixels of an image."""
        return self.train_pixels.shape[1]

    @property
    def train_size(self) -> int:
        """Number of training examples."""
        return len(self.train_pixels)

    @property
    def test_size(self) -> int:
        """Number of test examples."""
        return len(self.test_pixels)

    def images(
        self,
        split: str = "train",
        start: int = 0,
        stop: int | None = None,
        dtype: DTypeLike = np.float32,
    ) -> np.ndarray:
        """Return scaled images in a new array.

        Parameters
        ----------
        split : {"train", "test"}
        start, stop : int, optional
            Range of examples, as in a slice; all of them if not given.
        dtype : float32 or float64

        Returns
        -------
        ndarray of shape (n, in_features)
            Bit for bit what `BatchGatherer.gather` gives for the same examples.

        Raises
        ------
        DataError
            If there is no such split or the dtype is neither of the two.
        """
        rows = np.arange(len(self.examples(split)[1]))[start:stop]
        return self.gatherer(dtype, split).gather(rows)[0]

    def examples(self, split: str = "train") -> tuple[np.ndarray, np.ndarray]:
        """Return the read-only pixels and labels of one split, "train" or "test".

        Returns
        -------
        pixels : ndarray of shape (n, in_features), uint8
            Not scaled.
        labels : ndarray of shape (n,), intp
            Class of each image.

        Raises
        ------
        DataError
            If there is no such split.
        """
        if split == "train":
            return self.train_pixels, self.train_labels
        if split == "test":
            return self.test_pixels, self.test_labels
        raise DataError(f"split={split!r} is not legal: must be 'train' or 'test'")

    def gatherer(self, dtype: DTypeLike = np.float32, split: str = "train") -> BatchGatherer:
        """Return a new `BatchGatherer` of one split's examples, with buffers of its own."""
        pixels, labels = self.examples(split)
        return BatchGatherer(pixels, labels, self.scale, self.offset, self.pixel_max, dtype)

    def subset(self, indices: ArrayLike) -> Dataset:
        """Return a dataset with some of the training examples and all test examples.

        Scaling and number of classes stay those of this dataset, so that runs on subsets of
        different size differ in nothing else. The indices, of shape (n,), are positions in the
        training set, in the order wanted; the test arrays are shared.

        Raises
        ------
        DataError
            If there are no indices, or one is not a position in the training set.
        """
        chosen = np.asarray(indices)
        legal = chosen.ndim == 1 and chosen.size > 0 and np.issubdtype(chosen.dtype, np.integer)
        if not legal or chosen.min() < 0 or chosen.max() >= self.train_size:
            found = f"{chosen.dtype} of shape {chosen.shape}"
            if legal:
                found += f" from {chosen.min()} to {chosen.max()}"
            raise DataError(
                f"{self.name}: indices must be a non-empty list of integers from 0 to "
                f"{self.train_size - 1}, got {found}"
            )
        pixels, labels = self.train_pixels[chosen], self.train_labels[chosen]
        return replace(self, train_pixels=pixels, train_labels=labels)

    def with_input_scaling(self, input_scaling: str) -> Dataset:
        """Return a dataset of the same, shared arrays with another of the `INPUT_SCALINGS`.

        Raises
        ------
        DataError
            If there is no such scaling.
        """
        scale, offset = scale_and_offset(input_scaling, self.train_pixels, self.pixel_max)
        return replace(self, scale=scale, offset=offset, input_scaling=input_scaling)

    def describe(self) -> str:
        """Return one line for people: name, sizes, image shape, classes and scaling."""
        height, width = self.image_shape
        return (
            f"{self.name}: {self.train_size:,} training and {self.test_size:,} test images of "
            f"{height} x {width} pixels, {self.classes} classes, {self.input_scaling} input"
        )

    def __repr__(self) -> str:
        return (
            f"Dataset({self.name!r}, train={self.train_size}, test={self.test_size}, "
            f"image_shape={self.image_shape}, classes={self.classes}, "
            f"input_scaling={self.input_scaling!r})"
        )


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view
