import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_core.data import INPUT_SCALINGS, DataError, Dataset, Scaling, load_dataset

TRAIN, TEST, FEATURES = 50, 20, 12


def make(input_scaling="centered", **changes) -> Dataset:
    rng = np.random.default_rng(1)
    fields = {
        "name": "small",
        "train_features": rng.integers(0, 256, (TRAIN, FEATURES), dtype=np.uint8),
        "train_labels": np.arange(TRAIN) % 7,
        "test_features": rng.integers(0, 256, (TEST, FEATURES), dtype=np.uint8),
        "test_labels": np.arange(TEST) % 7,
        "image_shape": (3, 4),
        "pixel_max": 255,
        "scaling": Scaling("unit", 1 / 255, 0.0),
    }
    return Dataset(**(fields | changes)).with_input_scaling(input_scaling)


def test_sizes_types_and_words():
    dataset = make(train_labels=np.arange(TRAIN, dtype=np.uint8) % 7)
    assert (dataset.train_size, dataset.test_size) == (TRAIN, TEST)
    assert (dataset.in_features, dataset.classes, dataset.image_shape) == (FEATURES, 7, (3, 4))
    assert dataset.train_labels.dtype == dataset.test_labels.dtype == np.intp
    assert dataset.describe() == (
        "small: 50 training and 20 test images of 3 x 4 pixels, 7 classes, centered input"
    )
    assert repr(dataset) == (
        "Dataset('small', train=50, test=20, image_shape=(3, 4), classes=7, "
        "input_scaling='centered')"
    )


def test_a_class_may_occur_in_one_split_only():
    assert make(test_labels=np.arange(TEST) + 22).classes == 42


def test_arrays_are_read_only_and_the_callers_are_not():
    pixels = np.zeros((TRAIN, FEATURES), dtype=np.uint8)
    dataset = make(train_features=pixels, input_scaling="unit")
    for split in ("train", "test"):
        for array in dataset.examples(split):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1
    with pytest.raises(AttributeError):
        dataset.scaling = 2
    pixels[0] = 1


@pytest.mark.parametrize("dtype", ["float32", np.float64])
@pytest.mark.parametrize("split", ["train", "test"])
def test_images_are_scaled_pixels(split, dtype):
    dataset = make("standardized")
    images = dataset.inputs(split, 2, 9, dtype)
    expected = dataset.scaling.apply(dataset.examples(split)[0][2:9], np.float64)
    assert images.dtype == dtype
    np.testing.assert_allclose(images, expected, rtol=0, atol=np.finfo(dtype).eps * 4)
    images[:] = 0  # a new array: the caller's to change
    assert dataset.inputs(split).shape == dataset.examples(split)[0].shape


@pytest.mark.parametrize("scaling", INPUT_SCALINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("split", ["train", "test"])
def test_gather_gives_the_same_bits_as_images(scaling, dtype, split):
    dataset = make(scaling)
    indices = np.array([3, 0, 3, 19, 7])
    images, labels = dataset.gatherer(dtype, split).gather(indices)
    assert images.dtype == dtype
    assert images.flags.c_contiguous
    np.testing.assert_array_equal(images, dataset.inputs(split, dtype=dtype)[indices], strict=True)
    np.testing.assert_array_equal(labels, dataset.examples(split)[1][indices], strict=True)


@given(st.lists(st.lists(st.integers(0, TRAIN - 1), max_size=20), max_size=8))
def test_any_sequence_of_batches_is_gathered_right(batches):
    dataset = make()
    gatherer, everything = dataset.gatherer(), dataset.inputs()
    for batch in batches:
        indices = np.array(batch, dtype=np.intp)
        images, labels = gatherer.gather(indices)
        np.testing.assert_array_equal(images, everything[indices])
        np.testing.assert_array_equal(labels, dataset.train_labels[indices])
        images[:] = np.nan  # a batch is the caller's until the next one


def test_gather_keeps_its_buffers():
    gatherer = make().gatherer()
    big, _ = gatherer.gather(np.arange(10))
    small, _ = gatherer.gather(np.arange(4))
    again, _ = gatherer.gather(np.arange(10))
    assert np.shares_memory(big, small)
    assert np.shares_memory(big, again)


def test_two_threads_gather_from_one_dataset():
    dataset = load_dataset("digits")
    everything, wrong = dataset.inputs(), []

    def run(seed: int) -> None:
        rng, gatherer = np.random.default_rng(seed), dataset.gatherer()
        for _ in range(300):
            indices = rng.integers(0, dataset.train_size, 64)
            images, labels = gatherer.gather(indices)
            same = np.array_equal(images, everything[indices])
            if not same or not np.array_equal(labels, dataset.train_labels[indices]):
                wrong.append(seed)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_subset_takes_training_examples_in_the_order_given():
    dataset = make("standardized", train_labels=np.arange(TRAIN))  # classes the test set lacks
    part = dataset.subset([4, 2, 2])
    np.testing.assert_array_equal(part.inputs(), dataset.inputs()[[4, 2, 2]])
    np.testing.assert_array_equal(part.train_labels, dataset.train_labels[[4, 2, 2]])
    assert np.shares_memory(part.test_features, dataset.test_features)
    assert not part.train_features.flags.writeable
    assert (part.scaling, part.classes) == (dataset.scaling, TRAIN)
    assert (part.name, dataset.subset([1], "few").name) == ("part of small", "few")


@pytest.mark.parametrize("indices", [[], [50], [-1], [0.5], [[1, 2]], 3, [True, False], "ab"])
def test_subset_refuses_what_is_no_position(indices):
    with pytest.raises(DataError, match=r"small: indices must be .* integers from 0 to 49, got"):
        make().subset(indices)


def test_rescaled_datasets_share_their_pixels():
    dataset = make()
    other = dataset.with_input_scaling("unit")
    assert np.shares_memory(other.train_features, dataset.train_features)
    assert (other.input_scaling, other.scaling.scale) == ("unit", 1 / 255)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"train_features": np.zeros((TRAIN, FEATURES), int)}, "train_features must .* got int64"),
        ({"test_features": np.zeros((TEST, 5), np.uint8)}, r"shape \(n, 12\)"),
        ({"test_features": np.zeros((0, FEATURES), np.uint8)}, "n > 0"),
        ({"test_features": np.zeros((TEST, 24), np.uint8)[:, ::2]}, "contiguous"),
        ({"validation_features": np.zeros((4, 3), np.uint8)}, "validation_features must be"),
        ({"train_labels": np.zeros(TRAIN - 1, int)}, "train_labels must be 50 integers"),
        ({"train_labels": np.zeros(TRAIN)}, "got float64"),
        ({"test_labels": np.full(TEST, -1)}, "none below 0"),
        ({"class_names": ("a", "b", "c")}, "label 6 with 3 class names"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes, words):
    with pytest.raises(DataError, match=words):
        make(**changes)


@pytest.mark.parametrize("dtype", ["float16", int, "no such type", None, ">f4"])
def test_images_are_float32_or_float64(dtype):
    for use in (make().gatherer, lambda dtype: make().inputs(dtype=dtype)):
        with pytest.raises(DataError, match="must be float32 or float64"):
            use(dtype)


def test_unknown_split():
    for use in (make().examples, make().inputs, lambda s: make().gatherer(split=s)):
        with pytest.raises(DataError, match="split='valid' is not legal: must be one of train, "):
            use("valid")


@pytest.mark.parametrize("scaling", INPUT_SCALINGS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_features_that_are_no_bytes_are_scaled_each_by_itself(scaling, dtype):
    rng = np.random.default_rng(3)
    features = rng.normal(size=(TRAIN, FEATURES)) * 10.0 ** rng.integers(-3, 3, FEATURES)
    tables = {"train_features": features, "test_features": features[:TEST].astype(np.float32)}
    fields = {**tables, "pixel_max": None}
    dataset = make(scaling, scaling=Scaling("none yet", 1.0, 0.0), **fields)
    images, labels = dataset.gatherer(dtype).gather(np.array([4, 1, 4]))
    assert images.dtype == dtype
    np.testing.assert_array_equal(images, dataset.inputs(dtype=dtype)[[4, 1, 4]])
    np.testing.assert_array_equal(images, dataset.scaling.apply(features[[4, 1, 4]], dtype))
    np.testing.assert_array_equal(labels, dataset.train_labels[[4, 1, 4]])
    images[:] = np.nan  # a batch is the caller's until the next one
    assert np.isfinite(dataset.gatherer(dtype).gather(np.arange(TRAIN))[0]).all()
    assert "examples of 12 features" in dataset.describe()


def test_hold_out_takes_validation_examples_from_the_training_set():
    dataset = make(train_labels=np.arange(TRAIN))
    held = dataset.hold_out([7, 3])
    assert (held.train_size, held.validation_size, held.test_size) == (TRAIN - 2, 2, TEST)
    np.testing.assert_array_equal(held.validation_labels, [7, 3])
    np.testing.assert_array_equal(held.inputs("validation"), dataset.inputs()[[7, 3]])
    assert sorted([*held.train_labels, 7, 3]) == list(range(TRAIN))
    assert "48 training, 2 validation and 20 test" in held.describe()
    assert "validation=2" in repr(held)
    assert dataset.validation_size == 0 and len(dataset.examples("validation")[1]) == 0
    with pytest.raises(DataError, match="non-empty list"):
        dataset.hold_out(np.arange(TRAIN))


def test_the_fingerprint_depends_on_all_that_a_run_does_and_on_nothing_else():
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (TRAIN, FEATURES), dtype=np.uint8)
    pixels[3, 4] ^= 1
    labels = np.arange(TRAIN) % 7
    labels[:2] = labels[1::-1]
    names = tuple("abcdefg")
    same = [make(), make(name="other"), make(train_labels=np.arange(TRAIN, dtype=np.uint8) % 7)]
    others = [
        make("unit"),
        make(train_features=pixels),
        make(train_labels=labels),
        make(class_names=names),
        make(test_labels=np.zeros(TEST, int)),
        make().subset(np.arange(TRAIN - 1)),
        make().hold_out([0]),
    ]
    assert len({dataset.fingerprint for dataset in same}) == 1
    assert len({dataset.fingerprint for dataset in (make(), *others)}) == len(others) + 1


def test_the_fingerprint_of_the_digits_is_the_same_everywhere():
    """Also in a browser, whose integers are shorter: stored runs and models bear it."""
    assert load_dataset("digits").fingerprint == "27ea88045977cfaf"
