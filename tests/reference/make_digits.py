"""Make mlp_core/data/digits.npz from scikit-learn's copy of the UCI digits.

Run from the root of the repository: python tests/reference/make_digits.py
`tests/data/test_digits.py` checks that the shipped file is what this script makes.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).parents[2] / "mlp_core" / "data" / "digits.npz"


def split(labels: np.ndarray) -> np.ndarray:
    """Give every fifth image of each class, from its first on, to the test set; return a mask."""
    is_test = np.zeros(len(labels), dtype=bool)
    for label in range(10):
        is_test[np.flatnonzero(labels == label)[::5]] = True
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
