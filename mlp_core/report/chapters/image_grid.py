"""Images of a dataset side by side, each with a word above it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mlp_core.report.chapters.predictions import Predictions
from mlp_core.report.style import ReportFigure, new_grid, styled

SIDE = 96  # drawn pixels at least: browsers blur small images when they enlarge them


def plot_images(
    pixels: np.ndarray,
    image_shape: tuple[int, int],
    names: Sequence[str],
    columns: int = 5,
    heading: str = "",
) -> ReportFigure:
    """Draw images in a grid, bright ink on black in light mode and in dark.

    Parameters
    ----------
    pixels : ndarray of shape (n, height * width)
        The brightest pixel of all of them is drawn white.
    image_shape : tuple of int
        Height and width.
    names : sequence of str
        One an image.
    columns : int
        Images side by side.
    heading : str
        Stands above all of them.
    """
    tiles = np.asarray(pixels, np.float64).reshape(-1, *image_shape) / max(np.max(pixels), 1)
    rows = -(-len(tiles) // columns)
    zoom = np.ones((-(-SIDE // image_shape[0]),) * 2)
    with styled():
        height = rows * (4.6 / columns + 0.42) + (0.5 if heading else 0.1)
        figure, grid = new_grid(height, len(tiles), columns)
        for axes, tile, name in zip(grid, tiles, names, strict=True):
            axes.set_axis_off()
            axes.imshow(np.kron(tile, zoom), cmap="gray", vmin=0, vmax=1, interpolation="none")
            axes.set_title(name, size=9.5, loc="center", pad=3)
        if heading:
            figure.suptitle(heading, size=9.5, x=0.02, ha="left")
        words = "; ".join(name.replace("\n", " ") for name in names)
        figure.set_label(f"{heading}\n{len(tiles)} images of digits: {words}.".strip())
    return figure


def plot_most_wrong(
    predictions: Predictions,
    pixels: np.ndarray,
    image_shape: tuple[int, int],
    count: int = 10,
    heading: str = "",
) -> ReportFigure:
    """Draw the mistakes that were made with the most confidence, with both classes.

    Parameters
    ----------
    predictions : Predictions
        Of all images.
    pixels : ndarray of shape (n, height * width)
        All images.
    image_shape : tuple of int
    count : int
        How many to draw, at most.
    heading : str
    """
    shown = predictions.most_wrong[:count]
    names = [
        f"{predictions.labels[i]}, not {predictions.classes[i]}\n"
        f"{_percent(predictions.confidence[i])}\u00a0% sure"
        for i in shown
    ]
    return plot_images(pixels[shown], image_shape, names, heading=heading)


def _percent(confidence: float) -> str:
    """Return a confidence in whole percent, without rounding up to certainty."""
    return ">\u00a099" if 0.995 <= confidence < 1 else f"{100 * confidence:.0f}"
