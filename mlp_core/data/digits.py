"""Digits: 1,797 handwritten digits of 8 x 8 pixels that come with the package.

Source: E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49, licensed CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/). These are the 1,797 images of its test file, which
scikit-learn ships too. The pixels are as published, whole numbers from 0 to 16, stored as bytes in
the published order; the split is ours.

The split into 1,433 training and 364 test images is fixed and stored with the data. It is
stratified: every fifth image of each class, from its first on, is a test image. Images of one
writer fall on both sides of it, so a test accuracy here is that of new images by known writers.
`tests/reference/make_digits.py` made the file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mlp_core.data.dataset import Dataset
from mlp_core.data.scaling import fit_scaling

PIXEL_MAX = 16
FILE = Path(__file__).with_name("digits.npz")


def load_digits() -> Dataset:
    """Return the digits, unit scaled, in their published order within each split.

    They are read anew at each call (about a millisecond).

    >>> load_digits().describe()
    'digits: 1,433 training and 364 test images of 8 x 8 pixels, 10 classes, unit input'
    """
    with np.load(FILE, allow_pickle=False) as stored:
        pixels, labels, is_test = stored["pixels"], stored["labels"], stored["is_test"]
    count, height, width = pixels.shape
    pixels = pixels.reshape(count, height * width)
    return Dataset(
        name="digits",
        train_features=pixels[~is_test],
        train_labels=labels[~is_test],
        test_features=pixels[is_test],
        test_labels=labels[is_test],
        image_shape=(height, width),
        pixel_max=PIXEL_MAX,
        scaling=fit_scaling("unit", pixels, PIXEL_MAX),
        builtin=True,
    )
