"""Files as people have them: IDX under other names, npz, CSV and folders of pictures."""

import gzip
import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from idx_writer import NAMES, idx_bytes, small_arrays

from mlp_core.data import DataError, Dataset, DataWarning, load_dataset
from mlp_core.data import images as image_folder
from mlp_core.data.npz import read_arrays

ARRAYS = small_arrays(train=30, test=12, shape=(7, 7))
PLAIN = Dataset.from_arrays(
    ARRAYS[NAMES[0]], ARRAYS[NAMES[1]], test=(ARRAYS[NAMES[2]], ARRAYS[NAMES[3]])
)


def write(folder, names, arrays=ARRAYS, zipped=False):
    """Write the four arrays as IDX files of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(names, arrays.values(), strict=True):
        content = idx_bytes(array)
        (folder / name).write_bytes(gzip.compress(content) if zipped else content)
    return folder


def named(pattern, train="train", test="t10k"):
    """Return four names: {split}, {kind} and {rank} stand for what differs."""
    kinds = (("images", "3"), ("labels", "1"))
    return [pattern.format(split=s, kind=k, rank=r) for s in (train, test) for k, r in kinds]


# --- IDX ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "{split}-{kind}-idx{rank}-ubyte",
        "{split}-{kind}.idx{rank}-ubyte",
        "{split}-{kind}.idx{rank}-ubyte.gz",
        "{split}-{kind}-idx{rank}-ubyte.bin",
        "{split}-{kind}.bin",
        "{split}_{kind}",
        "{split}-{kind}-idx{rank}-ubyte (1).gz",
        "{split}-{kind}-idx{rank}-ubyte(1)",
        "{split}-{kind} -idx{rank}-ubyte",
        "{split}-{kind}-idx{rank}-ubyte.idx",
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_idx_files_are_found_under_their_usual_other_names(tmp_path, pattern, zipped):
    folder = write(tmp_path / "mine", named(pattern), zipped=zipped)
    dataset = load_dataset(folder)
    assert (dataset.name, dataset.fingerprint) == ("mine", PLAIN.fingerprint)


@pytest.mark.parametrize("below", ["raw", "MNIST/raw", "MNIST", "gzip"])
def test_folders_below_are_looked_into(tmp_path, below):
    write(tmp_path / "torch" / below, NAMES, zipped=True)
    (tmp_path / "torch" / "processed").mkdir()
    write(tmp_path / "torch" / "__MACOSX", [f"._{name}" for name in NAMES])  # of a Mac's zip
    dataset = load_dataset(tmp_path / "torch")
    assert dataset.name == ("MNIST" if "MNIST" in below else "torch")
    assert dataset.fingerprint == PLAIN.fingerprint


def test_the_plainer_of_two_names_counts(tmp_path):
    write(tmp_path, NAMES)
    write(tmp_path, [f"{name} (1).gz" for name in NAMES], small_arrays(seed=9))
    assert load_dataset(tmp_path).fingerprint == PLAIN.fingerprint


def test_one_of_several_sets_has_to_be_named(tmp_path):
    for name in ("digits", "letters"):
        write(tmp_path / "gzip", named("emnist-" + name + "-{split}-{kind}-idx{rank}-ubyte.gz"))
    with pytest.raises(
        DataError, match=r"found gzip/emnist-digits, gzip/emnist-letters\. Name one"
    ):
        load_dataset(tmp_path)
    dataset = load_dataset(tmp_path / "gzip" / "emnist-letters", transpose=False)
    assert (dataset.name, dataset.fingerprint) == ("emnist-letters", PLAIN.fingerprint)
    with pytest.raises(DataError, match="found nothing"):
        load_dataset(tmp_path / "gzip" / "emnist")


def test_emnist_is_turned_on_request_and_its_labels_begin_at_1(tmp_path):
    arrays = {name: array + 1 if "labels" in name else array for name, array in ARRAYS.items()}
    write(tmp_path, named("emnist-letters-{split}-{kind}-idx{rank}-ubyte", test="test"), arrays)
    with pytest.warns(DataWarning, match="for upright ones give transpose=True, or False"):
        dataset = load_dataset(tmp_path)
    upright = load_dataset(tmp_path, transpose=True)
    assert dataset.class_names == upright.class_names == ("1", "2", "3")
    np.testing.assert_array_equal(
        upright.train_features.reshape(-1, 7, 7),
        dataset.train_features.reshape(-1, 7, 7).swapaxes(1, 2),
    )
    assert upright.fingerprint != dataset.fingerprint


def test_qmnists_labels_have_eight_columns_of_which_the_first_is_the_class(tmp_path):
    arrays = dict(ARRAYS)
    for name in (NAMES[1], NAMES[3]):
        others = np.random.default_rng(0).integers(0, 99, (len(arrays[name]), 7))
        arrays[name] = np.column_stack([arrays[name], others]).astype(np.int32)
    images = named("qmnist-{split}-images-idx3-ubyte.gz", test="test")
    labels = named("qmnist-{split}-labels-idx2-int.gz", test="test")
    write(tmp_path, [images[0], labels[0], images[2], labels[2]], arrays, zipped=True)
    dataset = load_dataset(tmp_path)
    assert (dataset.name, dataset.fingerprint) == ("qmnist", PLAIN.fingerprint)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "float32", "float64"])
def test_idx_files_may_hold_other_types(tmp_path, dtype):
    arrays = {name: (array % 100).astype(dtype) for name, array in ARRAYS.items()}
    bytes_of = {name: array % 100 for name, array in ARRAYS.items()}
    write(tmp_path / "a", NAMES, arrays)
    write(tmp_path / "b", NAMES, bytes_of)
    assert load_dataset(tmp_path / "a").fingerprint == load_dataset(tmp_path / "b").fingerprint


def test_a_set_may_have_validation_files_or_lack_test_files(tmp_path):
    folder = write(tmp_path, NAMES)
    (folder / "val-images.idx3-ubyte").write_bytes(idx_bytes(ARRAYS[NAMES[2]]))
    (folder / "val-labels.idx1-ubyte").write_bytes(idx_bytes(ARRAYS[NAMES[3]]))
    assert load_dataset(folder).validation_size == 12
    for path in folder.glob("t10k*"):
        path.unlink()
    with pytest.raises(DataError, match="expected t10k-images-idx3-ubyte for testing and t10k-l"):
        load_dataset(folder)
    with pytest.raises(DataError, match=r"Or test with a part: test=0\.2\.$"):
        load_dataset(folder)
    assert load_dataset(folder, test=0.3).test_size == 9


# --- npz ----------------------------------------------------------------------------------------

KERAS = dict(zip(("x_train", "y_train", "x_test", "y_test"), ARRAYS.values(), strict=True))


def write_npz(path, arrays=KERAS, compressed=True):
    (np.savez_compressed if compressed else np.savez)(path, **arrays)
    return path


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("X_train", "Y_train", "X_test", "Y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("training_data", "training_targets", "test_data", "test_targets"),
    ],
)
def test_npz_of_keras_and_its_like(tmp_path, names, compressed):
    arrays = dict(zip(names, KERAS.values(), strict=True)) | {"about": np.array("text")}
    dataset = load_dataset(write_npz(tmp_path / "mnist.npz", arrays, compressed))
    assert (dataset.name, dataset.fingerprint) == ("mnist", PLAIN.fingerprint)


def test_npz_with_validation_and_npz_that_is_not_split(tmp_path):
    images, labels = KERAS["x_train"], KERAS["y_train"]
    val = {"val_images": images, "val_labels": labels[:, None]}
    parts = {"train_images": images, "train_labels": labels, "test_images": images}
    medical = write_npz(tmp_path / "medmnist.npz", {**parts, "test_labels": labels, **val})
    assert load_dataset(medical).validation_size == 30
    whole = load_dataset(write_npz(tmp_path / "whole.npz", {"X": images, "y": labels}), test=0.5)
    assert (whole.train_size, whole.test_size) == (15, 15)


class Trap:
    def __reduce__(self):
        return (pytest.fail, ("something was unpickled",))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"y_test": None}, "expected arrays named as in x_train, y_train, x_test, y_test, found"),
        ({"y_test": None}, "(no y of test). Give them to Dataset.from_arrays"),
        ({"x_train": None, "y_train": None}, "(no X of train)"),
        ({"y_train": np.zeros(9)}, "differ in length"),
        ({"x_train": np.array([Trap()] * 30)}, "found Python objects, which only unpickling could"),
        ({"x_train": np.zeros((30, 7, 7), complex)}, "X: type complex128 is not legal"),
    ],
)
def test_an_npz_that_is_no_dataset_is_explained(tmp_path, changes, words):
    arrays = {k: v for k, v in (KERAS | changes).items() if v is not None}
    with pytest.raises(DataError) as caught:
        load_dataset(write_npz(tmp_path / "a.npz", arrays))
    assert words in str(caught.value) and "a.npz" in str(caught.value)


@pytest.mark.parametrize("place", [0.001, 0.3, 0.6, 0.999])
def test_a_damaged_npz_is_explained(tmp_path, place):
    path = write_npz(tmp_path / "a.npz")
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 0xFF
    path.write_bytes(content[:-7])
    with pytest.raises(DataError, match=r"a\.npz.*: expected .* found"):
        load_dataset(path)


def npy_header(shape):
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    return stream.getvalue()


@pytest.mark.parametrize("behind", [10, 70 << 20])
@pytest.mark.parametrize("claimed", [(1 << 40,), (70 << 20,)])
def test_no_npz_bursts(tmp_path, behind, claimed):
    path = write_npz(tmp_path / "a.npz", {"x_test": KERAS["x_test"], "y_test": KERAS["y_test"]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name in ("x_train.npy", "y_train.npy"):
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(npy_header(claimed) + bytes(behind))
    tracemalloc.start()
    with pytest.raises(DataError, match=r"bytes of data, found|at most 100 times"):
        load_dataset(path)
    assert tracemalloc.get_traced_memory()[1] < 64 << 20
    tracemalloc.stop()


# --- CSV ----------------------------------------------------------------------------------------

FLOWERS = """\
sepal,petal,species
5.1,1.4,setosa
4.9,1.5,setosa
6.2,4.3,versi color
5.9,4.2,versi color
"""
PIXELS = ",".join(f"pixel{k}" for k in range(49))


def table_of(images, labels):
    flat = images.reshape(len(images), -1)
    return "".join(f"{y},{','.join(map(str, row))}\n" for row, y in zip(flat, labels, strict=True))


def load_text(tmp_path, text, name="a.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_dataset(path, **options)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (FLOWERS, {}),
        (FLOWERS.replace(",", ";"), {}),
        (FLOWERS.replace(",", "\t"), {}),
        (FLOWERS.replace("\n", "\r\n"), {}),
        (FLOWERS.replace("\n", "\n\n").rstrip(), {}),
        ("\ufeff" + FLOWERS, {}),
        (FLOWERS.replace("versi color", '"versi color"'), {}),
        (FLOWERS.split("\n", 1)[1], {}),  # iris.data of UCI has no names
        (FLOWERS.replace("species", "what"), {"label": "what"}),
        (FLOWERS, {"label": -1}),
        (gzip.compress(FLOWERS.encode(), mtime=0), {}),
    ],
)
def test_tables_with_a_label_in_words(tmp_path, text, options):
    dataset = load_text(tmp_path, text, **options)
    expected = (
        [[5.1, 1.4], [4.9, 1.5], [6.2, 4.3], [5.9, 4.2]],
        ["setosa"] * 2 + ["versi color"] * 2,
    )
    assert dataset.fingerprint == Dataset.from_arrays(*expected).fingerprint
    assert (dataset.name, dataset.class_names) == ("a", ("setosa", "versi color"))


@pytest.mark.parametrize("header", [f"label,{PIXELS}\n", ""], ids=["Kaggle", "without names"])
def test_mnist_as_a_table_is_mnist(tmp_path, header):
    for name, images, labels in (("train", NAMES[0], NAMES[1]), ("test", NAMES[2], NAMES[3])):
        text = header + table_of(ARRAYS[images], ARRAYS[labels])
        (tmp_path / f"mnist_{name}.csv").write_text(text)
    dataset = load_dataset(tmp_path / "mnist_train.csv", test=tmp_path / "mnist_test.csv")
    assert dataset.fingerprint == PLAIN.fingerprint
    assert dataset.train_features.dtype == np.uint8
    split = load_dataset(tmp_path / "mnist_train.csv", validation=0.2, seed=5)
    assert (split.train_size, split.validation_size, split.test_size) == (18, 6, 6)


def test_a_table_may_be_longer_than_a_block(tmp_path):
    rows = [f"{k % 7}.5,{k % 250},{'ab'[k % 2]}" for k in range(2500)]
    rows[2200] = "300,300,a"
    dataset = load_text(tmp_path, "x,y,label\n" + "\n".join(rows))
    assert dataset.train_size + dataset.test_size == 2500
    assert sum(300 in dataset.examples(s)[0] for s in ("train", "test")) == 1


@pytest.mark.parametrize("name", ["emnist-letters-train.csv", "emnist.npz"])
def test_emnist_in_other_files_is_turned_too(tmp_path, name):
    path = tmp_path / name
    if name.endswith("npz"):
        write_npz(path)
    else:
        path.write_text(table_of(ARRAYS[NAMES[0]], ARRAYS[NAMES[1]]))
    with pytest.warns(DataWarning, match="for upright ones give transpose=True, or False"):
        dataset = load_dataset(path)
    upright = load_dataset(path, transpose=True)
    np.testing.assert_array_equal(
        upright.train_features.reshape(-1, 7, 7),
        dataset.train_features.reshape(-1, 7, 7).swapaxes(1, 2),
    )


def test_what_is_no_square_is_not_turned(tmp_path):
    with pytest.raises(DataError, match="transpose=True is not legal: 3 pixels are no square"):
        load_text(tmp_path, "1,2,3,a\n4,5,6,b\n" * 4, transpose=True)


def test_a_running_number_is_no_feature(tmp_path):
    lines = FLOWERS.splitlines()
    text = "\n".join([f"Id,{lines[0]}", *(f"{k},{line}" for k, line in enumerate(lines[1:], 1))])
    with pytest.warns(DataWarning, match=r"left out \['Id'\], which number the rows"):
        dataset = load_text(tmp_path, text)
    assert dataset.fingerprint == load_text(tmp_path, FLOWERS, "b.csv").fingerprint


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("a,b,c\n1,2,3\n4,5,6\n", {}, ["names no column", "3 columns: a, b, c", "by its name"]),
        ("1,2,3\n4,5,6\n", {}, ["3 columns, without names", "by its place, from 0"]),
        (FLOWERS, {"label": "kind"}, ["label='kind' names no column", "sepal, petal, species"]),
        (FLOWERS, {"label": 7}, ["label=7 names no column"]),
        (FLOWERS.replace("4.2", ""), {}, ["column 'petal': expected numbers, found ''", "Fill it"]),
        (FLOWERS.replace("4.2", "?"), {}, ["column 'petal': expected numbers, found '?'"]),
        (FLOWERS.replace("4.2", "nan"), {}, ["X: nan in row 3, column 1"]),
        (FLOWERS.replace("4.2", "4,2"), {}, ["expected 3 columns, found 4 in the row that starts"]),
        (FLOWERS.replace(",4.2", ""), {}, ["expected 3 columns, found 2 in the row"]),
        (FLOWERS.replace("5.9", "red"), {}, ["column 'sepal': expected numbers, found 'red'"]),
        (FLOWERS.replace("setosa", "versi color"), {}, ["all labels are 'versi color'"]),
        (FLOWERS.splitlines()[0], {}, ["column '0': expected numbers, found 'sepal'"]),
        (
            FLOWERS.replace("5.1,1.4,setosa", f"5.1,1.4,{'x' * 300}"),
            {},
            ["rows of numbers with a label, found could not"],
        ),
        (
            FLOWERS.split("\n", 1)[1].replace("5.1", "?"),
            {},
            ["column '0': expected numbers, found '?'"],
        ),
        ("# made by a program\n" + FLOWERS, {}, ["columns with , or ; or tabs between"]),
        ("<!doctype html>", {}, ["columns with , or ; or tabs between"]),
        (FLOWERS.replace(",", " "), {}, ["columns with , or ; or tabs between"]),
        (FLOWERS.encode("utf-16"), {}, ["expected UTF-8 text"]),
        ("", {}, ["an empty file"]),
        ("x" * (5 << 20), {}, ["lines below 4,194,304 bytes"]),
        ("1," * 150_000 + "1", {}, ["expected at most 150,000 columns, found 150,001"]),
    ],
    ids=range(21),
)
def test_a_table_that_cannot_be_read_is_explained(tmp_path, text, options, words):
    with pytest.raises(DataError) as caught:
        load_text(tmp_path, text, **options)
    for word in ["a.csv: ", *words]:
        assert word in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_long_text_is_read_if_it_is_stored_as_it_is(tmp_path):
    """So is the history in a checkpoint; packed, it could become a thousand times its size."""
    text, path = np.array("x" * (1 << 21)), tmp_path / "a.npz"
    np.savez(path, text=text)
    assert read_arrays(path)["text"] == text
    np.savez_compressed(path, text=text)
    with pytest.raises(DataError, match="texts of at most 4,194,304 bytes, found 8,388,608"):
        read_arrays(path)


def test_no_table_bursts(tmp_path, monkeypatch):
    monkeypatch.setattr("mlp_core.data.content.SMALL", 1000)
    with pytest.raises(DataError, match="at most 100 times what is stored"):
        load_text(tmp_path, gzip.compress(b"1,2\n" * 20_000), label=1)


def test_the_test_table_must_have_the_same_columns(tmp_path):
    (tmp_path / "test.csv").write_text(FLOWERS.replace("petal", "leaf"))
    with pytest.raises(DataError, match=r"the columns of .*a\.csv, found a difference in \['leaf'"):
        load_text(tmp_path, FLOWERS, test=str(tmp_path / "test.csv"))
    (tmp_path / "test.csv").write_text("sepal,petal\n1,2\n")  # Kaggle's test.csv has no labels
    with pytest.raises(DataError, match=r"test\.csv: label=None names no column"):
        load_text(tmp_path, FLOWERS, test=tmp_path / "test.csv")


# --- pictures -----------------------------------------------------------------------------------


def write_pictures(folder, images=ARRAYS[NAMES[0]], names="cba", ending="png"):
    pictures = pytest.importorskip("PIL.Image")
    for number, image in enumerate(images):
        path = folder / names[number % len(names)] / f"{number:03}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        pictures.fromarray(image).save(path)
    return folder


def test_a_folder_of_pictures_per_class(tmp_path):
    folder = write_pictures(tmp_path / "shapes")
    (folder / ".hidden").mkdir()
    (folder / "__MACOSX").mkdir()
    for name in ("a/._000.png", "__MACOSX/000.png"):
        (folder / name).write_bytes(b"a Mac's")
    (folder / "a" / "notes.txt").write_text("no picture")
    dataset = load_dataset(folder)
    assert (dataset.name, dataset.class_names) == ("shapes", ("a", "b", "c"))
    assert (dataset.image_shape, dataset.train_size, dataset.test_size) == ((7, 7), 24, 6)
    images = {image.tobytes(): "cba"[k % 3] for k, image in enumerate(ARRAYS[NAMES[0]])}
    for image, label in zip(dataset.train_features, dataset.train_labels, strict=True):
        assert images[image.tobytes()] == dataset.class_names[label]


@pytest.mark.parametrize("names", [("train", "test", "val"), ("Training", "Testing", "validation")])
def test_pictures_that_are_split_already(tmp_path, names):
    for name, count in zip(names, (30, 12, 6), strict=True):
        write_pictures(tmp_path / name, ARRAYS[NAMES[0]][:count])
    dataset = load_dataset(tmp_path)
    assert (dataset.train_size, dataset.validation_size, dataset.test_size) == (30, 6, 12)


def test_colours_and_transparency_become_grey_on_white(tmp_path):
    ink = np.zeros((6, 7, 7, 4), np.uint8)  # black on nothing, as drawing programs save it
    ink[:, 2:5, 3, 3] = 255
    ink[3:, 3, :, 3] = 255
    write_pictures(tmp_path, ink, "ab")
    pixels = load_dataset(tmp_path).train_features.reshape(-1, 7, 7)
    assert (pixels[:, 0] == 255).all() and (pixels[:, 2:5, 3] == 0).all()
    red = np.zeros((1, 7, 7, 3), np.uint8) + np.uint8([255, 0, 0])
    found = image_folder.find_images(write_pictures(tmp_path / "red", red, "a"))
    assert (image_folder.read_images(tmp_path, found)["train"][0] == 76).all()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            ("L", (9, 7)),
            ["7 x 7 pixels (width x height), as the first, found 9 x 7", "one"],
        ),
        (("L", (2000, 2000)), ["expected at most 1,048,576 pixels", "smaller"]),
        (("I;16", (7, 7)), ["mode I;16", "cut off at 255"]),
        (b"\x89PNG\r\n\x1a\n broken", ["expected a picture"]),
        (b"", ["expected a picture"]),
    ],
)
def test_a_picture_that_does_not_fit_is_explained(tmp_path, content, words):
    folder = write_pictures(tmp_path)
    odd = folder / "c" / "zzz.png"
    if isinstance(content, bytes):
        odd.write_bytes(content)
    else:
        pytest.importorskip("PIL.Image").new(*content).save(odd)
    with pytest.raises(DataError) as caught:
        load_dataset(folder)
    for word in [str(odd), *words]:
        assert word in str(caught.value)


def test_pillow_is_asked_for_where_it_is_missing(tmp_path, monkeypatch):
    folder = write_pictures(tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(DataError, match=r"pip install 'mlp-core\[images\]'"):
        load_dataset(folder)


# --- anything else ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ["found nothing", "IDX files are named like train-images-idx3-ubyte"]),
        (["a.csv", "readme.md"], ["found a.csv, readme.md. Give the path of a file: ", "/a.csv"]),
        (["mnist.npz"], ["/mnist.npz"]),
        (["1.png", "2.png"], ["Put the pictures into one subfolder per class."]),
        (["train.parquet"], ["Dataset.from_arrays"]),
        ([f"{k}.dat" for k in range(20)], ["15.dat and 12 more"]),
        (["sub/deeper/a.txt"], ["found sub/. IDX files"]),
    ],
)
def test_a_folder_without_data_says_what_is_there(tmp_path, names, words):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(DataError) as caught:
        load_dataset(tmp_path)
    for word in [f"{tmp_path}: expected IDX files, or a subfolder of pictures", *words]:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mnist.pkl.gz", gzip.compress(b"\x80\x04hello", mtime=0), "a pickle"),
        ("emnist.mat", b"MATLAB 5.0 MAT-file", "a file of arrays"),
        ("a.npy", b"\x93NUMPY\x01\x00", "give the arrays to Dataset.from_arrays"),
        ("a.zip", b"PK\x03\x04....", "Unpack it"),
        ("a.h5", b"\x89HDF\r\n\x1a\n", "a file of arrays"),
        ("train-images-idx3-ubyte", b"\0\0\x08\x03....", "one IDX file. Give the folder of all"),
        ("a", b"something", "a file that starts with b'somethin'"),
    ],
)
def test_a_file_of_another_kind_says_what_it_is(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        load_dataset(path)
    assert words in str(caught.value)
    assert "expected a folder, or an npz or CSV file" in str(caught.value)
    assert "get it again" not in str(caught.value)
