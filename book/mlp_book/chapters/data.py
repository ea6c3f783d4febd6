"""The page on data: example images, and what the text says of the small digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from mlp_book.facts import claim, facts
from mlp_book.style import HAIRLINE, ReportFigure, new_figure, styled
from mlp_core.data import Dataset, load_dataset

GAP = 1  # pixels between images


def plot_examples(dataset: Dataset, rows: int = 4, height: float = 2.5) -> ReportFigure:
    """Draw the first training images of each class, dark on light, one column per class."""
    tiles, pitch = tile_examples(dataset, rows), dataset.image_shape[1] + GAP
    with styled():
        figure, (axes,) = new_figure(height)
        axes.imshow(tiles, cmap="gray_r", vmin=0, vmax=dataset.pixel_max, interpolation="nearest")
        places = [pitch * k + dataset.image_shape[1] / 2 for k in range(dataset.classes)]
        axes.set_xticks(places, [str(k) for k in range(dataset.classes)])
        axes.set_yticks([])
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set(**HAIRLINE)
        size = " by ".join(map(str, dataset.image_shape))
        figure.set_label(
            f"Images of {size} pixels: the first {rows} training images of each of "
            f"{dataset.classes} classes of {dataset.name}, a column for each class."
        )
    return figure


def tile_examples(dataset: Dataset, rows: int) -> np.ndarray:
    """Return one large image of so many images per class, an empty line of pixels around each.

    Returns
    -------
    ndarray of shape (rows * (height + 1) + 1, classes * (width + 1) + 1), uint8
    """
    height, width = dataset.image_shape
    shape = (rows * (height + GAP) + GAP, dataset.classes * (width + GAP) + GAP)
    tiles = np.zeros(shape, np.uint8)
    for label in range(dataset.classes):
        for row, index in enumerate(np.flatnonzero(dataset.train_labels == label)[:rows]):
            top, left = row * (height + GAP) + GAP, label * (width + GAP) + GAP
            image = dataset.train_features[index].reshape(height, width)
            tiles[top : top + height, left : left + width] = image
    return tiles


@facts("data")
def digits(dataset: Dataset, counts: Mapping[str, np.ndarray]) -> Iterator[Any]:
    """Say what the small digits are.

    Parameters
    ----------
    dataset : Dataset
        With pixels from 0 to 1.
    counts : mapping of str to ndarray
        Images of each class: "training" and "test".
    """
    unit = dataset.inputs("train")
    mean, std = round(float(unit.mean()), 4), round(float(unit.std()), 4)
    standardized, centered = (load_dataset("digits", way) for way in ("standardized", "centered"))
    yield {
        "digits-train": f"{dataset.train_size:,}",
        "digits-test": dataset.test_size,
        "digits-one": f"{100 / dataset.test_size:.1f}",
        "digits-mean": f"{mean:.4f}",
        "digits-std": f"{std:.4f}",
    }
    yield claim("a pixel is a whole number from 0 to 16", dataset.pixel_max == 16)
    yield claim(
        "every fifth image of a class is a test image",
        np.array_equal(counts["test"], np.ceil((counts["training"] + counts["test"]) / 5)),
    )
    yield claim(
        "standardized inputs are scaled by mean and deviation, rounded to four decimals",
        np.isclose(-standardized.scaling.offset * std, mean, atol=1e-4),
    )
    yield claim(
        "unit inputs are never negative, the others have both signs",
        unit.min() == 0 > max(own.inputs("train").min() for own in (standardized, centered)),
    )
