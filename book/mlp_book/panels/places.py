"""The map of the test digits: each has a place, and digits that look alike lie side by side."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import numpy as np

from mlp_book.packing import ALPHABET
from mlp_core.data import Dataset, load_dataset

PERPLEXITY = 40  # how many neighbours a digit is to stay near to
SPREAD = 0.5  # how far places go from their distances to their ranks, which fill the map evenly


def project(images: np.ndarray) -> np.ndarray:
    """Return a place for each image, from 0 to 1 across and down: t-SNE of the pixels alone.

    It begins at the first two principal components, so that the same images get the same places.
    """
    from sklearn.manifold import TSNE  # two seconds, for those alone who want the map

    embedding = TSNE(
        init="pca", perplexity=PERPLEXITY, method="exact", random_state=0
    ).fit_transform(images.astype(np.float64))
    low, high = embedding.min(axis=0), embedding.max(axis=0)
    ranks = embedding.argsort(axis=0).argsort(axis=0) / (len(images) - 1)
    return (1 - SPREAD) * (embedding - low) / (high - low) + SPREAD * ranks


def pack_images(dataset: Dataset, count: int | None = None) -> list[list[Any]]:
    """Return test images, a character per pixel, each with its label; by default all of them."""
    rows = zip(dataset.test_features[:count], dataset.test_labels[:count], strict=True)
    return [["".join(ALPHABET[int(pixel)] for pixel in image), int(label)] for image, label in rows]


@cache
def digit_map() -> dict[str, Any]:
    """Return the small digits' test images, and their places as bytes: all x, then all y."""
    dataset = load_dataset("digits")
    places = np.round(255 * project(dataset.test_features)).astype(np.uint8)
    return {
        "places": base64.b64encode(places.T.tobytes()).decode(),
        "images": pack_images(dataset),
    }
