import numpy as np
import pytest

from mlp_core.data import load_dataset
from mlp_core.data.digits import FILE


@pytest.fixture(scope="module")
def stored():
    with np.load(FILE, allow_pickle=False) as arrays:
        return dict(arrays)


def test_pixels_and_labels_are_scikit_learns(stored):
    reference = pytest.importorskip("sklearn.datasets").load_digits()
    np.testing.assert_array_equal(stored["pixels"], reference.images)
    np.testing.assert_array_equal(stored["labels"], reference.target)


def test_the_script_makes_the_shipped_file(stored):
    pytest.importorskip("sklearn")
    from make_digits import make_arrays

    made = make_arrays()
    assert made.keys() == stored.keys()
    for name, array in made.items():
        np.testing.assert_array_equal(stored[name], array, strict=True)


def test_the_two_splits_are_all_there_is(stored):
    dataset = load_dataset("digits", "unit")
    assert (dataset.train_size, dataset.test_size) == (1433, 364)
    assert (dataset.image_shape, dataset.pixel_max, dataset.classes) == ((8, 8), 16, 10)
    is_test = stored["is_test"]
    for split, mask in (("train", ~is_test), ("test", is_test)):
        pixels, labels = dataset.examples(split)
        np.testing.assert_array_equal(pixels, stored["pixels"][mask].reshape(-1, 64))
        np.testing.assert_array_equal(labels, stored["labels"][mask])


def test_the_split_is_stratified():
    dataset = load_dataset("digits")
    train, test = np.bincount(dataset.train_labels), np.bincount(dataset.test_labels)
    # A fifth of each class, rounded up.
    np.testing.assert_array_equal(test, -(-(train + test) // 5))


def test_the_scaled_values():
    assert set(np.unique(load_dataset("digits", "unit").inputs() * 16)) == set(range(17))
    assert set(np.unique(load_dataset("digits", "centered").inputs() * 16)) == set(range(-8, 9))
    standardized = load_dataset("digits", "standardized").inputs(dtype=np.float64)
    assert abs(standardized.mean()) < 1e-3
    assert standardized.std() == pytest.approx(1, abs=1e-3)


def test_the_file_is_small():
    assert FILE.stat().st_size < 50_000  # it is in every wheel, and in the book's page
