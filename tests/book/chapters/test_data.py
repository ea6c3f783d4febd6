"""The page on data: tiles of example images, and the text about the small digits."""

from __future__ import annotations

import numpy as np
from made import failing

from mlp_book.chapters import data as chapter
from mlp_core.data import load_dataset

DIGITS = load_dataset("digits", "unit")


def test_tiles_hold_the_first_images_of_each_class() -> None:
    tiles = chapter.tile_examples(DIGITS, rows=3)
    assert tiles.shape == (3 * 9 + 1, 10 * 9 + 1)
    second_seven = DIGITS.train_features[np.flatnonzero(DIGITS.train_labels == 7)[1]]
    assert np.array_equal(tiles[10:18, 64:72], second_seven.reshape(8, 8))
    assert not tiles[::9].any() and not tiles[:, ::9].any()
    few = DIGITS.subset(np.flatnonzero(DIGITS.train_labels != 4)[:40])
    tiles = chapter.tile_examples(few, rows=2)  # places without an image stay empty
    assert not tiles[:, 4 * 9 + 1 : 5 * 9].any()
    assert tiles[:, 5 * 9 + 1 : 6 * 9].any()


def test_what_the_text_says() -> None:
    counts = {
        "training": np.bincount(DIGITS.train_labels), "test": np.bincount(DIGITS.test_labels)
    }  # fmt: skip
    assert chapter.digits(DIGITS, counts).values["data-digits-test"] == "364"
    few = counts | {"test": counts["test"] - 1}
    assert failing(lambda: chapter.digits(DIGITS, few)) == [
        "every fifth image of a class is a test image"
    ]
