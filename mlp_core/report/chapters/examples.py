"""Example images of a dataset, a column a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mlp_core.report.style import ReportFigure, new_figure, styled

if TYPE_CHECKING:
    from mlp_core.data import Dataset

GAP = 1  # pixels between images


def plot_examples(dataset: Dataset, rows: int = 4, height: float = 2.5) -> ReportFigure:
    """Draw the first training images of each class, dark on light.

    Parameters
    ----------
    dataset : Dataset
    rows : int
        Images a class; where there are fewer, the places stay empty.
    height : float
        In inches.
    """
    tiles, pitch = tile_examples(dataset, rows), dataset.image_shape[1] + GAP
    with styled():
        figure, (axes,) = new_figure(height)
        axes.imshow(tiles, cmap="gray_r", vmin=0, vmax=dataset.pixel_max, interpolation="nearest")
        axes.set_xticks([pitch * k + dataset.image_shape[1] / 2 for k in range(dataset.classes)])
        axes.set_xticklabels([str(k) for k in range(dataset.classes)])
        axes.set_yticks([])
        axes.tick_params(length=0)
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        size = " by ".join(map(str, dataset.image_shape))
        figure.set_label(
            f"Images of {size} pixels: the first {rows} training images of each of "
            f"{dataset.classes} classes of {dataset.name}, a column a class."
        )
    return figure


def tile_examples(dataset: Dataset, rows: int) -> np.ndarray:
    """Return one large image of ``rows`` images a class, as uint8 pixels.

    Returns
    -------
    ndarray of shape (rows * (height + 1) + 1, classes * (width + 1) + 1)
        With an empty line of pixels around every image.
    """
    height, width = dataset.image_shape
    shape = (rows * (height + GAP) + GAP, dataset.classes * (width + GAP) + GAP)
    tiles = np.zeros(shape, np.uint8)
    for label in range(dataset.classes):
        for row, index in enumerate(np.flatnonzero(dataset.train_labels == label)[:rows]):
            top, left = row * (height + GAP) + GAP, label * (width + GAP) + GAP
            image = dataset.train_pixels[index].reshape(height, width)
            tiles[top : top + height, left : left + width] = image
    return tiles
