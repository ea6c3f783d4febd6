"""Folder: the four IDX files of a dataset, read together and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlp_core.data.content import check_sha256, read_content
from mlp_core.data.dataset import Dataset
from mlp_core.data.errors import DataError, broken_file
from mlp_core.data.idx import parse_idx

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
FILE_NAMES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)
PIXEL_MAX = 255


class IdxArrays(NamedTuple):
    """The arrays of a folder: images of shape (n, height, width), labels of shape (n,)."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def find_file(folder: Path, name: str) -> Path | None:
    """Return the path of a file in the folder, plain or gzipped (plain first), or None."""
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def load_folder(folder: Path, name: str, sha256: Mapping[str, str] | None = None) -> Dataset:
    """Read the four files of a folder as a dataset.

    Parameters
    ----------
    folder : Path
        Holds the four files with MNIST's names, each plain or with ``.gz``; images may have any
        size and labels any number of classes up to 256.
    name : str
        The dataset's name.
    sha256 : mapping of str to str, optional
        File name to the hash that its uncompressed bytes must have. None checks no hash.

    Returns
    -------
    Dataset
        Unit scaled.

    Raises
    ------
    DataError
        If a file is missing or broken, or if the four do not fit together.
    """
    arrays = read_folder(folder, sha256)
    _, height, width = arrays.train_images.shape
    return Dataset(
        name=name,
        train_pixels=arrays.train_images.reshape(-1, height * width),
        train_labels=arrays.train_labels,
        test_pixels=arrays.test_images.reshape(-1, height * width),
        test_labels=arrays.test_labels,
        image_shape=(height, width),
        pixel_max=PIXEL_MAX,
        scale=1 / PIXEL_MAX,
        offset=0.0,
        input_scaling="unit",
    )


def read_folder(folder: Path, sha256: Mapping[str, str] | None = None) -> IdxArrays:
    """Read and check the four files of a dataset.

    Parameters
    ----------
    folder : Path
        Holds the four files with MNIST's names, each plain or with ``.gz``.
    sha256 : mapping of str to str, optional
        File name to the hash that its uncompressed bytes must have. None checks no hash.

    Returns
    -------
    IdxArrays
        Read-only uint8 arrays.

    Raises
    ------
    DataError
        If a file is missing or broken, or if the four do not fit together.
    """
    arrays = []
    for name in FILE_NAMES:
        path = find_file(folder, name)
        if path is None:
            raise broken_file(
                folder,
                f"the files {', '.join(FILE_NAMES)} (each plain or with .gz)",
                f"neither {name} nor {name}.gz",
                "Put the missing file there or name another folder.",
            )
        content = read_content(path)
        arrays.append(parse_idx(content, 3 if "images" in name else 1, path))
        if sha256 is not None:
            check_sha256(content, sha256[name], path)
    found = IdxArrays(*arrays)
    _check_fit(folder, found)
    return found


def _check_fit(folder: Path, arrays: IdxArrays) -> None:
    """Raise a DataError if the four arrays are not those of one dataset."""
    for images, labels, names in (
        (arrays.train_images, arrays.train_labels, (TRAIN_IMAGES, TRAIN_LABELS)),
        (arrays.test_images, arrays.test_labels, (TEST_IMAGES, TEST_LABELS)),
    ):
        if len(images) != len(labels):
            raise _misfit(
                folder,
                f"{names[0]} and {names[1]}",
                "as many labels as images",
                f"{len(images):,} images and {len(labels):,} labels",
            )
    train_shape, test_shape = arrays.train_images.shape[1:], arrays.test_images.shape[1:]
    if train_shape != test_shape:
        raise _misfit(
            folder,
            f"{TRAIN_IMAGES} and {TEST_IMAGES}",
            "images of one size",
            f"{train_shape} in training and {test_shape} in test",
        )
    largest, largest_test = int(arrays.train_labels.max()), int(arrays.test_labels.max())
    if largest_test > largest:
        raise _misfit(
            folder,
            TEST_LABELS,
            f"labels from 0 to {largest}, as in {TRAIN_LABELS}",
            f"label {largest_test}",
        )


def _misfit(folder: Path, names: str, expected: str, found: str) -> DataError:
    advice = "Check that the four files are of one dataset, and get them again."
    return broken_file(f"{folder}: {names}", expected, found, advice)
