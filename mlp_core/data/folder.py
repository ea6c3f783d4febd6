"""Folder: the four IDX files of a dataset, read together and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mlp_core.data.content import check_sha256, read_content
from mlp_core.data.dataset import Dataset
from mlp_core.data.errors import DataError, broken_file
from mlp_core.data.idx import parse_idx

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
FILE_NAMES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)
PIXEL_MAX = 255


def find_file(folder: Path, name: str) -> Path | None:
    """Return the path of a file in the folder, plain or gzipped (plain first), or None."""
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def load_folder(folder: Path, name: str, sha256: Mapping[str, str] | None = None) -> Dataset:
    """Return the four files of a folder as a unit-scaled dataset.

    Parameters
    ----------
    folder : Path
        Holds the four files with MNIST's names, each plain or with ``.gz``; images may have any
        size and labels any number of classes up to 256.
    name : str
        The dataset's name.
    sha256 : mapping of str to str, optional
        File name to the hash that its uncompressed bytes must have. None checks no hash.

    Raises
    ------
    DataError
        If a file is missing or broken, or if the four do not fit together.
    """
    arrays = {file: _read_file(folder, file, sha256) for file in FILE_NAMES}
    _check_fit(folder, arrays)
    _, height, width = arrays[TRAIN_IMAGES].shape
    return Dataset(
        name=name,
        train_pixels=arrays[TRAIN_IMAGES].reshape(-1, height * width),
        train_labels=arrays[TRAIN_LABELS],
        test_pixels=arrays[TEST_IMAGES].reshape(-1, height * width),
        test_labels=arrays[TEST_LABELS],
        image_shape=(height, width),
        pixel_max=PIXEL_MAX,
        scale=1 / PIXEL_MAX,
        offset=0.0,
        input_scaling="unit",
    )


def _read_file(folder: Path, name: str, sha256: Mapping[str, str] | None) -> np.ndarray:
    """Return the array of one file, checked by itself."""
    path = find_file(folder, name)
    if path is None:
        raise broken_file(
            folder,
            f"the files {', '.join(FILE_NAMES)} (each plain or with .gz)",
            f"neither {name} nor {name}.gz",
            "Put the missing file there or name another folder.",
        )
    content = read_content(path)
    array = parse_idx(content, 3 if "images" in name else 1, path)
    if sha256 is not None:
        check_sha256(content, sha256[name], path)
    return array


def _check_fit(folder: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Raise a DataError if the four arrays are not those of one dataset."""
    for images, labels in ((TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS)):
        counts = len(arrays[images]), len(arrays[labels])
        if counts[0] != counts[1]:
            found = f"{counts[0]:,} images and {counts[1]:,} labels"
            raise _misfit(folder, f"{images} and {labels}", "as many labels as images", found)
    train_shape, test_shape = arrays[TRAIN_IMAGES].shape[1:], arrays[TEST_IMAGES].shape[1:]
    if train_shape != test_shape:
        found = f"{train_shape} in training and {test_shape} in test"
        raise _misfit(folder, f"{TRAIN_IMAGES} and {TEST_IMAGES}", "images of one size", found)
    largest, largest_test = int(arrays[TRAIN_LABELS].max()), int(arrays[TEST_LABELS].max())
    if largest_test > largest:
        expected = f"labels from 0 to {largest}, as in {TRAIN_LABELS}"
        raise _misfit(folder, TEST_LABELS, expected, f"label {largest_test}")


def _misfit(folder: Path, names: str, expected: str, found: str) -> DataError:
    advice = "Check that the four files are of one dataset, and get them again."
    return broken_file(f"{folder}: {names}", expected, found, advice)
