"""Example images: a column a class, and the words that go with them."""

from __future__ import annotations

import numpy as np

from mlp_core.data import load_dataset
from mlp_core.report.chapters.examples import plot_examples, tile_examples


def test_tiles_hold_the_first_images_of_each_class() -> None:
    digits = load_dataset("digits")
    tiles = tile_examples(digits, rows=3)
    assert tiles.shape == (3 * 9 + 1, 10 * 9 + 1)
    second_seven = digits.train_pixels[np.flatnonzero(digits.train_labels == 7)[1]]
    assert np.array_equal(tiles[10:18, 64:72], second_seven.reshape(8, 8))
    assert not tiles[::9].any()
    assert not tiles[:, ::9].any()


def test_places_without_an_image_stay_empty() -> None:
    digits = load_dataset("digits")
    few = digits.subset(np.flatnonzero(digits.train_labels != 4)[:40])
    tiles = tile_examples(few, rows=2)
    assert not tiles[:, 4 * 9 + 1 : 5 * 9].any()
    assert tiles[:, 5 * 9 + 1 : 6 * 9].any()


def test_the_figure_says_what_it_shows() -> None:
    figure = plot_examples(load_dataset("digits"), rows=2)
    assert figure.get_label() == (
        "Images of 8 by 8 pixels: the first 2 training images of each of 10 classes of digits, "
        "a column a class."
    )
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == [str(k) for k in range(10)]
