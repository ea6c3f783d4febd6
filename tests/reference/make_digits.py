"""Make mlp_core/data/digits.npz from scikit-learn's copy of the UCI digits.

Run from the root of the repository: python tests/reference/make_digits.py
`tests/data/test_digits.py` checks that the shipped file is what this script makes.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).parents[2] / "mlp_core" / "data" / "digits.npz"
TEST_SIZE = 359  # a fifth of 1,797, rounded
SEED = 0


def counts_for_test(labels: np.ndarray) -> np.ndarray:
    """Give each class its share of the test set; the largest remainders take what is left."""
    share = np.bincount(labels) * TEST_SIZE / len(labels)
    counts = np.floor(share).astype(int)
    left = TEST_SIZE - counts.sum()
    counts[np.argsort(counts - share, kind="stable")[:left]] += 1
    return counts


def split(labels: np.ndarray) -> np.ndarray:
    """Choose the test examples of each class at random; return a mask."""
    rng = np.random.default_rng(SEED)
    is_test = np.zeros(len(labels), dtype=bool)
    for label, count in enumerate(counts_for_test(labels)):
        is_test[rng.permutation(np.flatnonzero(labels == label))[:count]] = True
    return is_test


def make_arrays() -> dict[str, np.ndarray]:
    """Return what is stored: pixels (1797, 8, 8), labels and the mask of the test examples."""
    digits = load_digits()
    pixels = digits.images.astype(np.uint8)
    assert np.array_equal(pixels, digits.images)
    labels = digits.target.astype(np.uint8)
    return {"pixels": pixels, "labels": labels, "is_test": split(labels)}


if __name__ == "__main__":
    np.savez_compressed(TARGET, **make_arrays())  # type: ignore[arg-type]
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
