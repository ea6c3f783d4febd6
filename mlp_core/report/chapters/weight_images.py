"""What hidden units look for: their incoming weights as images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb

from mlp_core.report.style import COLOURS, INK, ReportFigure, new_grid, styled

NEGATIVE, POSITIVE = COLOURS[0], COLOURS[1]
SCALE = 6  # drawn pixels a pixel: browsers blur small images when they enlarge them


def plot_weight_images(
    weights: np.ndarray,
    image_shape: tuple[int, int],
    names: Sequence[str],
    columns: int = 6,
    height: float | None = None,
) -> ReportFigure:
    """Draw one image a unit: orange where a bright pixel raises it, blue where it lowers it.

    The stronger the weight, the stronger the colour; weights near zero let the ground through.
    All images share one scale.

    Parameters
    ----------
    weights : ndarray of shape (pixels, units)
        Of the first layer; each column becomes an image.
    image_shape : tuple of int
        Height and width in pixels.
    names : sequence of str
        One a unit, to stand above its image.
    columns : int
        Images side by side.
    height : float, optional
        In inches; by default as the images need.
    """
    tiles = np.ascontiguousarray(weights.T).reshape(-1, *image_shape)
    largest = float(np.abs(tiles).max()) or 1.0
    rows = -(-len(tiles) // columns)
    with styled():
        height = height or 0.5 + rows * (4.6 / columns + 0.25)
        figure, grid = new_grid(height, len(tiles), columns)
        for axes, tile, name in zip(grid, tiles, names, strict=False):
            axes.set_axis_off()
            axes.imshow(_coloured(tile / largest), interpolation="none")
            axes.set_title(name, size=9.5, loc="center", pad=3)
        figure.supxlabel("blue: negative weight, orange: positive weight", color=INK, size=9.5)
        figure.set_label(_describe(tiles, names))
    return figure


def _coloured(tile: np.ndarray) -> np.ndarray:
    """Return an RGBA image of a tile of values from -1 to 1."""
    image = np.empty((*tile.shape, 4))
    image[..., :3] = np.where(tile[..., None] < 0, to_rgb(NEGATIVE), to_rgb(POSITIVE))
    image[..., 3] = np.abs(tile) ** 0.8
    return np.kron(image, np.ones((SCALE, SCALE, 1)))


def _describe(tiles: np.ndarray, names: Sequence[str]) -> str:
    height, width = tiles.shape[1:]
    words = [name.replace("\n", " ") for name in names[: len(tiles)]]
    return (
        f"{len(tiles)} images of {height} by {width} weights, one a unit: {', '.join(words)}. "
        "Patches of positive and of negative weights lie side by side."
    )
