"""`Dataset.from_arrays`: what is taken, what becomes of it, and what is refused."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_core.data import DataError, Dataset

pd = pytest.importorskip("pandas")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4)) * [1, 10, 1e-3, 1e6]
Y = np.arange(30) % 3
IMAGES = RNG.integers(0, 256, (30, 8, 7), dtype=np.uint8)


def make(features=X, labels=Y, **options):
    return Dataset.from_arrays(features, labels, **options)


def rows_of(dataset):
    """Return all examples of a dataset, as a set of pairs."""
    pairs = [dataset.examples(split) for split in ("train", "validation", "test")]
    return {(row.tobytes(), label) for X, y in pairs for row, label in zip(X, y, strict=True)}


# --- what X may be ------------------------------------------------------------------------------

TABLES = {
    "lists": X.tolist(),
    "columns first": np.asfortranarray(X),
    "a view": np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": X[::-1][::-1],
    "big-endian": X.astype(">f8"),
    "objects": X.astype(object),
    "read-only": pd.DataFrame(X).to_numpy(),
    "a frame": pd.DataFrame(X, columns=list("abcd")),
    "long doubles": X.astype(np.longdouble),
    "a masked array without a mask": np.ma.array(X),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_same_numbers_give_the_same_dataset(name):
    dataset = make(TABLES[name])
    assert dataset.fingerprint == make().fingerprint
    assert dataset.train_features.flags.c_contiguous and dataset.train_features.dtype == np.float64
    assert (dataset.image_shape, dataset.pixel_max) == ((1, 4), None)
    np.testing.assert_allclose(dataset.inputs(dtype=np.float64).mean(axis=0), 0, atol=1e-12)


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "bool", "float16", "float32", ">i4"])
def test_any_numeric_type_is_taken(dtype):
    features = (X * [1, 0.1, 1e3, 1e-6] * 3).astype(dtype)
    features[0] = [0, 1, 0, 1]
    dataset = make(features)
    order = [np.flatnonzero((features == row).all(axis=1))[0] for row in dataset.train_features]
    np.testing.assert_array_equal(dataset.train_features, features[order].astype(np.float64))


def test_a_frame_may_have_columns_of_several_types():
    frame = pd.DataFrame({"a": np.arange(30), "b": X[:, 0], "c": pd.array([1] * 30, dtype="Int64")})
    assert make(frame, pd.Series(Y)).in_features == 3


def test_the_callers_array_may_change_afterwards():
    features, test = X.copy(), X[:5].copy()
    dataset = make(features, test=(test, Y[:5]))
    fingerprint, inputs = dataset.fingerprint, dataset.inputs()
    features[:], test[:] = 0, 0
    assert rows_of(dataset) == rows_of(make(test=(X[:5], Y[:5])))
    assert dataset.fingerprint == fingerprint
    np.testing.assert_array_equal(dataset.inputs(), inputs)


# --- images -------------------------------------------------------------------------------------

SQUARES = RNG.integers(0, 256, (30, 49))


@pytest.mark.parametrize(
    ("images", "shape", "dtype", "pixel_max"),
    [
        (IMAGES, (8, 7), np.uint8, 255),
        (IMAGES[..., None], (8, 7), np.uint8, 255),
        (IMAGES[:, None], (8, 7), np.uint8, 255),
        (IMAGES.astype(float), (8, 7), np.uint8, 255),
        (IMAGES // 16, (8, 7), np.uint8, 15),
        (IMAGES > 99, (8, 7), np.uint8, 1),
        (IMAGES.astype(np.float32) / 255, (8, 7), np.float32, 1),
        (IMAGES * 0.0, (8, 7), np.uint8, 1),
        (IMAGES / 127.5 - 1, (8, 7), np.float64, 1),
        (SQUARES, (7, 7), np.uint8, 255),
        (SQUARES.tolist(), (7, 7), np.uint8, 255),
        (SQUARES / 255, (7, 7), np.float64, 1),
        (SQUARES / 300, (7, 7), np.float64, 1),
        (SQUARES - 128, None, np.float64, None),
        (SQUARES * 1.5, None, np.float64, None),
        (SQUARES[:, :36], None, np.float64, None),
    ],
)
def test_images_are_recognized_and_bytes_where_nothing_is_lost(images, shape, dtype, pixel_max):
    dataset = make(images)
    assert dataset.image_shape == (shape or (1, np.shape(images)[1]))
    assert dataset.train_features.dtype == dtype
    assert dataset.pixel_max == pixel_max
    assert shape is None or -0.54 <= dataset.inputs().min() <= dataset.inputs().max() <= 0.51


def test_flat_images_of_another_shape_may_be_named():
    flat = IMAGES.reshape(30, -1)
    assert make(flat).image_shape == (1, 56)
    assert make(flat, image_shape=(8, 7)).fingerprint == make(IMAGES).fingerprint
    for shape in ((8, 8), (-8, -7), (1.75, 32)):
        with pytest.raises(DataError, match=r"image_shape=\(.*\) is not legal for 56 features"):
            make(flat, image_shape=shape)


def test_the_same_images_are_the_same_run_however_they_are_stored():
    """As bytes, floats or flat lists: bit for bit, so that a CSV of MNIST trains as its IDX."""
    images = RNG.integers(0, 256, (30, 7, 7), dtype=np.uint8)
    flat = images.reshape(30, -1)
    forms = [images, images.astype(">f4"), flat.astype(int), flat.tolist(), pd.DataFrame(flat)]
    assert len({make(form).fingerprint for form in forms}) == 1


# --- labels and classes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (Y, ("0", "1", "2")),
        (Y + 1, ("1", "2", "3")),
        (Y.astype(float), ("0", "1", "2")),
        (Y * 5 - 7, ("-7", "-2", "3")),
        ((Y > 0), ("False", "True")),
        (np.array(["no", "yes", "10"])[Y], ("10", "no", "yes")),
        ([["b", "a", "c"][k] for k in Y], ("a", "b", "c")),
        (pd.Series(["b", "a", "c"]).iloc[Y], ("a", "b", "c")),
        (pd.Series(["b", "a", "c"], dtype="category").iloc[Y], ("a", "b", "c")),
        (pd.DataFrame({"label": Y}), ("0", "1", "2")),
        (Y[:, None], ("0", "1", "2")),
        (Y.astype(np.uint8), ("0", "1", "2")),
        ((Y + 8).astype(object), ("8", "9", "10")),
    ],
)
def test_labels_of_any_kind_become_classes_with_names(labels, names):
    dataset = make(X, labels)
    assert dataset.class_names == names
    flat = np.ravel(np.asarray(labels)).tolist()
    for split in ("train", "test"):
        for row, code in zip(*dataset.examples(split), strict=True):
            (place,) = np.flatnonzero((row == X).all(axis=1))
            label = flat[place]
            assert names[code] == str(int(label) if isinstance(label, float) else label)


# --- splits -------------------------------------------------------------------------------------


@given(st.integers(0, 99), st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.sampled_from([0.0, 0.05, 0.3]))
def test_a_split_is_stratified_seeded_and_whole(seed, test, validation):
    if test + validation >= 1:
        return
    labels = np.repeat([0, 1, 2], [20, 7, 3])
    dataset = make(X, labels, test=test, validation=validation, seed=seed)
    again = make(X, labels, test=test, validation=validation, seed=seed)
    assert dataset.fingerprint == again.fingerprint
    assert rows_of(dataset) == {(row.tobytes(), label) for row, label in zip(X, labels)}  # noqa: B905
    counts = {s: np.bincount(dataset.examples(s)[1], minlength=3) for s in ("train", "test")}
    assert (counts["train"] > 0).all() and (counts["test"] > 0).all()
    assert abs(counts["test"][0] - test * 20) <= 1
    assert (dataset.validation_size > 0) == (validation > 0)
    other = make(X, labels, test=test, validation=validation, seed=seed + 1)
    assert other.fingerprint != dataset.fingerprint


def test_parts_may_be_given():
    held = {"test": (X[:6], Y[:6]), "validation": [X[6:9].tolist(), Y[6:9].tolist()]}
    dataset = make(X[9:], Y[9:], **held)
    np.testing.assert_array_equal(dataset.train_features, X[9:])
    np.testing.assert_array_equal(dataset.test_features, X[:6])
    np.testing.assert_array_equal(dataset.validation_features, X[6:9])
    np.testing.assert_array_equal(dataset.validation_labels, Y[6:9])
    both = make(X[6:], Y[6:], test=(X[:6], Y[:6]), validation=0.25)
    assert (both.train_size, both.validation_size, both.test_size) == (18, 6, 6)


# --- what is refused ----------------------------------------------------------------------------


def with_value(value, dtype=object):
    features = X.astype(dtype)
    features[4, 2] = value
    return features


BAD = [
    (X, Y[:-1], {}, "y: 29 labels for 30 examples"),
    (X, [*Y[:-1], 9], {}, "label 9 occurs 1 time(s): must be at least 2, one for each of test, tr"),
    (X, np.zeros(30), {}, "all labels are 0: must be of at least two classes"),
    (X, Y + 0.5, {}, "y: 0.5 in row 0 is a measurement, not a class"),
    (X, [*Y[:-1], None], {}, "y: None in row 29 is no label"),
    (X, [*Y[:-1], np.nan], {}, "y: nan in row 29 is no label"),
    (X, pd.array([*Y[:-1], pd.NA]), {}, "y: nan in row 29 is no label"),
    (X, [" ", *"ab" * 14, "a"], {}, "y: ' ' in row 0 is no label"),
    (X, np.array([*Y[:-1], "a"], object), {}, "'a' and 1: text or numbers, not both"),
    (
        X,
        np.eye(3)[Y],
        {},
        "y: shape (30, 3) is not legal: must be one label per example (of one-hot",
    ),
    (X, Y.astype(complex), {}, "y: 0j in row 0 is no label"),
    (with_value(np.nan, float), Y, {}, "X: nan in row 4, column 2: must be a finite number"),
    (with_value(-np.inf, np.float32), Y, {}, "X: -inf in row 4, column 2"),
    (with_value(1e200, float), Y, {}, "X: 1e+200 in row 4"),
    (pd.DataFrame(with_value(np.nan, float), columns=list("abcd")), Y, {}, "row 4, column 'c'"),
    (with_value("red"), Y, {}, "X: 'red' in row 4, column 2 is no number: fill it in, turn"),
    (pd.DataFrame({"a": X[:, 0], "b": ["x"] * 30}), Y, {}, "'x' in row 0, column 'b' is no number"),
    (with_value(None), Y, {}, "X: None in row 4, column 2 is no number"),
    (pd.DataFrame({"a": pd.array([1, None] * 15, "Int64"), "b": 0.5}), Y, {}, "row 1, column 'a'"),
    (with_value(datetime.date(2020, 1, 1)), Y, {}, "X: must be real numbers in rows"),
    (X.astype(complex), Y, {}, "X: type complex128 is not legal: must be real numbers"),
    (X.astype("datetime64[s]"), Y, {}, "X: type datetime64[s]"),
    (X.astype(str), Y, {}, "X: type <U"),
    ([[1, 2], [3]], [0, 1], {}, "X: must be real numbers in rows of one length"),
    (X[:, 0], Y, {}, "X: shape (30,) is not legal: must be one row per example"),
    (np.zeros((30, 8, 8, 3)), Y, {}, "of colours take the mean, X.mean(axis=3)"),
    (np.zeros((30, 2, 2, 2, 2)), Y, {}, "X: shape (30, 2, 2, 2, 2) is not legal"),
    (np.zeros((0, 4)), [], {}, "X: shape (0, 4) is not legal"),
    (np.ma.masked_less(X, 0), Y, {}, "X: values are masked"),
    (None, Y, {}, "X: type object is not legal: must be real numbers"),
    (X, Y, {"test": 0}, "test=0 is not legal: a run is judged by examples that it has not seen"),
    (X, Y, {"test": 1.0}, "test=1.0 is not legal: must be arrays (X, y), or a share below 1"),
    (X, Y, {"test": True}, "test=True is not legal"),
    (X, Y, {"test": X}, "is not legal: must be arrays (X, y)"),
    (X, Y, {"validation": -0.1}, "validation=-0.1 is not legal"),
    (X, Y, {"test": 0.5, "validation": 0.5}, "must leave examples for training"),
    (X, Y, {"test": (X[:, :3], Y)}, "different shapes, {'train': (4,), 'test': (3,)}"),
    (X, Y, {"test": (X, Y + 1)}, "test y: label 3 does not occur in training, whose labels are 0"),
    (X, Y, {"test": (X, Y[:3])}, "test y: 3 labels for 30 examples"),
    (X, Y, {"validation": (with_value(np.nan, float), Y)}, "validation X: nan in row 4"),
    (X, Y, {"input_scaling": "norm"}, "input_scaling='norm' is not legal"),
]


@pytest.mark.parametrize(("features", "labels", "options", "words"), BAD, ids=range(len(BAD)))
def test_what_is_wrong_is_said_in_one_line(features, labels, options, words):
    with pytest.raises(DataError) as caught:
        make(features, labels, **options)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_sparse_matrix_is_told_what_to_do():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(DataError, match=r"give X\.toarray\(\)"):
        make(sparse.csr_matrix(X))


def test_names_of_columns_are_kept_and_have_to_agree():
    frame = pd.DataFrame(np.arange(24.0).reshape(8, 3), columns=["a", "b", "c"])
    labels = np.arange(8) % 2
    assert Dataset.from_arrays(frame, labels).feature_names == ("a", "b", "c")
    assert Dataset.from_arrays(frame.set_axis(range(3), axis=1), labels).feature_names == ()
    named = Dataset.from_arrays(frame.to_numpy(), labels, feature_names=["x", "y", "z"])
    assert named.feature_names == ("x", "y", "z")
    assert Dataset.from_arrays(frame, labels, test=(frame, labels)).test_size == 8
    with pytest.raises(DataError, match=r"test X: must have the columns of training.* their order"):
        Dataset.from_arrays(frame, labels, test=(frame[["b", "a", "c"]], labels))
    with pytest.raises(DataError, match=r"differs in \['c', 'd'\]"):
        Dataset.from_arrays(frame, labels, test=(frame.rename(columns={"c": "d"}), labels))
    with pytest.raises(DataError, match="seed=-1 is not legal: must be an integer >= 0"):
        Dataset.from_arrays(frame, labels, seed=-1)
    with pytest.raises(DataError, match="feature_names: 2 names for 3 features"):
        Dataset.from_arrays(frame, labels, feature_names=["x", "y"])


def test_parts_whose_pixels_were_not_all_scaled_are_refused():
    """As after ``x_train /= 255`` alone: the test images would be all but black, or white."""
    images, labels = np.random.default_rng(0).integers(0, 256, (20, 7, 7)), np.arange(20) % 2
    for one, other in ((images, images / 255), (images / 255, images)):
        with pytest.raises(
            DataError, match=r"pixels reach train \d+, test \d+: must have the same"
        ):
            Dataset.from_arrays(one, labels, test=(other, labels))
